import { bookingKeyOf, ledgerIndexes, noOrder, numberOf, orderKey, questionKey, windowKey } from '../keys.ts';
import { awaitedComparison } from './comparisons.ts';
import type { Standing } from './known-orders.ts';
import { Records } from './records.ts';
import { awaitedTime } from './windows.ts';

/**
 * What the runs by schedule find to be due, and put off. All lists are of indexes, which lag: some may have been completed a
 * moment ago.
 */
export class DueOrders extends Records {
  /**
   * Numbers of product orders that were due by then, or are due at any time, and are not known to be completed, created or
   * not, the longest overdue first.
   * @param byOwnDate Without those that are due as a trigger called them completed too early, or as a booking waits.
   */
  async listOverdue(dueBy: Date | undefined, limit: number, { byOwnDate = false } = {}): Promise<string[]> {
    const range = { limit, ...(dueBy ? { upTo: dueBy.getTime() } : {}) };
    const found = await this.table.queryIndex(ledgerIndexes.awaitingCompletion, 'completion', range);
    return [...new Set(found.filter(({ sk }) => !byOwnDate || sk === orderKey('').sk).map(numberOf))];
  }

  /** Numbers of the orders with open concerns, oldest look first. */
  async listToLookAt(most: number): Promise<string[]> {
    const found = await this.table.queryIndex(ledgerIndexes.awaitingCompletion, 'look', { limit: most });
    return [...new Set(found.map(numberOf))];
  }

  /** Numbers of orders with an open dead letter, the oldest one first. */
  async listWithDeadLetter(most: number): Promise<string[]> {
    const range = { startsWith: 'dead-letter ', limit: most };
    const found = await this.table.queryIndex(ledgerIndexes.concern, 'open', range);
    return [...new Set(found.map(numberOf))].filter((number) => number !== noOrder);
  }

  /** The numbers of those that are due to be compared in shadow, the longest due first. */
  listToCompare(limit: number): Promise<string[]> {
    return this.#listDue(awaitedComparison, limit);
  }

  /** The numbers at which windows are due, the longest due first. */
  listWindows(limit: number): Promise<string[]> {
    return this.#listDue(awaitedTime, limit);
  }

  postponeWindow(home: string, until: Date): Promise<void> {
    return this.postponeItem(windowKey(home), until);
  }

  /** Azumuta was asked about it: what waits for its completion comes after all others that are due before `dueAt`. */
  async postponeAfterAsking(
    { number, home, askedAs, entry, question, bookings }: Standing,
    dueAt: Date,
  ): Promise<void> {
    for (const { key } of bookings.filter(({ awaiting }) => awaiting))
      await this.postponeItem(bookingKeyOf(home, key), dueAt);
    if (entry?.awaiting) await this.postponeItem(orderKey(number), dueAt);
    if (question?.awaiting) await this.postponeItem(questionKey(askedAs), dueAt);
  }

  async #listDue(awaited: string, limit: number): Promise<string[]> {
    const range = { upTo: this.clock.now().getTime(), limit };
    return (await this.table.queryIndex(ledgerIndexes.awaitingCompletion, awaited, range)).map(numberOf);
  }
}
