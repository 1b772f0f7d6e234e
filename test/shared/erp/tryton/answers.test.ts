import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { attemptAfter, failureOf, firstAttempt } from '../conformance/attempts.ts';
import { completionOf, quantityKey } from '../conformance/completions.ts';
import { TrytonBooks } from './books.ts';
import { createRpcServer, type RpcAnswer, type RpcServer } from './server.ts';

let books: TrytonBooks;
let server: RpcServer;
let answers: { readonly method: string; readonly answer: RpcAnswer }[];
beforeEach(() => {
  books = new TrytonBooks();
  answers = [];
  server = createRpcServer((call) => {
    const at = answers.findIndex(({ method }) => call.method.endsWith(method));
    return at < 0 ? books.answer(call) : answers.splice(at, 1)[0]?.answer;
  });
});

const order = { number: '17', id: '17' };
const completion = completionOf(order);
const book = (attempt = firstAttempt()) =>
  server.connector().book(completion, quantityKey(completion.productOrder), attempt);

const error = (...said: unknown[]): RpcAnswer => ({ error: said });
/** As Python formats it for a server with `--dev`: none of it is used, as it reveals the server's internals. */
const tracebackOf = (last: string) =>
  `Traceback (most recent call last):\n  File "/trytond/secret.py", line 1, in do\n    secret()\n${last}\n`;
const thrown = (last: string, said = last.slice(last.indexOf(': ') + 2)) => error(said, tracebackOf(last));
const saying = (text: string) => ({ ...person, message: expect.stringContaining(text) });
const waits = { name: 'RetryLater', scope: 'order' };
const down = { name: 'RetryLater', scope: 'partner', unauthorized: false };
const refused = { name: 'RetryLater', scope: 'partner', unauthorized: true };
const person = { name: 'Rejected', causeCode: 'refused-by-erp' };
/** The call that starts a production: other writes came before it. */
const write = 'production.run';
const read = 'production.search_read';

/** The table of `shared/erp/tryton/README.md`, row by row: the method, the answer to it, and the failure. */
const rows: Readonly<Record<string, readonly (readonly [string, RpcAnswer, object | undefined])[]>> = {
  '401 to a call': [[read, { status: 401 }, undefined]],
  '401 again, behind a new login': [[read, { status: 401 }, refused]],
  '401 or `LoginException` at the login': [
    ['db.login', { status: 401 }, { ...refused, afterSeconds: 300 }],
    [
      'db.login',
      error('LoginException', ['sms', 'Code', 'char']),
      { ...refused, message: expect.stringContaining('plain password') },
    ],
  ],
  '429 at the login': [['db.login', { status: 429 }, { ...refused, afterSeconds: 300 }]],
  '403 to a call': [[read, { status: 403 }, waits]],
  '408, 429, 5xx': [408, 429, 500, 503].map((status) => [read, { status }, down]),
  '5xx to a write': [[write, { status: 500 }, { ...down, wrote: 'perhaps' }]],
  'anything else than JSON-RPC': [
    [read, { status: 404 }, down],
    [
      read,
      { result: { id: 1 } },
      { ...down, message: expect.stringContaining('$: found object, expected a list') },
    ],
  ],
  'no such production': [[read, { result: [] }, { name: 'UnknownOrder' }]],
  '`UserError`': [
    [
      write,
      error('UserError', ['The lot is missing.', '', null]),
      {
        ...person,
        message: expect.stringMatching(
          /The lot is missing\. Done before that: reserving the components of production 17, writing a note on production 17, /,
        ),
      },
    ],
    [
      write,
      error('UserError', ['You are not allowed', 'to modify "Production"', null]),
      saying('You are not allowed to modify'),
    ],
  ],
  '`UserWarning`': [
    [
      write,
      error('UserWarning', ['name', 'No list price.', '']),
      saying('No list price. Do this step in Tryton'),
    ],
  ],
  '`ConcurrencyException`': [
    [write, error('ConcurrencyException', 'modified'), { ...waits, wrote: 'known' }],
  ],
  '`could not obtain lock`, `database is locked`, `could not serialize access`, `deadlock detected`, `lock timeout`':
    [
      'could not obtain lock on row in relation "production"',
      'database is locked',
      'could not serialize access due to concurrent update',
      'deadlock detected\nDETAIL: Process 1 waits',
      'canceling statement due to lock timeout\nCONTEXT: while updating tuple',
    ].map((said) => [write, error(said, ''), { ...waits, wrote: 'known', afterSeconds: 5 }]),
  '`RateLimitException`': [[read, error('RateLimitException', ''), { ...down, afterSeconds: 60 }]],
  'the database refuses, closes or loses the connection': [
    [read, error('connection to server failed: Connection refused', ''), down],
    [write, error('server closed the connection unexpectedly', ''), { ...down, wrote: 'perhaps' }],
    ...[
      'psycopg2.OperationalError: SSL SYSCALL error: EOF detected',
      'psycopg2.pool.PoolError: connection pool exhausted',
      'psycopg2.OperationalError: connection to server at "db" failed: FATAL:  sorry, too many clients already',
      'psycopg2.InterfaceError: no connection to the server',
    ].map((last) => [read, thrown(last), down] as const),
  ],
  "a name alone: `'stock.lot'`": [
    [write, error("'stock.lot'", ''), saying('does not know stock.lot')],
    [write, thrown("KeyError: 'quantiy'"), saying('does not know quantiy')],
  ],
  '`unsupported operand type`, `no such column`, `column … does not exist` and similar messages': [
    [
      write,
      thrown('TypeError: unsupported operand type(s)'),
      saying('unsupported operand type(s). Its log has the details.'),
    ],
    [
      write,
      thrown(
        'psycopg2.errors.UndefinedColumn: column "quantiy" does not exist\nLINE 1: SELECT\nHINT:  Perhaps',
      ),
      saying('column "quantiy" does not exist'),
    ],
    [write, thrown('sqlite3.OperationalError: no such column: a.quantiy'), saying('quantiy')],
  ],
  'any other exception': [
    [write, thrown('psycopg2.errors.DiskFull: could not extend file'), { ...waits, wrote: 'perhaps' }],
    ...[
      thrown('psycopg2.InterfaceError: cursor already closed'),
      thrown('psycopg2.errors.QueryCanceled: canceling statement due to statement timeout'),
      thrown('somewhere.NewTrouble: something that nobody has seen'),
      thrown('MemoryError', ''),
      // A message that looks like another exception, above the name of its own.
      thrown('TypeError: no\n\nDuring handling:\npsycopg2.OperationalError: TypeError: no', 'TypeError: no'),
      error('something without a traceback', ''),
      ...[['text'], [], [{}], [17, 18]].map((said) => error(...said)),
    ].map((answer) => [read, answer, waits] as const),
  ],
  '`null` from a button, and the state is another one': [
    [write, { result: null }, { ...waits, wrote: 'known', afterSeconds: 60 }],
  ],
  '`null` from `assign_try`, and the production waits': [
    [
      'production.assign_try',
      { result: null },
      { ...waits, wrote: 'nothing', afterSeconds: undefined, retry: 'seldom' },
    ],
  ],
};

describe.each(Object.entries(rows))('%s', (name, cases) => {
  it.each(cases)('is handled as documented at %s: %j', async (method, answer, expected) => {
    // Prepare
    answers = Array(name.includes('again') ? 2 : 1).fill({ method, answer });

    // Act
    const failure = await failureOf(book());

    // Assess: the next attempt books once.
    if (expected === undefined) expect(failure).toBeUndefined();
    else expect(failure).toMatchObject(expected);
    if (JSON.stringify(answer).includes('secret()')) expect(String(failure)).not.toContain('secret');
    if (failure !== undefined) await book(attemptAfter(failure));
    expect(books.state).toBe('done');
    expect(books.moves.map(({ quantity }) => quantity)).toEqual([5]);
  });
});

it('covers every row of the table in the README', () => {
  const readme = readFileSync(new URL('../../../../shared/erp/tryton/README.md', import.meta.url), 'utf8');
  const [, section = ''] = readme.split('## What an answer means\n');
  const [own = ''] = section.split('\n## ');
  const [, , ...lines] = own.split('\n').filter((line) => line.startsWith('|'));

  expect(lines.map((line) => line.split('|')[1]?.trim())).toEqual(Object.keys(rows));
});
