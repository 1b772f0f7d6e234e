import { expect, it } from 'vitest';
import type { RestOptions, RestQuestion } from '../../../../shared/erp/rest/index.ts';
import type { Reader } from '../../../../shared/erp/rest/session.ts';
import { type Answer, startServer } from '../../../support/server.ts';
import { failureOf, firstAttempt, nextAttempt } from '../conformance/attempts.ts';
import { completionOf } from '../conformance/completions.ts';
import { firstPage } from '../conformance/listing.ts';
import { key, lookUp, order, type SmallRow, smallConnector } from './small.ts';

type Book = RestOptions<SmallRow>['book'];

/** Answers to reading, writing and reading back; by themselves all is well. */
async function bookingOf(
  answers: { look?: Answer | 'cut'; write?: Answer | 'cut'; readBack?: Answer },
  change: Partial<Book['lookUp'][number]> = {},
  attempt = firstAttempt(),
) {
  let wrote = false;
  const server = await startServer(({ method }) => {
    const given = method === 'POST' ? (answers.write ?? {}) : wrote ? answers.readBack : answers.look;
    wrote ||= method === 'POST';
    return given === 'cut' ? undefined : (given ?? { body: wrote ? { key } : {} });
  });
  const connector = smallConnector(server.url, { book: { lookUp: [{ ...lookUp, ...change }] } });
  const failure = await failureOf(connector.book(completionOf(order, { article: 'A' }), key, attempt));
  return { failure, writes: server.calls.filter(({ method }) => method === 'POST').length };
}

const page: Answer = { body: '<html>Maintenance</html>', headers: { 'content-type': 'text/html' } };
const order409: Answer = { status: 409, body: { message: 'The order is being planned.' } };
const partner = { name: 'RetryLater', scope: 'partner', wrote: 'nothing' };
const unknownOrder = { name: 'UnknownOrder', message: expect.stringContaining('MO/0001') };
const thisOrder = { name: 'RetryLater', scope: 'order', wrote: 'nothing' };

// The rows of the table in shared/erp/rest/README.md.

it.each<[string, Answer | 'cut', object, Partial<Book['lookUp'][number]>?]>([
  ['no answer', 'cut', partner],
  ['500', { status: 500, body: { message: 'Internal error' } }, partner],
  ['503', { status: 503 }, partner],
  ['408', { status: 408 }, partner],
  ['429', { status: 429, headers: { 'retry-after': '7' } }, { ...partner, afterSeconds: 7 }],
  ['401, twice', { status: 401 }, { ...partner, unauthorized: true }],
  ['a redirect', { status: 302, headers: { location: '/login' } }, partner],
  ['200 without JSON', page, partner],
  ['404 with a web page', { status: 404, ...page }, partner],
  ['one where a 404 means nothing is booked yet', { status: 404, ...page }, partner, { accepts: [404] }],
  ['404 with a line of text', { status: 404, body: 'default backend - 404' }, partner],
  ['an error in a 200', { body: { error: { message: 'This cannot be done now.' } } }, thisOrder],
  ['403', { status: 403, body: {} }, thisOrder],
  ['423', { status: 423, body: {} }, thisOrder],
  ['404', { status: 404, body: { message: 'no such order' } }, unknownOrder],
  ['an empty 404', { status: 404 }, unknownOrder],
  ['another 4xx', order409, { name: 'Rejected', causeCode: 'refused-by-erp' }],
])('understands %s to a look-up, and writes nothing', async (_, look, expected, change) => {
  const { failure, writes } = await bookingOf({ look }, change);

  expect(failure).toMatchObject(expected);
  expect(writes).toBe(0);
});

it.each<[string, Partial<Book['lookUp'][number]>, object]>([
  ['unknown', { unknown: () => true }, { name: 'UnknownOrder' }],
  ['refused', { refused: () => 'it is cancelled' }, { name: 'Rejected', causeCode: 'order-state' }],
  ['article', { article: () => 'B' }, { name: 'Rejected', causeCode: 'conflict' }],
  ['waits', { waits: () => 'somebody has it open' }, thisOrder],
])('obeys what `%s` says of a look-up, and writes nothing', async (_, change, expected) => {
  const { failure, writes } = await bookingOf({ look: { body: {} } }, change);

  expect(failure).toMatchObject(expected);
  expect(String(failure)).toContain('MO/0001');
  expect(writes).toBe(0);
});

const perhaps = { name: 'RetryLater', scope: 'partner', wrote: 'perhaps' };

it.each<[string, Answer | 'cut', object]>([
  ['no answer', 'cut', perhaps],
  ['500', { status: 500, body: { message: 'Internal error' } }, perhaps],
  ['503', { status: 503 }, perhaps],
  ['429', { status: 429 }, partner],
  ['401, twice', { status: 401 }, { ...partner, unauthorized: true }],
  ['a web page', page, perhaps],
  ['404 with a web page', { status: 404, ...page }, perhaps],
  ['403', { status: 403, body: {} }, thisOrder],
  ['423', { status: 423, body: {} }, thisOrder],
  ['404', { status: 404, body: {} }, { name: 'Rejected', causeCode: 'refused-by-erp' }],
  [
    'a reason that is a number',
    { status: 409, body: { error: 4711 } },
    { message: expect.stringContaining('(409): 4711') },
  ],
  [
    'another 4xx',
    order409,
    {
      name: 'Rejected',
      causeCode: 'refused-by-erp',
      message:
        'Small ERP refused the quantity of the booking of order MO/0001 (409): The order is being planned.',
    },
  ],
])('understands %s to a step', async (_, write, expected) => {
  const { failure } = await bookingOf({ write });

  expect(failure).toMatchObject(expected);
});

it('looks again after a step without effect, and asks a person the second time', async () => {
  const nothing = { readBack: { body: {} } };

  const [first, second] = [await bookingOf(nothing), await bookingOf(nothing, {}, nextAttempt())];

  expect(first.failure).toMatchObject({ ...thisOrder, wrote: 'perhaps' });
  const message = expect.stringContaining(key);
  expect(second.failure).toMatchObject({ name: 'Rejected', causeCode: 'booked-otherwise', message });
});

it('counts nothing as written after a look-up by POST', async () => {
  const { failure } = await bookingOf(
    { write: { status: 503 } },
    { request: () => ({ method: 'POST', path: '/search', body: {} }) },
  );

  expect(failure).toMatchObject(partner);
});

it('allows no method but GET and POST for a look-up: the compiler refuses others', () => {
  const question: RestQuestion = { path: '/orders', method: 'POST' };
  // @ts-expect-error: what changes an order is a step.
  const write: RestQuestion = { path: '/orders', method: 'PATCH' };
  // @ts-expect-error: a look is given no more than this.
  const writes = (reader: Reader) => reader.write;

  expect([question.method, write.method, typeof writes]).toEqual(['POST', 'PATCH', 'function']);
});

it.each<[string, Answer, object]>([
  ['503', { status: 503 }, partner],
  ['a web page', page, partner],
  ["a proxy's 404 page, even where a 404 is an empty list", { status: 404, ...page }, partner],
  ['another 4xx', order409, { name: 'Rejected', causeCode: 'refused-by-erp' }],
  [
    '403',
    { status: 403, body: { message: 'Not enough permission' } },
    {
      name: 'Rejected',
      causeCode: 'refused-by-erp',
      message:
        'Small ERP refused to list its orders, as its user may not read them (403): Not enough permission.',
    },
  ],
  [
    'an error in a 200',
    { body: { errors: [{ message: 'permission denied for table orders' }], rows: [] } },
    {
      name: 'Rejected',
      causeCode: 'refused-by-erp',
      message: 'Small ERP refused to list its orders (200): permission denied for table orders.',
    },
  ],
  [
    'no list',
    { body: { orders: [] } },
    { name: 'Rejected', causeCode: 'configuration', message: expect.stringContaining('$.rows') },
  ],
])('understands %s to the listing', async (_, answer, expected) => {
  // Prepare
  const server = await startServer(() => answer);
  const connector = smallConnector(server.url, { orders: { emptyStatus: [404] } });

  // Act
  const failure = await failureOf(firstPage(connector));

  // Assess
  expect(failure).toMatchObject(expected);
});
