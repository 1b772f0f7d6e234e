import { describe, expect, it } from 'vitest';
import { type AzumutaContractSettings, contractSchema } from '../../../shared/azumuta/contract.ts';
import { describeMismatches, parse } from '../../../shared/platform/validation.ts';
import { article, draft, never, startClient } from './client-stage.ts';

const problemsOf = (contract: unknown) => {
  const parsed = parse(contractSchema, contract);
  return parsed.ok ? 'valid' : describeMismatches(parsed.mismatches);
};

describe('a join that the contract cannot have is refused with the form expected', () => {
  const { endsWithoutNext: _, ...listing } = { path: '/results', endsWithoutNext: true };

  it.each<[object, string]>([
    [
      { operations: { listRecordings: { ...listing, query: {} } } },
      '{productOrder.id} or {productOrder.number}',
    ],
    [
      { operations: { listRecordings: { path: '/orders/{id}/results' } } },
      'no placeholders but {productOrder.id}, {productOrder.number}, {cursor}, and not {id}',
    ],
    [{ operations: { listRecordings: { path: 'results' } } }, 'a path below azumuta.baseUrl'],
    [{ operations: { listRecordings: { summaries: true } } }, 'no such field as summaries'],
    [{ operations: { createProductOrder: { body: { a: '{article.}' } } } }, '{article.<field>}'],
    [{ operations: { createProductOrder: { body: { a: '{article}' } } } }, 'and not {article}'],
    [{ operations: { findProductOrder: { query: { a: '{article.id}' } } } }, 'and not {article.id}'],
    [{ step: { nameIn: 'instruction' } }, '"recording" or "workInstruction"'],
    [{ recording: { settled: { path: 'locked' } } }, '$.recording.settled.is'],
    [{ recording: { settled: { path: 'locked', is: [] } } }, '$.recording.settled.is'],
    [{ recording: { settled: { path: '$.locked', is: [true] } } }, 'a path such as'],
    [{ recording: { settled: { at: 'locked', is: [true] } } }, 'no such field as at'],
  ])('%j', (contract, expected) => {
    expect(problemsOf(contract)).toContain(expected);
  });
});

describe('what is created', () => {
  const raw = { ...article, category: { id: 'c7', name: { en: 'Gears' } }, site: null };
  const creating = (body: NonNullable<AzumutaContractSettings['operations']>['createProductOrder']) =>
    contractSchema.parse({ operations: { createProductOrder: body } });

  it('takes any field of the article as it was answered, with its type', async () => {
    const contract = creating({
      path: '/categories/{article.category.id}/productorders',
      body: {
        number: '{number}',
        category: '{article.category}',
        site: '{article.site}',
        id: '{article.id}',
      },
    });
    const { client, calls } = await startClient(() => ({ body: { id: 'p1', number: 'PO-1' } }), contract);

    await client.createProductOrder(draft, { ...article, raw: { ...raw, id: 'of the tree' } }, never);

    expect(calls.map(({ url, body }) => [url.pathname, JSON.parse(body)])).toEqual([
      [
        '/api/v1/categories/c7/productorders',
        { number: 'PO-1', category: raw.category, site: null, id: 'a1' },
      ],
    ]);
  });

  it('is not asked for where the article lacks a field: something else would be created', async () => {
    const contract = creating({ body: { number: '{number}', category: '{article.categoryId}' } });
    const { client, calls } = await startClient(() => ({ body: {} }), contract);

    await expect(client.createProductOrder(draft, { ...article, raw }, never)).rejects.toMatchObject({
      name: 'Rejected',
      causeCode: 'configuration',
      message: expect.stringMatching(
        /^Azumuta's article GEAR-01 has no field for \{article\.categoryId}, among id, number, variants, .*category, site: correct azumuta\.contract\.operations\.createProductOrder\.$/,
      ),
    });
    expect(calls).toEqual([]);
  });

  describe('in a batch order', () => {
    const place = { batch: { number: 'B-7' }, part: { index: 2, of: 4 } };
    const body = { number: '{number}', batch: '{batch.number}', name: '{part.index} of {part.of}' };

    it('names it, with its own place there', async () => {
      const contract = creating({ body: { ...body, index: '{part.index}' } });
      const { client, calls } = await startClient(() => ({ body: { id: 'p1', number: 'PO-1' } }), contract);

      await client.createProductOrder(draft, { ...article, raw }, never, place);

      expect(calls.map((call) => JSON.parse(call.body))).toEqual([
        { number: 'PO-1', batch: 'B-7', name: '2 of 4', index: 2 },
      ]);
    });

    it('may be made by a function that has its place', async () => {
      const contract = creating({ body: (_draft, _article, _variants, given) => ({ given }) });
      const { client, calls } = await startClient(() => ({ body: { id: 'p1', number: 'PO-1' } }), contract);

      await client.createProductOrder(draft, { ...article, raw }, never, place);

      expect(calls.map((call) => JSON.parse(call.body))).toEqual([{ given: place }]);
    });

    it.each(['batch.number', 'part.index', 'part.of'])(
      'is not asked for where the plant has no batches, and the body has {%s}',
      async (name) => {
        const contract = creating({ body: { number: '{number}', some: `{${name}}` } });
        const { client, calls } = await startClient(() => ({ body: {} }), contract);

        await expect(client.createProductOrder(draft, { ...article, raw }, never)).rejects.toMatchObject({
          name: 'Rejected',
          causeCode: 'configuration',
          message: expect.stringContaining(`has {${name}}: give productOrders.split.batch`),
        });
        expect(calls).toEqual([]);
      },
    );
  });

  it('may be made by a function of the raw article, as it was looked up', async () => {
    const contract = creating({ body: (_draft, found) => ({ whole: found.raw }) });
    const { client, calls } = await startClient(
      ({ method }) => ({ body: method === 'GET' ? { data: [raw] } : { id: 'p1', number: 'PO-1' } }),
      contract,
    );

    const found = await client.findArticle('GEAR-01', never);
    if (found) await client.createProductOrder(draft, found, never);

    expect(JSON.parse(calls.at(-1)?.body ?? '')).toEqual({ whole: raw });
  });
});

describe('recordings with an address of their own', () => {
  const done = {
    id: 'p1',
    number: 'MO/1',
    completed: true,
    parameters: {},
    variants: [],
  };
  const listing = (listRecordings: object) => contractSchema.parse({ operations: { listRecordings } });
  const below = { path: '/orders/{productOrder.number}/runs', query: {} };

  it('are listed page by page, each once', async () => {
    const pages = [
      { data: [{ id: 'r1' }, 'r2'], next: '/api/v1/orders/MO%2F1/runs?after=2' },
      { data: [{ id: 'r2' }, { id: 'r3' }], next: null },
    ];
    const { client, calls } = await startClient(() => ({ body: pages[calls.length - 1] }), listing(below));

    const order = await client.withRecordings(done, never);

    expect(order.recordingIds).toEqual(['r1', 'r2', 'r3']);
    expect(calls.map(({ url }) => url.pathname + url.search)).toEqual([
      '/api/v1/orders/MO%2F1/runs',
      '/api/v1/orders/MO%2F1/runs?after=2',
    ]);
  });

  it('are asked for by pages in the body of a POST', async () => {
    const search = {
      method: 'POST',
      path: '/runs/search',
      query: {},
      body: { where: { order: '{productOrder.id}' }, page: '{cursor}' },
    };
    const pages = [
      { data: ['r1'], next: 2 },
      { data: ['r2'], next: null },
    ];
    const { client, calls } = await startClient(() => ({ body: pages[calls.length - 1] }), listing(search));

    const order = await client.withRecordings(done, never);

    expect(order.recordingIds).toEqual(['r1', 'r2']);
    expect(calls.map(({ body }) => JSON.parse(body))).toEqual([
      { where: { order: 'p1' } },
      { where: { order: 'p1' }, page: '2' },
    ]);
  });

  it('are not asked for while the order is being built', async () => {
    const { client, calls } = await startClient(() => ({ body: { data: [], next: null } }), listing(below));
    expect(await client.withRecordings({ ...done, completed: false }, never)).not.toHaveProperty(
      'recordingIds',
    );
    expect(calls).toEqual([]);
  });

  it.each<[string, object, object, string]>([
    [
      'where nothing says that no page follows',
      below,
      { body: { data: ['r1'] } },
      'nothing says whether more pages follow. Set azumuta.contract.list.next to where the next page is, or azumuta.contract.operations.listRecordings.endsWithoutNext to true',
    ],
    ['where pages never end', below, { body: { data: ['r1'], next: 'again' } }, '50 pages, and more to come'],
    [
      'with a status that may mean a wrong address',
      below,
      { status: 404, body: { message: 'No such page.' } },
      'Azumuta refused listing recordings of product order MO/1 (404): No such page.',
    ],
    [
      'with an entry that has no id',
      below,
      { body: { data: [{ no: 1 }], next: null } },
      'set azumuta.contract.recordingRef.id to where it is',
    ],
  ])('are refused, as some may be missing, %s', async (_, listRecordings, answer, sentence) => {
    const { client } = await startClient(() => answer, listing(listRecordings));
    await expect(client.withRecordings(done, never)).rejects.toThrow(sentence);
  });

  it('must say whose they are where a filter lists them: it may be ignored', async () => {
    const recording = { id: 'r1', steps: [] };
    const filtered = await startClient(() => ({ body: recording }), listing({ path: '/runs' }));
    const { client } = await startClient(() => ({ body: recording }), listing(below));

    await expect(filtered.client.recording('r1', never, done)).rejects.toThrow(
      'Recording r1 does not say which product order it belongs to, and a filter may be ignored',
    );
    expect(await client.recording('r1', never, done)).toMatchObject({ id: 'r1' });
  });
});
