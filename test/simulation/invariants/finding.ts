/** What a run must not end with: the promise that it breaks, and how. */
export interface Finding {
  readonly invariant: string;
  readonly sentence: string;
}

/** What is promised, whatever happens: each of them is judged in a file of this folder. */
export const invariants = {
  created: 'Every accepted order is created once, or told.',
  ordered: 'Nothing is in Azumuta that no planner released.',
  booked: 'What was completed is booked once, or is a dead letter with its cause.',
  figures: 'A booking has the quantity, the scrap and the lots that were recorded.',
  nothingElse: 'Nothing is booked that Azumuta does not say.',
  recordings: 'Each recording is told once.',
  linked: 'The ERP knows each product order that an order became, and no other.',
  linkedOnce: 'The ERP is told of a product order once.',
  told: 'What the ERP changes too late is told.',
  withdrawn: 'What the ERP takes back before it is created is not created.',
  letters: 'A dead letter has a cause that a person can mend, and goes away once it is mended.',
  patience: 'What passes by itself needs no person.',
  noted: 'The journey tells of each dead letter there is, and a metric counts it.',
  journey: 'The journey tells what happened.',
  waiting: 'Nothing waits for a message that does not come.',
  rest: 'After the last accident all comes to rest.',
  leases: 'No lock, lease or claim outlives its holder beyond its time.',
  givenBack: 'Where no call went wrong, all that was held is given back.',
  items: 'No item of the ledger comes near its limit.',
  oneAtATime: 'An ERP order is booked on by one attempt at a time.',
  atOnce: 'A partner gets no more calls at once than it bears.',
  perSecond: 'A partner gets no more calls a second than it bears.',
  breaker: 'While a breaker is open, nothing but probes calls its partner.',
  calls: 'A partner is called so often as its orders need, and rarely while it is out of order.',
  personal: 'No name of an operator is in the ledger, a queue or the logs.',
  unexpected: 'No code of ours throws what it does not expect.',
} as const;

export type Find = (invariant: keyof typeof invariants, sentence: string) => void;

/** Where findings are collected, in the order in which they were found; each sentence once. */
export function createFindings(): { readonly find: Find; readonly all: () => readonly Finding[] } {
  const findings = new Map<string, Finding>();
  return {
    find: (invariant, sentence) =>
      findings.set(`${invariant} ${sentence}`, { invariant: invariants[invariant], sentence }),
    all: () => [...findings.values()],
  };
}
