import type { Ledger } from '../ledger/ledger.ts';
import type { KnownOrder } from '../ledger/records/known-orders.ts';
import { Rejected } from '../model/errors.ts';
import { type ErpOrder, isSameErpOrder, partNumbers } from '../model/orders.ts';
import { maxTextLength, problemOfText, shorten } from '../model/text.ts';
import { mapConcurrently } from '../platform/map-concurrently.ts';
import type { KnownErpOrder, WantedOrder } from './wanted-order.ts';

/** Product orders of one order that are read at the same time. */
const concurrency = 8;

/** Reads what the ledger knows about an ERP order, under its id or number and under the numbers that it is mapped to. */
export async function readKnown(
  { order, mapped }: Pick<WantedOrder, 'order'> & Partial<Pick<WantedOrder, 'mapped'>>,
  ledger: Pick<Ledger, 'erpOrders' | 'knownOrders'>,
): Promise<KnownErpOrder> {
  const productOrders = new Map<string, KnownOrder>();
  const read = (numbers: readonly string[]) =>
    mapConcurrently(numbers, concurrency, async (number) => {
      if (!productOrders.has(number)) productOrders.set(number, await ledger.knownOrders.read(number));
    });
  await read((mapped?.productOrders ?? []).map(({ draft }) => draft.number));
  // It may come without its id now, and there is one record for each order.
  const same = [...productOrders.values()].find(
    ({ entry }) => entry && isSameErpOrder(entry.erpOrder, order),
  );
  let record = await ledger.erpOrders.find(order.id === undefined ? (same?.entry?.erpOrder ?? order) : order);
  // It came without its id before.
  if (!record && order.id !== undefined) record = await ledger.erpOrders.find({ number: order.number });
  if (record) {
    const { split, mostParts, earlier } = record;
    await read([{ ...split, of: mostParts }, ...earlier].flatMap(partNumbers));
  }
  const { of = 0, book = 'alone' } = mapped?.split ?? {};
  if (!record || book !== 'when-all-done' || of >= record.mostParts) return { record, productOrders };
  const completed = await ledger.erpOrders.completedParts(record);
  return { record, productOrders, completed: new Set(completed.keys()) };
}

/** A connector passes on any text of the ERP; one that cannot be a key of the ledger must not stop other orders. */
export function problemOf({
  number,
  id = number,
  article,
  quantity,
  dueDate = '',
}: ErpOrder): Rejected | undefined {
  const { unit = '' } = quantity;
  const tooLong = Object.entries({ article, unit, 'due date': dueDate }).filter(
    ([, text]) => text.length > maxTextLength,
  );
  for (const [field, text] of [['number', number], ['id', id], ...tooLong] as const) {
    const problem = problemOfText(text);
    const sentence = `The ${field} of ERP order ${shorten(number, 100)} ${problem}: correct it in the ERP.`;
    if (problem !== undefined) return new Rejected(sentence, { code: 'order-data' });
  }
  return undefined;
}

/** An order that comes without an id now is the one that its record says. */
export function asKnown(order: ErpOrder, { record }: KnownErpOrder): ErpOrder {
  const id = order.id ?? record?.erpOrder.id;
  return id === undefined ? order : { ...order, id };
}
