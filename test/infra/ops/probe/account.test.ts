import { describe, expect, it } from 'vitest';
import { contractModule } from '../../../../infra/ops/probe/contract-text.ts';
import { probeAccount, proposeSettings } from '../../../../infra/ops/probe/probe.ts';
import { defaultContract } from '../../../../shared/azumuta/contract.ts';
import { testClock } from '../../../support/clock.ts';
import { type Answer, type Received, startServer } from '../../../support/server.ts';

const apiKey = 'the-key-of-the-account';

/** Probes an account that answers as the test says. @param limit Aborts when the time of each call is over. */
async function probed(
  answer: (received: Received) => Answer | undefined | Promise<Answer | undefined>,
  limit = new AbortController().signal,
) {
  const { url, calls } = await startServer(answer);
  const clock = { ...testClock(), timeout: () => limit };
  const { signal } = new AbortController();
  const look = { contract: defaultContract, seen: { number: 'MO/0001' }, clock, apiKey, signal };
  const result = await probeAccount({ ...look, baseUrl: `${url}/api/v1` });
  return { ...result, asked: calls.length };
}

const page = { body: '<!doctype html><title>Log in</title>', headers: { 'content-type': 'text/html' } };

describe('probing a bad account', () => {
  it.each<[string, (() => Answer | undefined) | 'never', string]>([
    ['that answers a page', () => page, 'with a page (HTML), perhaps of a login: check azumuta.baseUrl'],
    ['that redirects', () => ({ status: 302, headers: { location: '/login' } }), 'with a redirect (302)'],
    ['that fails', () => ({ status: 503, ...page }), 'Azumuta failed (503) at GET /workinstructions.'],
    ['that answers 100 MB', () => ({ body: 'x'.repeat(100 * 1024 * 1024) }), 'the answer is larger than'],
    ['that cuts the connection', () => undefined, 'Azumuta did not answer GET /api/v1/workinstructions'],
    ['that never answers', 'never', 'no answer in time'],
    ['that answers nothing', () => ({ body: '' }), 'something that is no JSON'],
    ['that refuses us', () => ({ status: 401, body: { message: apiKey } }), '401: it does not take the key'],
    ['that forbids', () => ({ status: 403 }), '403: the key may not read this'],
    ['that asks to slow down', () => ({ status: 429 }), '429: it asks to slow down'],
  ])('stops with one sentence, after one call, at one %s', async (_, answer, sentence) => {
    const time = new AbortController();
    // It is over as soon as the call has come, however long that takes on a busy machine.
    function never(): Promise<Answer> {
      time.abort(new DOMException('The time is up.', 'TimeoutError'));
      return new Promise(() => undefined);
    }
    const answers = answer === 'never' ? never : answer;
    const { stopped = '', asked, findings } = await probed(answers, time.signal);

    expect(stopped).toContain(sentence);
    expect(stopped).not.toMatch(/\n|at .*\.ts|the-key/);
    expect(asked).toBe(1);
    expect(findings.filter(({ certainty }) => certainty !== 'not found')).toEqual([]);
  });
});

const order = { id: 'o-1', number: 'MO/0001' };
const known: Readonly<Record<string, unknown>> = {
  '/api/v1/workinstructions': { data: [] },
  '/api/v1/productorders?number=MO%2F0001': { data: [order] },
  '/api/v1/productorders/o-1': order,
};
const answerOf = ({ url }: Received): Answer => {
  const body = known[url.pathname + url.search];
  return body === undefined ? { status: 404, body: {} } : { body };
};

it.each([401, 403, 429])(
  'stops at once at a later %i, and reports what it has found so far',
  async (status) => {
    const { stopped, findings, asked } = await probed((received) =>
      received.url.pathname.endsWith('/productorders/o-1') ? { status } : answerOf(received),
    );

    expect(stopped).toContain(`GET /productorders/{id} with ${status}`);
    expect(asked).toBe(5);
    expect(findings).toContainEqual(
      expect.objectContaining({ line: 'productOrder.number', set: 'number', certainty: 'sure' }),
    );
  },
);

it('takes a page or a failure for an address that does not exist, and stops at the third failure', async () => {
  const pages = await probed((received) =>
    known[received.url.pathname + received.url.search] ? answerOf(received) : page,
  );
  const failures = await probed((received) =>
    /workinstructions|\?number=MO%2F0001$/.test(received.url.href) ? answerOf(received) : { status: 500 },
  );

  expect(pages.stopped).toBeUndefined();
  expect(failures).toMatchObject({
    asked: 5,
    stopped: 'Azumuta failed (500) at GET /productorders/{id}. Nothing more was asked after 3 failures.',
  });
});

it('asks at most 40 times, whatever the answers', async () => {
  const { asked, stopped } = await probed(({ url }) => ({
    body: { items: [{ number: 'another', code: 'x', name: 'y', id: url.search }], next: url.search },
  }));

  expect(stopped).toBeUndefined();
  expect(asked).toBeLessThanOrEqual(40);
});

it('hides the key in a value that repeats it', async () => {
  const { findings } = await probed((received) =>
    received.url.pathname.endsWith('/o-1')
      ? { body: { ...order, url: `https://x/${apiKey}` } }
      : answerOf(received),
  );

  expect(findings).toContainEqual(
    expect.objectContaining({ line: 'productOrder.url', shown: 'https://x/•••' }),
  );
});

it('sends no request that an id of the account would change', async () => {
  const strange = { data: [{ id: '..', number: 'MO/0001' }] };

  const { stopped, findings } = await probed(({ url }) =>
    url.pathname.endsWith('/productorders') ? { body: strange } : { status: 404, body: {} },
  );

  expect(stopped).toBeUndefined();
  expect(findings).toContainEqual(
    expect.objectContaining({ line: 'productOrder.number', certainty: 'sure' }),
  );
});

it('copes with deep and wide answers, and with odd names', async () => {
  const deep = `${'{"a":['.repeat(50_000)}1${']}'.repeat(50_000)}`;
  const wide = Object.fromEntries(
    Array.from({ length: 1000 }, (_, at) => [`at${at}`, '2026-11-01T08:00:00Z']),
  );
  const answers: Readonly<Record<string, unknown>> = {
    '/api/v1/productorders': { data: [{ ...wide, ...order, 'a\nb // ': 'MO/0001', recordings: ['r-1'] }] },
    '/api/v1/productorders/o-1': `{"number":"MO/0001","id":"o-1","recordings":["r-1"],"deep":${deep}}`,
    '/api/v1/recordings/r-1': { id: 'r-1', ...wide },
  };

  const result = await probed(({ url }) => {
    const body = answers[url.pathname];
    return body === undefined ? { status: 404, body: {} } : { body };
  });

  expect(result.stopped).toBeUndefined();
  const found = { line: 'article.id', set: 'key', certainty: 'to confirm', why: 'a\nb' } as const;
  const text = contractModule(proposeSettings(defaultContract, [found]), [found]);
  // The names of an account's fields cannot end the remark.
  expect(text).toContain('\n// - article.id: key is to confirm: a b\n');
});

it.each([
  [
    'the list does not have the number',
    {},
    'path',
    'Check azumuta.baseUrl first. If that is right, this list does not have the number: ask Azumuta for its address',
  ],
  [
    'a filter is not applied',
    { body: { data: [order] } },
    'query',
    'the filter is not applied: ask Azumuta how',
  ],
])('says what to do when %s', async (_, listed, field, why) => {
  const { findings, stopped, settings } = await probed(({ url }) =>
    url.pathname.endsWith('/productorders') && 'body' in listed ? listed : { status: 404, body: {} },
  );

  expect({ stopped, settings }).toEqual({ stopped: undefined, settings: {} });
  expect(findings).toContainEqual({
    line: `operations.findProductOrder.${field}`,
    certainty: 'not found',
    why: expect.stringContaining(why),
  });
});

it.each([
  ['a page, which only the line makes believable', page.body, [404]],
  ['XML, which is believed', '<error><message>None.</message></error>', undefined],
])('proposes what an id that does not exist is answered with: %s', async (_, body, none) => {
  const order = { id: 'p1', number: 'MO/0001', status: 'done', recordings: [] };

  const { settings } = await probed(({ url }) => {
    if (url.pathname.endsWith('/p1')) return { body: order };
    if (url.pathname.includes('/productorders/')) return { status: 404, body };
    return { body: { data: url.search.includes('0001') ? [order] : [], next: null } };
  });

  expect(settings).toEqual(none ? { operations: { readProductOrder: { none } } } : {});
});
