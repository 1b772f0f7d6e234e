import { expect, it } from 'vitest';
import { type RestOptions, textAt, valueAt } from '../../../../shared/erp/rest/index.ts';
import { type Answer, startServer } from '../../../support/server.ts';
import { failureOf, firstAttempt, nextAttempt } from '../conformance/attempts.ts';
import { completionOf } from '../conformance/completions.ts';
import { rejection } from '../conformance/rejection.ts';
import { key, order, type SmallRow, smallConnector } from './small.ts';

type Book = RestOptions<SmallRow>['book'];

/** An ERP in which booking and closing are two calls. */
async function started(
  { close: answerClose }: { close?: () => Answer | undefined } = {},
  change: Partial<Book> = {},
) {
  const state = { key: undefined as string | undefined, status: 'released' };
  const server = await startServer(({ method, url, body }) => {
    if (method === 'GET') return { body: url.pathname === '/order' ? { status: state.status } : state };
    if (url.pathname === '/close') {
      const refusal = answerClose?.();
      if (refusal) return refusal;
      state.status = 'closed';
      return {};
    }
    state.key = textAt(JSON.parse(body), 'key') ?? '';
    return { status: 201 };
  });
  const book: Book = {
    lookUp: [
      {
        name: 'order',
        request: () => ({ path: '/order' }),
        refused: ({ json }) => (valueAt(json, 'status') === 'released' ? undefined : 'it is not released'),
      },
      {
        name: 'bookings',
        request: () => ({ path: '/bookings' }),
        done: ({ json }) => (textAt(json, 'key') === key ? 'booking 1' : undefined),
      },
    ],
    steps: [
      { name: 'the booking', request: () => ({ path: '/book', body: { key } }) },
      {
        name: 'the closing',
        done: ({ found }) => valueAt(found('order').json, 'status') === 'closed',
        request: () => ({ path: '/close', body: {} }),
      },
    ],
    ...change,
  };
  const connector = smallConnector(server.url, { book });
  return {
    state,
    writes: () => server.calls.flatMap(({ method, url }) => (method === 'POST' ? [url.pathname] : [])),
    book: (attempt = firstAttempt()) => connector.book(completionOf(order), key, attempt),
  };
}

it('books, then closes, and reads both back', async () => {
  const erp = await started();

  const receipts = [await erp.book(), await erp.book(nextAttempt())];

  expect(receipts).toEqual([
    { reference: 'booking 1', alreadyBooked: false },
    { reference: 'booking 1', alreadyBooked: true },
  ]);
  expect(erp.writes()).toEqual(['/book', '/close']);
});

it('closes, and does not book, what is booked already, and reads the closing back', async () => {
  // Prepare
  let busy = true;
  const erp = await started({ close: () => (busy ? { status: 423 } : { status: 200 }) });
  const first = await failureOf(erp.book());
  busy = false;

  // Act: now it answers the closing as if it had done it.
  const second = await failureOf(erp.book(nextAttempt()));

  // Assess
  expect(first).toMatchObject({ name: 'RetryLater', scope: 'order', wrote: 'known' });
  expect(erp.writes()).toEqual(['/book', '/close', '/close']);
  expect(second).toMatchObject(
    rejection('does not show the closing, for the second time', 'booked-otherwise'),
  );
});

it.each([
  ['continues what it has begun, though somebody closed the order in between', 'closed', ['/book', '/close']],
  [
    'takes the steps that are left, though the order would be refused by now',
    'fully booked',
    ['/book', '/close', '/close'],
  ],
])('%s', async (_, status, writes) => {
  // Prepare
  let busy = true;
  const erp = await started({ close: () => (busy ? { status: 423 } : undefined) });
  await failureOf(erp.book());
  busy = false;
  erp.state.status = status;

  // Act
  const receipt = await erp.book(nextAttempt());

  // Assess
  expect(receipt).toEqual({ reference: 'booking 1', alreadyBooked: status === 'closed' });
  expect(erp.writes()).toEqual(writes);
});

it('names the steps that were taken when the ERP refuses a later one', async () => {
  const erp = await started({ close: () => ({ status: 409, body: { message: 'The period is closed.' } }) });

  const failures = [await failureOf(erp.book()), await failureOf(erp.book(nextAttempt()))];

  for (const failure of failures) {
    expect(failure).toMatchObject({
      name: 'Rejected',
      code: 'refused-by-erp',
      message:
        'Small ERP refused the closing of the booking of order MO/0001 (409): The period is closed. ' +
        'Small ERP has these steps already: the booking.',
    });
  }
});
