import type { Ledger } from '../ledger/ledger.ts';
import type { KnownOrder } from '../ledger/records/known-orders.ts';
import { isSameErpOrder, partNumbers } from '../model/orders.ts';
import { mapConcurrently } from '../platform/map-concurrently.ts';
import type { KnownErpOrder, WantedOrder } from './decide-product-orders.ts';

/** Product orders of one ERP order that are read at the same time. */
const concurrency = 8;

/** What the ledger knows about an ERP order: by what the ERP calls it, and by the numbers that it is mapped to. */
export async function readKnown(
  { order, mapped }: Pick<WantedOrder, 'order' | 'mapped'>,
  ledger: Pick<Ledger, 'erpOrders' | 'knownOrders'>,
): Promise<KnownErpOrder> {
  const productOrders = new Map<string, KnownOrder>();
  const read = (numbers: readonly string[]) =>
    mapConcurrently(numbers, concurrency, async (number) => {
      if (!productOrders.has(number)) productOrders.set(number, await ledger.knownOrders.read(number));
    });
  await read((mapped?.productOrders ?? []).map(({ draft }) => draft.number));
  let record = await ledger.erpOrders.find(order);
  // It came without its id before.
  if (!record && order.id !== undefined) record = await ledger.erpOrders.find({ number: order.number });
  if (!record) {
    // It comes without its id now.
    const same = [...productOrders.values()].find(
      ({ entry }) => entry && isSameErpOrder(entry.erpOrder, order),
    );
    record = same?.entry && (await ledger.erpOrders.find(same.entry.erpOrder));
  }
  if (record) {
    const { split, mostParts, earlier } = record;
    await read([{ ...split, of: mostParts }, ...earlier].flatMap(partNumbers));
  }
  return { record, productOrders };
}
