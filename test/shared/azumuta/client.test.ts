import { describe, expect, it } from 'vitest';
import type { AzumutaClient } from '../../../shared/azumuta/client.ts';
import { contractSchema, defaultContract } from '../../../shared/azumuta/contract.ts';
import { NotSent } from '../../../shared/model/errors.ts';
import { type Answer, type Received, startServer } from '../../support/server.ts';
import { article, draft, never, order, startClient, webPage } from './client-stage.ts';

const reads: readonly (readonly [string, (client: AzumutaClient) => Promise<unknown>])[] = [
  ['an article by number', (client) => client.findArticle('GEAR-01', never)],
  ['a product order by number', (client) => client.findProductOrder('PO-1', never)],
  ['a product order', (client) => client.productOrder('p1', never)],
  ['a recording', (client) => client.recording('r1', never)],
  ['a work instruction', (client) => client.workInstruction('w1', never)],
];

const paged = (data: readonly object[]): Answer => ({ body: { data, next: 'c2' } });
const page = { body: webPage, headers: { 'content-type': 'text/html' } };
const alone = { name: 'RetryLater', scope: 'order', wrote: 'nothing' };
const withPartner = { ...alone, scope: 'partner' };

describe.each(reads)('reading %s', (_, read) => {
  it.each<[string, Answer, object]>([
    ['is retried when its partner is well, after a page of a proxy', page, withPartner],
    ["does not take a proxy's 404 page for an answer", { ...page, status: 404 }, withPartner],
    ['is retried alone after a 200 with an error', { body: { error: { message: 'It failed.' } } }, alone],
    ['is retried alone after a 200 with errors', { body: { errors: ['It failed.'] } }, alone],
    [
      'waits as long as the partner asks for',
      { status: 429, headers: { 'retry-after': '7' } },
      { ...withPartner, afterSeconds: 7 },
    ],
    [
      'is rejected after an answer of another form than assumed, and says where',
      { body: { unexpected: [1, 2, 3] } },
      {
        name: 'Rejected',
        message: expect.stringMatching(
          /cannot be understood\. \$\.(id|data): found missing, .* set azumuta\.contract\.(\w+\.id|list\.entries) to where it is, among unexpected\./,
        ),
      },
    ],
  ])('%s', async (_what, answer, failure) => {
    const { client } = await startClient(() => answer);
    await expect(read(client)).rejects.toMatchObject(failure);
  });

  it.each([{}, { body: { message: 'not found' } }])('finds nothing after a 404 with %j', async (answer) => {
    const { client } = await startClient(() => ({ status: 404, ...answer }));
    expect(await read(client)).toBeUndefined();
  });
});

describe('creating a product order', () => {
  it.each<[string, Answer]>([
    ['no JSON', { body: webPage }],
    ['an error', { body: { error: { message: 'It could not be done.' } } }],
    ['another shape', { body: { unexpected: true } }],
    ['502', { status: 502 }],
  ])('may have been done when it is answered with %s: the next attempt looks', async (_, answer) => {
    const { client } = await startClient(() => answer);
    await expect(client.createProductOrder(draft, article, never)).rejects.toMatchObject({
      name: 'RetryLater',
      wrote: 'perhaps',
    });
  });

  it("is rejected with Azumuta's own sentence when it is refused", async () => {
    const { client } = await startClient(() => ({ status: 422, body: { message: 'The number is taken.' } }));
    await expect(client.createProductOrder(draft, article, never)).rejects.toMatchObject({
      name: 'Rejected',
      message: 'Azumuta refused creating product order PO-1 (422): The number is taken.',
    });
  });
});

describe('a listing by number', () => {
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
  ])('follows next as %s, with its filter', async (_, next) => {
    const { client, calls } = await startPaged(next);
    expect(await client.findProductOrder('PO-1', never)).toMatchObject({ id: 'p1', number: 'PO-1' });
    const asked = ['/api/v1/productorders', 'PO-1'];
    expect(calls.map(({ url }) => [url.pathname, url.searchParams.get('number')])).toEqual([asked, asked]);
  });

  it('does not follow next to another origin, as the key would leak', async () => {
    const elsewhere = await startServer(() => ({ body: { data: [order] } }));
    const { client } = await startPaged((path) => elsewhere.url + path);
    await expect(client.findProductOrder('PO-1', never)).rejects.toMatchObject({ name: 'Rejected' });
    expect(elsewhere.calls).toEqual([]);
  });

  /** Lists so many pages of others, or pages without end. */
  const startPages = (last = Number.POSITIVE_INFINITY) =>
    startClient(({ url }) => {
      const page = Number(url.searchParams.get('cursor') ?? 1);
      return { body: { data: [other], next: page === last ? null : String(page + 1) } };
    });

  it('is rejected when it never ends: the filter does nothing, so nobody can say that there is none', async () => {
    const { client, calls } = await startPages();
    await expect(client.findProductOrder('PO-1', never)).rejects.toMatchObject({
      name: 'Rejected',
      message: expect.stringMatching(
        /does not filter by number.*azumuta\.contract\.operations\.findProductOrder\.query/,
      ),
    });
    expect(calls).toHaveLength(5);
  });

  it('follows next to the fifth page when that is the last', async () => {
    const { client } = await startPages(5);
    expect(await client.findProductOrder('PO-1', never)).toBeUndefined();
  });

  const bare = contractSchema.parse({ list: { entries: '' } });
  const bareEndingSo = contractSchema.parse({
    list: { entries: '' },
    operations: { findProductOrder: { endsWithoutNext: true } },
  });

  it.each([
    ['a URL', 'http://HERE/api/v1/productorders?page=2'],
    ['a path', '/api/v1/productorders?page=2'],
    ['a query', '?page=2'],
  ])('follows the next page of a Link header as %s, to the last one', async (_, target) => {
    const pages = [
      { body: [other], link: `</api/v1/productorders?page=9>; rel="last", <${target}>; rel="next"` },
      { body: [other], link: '</api/v1/productorders?page=1>; title="first"; Rel = prev' },
    ];
    const { client, calls } = await startClient(({ url, headers }) => {
      const { body = [], link = '' } = pages[Number(url.searchParams.get('page') ?? 1) - 1] ?? {};
      return { body, headers: { link: link.replace('HERE', headers.host ?? '') } };
    }, bare);
    expect(await client.findProductOrder('PO-1', never)).toBeUndefined();
    expect(calls.map(({ url }) => url.searchParams.get('page'))).toEqual([null, '2']);
  });

  it.each<[string, Answer, Answer, number, (string | undefined)?]>([
    [
      'others are listed and nothing says whether more follow',
      { body: [other] },
      {},
      1,
      'whether more pages follow',
    ],
    ['others are listed on a page whose next one is gone', paged([other]), { status: 404 }, 2, 'refused'],
    ['an empty page has a next one', paged([]), { body: { data: [other] } }, 2, 'whether more pages follow'],
    ['an empty page has itself as the next one', paged([]), paged([]), 2],
    ['the list is empty', { body: [] }, {}, 1],
    ['the configuration says that a last page names no next one', { body: [other] }, {}, 1],
    ['a single other one is answered', { body: other }, {}, 1],
  ])(
    'says that there is none only if no page may be left: %s',
    async (what, first, second, asked, refusal) => {
      const listing = what.startsWith('the configuration') ? bareEndingSo : bare;
      const contract = 'data' in Object(first.body) ? defaultContract : listing;
      const { client, calls } = await startClient((call) => (isFirst(call) ? first : second), contract);
      const finding = client.findProductOrder('PO-1', never);
      if (refusal === undefined) expect(await finding).toBeUndefined();
      else
        await expect(finding).rejects.toMatchObject({
          name: 'Rejected',
          message: expect.stringContaining(refusal),
        });
      expect(calls).toHaveLength(asked);
    },
  );

  it('of summaries is followed to the product order itself, and never answers none for what it lists', async () => {
    const contract = contractSchema.parse({ operations: { findProductOrder: { summaries: true } } });
    const summaries = {
      data: [
        { id: 'p1', number: 'PO-1' },
        { id: 'gone', number: 'PO-2' },
      ],
      next: null,
    };
    const { client } = await startClient(({ url }) => {
      if (url.pathname.endsWith('/productorders')) return { body: summaries };
      return url.pathname.endsWith('/p1') ? { body: order } : { status: 404 };
    }, contract);
    expect(await client.findProductOrder('PO-1', never)).toMatchObject({ id: 'p1', status: 'open' });
    await expect(client.findProductOrder('PO-2', never)).rejects.toMatchObject(alone);
    expect(await client.findProductOrder('PO-3', never)).toBeUndefined();
  });
});

it('sends the key as its header wants it', async () => {
  const contract = contractSchema.parse({ apiKeyHeader: 'Authorization', apiKeyFormat: 'Bearer {key}' });
  const { client, calls } = await startClient(() => ({ body: order }), contract);
  await client.productOrder('p1', never);
  expect(calls[0]?.headers.authorization).toBe('Bearer old key');
});

describe('a refused key', () => {
  it('is read again once, as it may have been rotated', async () => {
    const { client, calls } = await startClient(({ headers }) =>
      headers['x-api-key'] === 'new key' ? { body: order } : { status: 401 },
    );
    expect(await client.productOrder('p1', never)).toMatchObject({ id: 'p1' });
    expect(calls.map(({ headers }) => headers['x-api-key'])).toEqual(['old key', 'new key']);
  });

  it('is reported without the key when it is still refused', async () => {
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
  ])('is not repeated when Azumuta echoes it in a %s', async (_, status, bodyOf) => {
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

describe('where nothing may be written', () => {
  it.each(reads)('reads %s', async (_, read) => {
    const { client, calls } = await startClient(
      () => ({ status: 404 }),
      defaultContract,
      () => false,
    );
    await read(client);
    expect(calls).not.toEqual([]);
  });

  it('creates nothing, whichever method the contract says', async () => {
    for (const method of ['POST', 'PUT', 'PATCH'] as const) {
      // Prepare
      const contract = contractSchema.parse({ operations: { createProductOrder: { method } } });
      const { client, calls } = await startClient(
        () => ({ body: order }),
        contract,
        () => false,
      );

      // Act
      const failure = await client.createProductOrder(draft, article, never).catch((error: unknown) => error);

      // Assess
      expect(failure).toBeInstanceOf(NotSent);
      expect(calls).toEqual([]);
    }
  });
});
