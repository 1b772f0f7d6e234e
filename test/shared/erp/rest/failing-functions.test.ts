import { expect, it } from 'vitest';
import type { RestOptions } from '../../../../shared/erp/rest/index.ts';
import { startServer } from '../../../support/server.ts';
import { failureOf, firstAttempt } from '../conformance/attempts.ts';
import { completionOf } from '../conformance/completions.ts';
import { firstPage } from '../conformance/listing.ts';
import { rejection } from '../conformance/rejection.ts';
import { key, order, type SmallRow, smallConnector, smallOptions } from './small.ts';

type Book = RestOptions<SmallRow>['book'];
type LookUp = Book['lookUp'][number];
type Step = Book['steps'][number];

/** A function of a careless configuration. */
const careless = () => {
  throw new TypeError("Cannot read properties of undefined (reading 'id')");
};

async function started(change: (book: Book) => Book) {
  let booked = false;
  const server = await startServer(({ method }) => {
    if (method === 'POST') booked = true;
    return { body: booked ? { key } : {} };
  });
  const connector = smallConnector(server.url, { book: change(smallOptions(server.url).book) });
  return { server, book: () => connector.book(completionOf(order), key, firstAttempt()) };
}

const lookUpWith =
  (change: Partial<LookUp>) =>
  (book: Book): Book => ({
    ...book,
    lookUp: [
      { name: 'first', request: () => ({ path: '/' }) },
      ...book.lookUp.map((lookUp) => ({ ...lookUp, ...change })),
    ],
  });
const stepWith = (change: Partial<Step>) => (book: Book) => ({
  ...book,
  steps: book.steps.map((step) => ({ ...step, ...change })),
});

it.each<[string, (book: Book) => Book, string[]]>([
  ['book.lookUp[1].done', lookUpWith({ done: careless }), []],
  ['book.steps[0].request', stepWith({ request: careless }), []],
])('refuses the order when erp.%s throws', async (path, change, writes) => {
  // Prepare
  const { server, book } = await started(change);

  // Act
  const failure = await failureOf(book());

  // Assess
  expect(failure).toMatchObject({
    name: 'Rejected',
    causeCode: 'configuration',
    message: `erp.${path} failed for order MO/0001: Cannot read properties of undefined (reading 'id')`,
  });
  expect(server.calls.map(({ method }) => method).filter((method) => method === 'POST')).toEqual(writes);
});

it.each<[string, string, () => unknown]>([
  ['a number for a reference', 'book.lookUp[1].done', () => 17],
  ['yes instead of a reason', 'book.lookUp[1].refused', () => true],
  ['a promise', 'book.lookUp[1].waits', async () => undefined],
])('refuses the order when a function answers with %s, and writes nothing', async (_, path, answer) => {
  // Prepare
  const field = path.split('.').at(-1) ?? '';
  const { server, book } = await started(lookUpWith({ [field]: answer }));

  // Act
  const failure = await failureOf(book());

  // Assess
  expect(failure).toMatchObject(
    rejection(`erp.${path} failed for order MO/0001: it answers with`, 'configuration'),
  );
  expect(server.calls.map(({ method }) => method)).not.toContain('POST');
});

it('names the answer that a function asked for in vain', async () => {
  const { book } = await started(lookUpWith({ when: ({ found }) => found('orders').status === 200 }));

  const failure = await failureOf(book());

  expect(failure).toMatchObject({
    causeCode: 'configuration',
    message:
      'erp.book.lookUp[1].when failed for order MO/0001: there is no answer of a look-up "orders" (yet)',
  });
});

it('refuses an order for which no address can be built, with the reason', async () => {
  const { server } = await started((book) => book);
  const connector = smallConnector(server.url);

  const failure = await failureOf(connector.book(completionOf({ number: '..' }), key, firstAttempt()));

  expect(failure).toMatchObject(rejection('erp.book.lookUp[0].request failed for order ..', 'order-data'));
});

it.each<[string, Partial<RestOptions<SmallRow>['orders']>]>([
  ['query', { query: careless }],
  ['body', { method: 'POST', body: careless }],
  ['list', { list: careless }],
  ['paging.next', { paging: { kind: 'cursor', parameter: 'cursor', next: careless } }],
])('refuses the listing when erp.orders.%s throws', async (path, change) => {
  // Prepare
  const server = await startServer(() => ({ body: { rows: [] } }));

  // Act
  const failure = await failureOf(firstPage(smallConnector(server.url, { orders: change })));

  // Assess
  expect(failure).toMatchObject(rejection(`erp.orders.${path} failed: Cannot read`, 'configuration'));
});

it.each<[string, Partial<ReturnType<Step['request']>>]>([
  ['a header beyond Latin-1', { headers: { 'x-order': 'MO/✓' } }],
  ['a line break in a header', { headers: { 'x-order': 'MO\n1' } }],
  ['a body that JSON has no word for', { body: { amount: 5n } }],
])('blames the configuration, and not the ERP, for %s', async (_, differs) => {
  // Prepare
  const { server, book } = await started(stepWith({ request: () => ({ path: '/', ...differs }) }));

  // Act
  const failure = await failureOf(book());

  // Assess
  expect(failure).toMatchObject({ name: 'Rejected', causeCode: 'configuration' });
  expect(server.calls.map(({ method }) => method)).not.toContain('POST');
});
