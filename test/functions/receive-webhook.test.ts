import { expect, it } from 'vitest';
import { createReceiveWebhook } from '../../functions/receive-webhook/receive-webhook.ts';
import { call, keys, type Surroundings, startSurroundings } from './stage.ts';

const usual = { event: 'product-order-completed', token: keys.webhook };

/** A trigger with this body. */
const trigger = ({ runtime }: Surroundings, body: object, more: object = {}) =>
  call(createReceiveWebhook(runtime), { pathParameters: usual, body: JSON.stringify(body), ...more });

it("has a completion looked at, by the contract's names and under the id of the call", async () => {
  const stage = await startSurroundings({
    azumuta: { contract: { trigger: { productOrderNumber: ['opdracht'] } } },
  });
  expect(await trigger(stage, { opdracht: 'MO/1' })).toMatchObject({ statusCode: 202, status: 'accepted' });
  expect(stage.sqs.sent).toMatchObject([{ queue: 'completions' }]);
  expect(stage.sent('completions')).toMatchObject([
    { productOrderNumber: 'MO/1', eventId: 'this call', via: 'webhook' },
  ]);
});

it('reads what a trigger sends in its address', async () => {
  const stage = await startSurroundings();
  const asked = { method: 'GET', body: undefined, rawQueryString: 'productOrderNumber=MO%2F1' };
  await trigger(stage, {}, asked);
  expect(stage.sent('completions')).toMatchObject([{ productOrderNumber: 'MO/1' }]);
});

it('keeps what it does not understand for a person', async () => {
  const stage = await startSurroundings();
  expect(await trigger(stage, { something: 'else' })).toMatchObject({ statusCode: 400 });
  expect(stage.sqs.sent).toMatchObject([{ queue: 'dead-letters' }]);
});

it.each([
  ['the key of another endpoint', { pathParameters: { ...usual, token: keys.orders } }, 401],
  ['another address', { sourceIp: '198.51.100.7' }, 403],
])('lets in nobody with %s', async (_, more, statusCode) => {
  const stage = await startSurroundings({}, { ALLOWED_SOURCES: '["192.0.2.0/24"]' });
  expect(await trigger(stage, { productOrderNumber: 'MO/1' }, more)).toMatchObject({ statusCode });
  expect(stage.sqs.sent).toEqual([]);
  expect(await trigger(stage, { productOrderNumber: 'MO/1' })).toMatchObject({ statusCode: 202 });
});
