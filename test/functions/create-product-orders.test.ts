import { expect, it } from 'vitest';
import { createCreateProductOrders } from '../../functions/create-product-orders/create-product-orders.ts';
import { createPullProductOrders } from '../../functions/pull-product-orders/pull-product-orders.ts';
import { productOrderMessage } from '../../shared/orders/messages.ts';
import { invocation, messages, type Surroundings, startSurroundings, takeSlot } from './stage.ts';

/** Works on what was sent, in a new container. */
const create = (
  { integration, runtime }: Surroundings,
  bodies: readonly string[],
  productOrders = integration.productOrders,
) => createCreateProductOrders({ ...integration, productOrders }, runtime)(messages(...bodies), invocation);

/** An order of the ERP, and the message that a pull has sent for it. */
async function pulled(stage: Surroundings) {
  const order = stage.plan();
  await createPullProductOrders(stage.integration, stage.runtime)({}, invocation);
  const bodies = stage.sqs.sent.map(({ body }) => body);
  stage.sqs.forget();
  return { order, bodies };
}
const madeIn = ({ azumuta }: Surroundings) => azumuta.productOrders().map(({ number }) => number);

it('creates a product order in Azumuta, and gives the ERP its id', async () => {
  // Prepare
  const stage = await startSurroundings();
  const { order, bodies } = await pulled(stage);

  // Act
  const response = await create(stage, bodies);

  // Assess
  expect(response).toEqual({ batchItemFailures: [] });
  const [made] = stage.azumuta.productOrders();
  expect(made?.number).toBe(order.number);
  expect(stage.erp.books(order).productOrders).toEqual([made?.id]);
  // The dimension of its metrics.
  expect(stage.logged.join()).toContain('AzumutaErp-functions-test');
});

it("calls Azumuta by the configuration's contract", async () => {
  const contract = { apiKeyHeader: 'X-Other-Key' };
  const stage = await startSurroundings({ azumuta: { contract } });
  await create(stage, (await pulled(stage)).bodies);
  expect(stage.calls.azumuta[0]?.headers).toHaveProperty('x-other-key');
});

it('waits for the settling time of the environment when the ERP did not answer the link', async () => {
  // Prepare
  const stage = await startSurroundings();
  const { bodies } = await pulled(stage);
  stage.answers.erp = ({ method }, answer) => (method === 'PATCH' ? undefined : answer());

  // Act
  const response = await create(stage, bodies);

  // Assess
  expect(response.batchItemFailures).toHaveLength(1);
  expect(stage.sqs.hidden).toEqual([{ queue: 'product-orders', seconds: 425 }]);
});

it('puts aside what Azumuta has no article for, and maps it anew when it is replayed', async () => {
  // Prepare
  const productOrders = { article: () => 'NONE' };
  const stage = await startSurroundings({ productOrders });
  const { order, bodies } = await pulled(stage);
  await create(stage, bodies);
  expect(stage.sent('dead-letters')).toMatchObject([{ number: order.number }]);

  // Act: the mapping is corrected
  await create(stage, [productOrderMessage(order.number, { asksErp: 'replay' })], {});

  // Assess
  expect(madeIn(stage)).toEqual([order.number]);
});

it.each([
  ['nothing', false],
  ['a concern', true],
])(
  'looks daily at the ERP order of one that waits and of which %s is open, and has it created once SQS has forgotten its message',
  async (_, isConcerned) => {
    // Prepare
    const stage = await startSurroundings();
    const { order } = await pulled(stage);
    const concern = {
      kind: 'used-again',
      content: 'x',
      note: 'Its number is used again',
      cause: 'conflict',
    } as const;
    if (isConcerned) await stage.ledger.concerns.begin(order.number, concern);
    const daily = productOrderMessage(order.number, { asksErp: 'daily look' });

    // Act
    const daysOfMessages: number[] = [];
    for (let day = 1; day <= 30; day += 1) {
      stage.clock.advance(86_400);
      await create(stage, [daily]);
      if (stage.sent('product-orders').length > daysOfMessages.length) daysOfMessages.push(day);
    }

    // Assess
    expect(stage.calls.erp.at(-1)?.url.pathname).toContain(order.id);
    expect(daysOfMessages).toEqual([13, 26]);
    const message = { v: 1, kind: 'product-order', number: order.number };
    expect(stage.sent('product-orders')).toEqual([message, message]);
  },
);

it('has a completion looked at whose trigger was lost, at the daily look', async () => {
  // Prepare: it is built, and the ERP does not want it any more
  const stage = await startSurroundings();
  const { order, bodies } = await pulled(stage);
  await create(stage, bodies);
  stage.azumuta.complete(order.number);
  stage.erp.cancel(order);

  // Act
  await create(stage, [productOrderMessage(order.number, { asksErp: 'daily look' })]);

  // Assess
  expect(stage.sent('completions')).toMatchObject([
    { productOrderNumber: order.number, via: 'reconciliation' },
  ]);
});

it('keeps the daily look of an order for later while another function has the only slot of the ERP', async () => {
  // Prepare
  const stage = await startSurroundings({ erp: { atOnce: 1 } });
  const { order } = await pulled(stage);
  await takeSlot(stage, 'erp', 'reconcile-completions');

  // Act
  const response = await create(stage, [productOrderMessage(order.number, { asksErp: 'daily look' })]);

  // Assess: the look is not over, as a slot is free in a moment
  expect(response.batchItemFailures).toHaveLength(1);
});

it('calls a partner with a limit only with one of its slots, and keeps that of a call without an answer for the settling time', async () => {
  const stage = await startSurroundings({ azumuta: { atOnce: 1 } });
  const { bodies } = await pulled(stage);
  stage.answers.azumuta = ({ method }, answer) => (method === 'POST' ? undefined : answer());
  await create(stage, bodies);
  const slot = await stage.store.table.get({ pk: 'SLOTS#azumuta', sk: 'SLOT#1' });
  expect(Number(slot?.leaseUntil) - stage.clock.now().getTime()).toBe(420_000);
});
