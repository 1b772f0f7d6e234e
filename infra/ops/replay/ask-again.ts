import { completionHint } from '../../../shared/completions/messages.ts';
import type { Ledger } from '../../../shared/ledger/ledger.ts';
import type { Standing } from '../../../shared/ledger/records/known-orders.ts';
import type { Queues } from '../../../shared/platform/aws/queue.ts';

export type AskedOrders = Awaited<ReturnType<typeof findOrders>>;

/** Finds the orders of these numbers. The number of an ERP order that has another number here is no order of its own. */
export async function findOrders(asked: ReadonlySet<string>, ledger: Pick<Ledger, 'knownOrders'>) {
  /** As they were asked for, and as the ledger keeps their bookings and dead letters. */
  const numbers = new Set(asked);
  /** Each order that may be booked, once: parts that are booked together are one. */
  const homes = new Set<string>();
  for (const number of asked) {
    const standing = await ledger.knownOrders.standing(number);
    numbers.add(standing.number).add(standing.home);
    if ((asked.size === 1 || isKnown(standing)) && mayBeBooked(standing)) homes.add(standing.home);
  }
  return { numbers, homes: [...homes] };
}

/** What is not in Azumuta yet cannot be completed; one that is unknown may have been typed there by hand. */
function mayBeBooked({ entry, bookings }: Standing): boolean {
  return entry === undefined || entry.productOrder !== undefined || bookings.length > 0;
}

function isKnown({ entry, bookings, question, answered, letters }: Standing): boolean {
  return Boolean(entry ?? question ?? answered) || bookings.length + letters.length > 0;
}

/** Has orders looked at once more, with a dead letter or without. @throws Error when SQS refuses. */
export async function sendHints(
  homes: readonly string[],
  note: string | undefined,
  dependencies: {
    readonly ledger: Pick<Ledger, 'deadLetters'>;
    readonly queues: Pick<Queues, 'sendAll'>;
    readonly queueUrls: Readonly<Record<'completions', string>>;
  },
): Promise<void> {
  if (homes.length === 0) return;
  const { ledger, queues, queueUrls } = dependencies;
  for (const home of homes)
    for (const record of await ledger.deadLetters.of(home))
      if (record.isDead && record.stage === 'book-completion')
        await ledger.deadLetters.markReplayed(
          record,
          `looked at once more, as its letter is gone${note === undefined ? '' : `: ${note}`}`,
        );
  const hints = homes.map((productOrderNumber) => {
    const hint = completionHint('operator', { productOrderNumber }, `replay of ${productOrderNumber}`);
    return { body: JSON.stringify(hint) };
  });
  const refused = await queues.sendAll(queueUrls.completions, hints);
  if (refused.length > 0) throw new Error(`SQS did not take ${refused.length} of ${hints.length} messages.`);
}
