import { Wait } from '../model/errors.ts';
import type { Clock } from '../platform/clock.ts';

/** No hint that began longer ago is still at work: Lambda ends an invocation after 15 minutes at the latest. */
const longestInvocationMs = 15 * 60_000;

/**
 * Of several hints about an order in one batch, one reads. They all begin before the first one reads, so what the others
 * know of the ledger is outdated once it has read:
 *
 *   another hint reads the order now                 wait
 *   another hint has read it since this one began    wait
 *   else                                             read
 */
export class OneReaderPerOrder {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #beingRead = new Set<string>();
  /** When each order was read last (epoch milliseconds), the oldest first. */
  readonly #lastReadAt = new Map<string, number>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** @param begunAt When the hint asked the ledger. @throws Wait where another hint reads the order, or has read it since. */
  async read<T>(order: string, begunAt: Date, read: () => Promise<T>): Promise<T> {
    const lastReadAt = this.#lastReadAt.get(order) ?? 0;
    if (this.#beingRead.has(order) || lastReadAt >= begunAt.getTime()) {
      const sentence = `Another hint about product order ${order} is on its way.`;
      throw new Wait(sentence, { awaits: 'our-lock' });
    }
    this.#beingRead.add(order);
    try {
      return await read();
    } finally {
      this.#beingRead.delete(order);
      this.#noteRead(order);
    }
  }

  #noteRead(order: string): void {
    const now = this.#clock.now().getTime();
    this.#lastReadAt.delete(order);
    this.#lastReadAt.set(order, now);
    for (const [other, readAt] of this.#lastReadAt) {
      if (now - readAt <= longestInvocationMs) return;
      this.#lastReadAt.delete(other);
    }
  }
}
