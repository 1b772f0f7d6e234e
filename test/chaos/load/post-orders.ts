import * as z from 'zod/mini';
import type { LocalSystem } from '../../../infra/local/run-locally.ts';
import type { ProductionOrder } from '../../../infra/local/sandbox/erp/store.ts';
import { comesTrue, longestWaitMs, persistently } from './patience.ts';

const answeredWithinMs = 30_000;
const statusSchema = z.object({
  orders: z.array(
    z.object({
      status: z.string(),
      productOrders: z.array(z.object({ id: z.optional(z.string()) })),
    }),
  ),
});

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
    // 409 and 422: at least one of them is a conflict or rejected already; all others are accepted.
    if (!answer.ok && answer.status !== 409 && answer.status !== 422)
      throw new Error(`The order endpoint answered ${answer.status}.`);
  });
}

/** Asks the order endpoint whether the product order exists. @returns Azumuta's id of it. */
export async function createdId({ orderEndpoint }: LocalSystem, number: string): Promise<string | undefined> {
  const answer = await fetch(`${orderEndpoint.url}/${encodeURIComponent(number)}`, {
    headers: { 'x-api-key': orderEndpoint.key },
    signal: AbortSignal.timeout(answeredWithinMs),
  });
  const { orders } = z.parse(statusSchema, await answer.json());
  return orders[0]?.status === 'exists' ? orders[0].productOrders[0]?.id : undefined;
}

/** Asks the order endpoint until the product order exists. @returns Azumuta's id of it. */
export async function untilCreated(system: LocalSystem, number: string): Promise<string> {
  let id: string | undefined;
  const look = async () => {
    id = await createdId(system, number);
    return id !== undefined;
  };
  await comesTrue(look, longestWaitMs, 1_000);
  if (id === undefined) throw new Error(`Order ${number} was not created.`);
  return id;
}

/** An order in the shape of the order endpoint. */
function posted(order: ProductionOrder) {
  const { number, id, product, quantity, unit, dueDate, customer, options } = order;
  return { number, id, article: product, quantity, unit, dueDate, attributes: { customer, ...options } };
}
