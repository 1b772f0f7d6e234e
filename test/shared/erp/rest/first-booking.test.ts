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
import { type Books, graphqlErp, newBooks, odataErp, odataV2Erp, restErp, sessionErp } from './first-erps.ts';
import { connected } from './sandbox.ts';

const page = readFileSync('shared/erp/rest/FIRST-BOOKING.md', 'utf8');
/** All code of one section, without that of its parts which have a title. */
const codeOf = (title: string) => {
  const [, section = ''] = new RegExp(`\\n#{2,3} ${title}\\n([\\s\\S]*?)(?=\\n#{2,3} |$)`).exec(page) ?? [];
  return Array.from(section.matchAll(/```ts\n([\s\S]*?)```/g), ([, code = '']) => code).join('\n');
};

/** What a table of the page says to write instead: of each row, all places. */
const asInTable = (title: string, code: string) => {
  const [, table = ''] = new RegExp(`\n### ${title}\n([\\s\\S]*?)(?=\n#{2,3} )`).exec(page) ?? [];
  const rows = Array.from(table.matchAll(/^\| `(.+)` \| `(.+)` \|$/gm), ([, right = '', wrong = '']) => ({
    right,
    wrong,
  }));
  return rows.reduce((written, { right, wrong }) => {
    expect(written).toContain(right);
    return written.replaceAll(right, () => wrong);
  }, code);
};

interface Kind {
  readonly title: string;
  readonly file: string;
  readonly code: string;
  readonly exported: string;
  readonly secret: object;
  readonly answer: (books: Books, received: Received) => Answer | undefined;
  /** Its file for what else was recorded. */
  readonly details: Details;
}

/** What else was recorded. */
interface Details {
  readonly code: string;
  readonly file: string;
  readonly imports: string;
  /** What the page says to write into the first file: what stands there, and instead of it. */
  readonly joins: readonly (readonly [right: string, wrong: string])[];
  readonly sent: object;
}

const restSent = {
  components: [{ line: '10', quantity: '4', lots: [{ number: 'L-1', quantity: '4' }] }],
  operations: [{ number: '20', setupMinutes: 1, runMinutes: 10, finished: true }],
  scrapReasons: [{ quantity: '1', reason: 'Scratch' }],
};
const listedInOrder = ["name: 'order',", "name: 'order', ...listed,"] as const;
const wholeContext = [
  'request: ({ completion, built, key }) =>',
  'request: ({ completion, built, key, ...context }) =>',
] as const;
const taken = [
  'orders, book });',
  "orders, book, takes: ['components', 'operations', 'reasons', 'checks'] });",
] as const;
const withDetails = '...details({ completion, built, key, ...context })';
const plain: Kind = {
  title: 'REST',
  file: 'my-erp.ts',
  code: codeOf('REST'),
  exported: 'myErp',
  secret: { token: 'secret' },
  answer: restErp,
  details: {
    code: codeOf('What else was recorded'),
    file: 'my-erp-details.ts',
    imports: 'details, listed',
    joins: [
      listedInOrder,
      wholeContext,
      ['final: completion.final }', `final: completion.final, ${withDetails} }`],
      taken,
    ],
    sent: { ...restSent, checks: [{ name: 'Torque', value: 45, unit: 'Nm', passed: true }] },
  },
};
const odata: Kind = {
  title: 'OData',
  file: 'my-odata-erp.ts',
  code: codeOf('OData'),
  exported: 'myODataErp',
  secret: { username: 'me', password: 'secret' },
  answer: odataErp,
  details: {
    code: codeOf('Details over OData'),
    file: 'my-odata-erp-details.ts',
    imports: 'details, expanded, listed',
    joins: [
      listedInOrder,
      ['query: { $filter: `OrderNo', 'query: { ...expanded, $filter: `OrderNo'],
      wholeContext,
      ['Finished: completion.final,', `Finished: completion.final, ${withDetails},`],
      taken,
    ],
    sent: {
      Components: [{ LineNo: 10, Quantity: 4, Lots: [{ LotNo: 'L-1', Quantity: 4 }] }],
      Operations: [{ OperationNo: '20', SetupMinutes: 1, RunMinutes: 10, Finished: true }],
      ScrapReasons: [{ Quantity: 1, Reason: 'Scratch' }],
      Checks: [{ Name: 'Torque', Value: '45', Unit: 'Nm', Passed: true }],
    },
  },
};
const graphql: Kind = {
  title: 'GraphQL',
  file: 'my-graphql-erp.ts',
  code: codeOf('GraphQL'),
  exported: 'myGraphqlErp',
  secret: { apiKey: 'secret' },
  answer: graphqlErp,
  details: {
    code: codeOf('Details over GraphQL'),
    file: 'my-graphql-erp-details.ts',
    imports: 'details, fields, listed',
    joins: [
      listedInOrder,
      [
        "'query Order($number: String!) { order(number: $number) { product quantity unit status } }'",
        `\`query Order($number: String!) { order(number: $number) { product quantity unit status \${fields} } }\``,
      ],
      wholeContext,
      ['final: completion.final,', `final: completion.final, ${withDetails},`],
      taken,
    ],
    sent: { ...restSent, checks: [{ name: 'Torque', value: '45', unit: 'Nm', passed: true }] },
  },
};
const odataV2: Kind = {
  ...odata,
  title: 'OData V2',
  file: 'my-odata-v2-erp.ts',
  code: asInTable('OData V2', odata.code),
  answer: odataV2Erp,
  details: {
    ...odata.details,
    file: 'my-odata-v2-erp-details.ts',
    code: asInTable('Details over OData V2', odata.details.code),
  },
};
const kinds: readonly Kind[] = [plain, odata, graphql, odataV2];

const loginTitle = 'A session';
const loginFile = 'my-erp-login.ts';

it('compiles all code of the page, which begins with an empty file, and loads the plant', async () => {
  // Prepare
  const files = kinds.map(({ file, code }) => [file, code]);
  const login = [loginFile, codeOf(loginTitle)];
  const detailed = kinds.flatMap(({ file, code, details }) => [
    [details.file, details.code],
    [`joined-${file}`, joinedCode(code, details)],
  ]);
  const folder = snippetFolder({
    ...Object.fromEntries([...files, ...detailed, login]),
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

/** The first file, with what the page says to write into it. */
function joinedCode(code: string, { file, imports, joins }: Details): string {
  const first = `import { ${imports} } from './${file}';\n${code}`;
  return joins.reduce((joined, [right, wrong]) => {
    expect(joined).toContain(right);
    return joined.replace(right, () => wrong);
  }, first);
}

/** The ERP of a section, and its connector as the page describes it. @param differs What stands there, and instead of it. */
async function started(kind: Kind, [right = '', wrong = ''] = ['', '']) {
  return startedWith(kind, { [kind.file]: kind.code.replace(right, wrong) });
}

async function startedWith(
  { file, exported, secret, answer }: Kind,
  files: Readonly<Record<string, string>>,
) {
  const books = newBooks();
  const { url } = await startServer((received) => answer(books, received));
  const folder = snippetFolder(files);
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

it('logs in by a session, as the page says, and books once where it ends between any calls', async () => {
  // Prepare
  const opened: string[] = [];
  const secret = { username: 'me', password: 'secret' };
  const bearer = "auth: { kind: 'bearer' }";
  expect(plain.code).toContain(bearer);
  const code = `import { login } from './${loginFile}';\n${plain.code.replace(bearer, 'auth: login')}`;
  const files = { [plain.file]: code, [loginFile]: codeOf(loginTitle) };
  const { erp, books } = await startedWith({ ...plain, secret, answer: sessionErp(opened) }, files);

  // Act
  const listed = await listOf(erp);
  for (const { number } of books.orders.slice(0, 5))
    await erp.book(completionOf({ number }), quantityKey(productOrderOf({ number })), firstAttempt());

  // Assess
  expect(listed.numbers).toHaveLength(6);
  expect(books.bookings.map(({ order }) => order)).toEqual(['WO-1', 'WO-2', 'WO-3', 'WO-4', 'WO-5']);
  expect(opened.length).toBeGreaterThan(4);
});

it('reads figures over OData that the server writes as text', async () => {
  const { erp, books } = await started(odata);
  books.figuresAsText = true;

  const { orders, unreadable } = await listOf(erp);

  expect(unreadable).toEqual([]);
  expect(orders[0]?.quantity.amount).toBe('5');
});

describe.each(kinds)('what else was recorded, over $title', (kind) => {
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

  /** The files of the page, joined as its text says. */
  const joined = (kind: Kind) =>
    startedWith(kind, {
      [kind.file]: joinedCode(kind.code, kind.details),
      [kind.details.file]: kind.details.code,
    });

  it('is sent with the quantity, as the page says', async () => {
    const { books, erp } = await joined(kind);

    await erp.book(completionOf({ number }, recorded), key, firstAttempt());

    expect(books.bookings).toMatchObject([{ order: number, good: '4', scrap: '1' }]);
    expect(books.details).toEqual([kind.details.sent]);
  });

  it('is refused before the step where the order does not have it', async () => {
    const { books, erp } = await joined(kind);
    const operations = recorded.operations.map((one) => ({ ...one, operation: 'Weld' }));

    const failure = await failureOf(
      erp.book(completionOf({ number }, { ...recorded, operations }), key, firstAttempt()),
    );

    expect(String(failure)).toContain('operation Weld (recording r1) is not in its routing (20)');
    expect(books.bookings).toEqual([]);
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
