import { homeOf } from '../../../shared/completions/decide-bookings.ts';
import { ownHint } from '../../../shared/completions/messages.ts';
import type { Ledger } from '../../../shared/ledger/ledger.ts';
import type { Queues } from '../../../shared/platform/aws/queue.ts';
import type { Clock } from '../../../shared/platform/clock.ts';

/**
 * Finds orders with a rejected booking that has no dead letter any more: SQS keeps one for 14 days, and a person may have
 * discarded it. The ledger knows what was planned, so it can be planned again.
 * @param numbers Product order numbers.
 * @param withLetter Product orders that have a dead letter of a booking.
 */
export async function ordersWithLostBooking(
  numbers: ReadonlySet<string>,
  withLetter: ReadonlySet<string>,
  { knownOrders, bookings }: Pick<Ledger, 'knownOrders' | 'bookings'>,
): Promise<string[]> {
  const homes = new Set<string>();
  for (const number of numbers) {
    const { entry, bookings: own } = await knownOrders.read(number);
    const home = homeOf(number, entry);
    const known = home === number ? own : await bookings.of(home);
    if (known.some(({ state }) => state === 'rejected')) homes.add(home);
  }
  return [...homes].filter((home) => !withLetter.has(home));
}

/** Plans the bookings of these product orders again; as in a replay, the ledger is written first. @throws Error when SQS refuses. */
export async function planAgain(
  homes: readonly string[],
  dependencies: {
    readonly records: Pick<Ledger['deadLetters'], 'of' | 'markReplayed'>;
    readonly queues: Pick<Queues, 'sendAll'>;
    readonly completionsQueueUrl: string;
    readonly clock: Clock;
  },
): Promise<void> {
  const { records, queues, completionsQueueUrl, clock } = dependencies;
  for (const home of homes) {
    const dead = (await records.of(home)).filter(
      ({ isDead, stage }) => isDead && stage === 'book-completion',
    );
    for (const record of dead) await records.markReplayed(record, 'planned again, as its letter is gone');
  }
  const hints = homes.map((home) => ({
    body: JSON.stringify(ownHint(home, 'replay', { now: clock.now(), eventId: `replay of ${home}` })),
  }));
  const refused = await queues.sendAll(completionsQueueUrl, hints);
  if (refused.length > 0) throw new Error(`SQS did not take ${refused.length} of ${hints.length} messages.`);
}
