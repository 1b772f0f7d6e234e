import { describe, expect, it } from 'vitest';
import { contractSchema } from '../../../shared/azumuta/contract.ts';
import { article, draft, never, order, startClient, webPage } from './client-stage.ts';

describe('an operation of the contract', () => {
  it('has changed nothing when it reads by POST, so it may simply be repeated', async () => {
    const contract = contractSchema.parse({
      operations: {
        findProductOrder: {
          method: 'POST',
          path: '/search',
          query: {},
          body: { where: { number: '{number}' } },
        },
      },
    });
    const { client, calls } = await startClient(() => ({ status: 503 }), contract);

    const finding = client.findProductOrder('PO-1', never);

    await expect(finding).rejects.toMatchObject({ name: 'RetryLater', scope: 'partner', wrote: 'nothing' });
    expect(calls.map(({ url, body }) => [url.pathname, JSON.parse(body)])).toEqual([
      ['/api/v1/search', { where: { number: 'PO-1' } }],
    ]);
  });

  it('may be GraphQL: braces of its text stay, values and cursors are variables, and null means that there is none', async () => {
    // Prepare
    const query =
      'query ($n: String!, $after: String) {\n  orders(number: $n, after: $after) {nodes {id} }\n}';
    const [path, method] = ['/graphql', 'POST'] as const;
    const contract = contractSchema.parse({
      operations: {
        findProductOrder: {
          path,
          method,
          query: {},
          body: { query, variables: { n: '{number}', after: '{cursor}' } },
        },
        readProductOrder: {
          path,
          method,
          answer: 'data.order',
          body: { query: 'query ($id: ID!) { order(id: $id) {id} }', variables: { id: '{id}' } },
        },
      },
      list: { entries: 'data.orders.nodes', next: 'data.orders.after' },
    });
    const answers = [
      { data: { orders: { nodes: [{ id: 'p0', number: 'PO-0' }], after: 'c2' } } },
      { data: { orders: { nodes: [order], after: null } } },
      { data: { order: null } },
      { data: { order: null }, errors: [{ message: 'It failed.' }] },
    ];
    const { client, calls } = await startClient(() => ({ body: answers[calls.length - 1] }), contract);

    // Act
    const found = await client.findProductOrder('PO-1', never);
    const none = await client.productOrder('p2', never);

    // Assess
    expect([found?.id, none]).toEqual(['p1', undefined]);
    await expect(client.productOrder('p3', never)).rejects.toMatchObject({
      name: 'RetryLater',
      scope: 'order',
    });
    expect(calls.slice(0, 3).map(({ body }) => JSON.parse(body))).toEqual([
      { query, variables: { n: 'PO-1' } },
      { query, variables: { n: 'PO-1', after: 'c2' } },
      { query: 'query ($id: ID!) { order(id: $id) {id} }', variables: { id: 'p2' } },
    ]);
  });

  it('decides what a status means', async () => {
    const contract = contractSchema.parse({
      operations: { readProductOrder: { done: [503], none: [403] }, readRecording: { none: [] } },
    });
    const { client } = await startClient(({ url }) => {
      if (url.pathname.includes('/recordings/')) return { status: 404, body: { message: 'What?' } };
      return url.pathname.endsWith('p1') ? { status: 503, body: order } : { status: 403 };
    }, contract);

    expect(await client.productOrder('p1', never)).toMatchObject({ number: 'PO-1' });
    expect(await client.productOrder('p2', never)).toBeUndefined();
    await expect(client.recording('r1', never)).rejects.toThrow(
      'Azumuta refused reading recording r1 (404): What?.',
    );
  });

  it.each([
    ['XML', {}, '<error><message>There is no such thing.</message></error>', true],
    ['a page', {}, webPage, false],
    ['a page, where that is written', { none: [404] }, webPage, true],
  ])('means that there is none by a 404 with %s', async (_, written, text, isNone) => {
    const contract = contractSchema.parse({
      operations: { readRecording: written, readProductOrder: written },
    });
    const { client } = await startClient(() => ({ status: 404, body: text }), contract);

    for (const reading of [client.recording('r1', never), client.productOrder('p1', never)])
      if (isNone) expect(await reading).toBeUndefined();
      else await expect(reading).rejects.toMatchObject({ name: 'RetryLater', scope: 'partner' });
  });

  it('keeps the sentence of a refusal in XML', async () => {
    const body = '<fault><reason>The article is archived.</reason></fault>';
    const { client } = await startClient(() => ({ status: 400, body }));
    await expect(client.createProductOrder(draft, article, never)).rejects.toThrow(
      'Azumuta refused creating product order PO-1 (400): The article is archived.',
    );
  });

  it('says with which status a number exists, and where the sentence of an error is', async () => {
    const contract = contractSchema.parse({
      operations: { createProductOrder: { exists: [422] } },
      error: { sentence: 'fault.words' },
    });
    const { client } = await startClient(({ method }) => {
      if (method === 'GET') return { body: { data: [order] } };
      return { status: 422, body: { fault: { words: 'Taken.' }, message: 'E-17' } };
    }, contract);
    const creating = client.createProductOrder(draft, article, never);
    await expect(creating).rejects.toMatchObject({ name: 'RetryLater', scope: 'order', wrote: 'known' });

    const { client: refused } = await startClient(
      () => ({ status: 400, body: { fault: { words: 'No such page.' }, message: 'E-18' } }),
      contract,
    );
    await expect(refused.findProductOrder('PO-1', never)).rejects.toThrow('(400): No such page.');
  });

  it('encodes the values in its path, and refuses those that would name another resource', async () => {
    const contract = contractSchema.parse({
      operations: { readRecording: { path: '/orders/{productOrder.number}/runs/{id}' } },
    });
    const { client, calls } = await startClient(() => ({ body: order }), contract);

    await client.recording('r/1', never, { id: 'p1', number: 'MO/0001?' });
    const astray = client.recording('r1', never, { id: 'p1', number: '..' });

    await expect(astray).rejects.toMatchObject({ name: 'Rejected', causeCode: 'order-data' });
    expect(calls.map(({ url }) => url.pathname)).toEqual(['/api/v1/orders/MO%2F0001%3F/runs/r%2F1']);
  });

  it('takes an error next to an empty list as an error, and not as "there is none"', async () => {
    const { client } = await startClient(() => ({ body: { data: [], error: 'index is being rebuilt' } }));

    await expect(client.findProductOrder('PO-1', never)).rejects.toMatchObject({
      name: 'RetryLater',
      scope: 'order',
      message: expect.stringContaining('index is being rebuilt'),
    });
  });

  it('reads only the entry of a list that was asked for, so that broken others do no harm', async () => {
    const broken = { id: null, number: 'PO-0', parameters: 'none' };
    const { client } = await startClient(() => ({ body: { data: [broken, order] } }));

    expect(await client.findProductOrder('PO-1', never)).toMatchObject({ id: 'p1' });
  });

  it('refuses to say that there is none while an entry of the list has no number, which may be it', async () => {
    const { client } = await startClient(({ url }) => {
      const data = url.search.includes('PO-1') ? [{ id: 'p0' }, order] : [{ id: 'p0' }];
      return { body: { data } };
    });

    expect(await client.findProductOrder('PO-1', never)).toMatchObject({ id: 'p1' });
    await expect(client.findProductOrder('PO-2', never)).rejects.toThrow('number');
  });

  it.each<[string, object]>([
    ['list.entries', { list: { entries: () => Object(undefined).data.rows } }],
    ['error.at', { list: { entries: 'rows' }, error: { at: () => Object(undefined).data.rows } }],
    [
      'operations.createProductOrder.body failed for PO-1',
      { operations: { createProductOrder: { body: () => Object(undefined).data.rows } } },
    ],
  ])('is rejected with its line when its function fails: %s', async (line, changes) => {
    const { client } = await startClient(() => ({ body: {} }), contractSchema.parse(changes));
    const calling = line.startsWith('operations')
      ? client.createProductOrder(draft, article, never)
      : client.findProductOrder('PO-1', never);

    await expect(calling).rejects.toMatchObject({
      name: 'Rejected',
      message: expect.stringContaining(`azumuta.contract.${line}`),
    });
  });

  it('says which line to set when the next page is neither a link nor a cursor', async () => {
    const { client } = await startClient(() => ({ body: { data: [], next: { href: '/x' } } }));

    await expect(client.findProductOrder('PO-1', never)).rejects.toThrow(
      '$.next: found object, expected text, or a whole number without lost digits; set azumuta.contract.list.next',
    );
  });
});
