import { describe, expect, it } from 'vitest';
import { contractSchema } from '../../../shared/azumuta/contract.ts';
import type { Answer } from '../../support/server.ts';
import { article, draft, never, order, startClient } from './client-stage.ts';

it('is rejected for a person when its creation is answered with 409, and it does not exist', async () => {
  const { client } = await startClient(({ method }) =>
    method === 'POST' ? { status: 409 } : { body: { data: [], next: null } },
  );
  await expect(client.createProductOrder(draft, article, never)).rejects.toMatchObject({
    name: 'Rejected',
    message: expect.stringContaining('(409)'),
  });
});

describe('a product order whose creation answers without showing it', () => {
  const startSilent = (created: Answer, listed: readonly object[]) =>
    startClient(({ method }) => (method === 'POST' ? created : { body: { data: listed, next: null } }));

  it.each([
    ['a URL', 'https://app.azumuta.example/api/v1/productorders/p%2F1?x=1'],
    ['a path', '/api/v1/productorders/p%2F1'],
  ])('has the id of its Location, as %s', async (_, location) => {
    const { client, calls } = await startSilent({ status: 201, body: '', headers: { location } }, []);
    expect(await client.createProductOrder(draft, article, never)).toEqual({ id: 'p/1', number: 'PO-1' });
    expect(calls).toHaveLength(1);
  });

  it.each<[string, Answer]>([
    ['nothing', { status: 204, body: '' }],
    ['something else', { status: 201, body: { done: true } }],
    ['a Location that is not its own', { status: 201, body: '', headers: { location: '/jobs/7' } }],
  ])('is looked up at once after %s', async (_, created) => {
    const { client, calls } = await startSilent(created, [{ ...order, article }]);
    expect(await client.createProductOrder(draft, article, never)).toMatchObject({
      id: 'p1',
      number: 'PO-1',
    });
    expect(calls.map(({ method }) => method)).toEqual(['POST', 'GET']);
  });

  it.each<[string, Answer, number]>([
    ['is not listed yet', { status: 204, body: '' }, 2],
    ['is answered with an error', { body: { error: 'It may be there.' } }, 1],
  ])('may have been created if it %s', async (_, created, asked) => {
    const { client, calls } = await startSilent(created, []);
    await expect(client.createProductOrder(draft, article, never)).rejects.toMatchObject({
      wrote: 'perhaps',
    });
    expect(calls).toHaveLength(asked);
  });
});

it.each<[string, Answer]>([
  ['and an id', { body: { id: 'p1', number: '0042' } }],
  ['and a Location', { body: { number: '0042' }, headers: { location: '/api/v1/productorders/p1' } }],
  ['alone', { body: { number: '0042' } }],
])(
  'rejects a product order that Azumuta numbers by itself, with both numbers and what to do: its number %s',
  async (_, created) => {
    const { client } = await startClient(() => created);
    const creating = client.createProductOrder(draft, article, never);
    await expect(creating).rejects.toMatchObject({ name: 'Rejected' });
    await expect(creating).rejects.toThrow(
      /created product order 0042 when it was asked for PO-1\. Remove it there, switch/,
    );
  },
);

it.each(['.', '..', 'a\u0000b', 'x'.repeat(201)])('does not call Azumuta with the id %j', async (id) => {
  const { client, calls } = await startClient(() => ({ body: {} }));
  const found = [
    await client.recording(id, never),
    await client.productOrder(id, never),
    await client.workInstruction(id, never),
  ];
  expect(found).toEqual([undefined, undefined, undefined]);
  expect(calls).toEqual([]);
});

it.each(['Completed', 'COMPLETED', 'completed'])(
  'status %s is the configured "Completed"',
  async (status) => {
    const contract = contractSchema.parse({ completedStatuses: ['Completed'] });
    const { client } = await startClient(() => ({ body: { id: 'p1', number: 'PO-1', status } }), contract);
    expect(await client.productOrder('p1', never)).toMatchObject({ completed: true });
  },
);

it('has surely created nothing when a variant is unknown, and finds it as soon as somebody created it', async () => {
  // Prepare
  const variants: { id: string; name: string }[] = [];
  const { client, calls } = await startClient(({ method }) =>
    method === 'POST'
      ? { body: { id: 'p1', number: 'PO-1' } }
      : { body: { data: [{ id: 'a1', number: 'GEAR-01', variants }], next: null } },
  );
  const create = async () => {
    const found = await client.findArticle('GEAR-01', never);
    if (!found) throw new Error('It is there.');
    return client.createProductOrder({ ...draft, variants: ['red'] }, found, never);
  };

  // Act
  await expect(create()).rejects.toMatchObject({ causeCode: 'unknown-article', wrote: 'nothing' });
  variants.push({ id: 'v1', name: 'Red' });

  // Assess
  expect(await create()).toMatchObject({ id: 'p1' });
  expect(calls.map(({ method }) => method)).toEqual(['GET', 'GET', 'POST']);
});
