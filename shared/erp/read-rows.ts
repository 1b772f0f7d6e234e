import type * as z from 'zod/mini';
import type { ErpOrder, ErpOrderRef } from '../model/orders.ts';
import { problemOfText, shorten } from '../model/text.ts';
import { fieldOf } from '../platform/json.ts';
import { describeMismatches, parse } from '../platform/validation.ts';
import type { UnreadableOrder } from './connector.ts';
import { rejected } from './failures.ts';

/** What was read of rows: what they became, and those that are for a person. */
export interface ReadRows<Order> {
  readonly orders: readonly Order[];
  readonly unreadable: readonly UnreadableOrder[];
}

/**
 * Reads the rows of one listing, one by one. An invalid row is reported, once for each name, as a row without a
 * change time may come on several pages.
 * @param orderOf What a row becomes.
 * @param names Fields that may name the order, the best first.
 * @param list JSON path of the rows in the answer: names a row that has no name.
 */
export function createRowReader<Row, Order>(
  schema: z.ZodMiniType<Row>,
  orderOf: (row: Row) => Order,
  { partner, names, list }: { partner: string; names: readonly string[]; list: string },
): (rows: readonly unknown[]) => ReadRows<Order> {
  const reported = new Set<string>();
  return (rows) => {
    const orders: Order[] = [];
    const unreadable: UnreadableOrder[] = [];
    for (const [index, row] of rows.entries()) {
      const parsed = parse(schema, row);
      if (parsed.ok) {
        orders.push(orderOf(parsed.value));
        continue;
      }
      const name = firstUsableName(names.map((field) => fieldOf(row, field)));
      if (name !== undefined && reported.has(name)) continue;
      if (name !== undefined) reported.add(name);
      unreadable.push(
        unreadableOrder(partner, name ?? `${list}[${index}]`, describeMismatches(parsed.mismatches)),
      );
    }
    return { orders, unreadable };
  };
}

/** A row may have any number of invalid fields; a person corrects one after the other. */
const longestRowReason = 500;

/**
 * @param why What is wrong with it, to follow a colon, without a full stop.
 * @param correct What a person does about it.
 */
export function unreadableOrder(
  partner: string,
  id: string,
  why: string,
  correct = `Correct the order in ${partner} and save it there`,
): UnreadableOrder {
  return {
    id,
    reason: `${partner} lists order ${id}, which cannot be read: ${shorten(why, longestRowReason)}. ${correct}: then it is listed again.`,
  };
}

/**
 * The order that was asked for, among what was found of it, read as a listing is.
 * @throws Rejected when several have its number, or it cannot be read.
 */
export function onlyOrder(
  partner: string,
  { number }: ErpOrderRef,
  { orders, unreadable }: ReadRows<ErpOrder>,
): ErpOrder | undefined {
  const [order, ...others] = orders;
  const ids = orders.map(({ id }) => id).join(', ');
  const several = `${partner} has several orders ${number} (ids ${ids}): give them numbers of their own.`;
  const refusal = unreadable[0]?.reason ?? (others.length > 0 ? several : undefined);
  if (refusal !== undefined) throw rejected('order-data', refusal);
  return order;
}

/** The first of these values that can name an order in a message and in the ledger. */
export function firstUsableName(values: readonly unknown[]): string | undefined {
  return values
    .map((value) => (typeof value === 'number' ? String(value) : value))
    .find((value): value is string => typeof value === 'string' && problemOfText(value) === undefined);
}
