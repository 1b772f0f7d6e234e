import { expect, it } from 'vitest';
import { createAcceptProductOrders } from '../../functions/accept-product-orders/accept-product-orders.ts';
import { call, keys, startSurroundings } from './stage.ts';

type Started = Awaited<ReturnType<typeof startSurroundings>>;

const order = (number: string, more: object = {}) => ({
  number,
  article: 'GEAR-01',
  quantity: '2',
  unit: 'u',
  ...more,
});

/** Posts to a new container. */
const post = ({ integration, runtime }: Started, body: object, more: object = {}) =>
  call(createAcceptProductOrders(integration, runtime), {
    headers: { 'x-api-key': keys.orders },
    body: JSON.stringify(body),
    ...more,
  });

it('tells the status of an order by its number', async () => {
  const stage = await startSurroundings();
  await post(stage, order('MO/1'));
  const asked = { method: 'GET', body: undefined, pathParameters: { number: 'MO/1' } };
  expect(await post(stage, {}, asked)).toMatchObject({ statusCode: 200, orders: [{ status: 'queued' }] });
});

it.each([
  ['the key of another endpoint', { headers: { 'x-api-key': keys.webhook } }, 401],
  ['another address', { sourceIp: '198.51.100.7' }, 403],
])('lets in nobody with %s', async (_, more, statusCode) => {
  const stage = await startSurroundings({}, { ALLOWED_SOURCES: '["192.0.2.0/24"]' });
  expect(await post(stage, order('1'), more)).toMatchObject({ statusCode });
  expect(await post(stage, order('1'))).toMatchObject({ statusCode: 202 });
});

it.each([
  ['wait=10', 10],
  ['respond-async, wait=99', 25],
  ['', 0],
])('waits for the Azumuta ids as long as the caller asks, at most 25 s: "%s"', async (prefer, seconds) => {
  const stage = await startSurroundings();
  const before = stage.clock.now().getTime();
  await post(stage, order('1'), { headers: { 'x-api-key': keys.orders, prefer } });
  expect(stage.clock.now().getTime() - before).toBe(seconds * 1000);
});

it('has a completion looked at again when the last open part is wanted no more', async () => {
  // Prepare: part 1 of 2 is completed
  const split = { per: 'unit', book: 'when-all-done' } as const;
  const stage = await startSurroundings({ productOrders: { split } });
  await post(stage, order('MO/1'));
  const part = { index: 1, productOrderId: 'id of MO/1/1' };
  await stage.ledger.erpOrders.recordCompletedPart({ erpOrder: { number: 'MO/1' } }, part);

  // Act
  await post(stage, order('MO/1', { quantity: '1' }));

  // Assess
  expect(stage.sent('completions')).toMatchObject([
    { kind: 'completion', productOrderNumber: 'MO/1/1', via: 'reconciliation' },
  ]);
});
