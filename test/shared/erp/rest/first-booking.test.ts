import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadIntegration } from '../../../../infra/build/load-configuration.ts';
import type { ErpConnector, ErpDefinition } from '../../../../shared/erp/connector.ts';
import { mapProductOrders } from '../../../../shared/integration/mapping/product-orders.ts';
import type { Component } from '../../../../shared/model/completions.ts';
import { Rejected } from '../../../../shared/model/errors.ts';
import { erpOrder } from '../../../support/orders.ts';
import { type Answer, type Received, startServer } from '../../../support/server.ts';
import { complaintsAbout, snippetFolder } from '../../../support/snippets.ts';
import { attemptAfter, failureOf, firstAttempt, nextAttempt } from '../conformance/attempts.ts';
import { completionOf, productOrderOf, quantityKey } from '../conformance/completions.ts';
import { listOf } from '../conformance/listing.ts';
import { type Books, graphqlErp, newBooks, odataErp, restErp } from './first-erps.ts';
import { connected } from './sandbox.ts';

const page = readFileSync('shared/erp/rest/FIRST-BOOKING.md', 'utf8');
/** All code of one section. */
const codeOf = (title: string) => {
  const [, section = ''] = new RegExp(`\\n## ${title}\\n([\\s\\S]*?)(?=\\n## |$)`).exec(page) ?? [];
  return Array.from(section.matchAll(/```ts\n([\s\S]*?)```/g), ([, code = '']) => code).join('\n');
};

interface Kind {
  readonly title: string;
  readonly file: string;
  readonly exported: string;
  readonly secret: object;
  readonly answer: (books: Books, received: Received) => Answer | undefined;
}
const plain: Kind = {
  title: 'REST',
  file: 'my-erp.ts',
  exported: 'myErp',
  secret: { token: 'secret' },
  answer: restErp,
};
const kinds: readonly Kind[] = [
  plain,
  {
    title: 'OData',
    file: 'my-odata-erp.ts',
    exported: 'myODataErp',
    secret: { username: 'me', password: 'secret' },
    answer: odataErp,
  },
  {
    title: 'GraphQL',
    file: 'my-graphql-erp.ts',
    exported: 'myGraphqlErp',
    secret: { apiKey: 'secret' },
    answer: graphqlErp,
  },
];

const detailsTitle = 'What else was recorded';
const detailsFile = 'my-erp-details.ts';

it('compiles all code of the page, which begins with an empty file, and loads the plant', async () => {
  // Prepare
  const files = kinds.map(({ title, file }) => [file, codeOf(title)]);

  const folder = snippetFolder({
    ...Object.fromEntries(files),
    [detailsFile]: codeOf(detailsTitle),
    'ghent.config.ts': codeOf('The plant'),
  });

  // Act
  const complaints = await complaintsAbout(folder);
  const { integration } = await loadIntegration(join(folder, 'ghent.config.ts'), 'test');

  // Assess
  expect(complaints).toBe('');
  const [mapped] = mapProductOrders(integration.productOrders, erpOrder({ article: 'GEAR' })).productOrders;
  expect(mapped?.draft).toMatchObject({ article: 'GEAR', parameters: { Quantity: 5 } });
});

/** The ERP of a section, and its connector as the page describes it. @param differs What stands there, and instead of it. */
async function started({ title, file, exported, secret, answer }: Kind, differs = ['', '']) {
  const books = newBooks();
  const { url } = await startServer((received) => answer(books, received));
  const [right = '', wrong = ''] = differs;
  const folder = snippetFolder({ [file]: codeOf(title).replace(right, wrong) });
  const made: Record<string, (baseUrl: string) => ErpDefinition> = await import(
    pathToFileURL(join(folder, file)).href
  );
  const definition = made[exported]?.(`${url}/api`);
  if (!definition) throw new Error(`${file} exports no ${exported}.`);
  return { books, erp: connected(definition, secret) };
}

const number = 'WO-1';
const key = quantityKey(productOrderOf({ number }));

describe.each(kinds)('the first booking over $title', (kind) => {
  it('lists the released orders and the cancelled one, the oldest change first, and goes on where it ended', async () => {
    const { erp, books } = await started(kind);

    const listed = await listOf(erp);
    const later = await listOf(erp, { changedAt: '2026-12-05T08:00:00.000Z', id: 'WO-5' });

    expect(listed.orders).toMatchObject(
      books.listed('2026-12-01').map(({ number, product, status }) => ({
        number,
        article: product,
        state: status,
        quantity: { amount: '5', unit: 'u' },
      })),
    );
    expect(listed.unreadable).toEqual([]);
    expect(later.numbers).toEqual(['WO-5', 'WO-6']);
  });

  it('books once, also when the answer is lost, and reads it back', async () => {
    // Prepare
    const { erp, books } = await started(kind);
    const built = {
      ...completionOf({ number }),
      quantity: { amount: '4', unit: 'u' },
      scrap: { amount: '1' },
    };
    books.losesAnswer = true;

    // Act
    const lost = await failureOf(erp.book(built, key, firstAttempt()));
    const found = await erp.book(built, key, attemptAfter(lost));
    books.losesAnswer = false;
    const other = await erp.book(completionOf({ number: 'WO-2' }), 'other#quantity', firstAttempt());

    // Assess
    expect(found).toMatchObject({ alreadyBooked: true });
    expect(other).toMatchObject({ alreadyBooked: false });
    expect(books.bookings).toMatchObject([
      { order: number, reference: key, good: '4', scrap: '1', final: true },
      { order: 'WO-2', reference: 'other#quantity', good: '5', scrap: '0' },
    ]);
  });

  it('tells a person when the ERP has made another figure of what was built', async () => {
    const { erp, books } = await started(kind);
    books.rounds = true;

    const failure = await failureOf(
      erp.book({ ...completionOf({ number }), quantity: { amount: '4.4', unit: 'u' } }, key, firstAttempt()),
    );

    expect(failure).toBeInstanceOf(Rejected);
    expect(String(failure)).toContain('4.4');
  });

  it.each([
    ['cancelled', 'WO-6', 'is not released'],
    ['unknown', "WO-'7", 'does not know order'],
  ])('refuses an order that is %s, and books nothing', async (_, number, why) => {
    const { erp, books } = await started(kind);

    const failure = await failureOf(erp.book(completionOf({ number }), key, nextAttempt()));

    expect(failure).toBeInstanceOf(Rejected);
    expect(String(failure)).toContain(why);
    expect(books.bookings).toEqual([]);
  });
});

describe('what else was recorded', () => {
  const components: Component[] = [
    { article: 'WHEEL', quantity: { amount: '4' }, lots: [{ number: 'L-1' }], recording: 'r1' },
  ];
  const recorded = {
    components: { all: false, beyondPlan: false, used: components },
    operations: [{ operation: 'Press', setupSeconds: 60, runSeconds: 600, finished: true, recording: 'r1' }],
    checks: [{ name: 'Torque', value: 45, unit: 'Nm', passed: true }],
    quantity: { amount: '4' },
    scrap: { amount: '1' },
    scrapReasons: [{ reason: 'Scratch', quantity: { amount: '1' } }],
  };

  /** The files of the page, joined as its text says, and an ERP that lists one component and one operation. */
  async function joined() {
    const sent: Record<string, unknown>[] = [];
    const { url } = await startServer(({ method, url: { pathname }, body }) => {
      if (method === 'POST') {
        sent.push(JSON.parse(body));
        return { status: 201 };
      }
      if (pathname === '/api/bookings')
        return { body: { bookings: sent.map(({ good }) => ({ id: 'B-1', good })) } };
      const component = { line: '10', product: 'WHEEL', planned: '5', used: '0', unit: 'u' };
      const operations = [{ number: '20', name: 'Press' }];
      const order = { number, product: 'GEAR', quantity: '5', unit: 'u', status: 'released' };
      return { body: { ...order, components: [component], operations } };
    });
    const file = [
      ["name: 'order',", "name: 'order', ...listed,"],
      [
        'request: ({ completion, built, key }) => ({',
        'request: ({ completion, built, key, ...context }) => ({',
      ],
      [
        'final: completion.final }',
        'final: completion.final, ...details({ completion, built, key, ...context }) }',
      ],
      ['orders, book });', "orders, book, takes: ['components', 'operations', 'reasons', 'checks'] });"],
    ].reduce(
      (code, [right = '', wrong = '']) => code.replace(right, wrong),
      `import { details, listed } from './${detailsFile}';\n${codeOf('REST')}`,
    );
    const folder = snippetFolder({ 'my-erp.ts': file, [detailsFile]: codeOf(detailsTitle) });
    const { myErp } = await import(pathToFileURL(join(folder, 'my-erp.ts')).href);
    return { sent, erp: connected(myErp(`${url}/api`), { token: 'secret' }) };
  }

  it('is sent with the quantity, as the page says', async () => {
    const { sent, erp } = await joined();

    await erp.book(completionOf({ number }, recorded), key, firstAttempt());

    expect(sent).toMatchObject([
      {
        good: '4',
        components: [{ line: '10', quantity: '4', lots: [{ number: 'L-1', quantity: '4' }] }],
        operations: [{ number: '20', setupMinutes: 1, runMinutes: 10, finished: true }],
        scrapReasons: [{ quantity: '1', reason: 'Scratch' }],
        checks: [{ name: 'Torque', value: 45 }],
      },
    ]);
  });

  it('is refused before the step where the order does not have it', async () => {
    const { sent, erp } = await joined();
    const operations = recorded.operations.map((one) => ({ ...one, operation: 'Weld' }));

    const failure = await failureOf(
      erp.book(completionOf({ number }, { ...recorded, operations }), key, firstAttempt()),
    );

    expect(String(failure)).toContain('operation Weld (recording r1) is not in its routing (20)');
    expect(sent).toEqual([]);
  });
});

describe('the page', () => {
  const sentences = Array.from(page.matchAll(/^\| `([^`]+)` \|/gm), ([, sentence = '']) => sentence);
  const listing = (erp: ErpConnector) =>
    listOf(erp).then(
      ({ unreadable }) => unreadable[0]?.reason,
      (failure: unknown) => failure,
    );
  const booking = (erp: ErpConnector) => failureOf(erp.book(completionOf({ number }), key, nextAttempt()));

  it.each([
    ["list: 'orders'", "list: 'rows'", listing],
    ['quantity: z.string()', 'quantity: z.number()', listing],
    ["sort: 'changedAt,id'", "sort: '-changedAt'", listing],
    ['reference: key, good', 'reference: key, amount', booking],
    ["'bookings.0.id'", "'bookings.0.number'", booking],
  ])('says what the mistake %s → %s is told as', async (right, wrong, act) => {
    const { erp } = await started(plain, [right, wrong]);

    const told = String(await act(erp));

    expect(sentences.filter((sentence) => told.includes(sentence))).toHaveLength(1);
  });
});
