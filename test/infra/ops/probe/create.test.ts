import { expect, it } from 'vitest';
import { createTestOrder } from '../../../../infra/ops/probe/create-test-order.ts';
import { dialects } from '../../../support/dialects/index.ts';
import { seen, startAccount } from './account.ts';

const { signal } = new AbortController();

it.each([undefined, ...dialects])(
  'reads a test order back as it was sent, by its id and by its number: account %$',
  async (dialect) => {
    const { client, account } = await startAccount(dialect);

    const created = await createTestOrder(client, 'TEST-1', seen, signal);

    expect(created.differing).toEqual([]);
    expect(account.productOrders().find(({ number }) => number === 'TEST-1')).toMatchObject({
      id: created.id,
      article: 'CHAIR',
      parameters: { Quantity: 5 },
    });
  },
);

it('names each field that came back different', async () => {
  // Prepare: what is sent is right, and what is read is not
  const { clientOf } = await startAccount();
  const client = clientOf({ productOrder: { article: 'article.id', parameters: 'none', variants: 'none' } });

  // Act
  const { differing } = await createTestOrder(client, 'TEST-1', seen, signal);

  // Assess
  const fields = ['article', 'parameter Quantity', 'variant Left'];
  const ways = ['by its id', 'by its number'];
  expect(differing).toEqual(
    ways.flatMap((way) => fields.map((field) => `read ${way}, it has another ${field}`)),
  );
});

it('creates no order when its number exists, or its article is missing or unknown', async () => {
  const { client, account } = await startAccount();
  const before = account.productOrders().length;
  const creating = (number: string, given = seen) => createTestOrder(client, number, given, signal);

  await expect(creating('MO/0001')).rejects.toThrow('of this number already: nothing was created');
  await expect(creating('TEST-1', { ...seen, article: 'NONE' })).rejects.toThrow('no article of this number');
  await expect(creating('TEST-1', { number: 'TEST-1' })).rejects.toThrow('Say of which article');
  expect(account.productOrders()).toHaveLength(before);
});
