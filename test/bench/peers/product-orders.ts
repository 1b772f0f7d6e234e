import { callLocalProcess } from '../../../infra/local/emulator/process/http.ts';
import { viewQueues } from '../../support/queues.ts';
import type { Partners } from '../partners/partners.ts';
import { numbersOf, until } from './load.ts';
import type { BenchPlant } from './plant.ts';

/** As many orders as the endpoint can accept within its short local timeout, also on a busy machine. */
const maxInOneCall = 10;

/**
 * Numbers of product orders to complete, which nothing else uses. Our bundle creates them from ERP orders first, as for
 * most completions; its peer does not process orders.
 */
export async function productOrdersToComplete(
  plant: BenchPlant,
  partners: Partners,
  prefix: string,
  count: number,
): Promise<string[]> {
  await partners.reset();
  if (!plant.makesProductOrders) return numbersOf(prefix, count);
  const numbers = numbersOf(`PO-${prefix}`, count);
  for (let from = 0; from < count; from += maxInOneCall)
    await postOrders(plant, numbers.slice(from, from + maxInOneCall));
  await untilLinked(partners, count);
  // What is left to do for the last orders is no work on a completion.
  const { depth } = viewQueues(plant);
  if (!(await until(async () => (await depth()) === 0, 30_000))) throw new Error('Orders are still created.');
  await partners.reset();
  return numbers;
}

/** @throws Error unless the endpoint accepts all orders. */
export async function postOrders(plant: BenchPlant, numbers: readonly string[]): Promise<void> {
  const orders = numbers.map((number) => ({
    number,
    article: 'GEAR-01',
    quantity: '5',
    unit: 'u',
    attributes: { side: 'Left' },
  }));
  const answer = await callLocalProcess(`${plant.emulator.apiUrl}/product-orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': plant.orderKey },
    body: JSON.stringify(orders.length === 1 ? orders[0] : orders),
  });
  if (answer.status !== 202) throw new Error(`The order endpoint answered ${answer.status}.`);
}

export async function untilLinked(partners: Partners, count: number): Promise<void> {
  const all = async () =>
    ((await partners.read()).calls['PATCH /api/production-orders/{number}'] ?? 0) >= count;
  if (!(await until(all, 120_000, 200))) throw new Error('Not every order was created and linked.');
}
