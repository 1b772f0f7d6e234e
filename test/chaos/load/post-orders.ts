import type { LocalSystem } from '../../../infra/local/run-locally.ts';
import type { ProductionOrder } from '../../../infra/local/sandbox/erp/store.ts';
import { persistently } from './patience.ts';

const answeredWithinMs = 30_000;

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
    if (!answer.ok) throw new Error(`The order endpoint answered ${answer.status}.`);
  });
}

/** An order in the shape of the order endpoint. */
function posted(order: ProductionOrder) {
  const { number, id, product, quantity, unit, dueDate, customer, options } = order;
  return { number, id, article: product, quantity, unit, dueDate, attributes: { customer, ...options } };
}
