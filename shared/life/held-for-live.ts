import type { KnownOrders } from '../ledger/records/known-orders.ts';
import { Wait } from '../model/errors.ts';
import { hasEnded, lifeOf } from './life.ts';

/** What a message of a queue is about, as a stack in shadow must know it before it does anything. */
export interface MessageInShadow {
  readonly number: string;
  /** @see KnownOrders.readStanding */
  readonly otherNumber?: string | undefined;
  /** The schedule sends another one as long as the ledger says that something is to be done, so this one is not needed. */
  readonly isRepeated: boolean;
  /** It is the daily look at an order, which decides nothing new. */
  readonly isLook: boolean;
}

/**
 * Whether shadow leaves a message alone, by what was done before, live:
 *
 *   its order is unknown live, or has ended there    no: shadow decides about it
 *   it is open there, and the schedule repeats it    yes: the message ends
 *   it is open there, and it brings news             it waits until the stack is live again
 *   it is a batch order live                         the same: which of its product orders are open is not looked at
 *
 * @param live The live ledger, of which a stack in shadow only reads.
 * @throws Wait
 */
export async function isLeftToLive(
  { number, otherNumber, isRepeated }: MessageInShadow,
  live: Pick<KnownOrders, 'readStanding'>,
): Promise<boolean> {
  const standing = await live.readStanding(number, otherNumber);
  const isBatch = standing.batches.length > 0;
  const isKnown = standing.entry !== undefined || standing.bookings.length > 0;
  const isOpen = isKnown && !hasEnded(lifeOf(standing).stage);
  if (!isBatch && !isOpen) return false;
  if (isRepeated) return true;
  const sentence = `${isBatch ? 'Batch' : 'Product'} order ${number} was begun before the integration was in shadow, and waits until it is live.`;
  throw new Wait(sentence, { awaits: 'live' });
}
