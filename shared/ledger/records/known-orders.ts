import type { StoredItem, Table } from '../../platform/aws/dynamodb-table.ts';
import type { Clock } from '../../platform/clock.ts';
import {
  aliasKey,
  bookingPrefix,
  concernPrefix,
  deadLetterPrefix,
  expiryAfter,
  numberOf,
  orderKey,
  partitionOf,
  questionKey,
  retentionSeconds,
} from '../keys.ts';
import { ledgerIndexes } from '../table-schema.ts';
import { type BookingEntry, bookingEntryOf } from './bookings.ts';
import { type Concern, concernOf } from './concerns.ts';
import type { DeadLetterId } from './dead-letters.ts';
import type { ErpOrders } from './erp-orders.ts';
import { type OrderEntry, orderEntryOf } from './product-orders.ts';
import { type Answered, answeredOf, type Question, questionOf } from './questions.ts';

/** What decisions need to know about a product order. */
export interface KnownOrder {
  /** Undefined when it was not created by this integration. */
  readonly entry: OrderEntry | undefined;
  readonly bookings: readonly BookingEntry[];
  /** Undefined while nobody asks Azumuta about it. */
  readonly question: Question | undefined;
  /** Undefined until another hint came about a completed order. */
  readonly answered: Answered | undefined;
  /** What a person must see to about it. */
  readonly concerns: readonly Concern[];
  /** The number of ours, where this one is what Azumuta calls the order by now. */
  readonly alias: string | undefined;
  /** Its open dead letters. */
  readonly letters: readonly DeadLetterId[];
}

const monthSeconds = 30 * 86_400;

export function createKnownOrders(table: Table, clock: Clock, erpOrders: Pick<ErpOrders, 'itemsOf'>) {
  return {
    /** By its number: one query, strongly consistent. */
    async read(number: string): Promise<KnownOrder> {
      const stored = await table.query(partitionOf(number));
      const item = ({ sk }: { readonly sk: string }) => stored.find((each) => each.sk === sk);
      const order = item(orderKey(number));
      const question = item(questionKey(number));
      return {
        entry: order && orderEntryOf(order),
        bookings: stored.filter(({ sk }) => String(sk).startsWith(bookingPrefix)).map(bookingEntryOf),
        question: question?.by === undefined ? undefined : questionOf(question),
        answered: answeredOf(question),
        concerns: stored
          .filter(({ sk }) => String(sk).startsWith(concernPrefix))
          .flatMap((each) => concernOf(each) ?? []),
        alias: aliasOf(item(aliasKey(number))),
        letters: stored
          .filter((each) => String(each.sk).startsWith(deadLetterPrefix) && each.dead === true)
          .map(({ sk }) => ({
            messageId: String(sk).slice(deadLetterPrefix.length),
            orderNumber: number,
          })),
      };
    },

    /**
     * Nothing that is open expires, and the records of an order expire together: once a month, all of them are kept as long
     * as if they were written now.
     */
    async keep({ number, erpOrder, expiresAt: before }: OrderEntry): Promise<void> {
      const expiresAt = expiryAfter(retentionSeconds, clock.now());
      if (before > expiresAt - monthSeconds) return;
      const own = await table.query(partitionOf(number));
      const ofErp = await erpOrders.itemsOf(erpOrder);
      for (const { pk, sk, expiresAt: old } of [...own, ...ofErp])
        if (old !== undefined)
          await table.update(
            { pk: String(pk), sk: String(sk) },
            { set: { expiresAt }, condition: 'attribute_exists(pk)' },
          );
    },

    /** Notes that Azumuta calls our order `number` by another one now. */
    async writeAlias(alias: string, number: string): Promise<void> {
      const expiresAt = expiryAfter(retentionSeconds, clock.now());
      await table.update(aliasKey(alias), { set: { v: 1, number, expiresAt } });
    },

    /** Number of the order with this id of Azumuta. The index lags a moment. */
    async numberOfAzumutaId(id: string): Promise<string | undefined> {
      const [found] = await table.queryIndex(ledgerIndexes.azumutaId, id, { limit: 1 });
      return found && numberOf(found);
    },
  };
}

function aliasOf(stored: StoredItem | undefined): string | undefined {
  return typeof stored?.number === 'string' ? stored.number : undefined;
}
