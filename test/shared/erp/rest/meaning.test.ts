import { describe, expect, it } from 'vitest';
import { type RestMeaning, type RestOptions, textAt } from '../../../../shared/erp/rest/index.ts';
import type { Received } from '../../../support/server.ts';
import { type Answer, startServer } from '../../../support/server.ts';
import { failureOf, firstAttempt, newSignal } from '../conformance/attempts.ts';
import { completionOf } from '../conformance/completions.ts';
import { firstPage, listOf } from '../conformance/listing.ts';
import { apiKey, key, order, type SmallRow, smallConnector, smallOptions } from './small.ts';

type Options = RestOptions<SmallRow>;
type Changes = NonNullable<Parameters<typeof smallConnector>[1]>;

/** What an ERP answers in the place of its usual answers, and what the configuration makes of it. */
const refusedWith500: Answer = { status: 500, body: { externalMessage: 'Veld onbekend', errorNumber: 7 } };
const sentenceOfAfas: Options['answers'] = ({ status, json }) => {
  const sentence = textAt(json, 'externalMessage');
  if (status !== 500 || sentence === undefined) return undefined;
  return /geblokkeerd/.test(sentence) ? { waits: sentence } : { refused: sentence };
};

/** An ERP with one order that answers one kind of call otherwise, and a connector to it. */
async function started(
  asked: { listing?: Answer; detail?: Answer; lookUp?: Answer; step?: Answer; one?: Answer },
  answers: Options['answers'],
  { orders, ...changes }: Changes = {},
) {
  const row = { number: order.number, quantity: '5', changed: '2026-11-24T10:00:00Z' };
  const usual = (call: Received): [keyof typeof asked, Answer] => {
    if (call.method === 'POST') return ['step', { status: 201 }];
    if (call.url.pathname.endsWith('/bookings')) return ['lookUp', { body: {} }];
    if (call.url.pathname === '/detail') return ['detail', { body: {} }];
    if (call.url.pathname === '/one') return ['one', { body: row }];
    return ['listing', { body: { rows: [row, { ...row, number: 'MO/0002', detailed: true }] } }];
  };
  const server = await startServer((call) => {
    const [kind, answer] = usual(call);
    return asked[kind] ?? answer;
  });
  const connector = smallConnector(server.url, {
    answers,
    ...changes,
    orders: { one: { request: () => ({ path: '/one' }) }, ...orders },
  });
  return {
    connector,
    calls: server.calls,
    list: () => failureOf(firstPage(connector)),
    book: () => failureOf(connector.book(completionOf(order), key, firstAttempt())),
    readOne: () => failureOf(connector.readOrder?.(order, newSignal()) ?? Promise.resolve()),
  };
}

const refusedByErp = { name: 'Rejected', causeCode: 'refused-by-erp' };

describe('what the configuration says of an answer', () => {
  it.each([
    [
      'the listing',
      { listing: refusedWith500 },
      'list',
      'Small ERP refused to list its orders (500): Veld onbekend.',
    ],
    [
      'one order',
      { one: refusedWith500 },
      'readOne',
      'Small ERP refused to show order MO/0001 (500): Veld onbekend.',
    ],
    [
      'a look-up',
      { lookUp: refusedWith500 },
      'book',
      'Small ERP refused to show its bookings for the booking of order MO/0001 (500): Veld onbekend.',
    ],
    [
      'a step',
      { step: refusedWith500 },
      'book',
      'Small ERP refused the quantity of the booking of order MO/0001 (500): Veld onbekend.',
    ],
  ] as const)('is for a person where it is refused: to %s', async (_, asked, call, message) => {
    const erp = await started(asked, sentenceOfAfas);

    expect(await erp[call]()).toMatchObject({ ...refusedByErp, message });
  });

  it('is the problem of the rows that a detail is for, and of no other', async () => {
    // Prepare
    const { connector } = await started({ detail: refusedWith500 }, sentenceOfAfas, {
      orders: {
        detail: { request: ({ number }) => (number === 'MO/0002' ? { path: '/detail' } : undefined) },
      },
    });

    // Act
    const { numbers, unreadable } = await listOf(connector);

    // Assess
    expect(numbers).toEqual(['MO/0001']);
    expect(unreadable).toMatchObject([
      { id: 'MO/0002', reason: expect.stringContaining('/detail was refused (500): Veld onbekend') },
    ]);
  });

  const locked: Answer = { status: 500, body: { externalMessage: 'geblokkeerd door een andere gebruiker' } };
  it.each([
    ['the listing', { listing: locked }, 'list', { scope: 'partner', wrote: 'nothing' }],
    ['a look-up', { lookUp: locked }, 'book', { scope: 'order', wrote: 'nothing' }],
    ['a step', { step: locked }, 'book', { scope: 'order', wrote: 'known' }],
  ] as const)('is waited for: to %s', async (_, asked, call, expected) => {
    const erp = await started(asked, sentenceOfAfas);

    const failure = await erp[call]();

    expect(failure).toMatchObject({ name: 'RetryLater', ...expected });
    expect(String(failure)).toContain('geblokkeerd door een andere gebruiker');
  });

  const busy: Answer = { status: 503, body: { retry_after: 40 } };
  const inBody: Options['answers'] = ({ status, json }) =>
    status === 503 ? { down: 'it is busy', afterSeconds: Number(textAt(json, 'retry_after')) } : undefined;
  it.each([
    ['the listing', { listing: busy }, 'list', 'nothing'],
    ['one order', { one: busy }, 'readOne', 'nothing'],
    ['a look-up', { lookUp: busy }, 'book', 'nothing'],
    ['a step', { step: busy }, 'book', 'perhaps'],
  ] as const)('has all orders wait as long as its body says: to %s', async (_, asked, call, wrote) => {
    const erp = await started(asked, inBody);

    expect(await erp[call]()).toMatchObject({ kind: 'partner-down', afterSeconds: 40, wrote });
  });

  it('is asked before accepts, rejected and retryable', async () => {
    // Prepare
    const says: Options['answers'] = ({ status }) => (status === 409 ? { refused: 'first' } : undefined);
    const answer: Answer = { status: 409, body: {} };
    const { book } = smallOptions('https://erp.example.com');
    const [lookUp, step] = [book.lookUp[0], book.steps[0]];
    if (!lookUp || !step) throw new Error('the small configuration has both');

    // Act
    const looked = await started({ lookUp: answer }, says, {
      book: { lookUp: [{ ...lookUp, accepts: [409] }] },
    });
    const written = await started({ step: answer }, says, {
      book: { steps: [{ ...step, rejected: () => 'second', retryable: () => true }] },
    });

    // Assess
    for (const erp of [looked, written]) expect(String(await erp.book())).toMatch(/\(409\): first\.$/);
  });

  it('is nothing, and the table of the page holds', async () => {
    const erp = await started({ listing: { status: 500 } }, () => undefined);

    expect(await erp.list()).toMatchObject({
      kind: 'partner-down',
      message: expect.stringContaining('failed (500)'),
    });
  });

  it('may be said of a token service, and then all orders wait', async () => {
    // Prepare
    const tokens = await startServer(() => refusedWith500);
    const auth = { kind: 'oauth2ClientCredentials', tokenUrl: `${tokens.url}/token` } as const;
    const server = await startServer(() => ({ body: { rows: [] } }));
    const secret = { clientId: 'c', clientSecret: 'canary-2b7e' };
    const connector = smallConnector(server.url, { auth, answers: sentenceOfAfas }, secret);

    // Act
    const failure = await failureOf(firstPage(connector));

    // Assess
    expect(failure).toMatchObject({ kind: 'partner-down', unauthorized: true });
    expect(String(failure)).toContain("Small ERP's token service refused our login (500): Veld onbekend");
    expect(server.calls.length).toBe(0);
  });

  it.each<[string, unknown, string]>([
    ['another word', { refuse: 'Veld onbekend' }, '{ refuse }'],
    ['two of them', { refused: 'one', waits: 'two' }, '{ refused, waits }'],
    ['no sentence', { refused: '' }, '{ refused }'],
    ['a text', 'Veld onbekend', 'string'],
    ['an order for later', Promise.resolve({ refused: 'later' }), 'must answer at once'],
  ])('is refused with the forms that there are: %s', async (_, said, found) => {
    // The types would not let a TypeScript author write this; a configuration may still hold it.
    const erp = await started({}, () => said as RestMeaning);

    const failure = await erp.list();

    expect(failure).toMatchObject({ name: 'Rejected', causeCode: 'configuration' });
    expect(String(failure)).toContain('erp.answers');
    expect(String(failure)).toContain(found);
    expect(String(failure)).not.toContain('Veld onbekend');
    if (!found.includes('at once')) expect(String(failure)).toContain("{ waits: 'a sentence' }");
  });

  it('names the function that throws', async () => {
    const erp = await started({}, () => {
      throw new Error('no such field');
    });

    expect(String(await erp.list())).toContain('erp.answers failed: no such field');
  });

  it('shows no secret that the ERP repeats', async () => {
    const erp = await started(
      { step: { status: 500, body: { externalMessage: `no rights for ${apiKey}` } } },
      sentenceOfAfas,
    );

    expect(String(await erp.book())).toContain('no rights for •••');
  });
});
