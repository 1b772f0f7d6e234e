import { describe, expect, it } from 'vitest';
import { contractSchema } from '../../../shared/azumuta/contract.ts';
import type { Received } from '../../support/server.ts';
import { article, draft, never, startClient } from './client-stage.ts';

describe('a product order whose creation is answered with 409', () => {
  const conflict = (there: readonly object[]) => (received: Received) =>
    received.method === 'POST'
      ? { status: 409, body: { error: 'number exists' } }
      : { body: { data: there, next: null } };

  it('asks the next attempt to look when it exists: the answer to an earlier one may have been lost', async () => {
    const { client } = await startClient(conflict([{ id: 'p1', number: 'PO-1', status: 'open', article }]));
    await expect(client.createProductOrder(draft, article, never)).rejects.toMatchObject({
      name: 'RetryLater',
      scope: 'order',
      wrote: 'known',
    });
  });

  it('is rejected for a person when it does not exist', async () => {
    const { client } = await startClient(conflict([]));
    await expect(client.createProductOrder(draft, article, never)).rejects.toMatchObject({
      name: 'Rejected',
      message: expect.stringContaining('(409)'),
    });
  });
});

it('rejects a product order that Azumuta numbers by itself, with both numbers and what to do', async () => {
  const { client } = await startClient(() => ({ body: { id: 'p1', number: '0042' } }));
  const creating = client.createProductOrder(draft, article, never);
  await expect(creating).rejects.toMatchObject({ name: 'Rejected' });
  await expect(creating).rejects.toThrow(
    /created product order 0042 when it was asked for PO-1\. Remove it there, switch/,
  );
});

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
  await expect(create()).rejects.toMatchObject({ code: 'unknown-article', wrote: 'nothing' });
  variants.push({ id: 'v1', name: 'Red' });

  // Assess
  expect(await create()).toMatchObject({ id: 'p1' });
  expect(calls.map(({ method }) => method)).toEqual(['GET', 'GET', 'POST']);
});
