import { minuteMs } from '../world/moments.ts';
import { orderApiKey } from '../world/plant.ts';
import type { World } from '../world/world.ts';
import type { ReleasedOrder } from './released-order.ts';

/** The ERP posts an order to the endpoint, and again every minute until the answer is not a 5xx. */
export function postOrder(
  world: World,
  order: Pick<ReleasedOrder, 'ref' | 'quantity' | 'dueDate'> & Partial<Pick<ReleasedOrder, 'postedAt'>>,
  taken: () => void,
): void {
  const { plant, time, timeline } = world;
  const { number, id, article } = order.ref;
  const body = JSON.stringify({
    number,
    ...(id === undefined ? {} : { id }),
    article,
    quantity: String(order.quantity),
    dueDate: order.dueDate,
  });
  const event = {
    headers: { 'x-api-key': orderApiKey },
    requestContext: { http: { method: 'POST', sourceIp: '192.0.2.1' } },
    body,
    isBase64Encoded: false,
  };
  plant.call('accept-product-orders', event, (status) => {
    order.postedAt = time.now();
    timeline.note('ERP', () => `posts ${number}: answered ${status}`);
    if (status < 500) return taken();
    time.after(minuteMs, () => postOrder(world, order, taken));
  });
}
