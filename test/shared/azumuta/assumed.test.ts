import { expect, it } from 'vitest';
import { never, startClient } from './client-stage.ts';

/** What an account answers, word for word: nothing here follows the contract, so each line of it that changes is seen. */
const wire: Readonly<Record<string, unknown>> = {
  'GET /api/v1/articles?number=GEAR-01': {
    object: 'list',
    next: null,
    data: [{ id: 'a1', number: 'GEAR-01', variants: [{ id: 'v1', name: { nl: 'Links', en: 'Left' } }] }],
  },
  'GET /api/v1/productorders?number=PO-1': {
    object: 'list',
    next: '/api/v1/productorders?number=PO-1&cursor=2',
    data: [{ id: 'p0', number: 'PO-0', status: 'open' }],
  },
  'GET /api/v1/productorders?number=PO-1&cursor=2': {
    object: 'list',
    next: null,
    data: [{ id: 'p1', number: 'PO-1', status: 'open' }],
  },
  'POST /api/v1/productorders': { id: 'p2', number: 'PO-2', url: 'https://azumuta.example/p2' },
  'GET /api/v1/productorders/p1': {
    id: 'p1',
    number: 'PO-1',
    status: 'completed',
    recordings: [{ object: 'recording', id: 'r1' }],
  },
  'GET /api/v1/productorders/p3': { id: 'p3', number: 'PO-3' },
  'GET /api/v1/productorders/p4': { error: { message: 'It failed.' } },
  'GET /api/v1/recordings/r1': {
    id: 'r1',
    productOrderId: 'p1',
    productOrderNumber: 'PO-1',
    workInstruction: { id: 'w1', version: 3, name: 'Assembly' },
    steps: [{ id: 's1', name: 'Torque', type: 'number', value: 42 }],
    components: [{ article: { number: 'BOLT' }, quantity: 4, unit: 'pcs', lot: 'L-7' }],
  },
  'GET /api/v1/workinstructions/w1': { id: 'w1', name: { en: 'Assembly' } },
};

async function assumedAccount() {
  const { client, calls } = await startClient(({ method, url }) => {
    const body = wire[`${method} ${url.pathname}${url.search}`];
    return body === undefined ? { status: 404, body: { message: 'There is none.' } } : { body };
  });
  return { client, calls };
}

it('sends the key alone in the header X-API-Key', async () => {
  const { client, calls } = await assumedAccount();
  await client.productOrder('p1', never);
  expect(calls[0]?.headers['x-api-key']).toBe('old key');
});

it('finds an article by its number, with the English words of its variants', async () => {
  const { client } = await assumedAccount();
  const found = await client.findArticle('GEAR-01', never);
  expect(found).toMatchObject({ id: 'a1', number: 'GEAR-01', variants: [{ id: 'v1', name: 'Left' }] });
});

it('finds a product order by its number, on the page that next leads to', async () => {
  const { client, calls } = await assumedAccount();
  expect(await client.findProductOrder('PO-1', never)).toMatchObject({ id: 'p1' });
  expect(calls).toHaveLength(2);
});

it('reads a product order with its recordings by its id, and takes a 404 for none', async () => {
  const { client, calls } = await assumedAccount();
  const order = await client.productOrder('p1', never);
  expect(order).toMatchObject({ number: 'PO-1', completed: true, recordingIds: ['r1'] });
  expect(order && (await client.withRecordings(order, never)).recordingIds).toEqual(['r1']);
  expect(await client.productOrder('p9', never)).toBeUndefined();
  expect(calls).toHaveLength(2);
});

it('needs a status in a product order, as a trigger alone is not believed', async () => {
  const { client } = await assumedAccount();
  await expect(client.productOrder('p3', never)).rejects.toThrow('$.status: found missing');
});

it('takes an error in a 200 for one, with its sentence', async () => {
  const { client } = await assumedAccount();
  await expect(client.productOrder('p4', never)).rejects.toThrow('with an error: It failed.');
});

it('creates a product order, and learns its id, number and page', async () => {
  const { client, calls } = await assumedAccount();
  const article = { id: 'a1', number: 'GEAR-01', variants: [{ id: 'v1', name: 'Left' }], raw: {} };
  const draft = { number: 'PO-2', article: 'GEAR-01', parameters: { Quantity: 5 }, variants: ['Left'] };
  const made = await client.createProductOrder(draft, article, never);
  expect(made).toEqual({ id: 'p2', number: 'PO-2', url: 'https://azumuta.example/p2' });
  expect(JSON.parse(calls[0]?.body ?? '')).toEqual({
    number: 'PO-2',
    articleId: 'a1',
    parameters: [{ key: 'Quantity', value: 5 }],
    variantIds: ['v1'],
  });
});

it('reads a recording that says whose it is, and which work instruction was followed', async () => {
  const { client } = await assumedAccount();
  expect(await client.recording('r1', never)).toMatchObject({
    productOrder: { id: 'p1', number: 'PO-1' },
    workInstruction: { id: 'w1', version: 3, name: 'Assembly' },
  });
  expect(await client.recording('r9', never)).toBeUndefined();
});

it('reads a recording that names its steps itself, and is final', async () => {
  const { client } = await assumedAccount();
  const recording = await client.recording('r1', never);
  expect(recording?.steps).toMatchObject([{ id: 's1', name: 'Torque', value: 42 }]);
  expect(recording).not.toHaveProperty('unsettled');
  expect(client.namesSteps).toBe(false);
});

it('reads the components that a recording lists', async () => {
  const { client } = await assumedAccount();
  const used = [{ article: 'BOLT', quantity: '4', unit: 'pcs', lot: 'L-7' }];
  expect((await client.recording('r1', never))?.components).toEqual(used);
});

it('reads the name of a work instruction', async () => {
  const { client } = await assumedAccount();
  expect(await client.workInstruction('w1', never)).toMatchObject({ id: 'w1', name: 'Assembly' });
});
