import { expect, it } from 'vitest';
import { type RestAnswer, textAt } from '../../../../shared/erp/rest/index.ts';
import { failureOf, firstAttempt, nextAttempt } from '../conformance/attempts.ts';
import { rejection } from '../conformance/rejection.ts';
import { key, lookUp, type Step, startSmallErp, step } from './small.ts';

it('reads, writes and reads again, and recognises its own booking the next time', async () => {
  // Prepare
  const erp = await startSmallErp();

  // Act
  const receipts = [await erp.book(), await erp.book(nextAttempt())];

  // Assess
  expect(receipts).toEqual([
    { reference: `booking ${key}`, alreadyBooked: false },
    { reference: `booking ${key}`, alreadyBooked: true },
  ]);
  expect(erp.calls.map(({ method, url }) => `${method} ${url.pathname}`)).toEqual([
    'GET /orders/MO%2F0001/bookings',
    'POST /orders/MO%2F0001/bookings',
    'GET /orders/MO%2F0001/bookings',
    'GET /orders/MO%2F0001/bookings',
  ]);
});

it('looks again in any attempt when the read-back fails, as it may be booked', async () => {
  // Prepare
  let written = false;
  const waits = () => (written ? 'it cannot be read right now' : undefined);
  const erp = await startSmallErp(
    () => {
      written = true;
      return { status: 201 };
    },
    { book: { lookUp: [{ ...lookUp, waits }] } },
  );

  // Act
  const failure = await failureOf(erp.book(nextAttempt()));

  // Assess
  expect(failure).toMatchObject({ name: 'RetryLater', scope: 'order', wrote: 'perhaps' });
});

it('blames nobody else while a look-up cannot tell whether the booking is ours', async () => {
  // Prepare: the ERP has closed the order, perhaps for our booking, and does not show its bookings
  const { done: _, ...closed } = { ...lookUp, name: 'order', refused: () => 'it is closed' };
  const hidden = { ...lookUp, waits: () => 'its bookings are not shown' };
  const erp = await startSmallErp(undefined, { book: { lookUp: [closed, hidden] } });

  // Act
  const failure = await failureOf(erp.book(nextAttempt()));

  // Assess
  expect(failure).toMatchObject({ name: 'RetryLater', scope: 'order', wrote: 'nothing' });
});

it('looks again soon when the second of two steps was not sent', async () => {
  // Prepare
  const deadline = new AbortController();
  const erp = await startSmallErp(
    (_, book) => {
      book();
      return { status: 201 };
    },
    {
      book: {
        steps: [
          step,
          {
            ...step,
            name: 'the notes',
            request: () => {
              deadline.abort();
              return { path: '/notes' };
            },
          },
        ],
      },
    },
  );

  // Act
  const failure = await failureOf(erp.book(firstAttempt(deadline.signal)));

  // Assess
  expect(failure).toMatchObject({ name: 'RetryLater', wrote: 'known' });
  expect(erp.calls.map(({ url }) => url.pathname)).not.toContain('/notes');
});

it('sends the headers of a step, such as one that takes the booking key', async () => {
  const request: Step['request'] = ({ key }) => ({
    path: '/',
    body: { key },
    headers: { 'Idempotency-Key': key },
  });
  const erp = await startSmallErp(undefined, { step: { request } });

  await erp.book();

  const [write] = erp.calls.filter(({ method }) => method === 'POST');
  expect(write?.headers['idempotency-key']).toBe(key);
});

it('skips a step that does not apply, and rejects when none does', async () => {
  const erp = await startSmallErp(undefined, {
    step: { when: ({ completion }) => completion.kind === 'amendment' },
  });

  const failure = await failureOf(erp.book());

  expect(failure).toMatchObject(rejection('MO/0001'));
  expect(erp.isBooked()).toBe(false);
});

it('recognises its own booking before it looks for reasons to refuse', async () => {
  // Prepare: the order is closed as soon as it is booked, by us or by somebody else.
  const refused = ({ json }: RestAnswer) => (textAt(json, 'key') ? 'it is closed' : undefined);
  const book = { lookUp: [{ ...lookUp, refused }] };
  const ours = await startSmallErp(undefined, { book });
  const theirs = await startSmallErp(undefined, { book });
  await ours.book();
  await theirs.book(firstAttempt(), 'somebody else');

  // Act
  const receipt = await ours.book(nextAttempt());
  const failure = await failureOf(theirs.book());

  // Assess
  expect(receipt.alreadyBooked).toBe(true);
  expect(failure).toMatchObject({ name: 'Rejected', message: 'Small ERP, order MO/0001: it is closed' });
});
