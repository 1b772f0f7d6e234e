import { describe, expect, it } from 'vitest';
import { type AzumutaClient, createAzumutaClient } from '../../../shared/azumuta/client.ts';
import { contractSchema, defaultContract } from '../../../shared/azumuta/contract.ts';
import { testClock } from '../../support/clock.ts';
import { type Answer, type Received, startServer } from '../../support/server.ts';

const never = new AbortController().signal;
const draft = { number: 'PO-1', article: 'GEAR-01', parameters: {}, variants: [] };
const article = { id: 'a1', number: 'GEAR-01', variants: [] };
const order = { id: 'p1', number: 'PO-1', status: 'open', steps: [] };
const webPage = '<html><body>We will be back in a minute.</body></html>';

/** A client of a server that answers so; its key, once it is read again, is the new one. */
async function startClient(answer: (received: Received) => Answer, contract = defaultContract) {
  const server = await startServer(answer);
  const client = createAzumutaClient({
    baseUrl: `${server.url}/api/v1`,
    contract,
    apiKey: async ({ refresh } = {}) => (refresh ? 'new key' : 'old key'),
    clock: testClock(),
  });
  return { client, calls: server.calls };
}

const reads: readonly (readonly [string, (client: AzumutaClient) => Promise<unknown>])[] = [
  ['an article by number', (client) => client.findArticle('GEAR-01', never)],
  ['a product order by number', (client) => client.findProductOrder('PO-1', never)],
  ['a product order', (client) => client.productOrder('p1', never)],
  ['a recording', (client) => client.recording('r1', never)],
  ['a work instruction', (client) => client.workInstruction('w1', never)],
];

describe.each(reads)('reading %s', (_, read) => {
  it('waits for a partner that answers with no JSON: a proxy has its say, not Azumuta', async () => {
    const { client } = await startClient(() => ({ body: webPage, headers: { 'content-type': 'text/html' } }));
    await expect(read(client)).rejects.toMatchObject({
      name: 'RetryLater',
      scope: 'partner',
      wrote: 'nothing',
    });
  });

  it.each([{ error: { message: 'It could not be done.' } }, { errors: ['It could not be done.'] }])(
    'comes again for what is answered 200 with an error, and blames nobody else: %j',
    async (body) => {
      const { client } = await startClient(() => ({ body }));
      await expect(read(client)).rejects.toMatchObject({
        name: 'RetryLater',
        scope: 'order',
        wrote: 'nothing',
      });
    },
  );

  it('is for a person when the answer has another shape than was assumed, and says where', async () => {
    const { client } = await startClient(() => ({ body: { unexpected: [1, 2, 3] } }));
    await expect(read(client)).rejects.toMatchObject({
      name: 'Rejected',
      message: expect.stringMatching(
        /cannot be understood\. \$\.(id|data): found missing, .* set azumuta\.contract\.(\w+\.id|list\.entries) to where it stands, among unexpected\./,
      ),
    });
  });

  it("takes a proxy's 404 page for no answer of Azumuta's", async () => {
    const { client } = await startClient(() => ({
      status: 404,
      body: webPage,
      headers: { 'content-type': 'text/html' },
    }));
    await expect(read(client)).rejects.toMatchObject({ name: 'RetryLater', scope: 'partner' });
  });

  it.each([undefined, { message: 'not found' }])('is not there when a 404 says so with %j', async (body) => {
    const { client } = await startClient(() => ({ status: 404, ...(body ? { body } : {}) }));
    expect(await read(client)).toBeUndefined();
  });

  it('waits for a partner that is unwell, for as long as it asks', async () => {
    const { client } = await startClient(() => ({ status: 429, headers: { 'retry-after': '7' } }));
    await expect(read(client)).rejects.toMatchObject({
      name: 'RetryLater',
      scope: 'partner',
      afterSeconds: 7,
    });
  });
});

describe('creating a product order', () => {
  it.each<[string, Answer]>([
    ['no JSON', { body: webPage }],
    ['an error', { body: { error: { message: 'It could not be done.' } } }],
    ['another shape', { body: { unexpected: true } }],
    ['502', { status: 502 }],
  ])('that is answered with %s may have been done: the next attempt looks', async (_, answer) => {
    const { client } = await startClient(() => answer);
    await expect(client.createProductOrder(draft, article, never)).rejects.toMatchObject({
      name: 'RetryLater',
      wrote: 'perhaps',
    });
  });

  it('that is refused is for a person, with the sentence that Azumuta gave', async () => {
    const { client } = await startClient(() => ({ status: 422, body: { message: 'The number is taken.' } }));
    await expect(client.createProductOrder(draft, article, never)).rejects.toMatchObject({
      name: 'Rejected',
      message: 'Azumuta refused creating product order PO-1 (422): The number is taken.',
    });
  });
});

describe('a listing by number follows next', () => {
  const other = { id: 'p0', number: 'PO-0' };
  const isFirst = ({ url }: Received) => !url.searchParams.has('cursor');
  const startPaged = (next: (path: string, origin: string) => string | null) =>
    startClient((received) =>
      isFirst(received)
        ? {
            body: {
              data: [other],
              next: next('/api/v1/productorders?number=PO-1&cursor=c2', `http://${received.headers.host}`),
            },
          }
        : { body: { data: [order] } },
    );

  it.each<[string, (path: string, origin: string) => string]>([
    ['a path', (path) => path],
    ['a path below the base URL', (path) => path.replace('/api/v1', '')],
    ['a URL of the same origin', (path, origin) => origin + path],
    ['a cursor', () => 'c2'],
  ])('as %s', async (_, next) => {
    const { client, calls } = await startPaged(next);
    expect(await client.findProductOrder('PO-1', never)).toMatchObject({ id: 'p1', number: 'PO-1' });
    expect(calls.map(({ url }) => url.pathname)).toEqual(['/api/v1/productorders', '/api/v1/productorders']);
  });

  it('never to another origin, as the key would leak', async () => {
    const elsewhere = await startServer(() => ({ body: { data: [order] } }));
    const { client } = await startPaged((path) => elsewhere.url + path);
    await expect(client.findProductOrder('PO-1', never)).rejects.toMatchObject({ name: 'Rejected' });
    expect(elsewhere.calls).toEqual([]);
  });

  it('and is for a person when it never ends: the filter does nothing, so "not there" cannot be told', async () => {
    const { client, calls } = await startClient(({ url }) => {
      const page = Number(url.searchParams.get('cursor') ?? 1);
      return { body: { data: [page === 6 ? order : other], next: String(page + 1) } };
    });
    await expect(client.findProductOrder('PO-1', never)).rejects.toMatchObject({
      name: 'Rejected',
      message: expect.stringMatching(
        /does not filter by number.*azumuta\.contract\.operations\.findProductOrder\.query/,
      ),
    });
    expect(calls).toHaveLength(5);
  });

  it('to its fifth page, when that is the last', async () => {
    const { client } = await startClient(({ url }) => {
      const page = Number(url.searchParams.get('cursor') ?? 1);
      return { body: { data: [other], next: page === 5 ? null : String(page + 1) } };
    });
    expect(await client.findProductOrder('PO-1', never)).toBeUndefined();
  });

  it('not at all where it is null, and takes no other order for the one that was asked for', async () => {
    const { client } = await startPaged(() => null);
    expect(await client.findProductOrder('PO-1', never)).toBeUndefined();
  });
});

describe('a refused key', () => {
  it('is read again once, as it may have been rotated', async () => {
    const { client, calls } = await startClient(({ headers }) =>
      headers['x-api-key'] === 'new key' ? { body: order } : { status: 401 },
    );
    expect(await client.productOrder('p1', never)).toMatchObject({ id: 'p1' });
    expect(calls.map(({ headers }) => headers['x-api-key'])).toEqual(['old key', 'new key']);
  });

  it('that is still refused is told as such, without the key', async () => {
    const { client, calls } = await startClient(() => ({ status: 401 }));
    const failure = await client.productOrder('p1', never).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'RetryLater', scope: 'partner', unauthorized: true });
    expect(String(failure)).not.toMatch(/old key|new key/);
    expect(calls).toHaveLength(2);
  });

  const echoed = (key: string) =>
    `${'x'.repeat(290)} your key ${key}, ${encodeURIComponent(key)}, ${Buffer.from(key).toString('base64')} may not do that.`;
  it.each<[string, number, (sentence: string) => unknown]>([
    ['422', 422, (message) => ({ message })],
    ['422, as a mere text', 422, (message) => message],
    ['200 with an error', 200, (message) => ({ error: { message } })],
    ['200 with errors', 200, (message) => ({ errors: message })],
  ])('that Azumuta echoes in a %s is told to nobody', async (_, status, bodyOf) => {
    for (const start of [0, 280, 290]) {
      const { client } = await startClient(({ headers }) => ({
        status,
        body: JSON.stringify(bodyOf(echoed(String(headers['x-api-key'])).slice(start))),
      }));
      const failure = String(await client.productOrder('p1', never).catch((error: unknown) => error));
      expect(failure).toContain('Azumuta');
      // A key that is cut at the end of a long sentence is still most of a key.
      expect(failure).not.toMatch(/old|b2xk/);
    }
  });
});

it.each([
  ['2026-12-01T00:30:00+01:00', '2026-11-30T23:30:00.000Z'],
  // On the plant's clock, which only the configuration knows.
  ['2026-12-01T00:30:00', '2026-12-01T00:30:00'],
])('a time of Azumuta is UTC from here on where it tells its zone: %s', async (told, known) => {
  // Prepare
  const times = { completedAt: told, startedAt: told, finishedAt: told };
  const { client } = await startClient(() => ({ body: { ...order, ...times } }));

  // Act
  const [productOrder, recording] = [
    await client.productOrder('p1', never),
    await client.recording('r1', never),
  ];

  // Assess
  expect(productOrder?.completedAt).toBe(known);
  expect(recording).toMatchObject({ startedAt: known, finishedAt: known });
});

describe('an operation of the contract', () => {
  it('asks by POST without having changed anything: a failed question may simply be asked again', async () => {
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

  it('has the last word on what a status means', async () => {
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

  it('encodes what stands in its path, and refuses what would name another resource', async () => {
    const contract = contractSchema.parse({
      operations: { readRecording: { path: '/orders/{productOrder.number}/runs/{id}' } },
    });
    const { client, calls } = await startClient(() => ({ body: order }), contract);

    await client.recording('r/1', never, { id: 'p1', number: 'MO/0001?' });
    const astray = client.recording('r1', never, { id: 'p1', number: '..' });

    await expect(astray).rejects.toMatchObject({ name: 'Rejected', code: 'order-data' });
    expect(calls.map(({ url }) => url.pathname)).toEqual(['/api/v1/orders/MO%2F0001%3F/runs/r%2F1']);
  });

  it('takes an error beside an empty list for an error, and not for "there is none"', async () => {
    const { client } = await startClient(() => ({ body: { data: [], error: 'index is being rebuilt' } }));

    await expect(client.findProductOrder('PO-1', never)).rejects.toMatchObject({
      name: 'RetryLater',
      scope: 'order',
      message: expect.stringContaining('index is being rebuilt'),
    });
  });

  it('is harmed by no other entry of a list than the one that was asked for', async () => {
    const broken = { id: null, number: 'PO-0', parameters: 'none' };
    const { client } = await startClient(() => ({ body: { data: [broken, order] } }));

    expect(await client.findProductOrder('PO-1', never)).toMatchObject({ id: 'p1' });
  });

  it.each<[string, object]>([
    ['list.entries', { list: { entries: () => Object(undefined).data.rows } }],
    ['error.at', { list: { entries: 'rows' }, error: { at: () => Object(undefined).data.rows } }],
    [
      'operations.createProductOrder.body failed for PO-1',
      { operations: { createProductOrder: { body: () => Object(undefined).data.rows } } },
    ],
  ])('whose function fails is for a person, who is told which: %s', async (line, changes) => {
    const { client } = await startClient(() => ({ body: {} }), contractSchema.parse(changes));
    const calling = line.startsWith('operations')
      ? client.createProductOrder(draft, article, never)
      : client.findProductOrder('PO-1', never);

    await expect(calling).rejects.toMatchObject({
      name: 'Rejected',
      message: expect.stringContaining(`azumuta.contract.${line}`),
    });
  });

  it('tells which line to set when the next page is neither a link nor a cursor', async () => {
    const { client } = await startClient(() => ({ body: { data: [], next: { href: '/x' } } }));

    await expect(client.findProductOrder('PO-1', never)).rejects.toThrow(
      '$.next: found object, expected text, or a whole number without lost digits; set azumuta.contract.list.next',
    );
  });
});
