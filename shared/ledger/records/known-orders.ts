import type { Table } from '../../platform/aws/dynamodb-table.ts';
import { bookingPrefix, claimPrefix, conflictKey, orderKey, partitionOf, questionKey } from '../keys.ts';
import { ledgerIndexes } from '../table-schema.ts';
import { type BookingEntry, bookingEntryOf } from './bookings.ts';
import { type Told, toldOf } from './order-changes.ts';
import { type OrderEntry, orderEntryOf } from './product-orders.ts';
import { type Answered, answeredOf, type Question, questionOf } from './questions.ts';

/** What decisions need to know about a product order. */
export interface KnownOrder extends Told {
  /** Undefined when it was not created by this integration. */
  readonly entry: OrderEntry | undefined;
  readonly bookings: readonly BookingEntry[];
  /** Undefined while nobody asks Azumuta about it. */
  readonly question: Question | undefined;
  /** Undefined until another hint came about a completed order. */
  readonly answered: Answered | undefined;
  /** Other ERP orders (ids or numbers) that are mapped to the same number, as a planner was told. */
  readonly claimants: readonly string[];
}

export function createKnownOrders(table: Table) {
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
        ...toldOf(item(conflictKey(number))),
        claimants: stored
          .filter((each) => String(each.sk).startsWith(claimPrefix) && toldOf(each).told !== '')
          .map(({ sk }) => String(sk).slice(claimPrefix.length)),
      };
    },

    /** Number of the order with this id of Azumuta, or with this recording. The index lags a moment. */
    async numberOfAzumutaId(id: string): Promise<string | undefined> {
      const [found] = await table.queryIndex(ledgerIndexes.azumutaId, id, { limit: 1 });
      return found && String(found.pk).slice(partitionOf('').length);
    },
  };
}
