import { because } from '../scenario/scenario-event.ts';

/** A broken promise: which one, and how. */
export interface Finding {
  readonly invariant: string;
  readonly sentence: string;
}

/** The promises that hold whatever happens. Each is checked in a file of this folder. */
export const invariants = {
  created: 'Every accepted order is created once, or its failure is reported.',
  ordered: 'Azumuta has only product orders that a planner released.',
  booked: 'Every completion is booked once, or becomes a dead letter with its cause.',
  figures: 'A booking has the recorded quantity, scrap and lots.',
  plausible: 'Nothing is booked that is more than its order, unless a person has accepted it.',
  details: 'The ERP has the components, operations, reasons and checks that were recorded, once.',
  worked: 'The ERP has no more working time than was recorded.',
  nothingElse: 'Nothing is booked that is not completed in Azumuta.',
  recordings: 'The ERP gets the link to each recording once.',
  linked: 'The ERP knows each product order of an order, and no other.',
  linkedOnce: 'The ERP gets the id of each product order once.',
  reported: 'A change that comes too late is reported to a person.',
  told: 'A concern is told once while it is open, and is over only when its cause is.',
  followed:
    'What people were told is over two days after they did what it says, unless something has changed.',
  concerns: 'After the daily look, a concern is open exactly while its cause is.',
  withdrawn: 'An order that the ERP withdraws before it is created is not created.',
  deadLetters: 'A dead letter has a cause that a person can resolve, and does not come back after that.',
  passing: 'A failure that passes by itself never becomes a dead letter.',
  recorded: 'The journey shows each dead letter, and a metric counts it.',
  ended:
    'What a person has ended is neither made nor booked nor told after that, unless a person takes it back.',
  settled: 'What a person has settled is told again only if its cause is seen again.',
  remade: 'What a person has made again is made once, or why not is reported.',
  journey: 'The journey shows what happened.',
  waiting: 'Nothing waits for a message that never comes.',
  wakes: 'Nothing that is open lacks what wakes it: a date in the index, or a person who was told.',
  announced: 'What a trigger of a batch order announces is read because of it.',
  ends: 'After the last accident all work ends.',
  leases: 'No lock, lease or claim is held beyond its time.',
  released: 'If no call fails, every lock, lease and claim is released.',
  items: 'No item of the ledger comes near the size limit.',
  atOnce: 'A partner never gets more simultaneous calls than its limit.',
  oneSlot: 'No booking holds a slot of Azumuta while it calls the ERP.',
  perSecond: 'A partner never gets more calls per second than its limit.',
  breaker: 'While a circuit breaker is open, only probes call its partner.',
  paused: 'A flow that is paused calls no partner.',
  calls: 'A partner is called only as often as its orders need, and rarely during an outage.',
  waits: 'What only has to wait is not noted as a failure.',
  kept: 'Once it is booked, a booking is kept in figures alone.',
  personal: 'No name of an operator is in the ledger, a queue or the logs.',
  unexpected: 'Our code throws no unexpected error.',
} as const;

/** An item of the ledger. */
export type Item = Readonly<Record<string, unknown>>;

/** What a person must see to about an order, until it is over. */
/** A person has settled that the ERP does not want it, and nothing was seen of that since. */
export function isSettledAsUnwanted({ sk, history }: Item): boolean {
  return sk === 'CONCERN#unwanted' && Array.isArray(history) && history.at(-1)?.note === because;
}

/** The partitions of all product orders of one ERP order: what is booked together is kept with one of them. */
export function partitionsOfErpOrder({ pk }: Item, items: readonly Item[]): ReadonlySet<unknown> {
  const entries = items.filter(({ sk }) => sk === 'ORDER');
  const own = entries.find((entry) => entry.pk === pk);
  const ofOne = entries.filter(({ erpOrderNumber }) => own && erpOrderNumber === own.erpOrderNumber);
  return new Set([pk, ...ofOne.map((entry) => entry.pk)]);
}

export function isOpenConcern({ sk, content }: Item): boolean {
  return String(sk).startsWith('CONCERN#') && content !== '';
}

export type PromiseName = keyof typeof invariants;
export type Find = (invariant: PromiseName, sentence: string) => void;

/** Collects findings in the order in which they were found; each sentence once. */
export function createFindings(): { readonly find: Find; readonly all: () => readonly Finding[] } {
  const findings = new Map<string, Finding>();
  return {
    find: (invariant, sentence) =>
      findings.set(`${invariant} ${sentence}`, { invariant: invariants[invariant], sentence }),
    all: () => [...findings.values()],
  };
}
