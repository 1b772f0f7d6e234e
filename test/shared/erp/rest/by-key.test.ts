import { describe, expect, it } from 'vitest';
import { rest, textAt } from '../../../../shared/erp/rest/index.ts';
import { type Answer, type Received, startServer } from '../../../support/server.ts';
import { attemptAfter, failureOf, firstAttempt, nextAttempt } from '../conformance/attempts.ts';
import { completionOf } from '../conformance/completions.ts';
import { byKey, key, lookUp, order, type Step, smallConnector, smallOptions, step } from './small.ts';

/** A relay that books a key once, and answers with the first booking each time. */
function createRelay() {
  const booked = new Map<string, { reference: string; good: string; scrap: string }>();
  return {
    booked,
    book({ key, good, scrap }: { key: string; good: string; scrap: string }): Answer {
      const first = booked.get(key) ?? { reference: `B-${booked.size + 1}`, good, scrap };
      booked.set(key, first);
      return { body: { key, ...first } };
    },
  };
}

/** @param answers What the relay answers to each call, one after the other; then what it should. `cut` is no answer. */
async function started(
  answers: readonly (Answer | 'cut' | 'cut before')[] = [],
  change: Partial<Step> = {},
  options: Parameters<typeof smallConnector>[1] = {},
) {
  const relay = createRelay();
  const left = [...answers];
  const server = await startServer((call: Received) => {
    if (call.method === 'GET') return { body: { article: 'A' } };
    const given = left.shift();
    if (given === 'cut before') return undefined;
    const own = relay.book(JSON.parse(call.body));
    return given === 'cut' ? undefined : (given ?? own);
  });
  const connector = smallConnector(server.url, {
    ...options,
    book: { lookUp: [], steps: [{ ...byKey, ...change }], ...options?.book },
  });
  const completion = completionOf(order, { quantity: { amount: '4' }, scrap: { amount: '1' } });
  return {
    relay,
    sent: () => server.calls.filter(({ method }) => method === 'POST').length,
    book: (attempt = firstAttempt()) => connector.book(completion, key, attempt),
  };
}

describe('a step that books by its key', () => {
  it('is one call, whose answer is the receipt', async () => {
    const { book, sent } = await started();

    expect(await book()).toEqual({ reference: 'B-1', alreadyBooked: false });
    expect(sent()).toBe(1);
  });

  it.each<[string, Answer | 'cut' | 'cut before', object]>([
    ['no answer, before it has come', 'cut before', { wrote: 'perhaps' }],
    ['no answer, after it was booked', 'cut', { wrote: 'perhaps' }],
    ['408', { status: 408 }, { wrote: 'perhaps' }],
    ['429', { status: 429, headers: { 'retry-after': '7' } }, { afterSeconds: 7 }],
    ['500', { status: 500 }, { wrote: 'perhaps' }],
    ['503', { status: 503 }, { wrote: 'perhaps' }],
    ['504 of a gateway', { status: 504, body: '<html>Timeout</html>' }, { wrote: 'perhaps' }],
  ])('is sent again with its key, and booked once: %s', async (_, answer, expected) => {
    // Prepare
    const { book, relay } = await started([answer]);

    // Act
    const failure = await failureOf(book());
    const receipt = await book(attemptAfter(failure));

    // Assess
    expect(failure).toMatchObject({ kind: 'partner-down', ...expected });
    expect(receipt.reference).toBe('B-1');
    expect([...relay.booked.values()]).toEqual([{ reference: 'B-1', good: '4', scrap: '1' }]);
  });

  const proof = { key, reference: 'B-9', good: '4', scrap: '1' };
  it.each<[string, Answer, string]>([
    ['202 without a body', { status: 202, body: '' }, 'proves nothing ($.key: found missing'],
    [
      '200 without the key',
      { body: { reference: 'B-9', good: '4' } },
      'proves nothing ($.key: found missing',
    ],
    ['200 without a reference', { body: { ...proof, reference: null } }, '$.reference: found missing'],
    ['another key', { body: { ...proof, key: 'another' } }, 'does not name our key'],
    ['another figure', { body: { ...proof, good: '5' } }, 'does not name 4 as good'],
    ['no figure', { body: { ...proof, good: undefined } }, 'does not name 4 as good'],
    ['other scrap', { body: { ...proof, scrap: '0' } }, 'names 0 as scrap, in the place of 1'],
    [
      'a web page',
      { body: '<html>Accepted</html>', headers: { 'content-type': 'text/html' } },
      'proves nothing ($.key: found missing',
    ],
  ])('is for a person, and never sent again by itself: %s', async (_, answer, why) => {
    const { book, sent } = await started([answer]);

    const failure = await failureOf(book());

    expect(failure).toMatchObject({ name: 'Rejected', causeCode: 'booked-otherwise', wrote: 'perhaps' });
    expect(String(failure)).toContain(why);
    expect(String(failure)).toContain('it may be booked, and is not sent again by itself');
    expect(String(failure)).toContain(key);
    expect(sent()).toBe(1);
  });

  it('is not sent again after a success because a configuration would have it wait', async () => {
    const accepted: Answer = { status: 202, body: { message: 'queued' } };
    const waiting = await started([accepted], { retryable: () => true });
    const down = await started([accepted], {}, { answers: () => ({ down: 'it is queued' }) });

    for (const { book } of [waiting, down])
      expect(await failureOf(book())).toMatchObject({ name: 'Rejected', causeCode: 'booked-otherwise' });
  });

  it.each<[string, Partial<Step>, Parameters<typeof smallConnector>[1]]>([
    ['by the step', { rejected: ({ json }) => textAt(json, 'error') }, {}],
    ['by `answers`', {}, { answers: ({ json }) => ({ refused: textAt(json, 'error') ?? '?' }) }],
  ])('is refused in the words of the other side: %s', async (_, change, options) => {
    // Epicor's functions answer so: epiusers.help/t/126314.
    const { book } = await started([{ body: { Success: false, error: 'Job is closed' } }], change, options);

    expect(await failureOf(book())).toMatchObject({
      name: 'Rejected',
      causeCode: 'refused-by-erp',
      message: expect.stringContaining('Job is closed'),
    });
  });

  it.each<[number, object]>([
    [400, { name: 'Rejected', causeCode: 'refused-by-erp' }],
    [409, { name: 'Rejected', causeCode: 'refused-by-erp' }],
    // The same key is being booked right now.
    [423, { kind: 'order-not-ready', wrote: 'nothing' }],
  ])('did nothing by a %i, as any step', async (status, expected) => {
    const { book } = await started([{ status, body: { message: 'no' } }]);

    expect(await failureOf(book())).toMatchObject(expected);
  });

  it('asks the look-ups before it, which may refuse', async () => {
    const { done: _, ...look } = lookUp;
    const { book, sent } = await started(
      [],
      {},
      {
        book: { lookUp: [{ ...look, refused: () => 'it is closed' }], steps: [byKey] },
      },
    );

    expect(await failureOf(book(nextAttempt()))).toMatchObject({
      name: 'Rejected',
      causeCode: 'order-state',
    });
    expect(sent()).toBe(0);
  });

  it('gets one reference for the same key twice at once', async () => {
    const { book, relay } = await started();

    const receipts = await Promise.all([book(), book()]);

    expect(receipts.map(({ reference }) => reference)).toEqual(['B-1', 'B-1']);
    expect(relay.booked.size).toBe(1);
  });
});

const { book } = smallOptions('https://erp.example.com');
const { proof, ...withoutProof } = byKey;
it.each<[string, object, string]>([
  ['once without its proof', { lookUp: [], steps: [withoutProof] }, '$.book.steps[0].proof'],
  ['a proof without once', { ...book, steps: [{ ...step, proof }] }, '$.book.steps[0].proof'],
  ['another promise', { lookUp: [], steps: [{ ...byKey, once: 'always' }] }, 'expected "byKey"'],
  ['neither a promise nor a look-up', { lookUp: [], steps: [step] }, '$.book.lookUp'],
  ['a look-up with `done` as well', { ...book, steps: [byKey] }, '$.book.lookUp'],
  ['one step with it, and one without', { lookUp: [], steps: [byKey, step] }, '$.book.lookUp'],
  ['an empty trial', { lookUp: [], steps: [{ ...byKey, tried: '' }] }, '$.book.steps[0].tried'],
])('refuses a configuration with %s', (_, wrong, path) => {
  const make = () =>
    Reflect.apply(rest, undefined, [{ ...smallOptions('https://erp.example.com'), book: wrong }]);

  expect(make).toThrow(path);
});

it('says which step nobody has tried', () => {
  const { tried: _, ...untried } = byKey;
  const options = smallOptions('https://erp.example.com');

  expect(rest({ ...options, book: { lookUp: [], steps: [byKey] } }).untried).toBeUndefined();
  expect(rest({ ...options, book: { lookUp: [], steps: [untried] } }).untried).toBe(
    'erp.book.steps[0].tried',
  );
});
