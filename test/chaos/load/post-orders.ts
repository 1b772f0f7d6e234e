import * as z from 'zod/mini';
import type { LocalSystem } from '../../../infra/local/run-locally.ts';
import type { ProductionOrder } from '../../../infra/local/sandbox/erp/store.ts';
import { comesTrue, persistently } from './patience.ts';

const answeredWithinMs = 30_000;
const patienceMs = 180_000;
/** What failed often comes again after up to 15 minutes. */
const createdWithinMs = 16 * 60_000;
const standSchema = z.object({ orders: z.array(z.object({ status: z.string() })) });

/** Posts orders to the order endpoint as an ERP does: again until they are accepted. */
export async function postOrders(
  { orderEndpoint }: LocalSystem,
  orders: readonly ProductionOrder[],
): Promise<void> {
  await persistently(async () => {
    const answer = await fetch(orderEndpoint.url, {
      method: 'POST',
      headers: { 'x-api-key': orderEndpoint.key, 'content-type': 'application/json' },
      body: JSON.stringify(orders.map(posted)),
      signal: AbortSignal.timeout(answeredWithinMs),
    });
    await answer.body?.cancel();
    // 422: at least one of them is rejected already, all others are taken.
    if (!answer.ok && answer.status !== 422) throw new Error(`The order endpoint answered ${answer.status}.`);
  }, patienceMs);
}

/** Asks the order endpoint until the product order exists. */
export async function untilCreated({ orderEndpoint }: LocalSystem, number: string): Promise<void> {
  const created = await comesTrue(
    async () => {
      const answer = await fetch(`${orderEndpoint.url}/${encodeURIComponent(number)}`, {
        headers: { 'x-api-key': orderEndpoint.key },
        signal: AbortSignal.timeout(answeredWithinMs),
      });
      const { orders } = z.parse(standSchema, await answer.json());
      return orders[0]?.status === 'exists';
    },
    createdWithinMs,
    1_000,
  );
  if (!created) throw new Error(`Order ${number} was not created.`);
}

/** An order in the shape of the order endpoint. */
function posted(order: ProductionOrder) {
  const { number, id, product, quantity, unit, dueDate, customer, options } = order;
  return { number, id, article: product, quantity, unit, dueDate, attributes: { customer, ...options } };
}
