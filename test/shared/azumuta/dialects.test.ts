import { describe, expect, it } from 'vitest';
import { AzumutaClient } from '../../../shared/azumuta/client.ts';
import { contractSchema, defaultContract } from '../../../shared/azumuta/contract.ts';
import type { AzumutaProductOrder, AzumutaRecording } from '../../../shared/azumuta/resources.ts';
import { parseTrigger } from '../../../shared/azumuta/trigger.ts';
import { createAzumutaModel } from '../../simulation/partners/azumuta.ts';
import { testClock } from '../../support/clock.ts';
import { type Dialect, inDialect, triggerIn } from '../../support/dialects/dialect.ts';
import { dialects } from '../../support/dialects/index.ts';
import { startServer } from '../../support/server.ts';

const { signal } = new AbortController();
const draft = {
  number: 'MO/0001',
  article: 'CHAIR',
  parameters: { Quantity: 5, 'Customer name': 'Müller & Söhne' },
  variants: ['Left', 'ATEX'],
};

const pathOf = (url: string | undefined) => url && new URL(url).pathname;

/** Pages are on the host that was asked, and states have words of their own. */
const comparable = (order: AzumutaProductOrder | undefined) => ({
  ...order,
  url: pathOf(order?.url),
  status: undefined,
});

/** Ids of work instructions and their steps may be of another kind. */
const withoutCatalogueIds = (recording: AzumutaRecording | undefined) => ({
  ...recording,
  url: pathOf(recording?.url),
  workInstruction: { ...recording?.workInstruction, id: '' },
  steps: recording?.steps.map((step) => ({ ...step, id: '' })),
});

/** One account, as it is assumed to talk and as it talks in the dialect, both over loopback. */
async function startBoth(dialect: Dialect) {
  let ids = 0;
  const triggers: string[] = [];
  const account = createAzumutaModel({
    now: () => new Date('2026-11-24T08:00:00.000Z'),
    newId: dialect.newId ?? (() => `id-${++ids}`),
    articles: [...Array.from({ length: 70 }, (_, at) => `TABLE-${at}`), 'CHAIR'],
    sendTrigger: ({ init }) => void triggers.push(String(init.body)),
  });
  const clientOf = async (contract: typeof defaultContract, answer: typeof account.answer) => {
    const { url, calls } = await startServer((call) =>
      answer({ ...call, url: new URL(call.url.pathname + call.url.search, `http://${call.headers.host}`) }),
    );
    const client = new AzumutaClient({
      ...{ contract, baseUrl: `${url}/api/v1`, clock: testClock() },
      apiKey: async () => account.apiKey,
    });
    return { client, calls };
  };
  const contract = contractSchema.parse(dialect.contract);
  const { apiKeyHeader } = contract;
  const [plain, other, foreign] = [
    await clientOf(defaultContract, account.answer),
    await clientOf(contract, inDialect(dialect, account.answer)),
    await clientOf({ ...defaultContract, apiKeyHeader }, inDialect(dialect, account.answer)),
  ];
  return {
    ...{ account, contract, triggers, plain: plain.client, other: other.client, calls: other.calls },
    foreign: foreign.client,
  };
}

async function created(dialect: Dialect) {
  const both = await startBoth(dialect);
  const article = await both.other.findArticle('CHAIR', signal);
  if (!article) throw new Error('there is no CHAIR');
  const ref = await both.other.createProductOrder(draft, article, signal);
  return { ...both, article, ref };
}

describe.each(dialects)('a dialect: $name', (dialect) => {
  it('finds an article with its variants behind many others', async () => {
    const { article } = await created(dialect);

    expect(article.number).toBe('CHAIR');
    expect(article.variants.map(({ name }) => name)).toEqual(['Left', 'Right', 'ATEX']);
  });

  it('is not understood with the default contract', async () => {
    const { foreign } = await startBoth(dialect);

    const found = await foreign.findArticle('CHAIR', signal).catch(() => undefined);

    expect(found).toBeUndefined();
  });

  it('creates a product order completely, and reads it by number and by id', async () => {
    const { plain, other, ref } = await created(dialect);

    const own = await plain.productOrder(ref.id, signal);
    expect(comparable(own)).toMatchObject({ ...draft, article: 'CHAIR', id: ref.id, completed: false });
    for (const read of [
      await other.findProductOrder('MO/0001', signal),
      await other.productOrder(ref.id, signal),
    ])
      expect(comparable(read)).toEqual(comparable(own));
  });

  it('reads completions and recordings as those of the assumed account', async () => {
    // Prepare
    const { account, plain, other, ref } = await created(dialect);
    account.complete('MO/0001', { quantity: 4, scrap: 1, serials: ['S-1', 'S-2'] });

    // Act
    const [own, read] = [await plain.productOrder(ref.id, signal), await other.productOrder(ref.id, signal)];
    const ids = read?.recordingIds ?? [];

    // Assess
    expect(comparable(read)).toEqual(comparable(own));
    expect(read?.completed).toBe(true);
    expect(ids).toHaveLength(2);
    for (const id of ids) {
      const expected = await plain.recording(id, signal);
      const recording = await other.recording(id, signal, ref);
      expect(withoutCatalogueIds(recording)).toEqual(withoutCatalogueIds(expected));
      const instruction = await other.workInstruction(recording?.workInstruction?.id ?? '', signal);
      expect(instruction?.name).toBe(expected?.workInstruction?.name);
    }
  });

  it('finds nothing where there is nothing', async () => {
    const { other, ref } = await created(dialect);

    expect(await other.findArticle('NOBODY', signal)).toBeUndefined();
    expect(await other.findProductOrder('MO/0002', signal)).toBeUndefined();
    expect(await other.productOrder('999999', signal)).toBeUndefined();
    expect(await other.recording('999999', signal, ref)).toBeUndefined();
    expect(await other.workInstruction('999999', signal)).toBeUndefined();
  });

  it('reads the order and its recordings from a trigger', async () => {
    const { account, contract, triggers } = await created(dialect);
    const built = account.complete('MO/0001');

    const body = Buffer.from(triggerIn(dialect, triggers[0] ?? ''));

    expect(parseTrigger({ method: 'POST', rawQueryString: '', body }, contract.trigger)).toMatchObject({
      ok: true,
      content: {
        productOrderNumber: 'MO/0001',
        recordingIds: built?.recordings.map(({ id }) => id),
      },
    });
  });

  it('names the line of the contract to set, and no value, under the assumed contract', async () => {
    const { account, ref } = await created(dialect);
    const { apiKeyHeader = 'X-API-Key', operations } = dialect.contract;
    const { url } = await startServer(inDialect(dialect, account.answer));
    const guess = new AzumutaClient({
      contract: contractSchema.parse({ apiKeyHeader, operations }),
      ...{ baseUrl: `${url}/api/v1`, clock: testClock(), apiKey: async () => account.apiKey },
    });

    // What is not understood may only throw once it is used.
    const used = guess.productOrder(ref.id, signal).then((order) => JSON.stringify(order));
    const failure = await used.catch((error: unknown) => error);

    expect(failure).toMatchObject({ name: 'Rejected', code: 'refused-by-azumuta' });
    expect(String(failure)).toMatch(/set azumuta\.contract\.\w+\.\w+ to where it is, among /);
    expect(String(failure)).not.toContain('MO/0001');
  });
});

it('looks a number up once more when a status says that it exists', async () => {
  const [dialect] = dialects;
  const { other, article, calls } = await created(dialect);

  const again = other.createProductOrder(draft, article, signal);

  await expect(again).rejects.toMatchObject({ name: 'RetryLater', scope: 'order', wrote: 'known' });
  expect(calls.slice(-2).map(({ method }) => method)).toEqual(['PUT', 'GET']);
});

it('reports an error in a 200 with the sentence from its configured place', async () => {
  const [, , dialect] = dialects;
  const { other } = await startBoth(dialect);
  const nobody = { id: 'nobody', number: 'CHAIR', variants: [] };

  const creating = other.createProductOrder({ ...draft, variants: [] }, nobody, signal);

  await expect(creating).rejects.toMatchObject({ name: 'RetryLater', wrote: 'perhaps' });
  await expect(creating).rejects.toThrow('an error: There is no article with id "nobody"');
});
