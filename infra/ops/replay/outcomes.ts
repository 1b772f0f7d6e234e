import type { Ledger } from '../../../shared/ledger/ledger.ts';
import { isOfBooking, isOfCreation } from '../../../shared/ledger/records/dead-letters.ts';
import type { Standing } from '../../../shared/ledger/records/known-orders.ts';
import { lifeOf, type Stage } from '../../../shared/life/life.ts';
import type { QueueName } from '../../../shared/model/queues.ts';
import { sentence } from '../../../shared/model/text.ts';
import type { Clock } from '../../../shared/platform/clock.ts';
import { atOnce, mapConcurrently } from '../../../shared/platform/map-concurrently.ts';
import { withoutOrder } from '../../../shared/situation/reasons.ts';
import { counted, definedLines } from '../cli/output.ts';

/** A message that a replay has sent. */
export interface SentAgain {
  /** The product order; empty where the message names none. */
  readonly number: string;
  /** Of the dead letter that was sent again; absent where the order had none. */
  readonly messageId?: string | undefined;
  readonly to: QueueName;
}

/** What becomes of a message that was sent again, in the order in which people read it: what needs somebody first. */
export const outcomes = [
  'refused again',
  'booked',
  'in Azumuta',
  'ended without a booking',
  'under way',
  'of no order',
] as const;
export type Outcome = (typeof outcomes)[number];

export interface ReplayOutcome extends SentAgain {
  readonly outcome: Outcome;
  /** A sentence. */
  readonly says: string;
}

type OutcomeLedger = Pick<Ledger, 'knownOrders'>;

const endStages: ReadonlySet<Stage> = new Set(['withdrawn', 'given up', 'removed']);

/**
 * What has become of it, by what the ledger has now; the first line that fits counts:
 *
 *   it names no order                                 of no order
 *   it is a dead letter again; of one that was sent
 *   without one, any of its kind is open            refused again
 *   its order is booked                               booked
 *   withdrawn, given up, removed                      ended
 *   sent to be created, and created                   in Azumuta
 *   anything else: its message waits, or is tried     under way
 */
export async function readOutcome(sent: SentAgain, { knownOrders }: OutcomeLedger): Promise<ReplayOutcome> {
  if (sent.number === '') return { ...sent, outcome: 'of no order', says: 'It names no order.' };
  const standing = await knownOrders.readStanding(sent.number);
  const refusal = refusalSince(standing, sent);
  if (refusal !== undefined) return { ...sent, outcome: 'refused again', says: sentence(refusal) };
  const { stage } = lifeOf(standing);
  if (stage === 'booked') return { ...sent, outcome: 'booked', says: 'It is booked in the ERP.' };
  if (endStages.has(stage)) return { ...sent, outcome: 'ended without a booking', says: `It is ${stage}.` };
  const isCreated = sent.to === 'product-orders' && standing.entry?.state === 'done';
  if (isCreated) return { ...sent, outcome: 'in Azumuta', says: 'It is created in Azumuta.' };
  return { ...sent, outcome: 'under way', says: `It is ${stage}.` };
}

function refusalSince({ deadLetters }: Standing, { messageId, to }: SentAgain): string | undefined {
  const isOfKind = to === 'completions' ? isOfBooking : isOfCreation;
  const deadLetter = deadLetters.find((one) =>
    messageId === undefined ? isOfKind(one) : one.messageId === messageId,
  );
  return deadLetter?.reason;
}

/** Nothing else becomes of it by itself. */
export function isSettledOutcome({ outcome }: Pick<ReplayOutcome, 'outcome'>): boolean {
  return outcome !== 'under way';
}

/** A message that fails at once is back within seconds; one that is retried waits longer each time. */
const lookAgainMs = 1000;

/**
 * What has become of all that was sent, once nothing is under way any more, or after so many seconds.
 * @param tell Gets a sentence after each look.
 */
export async function followReplay(
  sent: readonly SentAgain[],
  seconds: number,
  {
    ledger,
    clock,
    signal,
    tell,
  }: {
    readonly ledger: OutcomeLedger;
    readonly clock: Pick<Clock, 'now' | 'sleep'>;
    readonly signal: AbortSignal;
    readonly tell?: ((text: string) => void) | undefined;
  },
): Promise<readonly ReplayOutcome[]> {
  const until = clock.now().getTime() + seconds * 1000;
  let all = await mapConcurrently(sent, atOnce, (one) => readOutcome(one, ledger));
  const isUnderWay = () => !all.every(isSettledOutcome);
  const mayWait = () => clock.now().getTime() < until && !signal.aborted;
  while (isUnderWay() && mayWait()) {
    tell?.(outcomesInWords(all));
    await clock.sleep(lookAgainMs, signal);
    all = await mapConcurrently(all, atOnce, async (one) =>
      isSettledOutcome(one) ? one : readOutcome(one, ledger),
    );
  }
  return all;
}

/** `5 refused again, 20 booked`. */
export function outcomesInWords(all: readonly ReplayOutcome[]): string {
  return countOutcomes(all)
    .map(([outcome, count]) => `${count} ${outcome}`)
    .join(', ');
}

export function countOutcomes(all: readonly ReplayOutcome[]): [outcome: Outcome, count: number][] {
  const by = Map.groupBy(all, ({ outcome }) => outcome);
  return outcomes.flatMap((outcome): [Outcome, number][] => {
    const count = by.get(outcome)?.length ?? 0;
    return count === 0 ? [] : [[outcome, count]];
  });
}

const mostNamed = 10;

/** What has become of all, and of which orders, where somebody has to look: each reason once. */
export function outcomeLines(all: readonly ReplayOutcome[], where: string): string[] {
  if (all.length === 0) return [];
  const refused = all.filter(({ outcome }) => outcome === 'refused again');
  const reasons = Map.groupBy(refused, ({ says, number }) => withoutOrder(says, [number]));
  const open = all.filter(({ outcome }) => outcome === 'under way');
  return definedLines(
    `What became of ${counted(all.length, 'message')}: ${outcomesInWords(all)}.`,
    [...reasons].map(([reason, of]) => `  ${numbersOf(of)}: ${reason}`),
    open.length > 0 && [
      `  ${numbersOf(open)}: still under way. Where it has got:`,
      `  npm run trace -- <number> ${where}`,
    ],
  );
}

function numbersOf(all: readonly ReplayOutcome[]): string {
  const numbers = [...new Set(all.map(({ number }) => number))];
  const more = numbers.length > mostNamed ? ` and ${numbers.length - mostNamed} more` : '';
  return `${numbers.slice(0, mostNamed).join(', ')}${more}`;
}
