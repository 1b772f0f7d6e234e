import type { Attempt, ErpConnector } from '../../../shared/erp/connector.ts';
import type { BookingKey, Completion } from '../../../shared/model/completions.ts';
import { isVerdict, reasonOf } from '../../../shared/model/errors.ts';

/** What the other side has answered to one key that came several times. */
export interface OnceTrial {
  readonly key: BookingKey;
  /** Each once. */
  readonly references: readonly string[];
  /** Why a call got no reference. One of two that come at once may have to wait. */
  readonly failures: readonly string[];
  /** Whether the promise was kept, as far as the answers show it. */
  readonly isKept: boolean;
}

/**
 * Sends one booking twice at the same moment, and again: its key must be booked once, and each answer name the same booking.
 * @throws what is none of a partner's failures: a mistake of ours.
 */
export async function tryBookingOnce(
  erp: Pick<ErpConnector, 'book'>,
  completion: Completion,
  signal: AbortSignal,
): Promise<OnceTrial> {
  const key: BookingKey = `${completion.productOrder.id}#quantity`;
  const send = async (attempt: Attempt) => {
    try {
      return { reference: (await erp.book(completion, key, attempt)).reference };
    } catch (error) {
      if (!isVerdict(error)) throw error;
      return { failure: reasonOf(error), mayWait: error.kind !== 'rejected' };
    }
  };
  const atOnce = await Promise.all([send({ again: false, signal }), send({ again: false, signal })]);
  const later = await send({ again: true, signal });
  const all = [...atOnce, later];
  const references = new Set(all.flatMap(({ reference }) => reference ?? []));
  const isAnswered = later.reference !== undefined && atOnce.some(({ reference }) => reference !== undefined);
  const isRefused = all.some(({ failure, mayWait }) => failure !== undefined && !mayWait);
  return {
    key,
    references: [...references],
    failures: all.flatMap(({ failure }) => failure ?? []),
    isKept: isAnswered && !isRefused && references.size === 1,
  };
}
