import { expect, it } from 'vitest';
import { type RestAnswer, type RestOptions, rest, textAt } from '../../../../shared/erp/rest/index.ts';
import { Rejected, RetryLater } from '../../../../shared/model/errors.ts';
import { type Answer, type Received, startServer } from '../../../support/server.ts';
import { failureOf, firstAttempt, nextAttempt } from '../conformance/attempts.ts';
import { completionOf } from '../conformance/completions.ts';
import { connected } from './sandbox.ts';
import { type SmallRow, smallOptions } from './small.ts';

const order = { number: 'MO/0001' };
const key = 'SarLiLeyuNWgw3Tai#quantity';
const apiKey = 'canary-5f1c';
type Book = RestOptions<SmallRow>['book'];
type Step = Book['steps'][number];

/** An ERP that remembers one booking, answering the write as told. */
async function started(
  write: (received: Received, book: () => void) => Answer | undefined = (_, book) => {
    book();
    return { status: 201 };
  },
  change: { book?: Partial<Book>; step?: Partial<Step> } = {},
) {
  let booked: unknown;
  const server = await startServer((received) => {
    if (received.method === 'GET') return { body: booked ?? {} };
    return write(received, () => {
      booked = JSON.parse(received.body);
    });
  });
  const options = smallOptions(server.url);
  const [step] = options.book.steps;
  if (!step) throw new Error('no step');
  const book = { ...options.book, steps: [{ ...step, ...change.step }], ...change.book };
  const connector = connected(rest({ ...options, book }), { apiKey });
  return {
    calls: server.calls,
    isBooked: () => booked !== undefined,
    book: (attempt = firstAttempt(), as = key) => connector.book(completionOf(order), as, attempt),
  };
}

it('reads, writes and reads again, and knows its own booking the next time', async () => {
  // Prepare
  const erp = await started();

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

it.each([
  [404, 'there is no such order'],
  [400, 'the unit is wrong'],
  [409, 'the order is closed'],
  [422, 'the lot is missing'],
])('rejects on %s with the sentence of the ERP', async (status, sentence) => {
  const erp = await started(() => ({ status, body: { errors: [{ message: `${sentence}.` }] } }));

  const failure = await failureOf(erp.book());

  expect(failure).toBeInstanceOf(Rejected);
  expect(failure).toMatchObject({
    message: `Small ERP refused the quantity of the booking of order MO/0001 (${status}): ${sentence}.`,
  });
});

it.each([
  { status: 423, retryable: undefined, scope: 'order', wrote: 'nothing' },
  { status: 409, retryable: () => true, scope: 'order', wrote: 'nothing' },
  { status: 500, retryable: () => true, scope: 'order', wrote: 'perhaps' },
  { status: 200, retryable: () => true, scope: 'order', wrote: 'perhaps' },
  { status: 500, retryable: undefined, scope: 'partner', wrote: 'perhaps' },
  { status: 403, retryable: undefined, scope: 'partner', wrote: 'nothing' },
  { status: 429, retryable: undefined, scope: 'partner', wrote: 'nothing' },
])('takes $status (retryable: $retryable) for a failure of the $scope that wrote $wrote', async (row) => {
  const step = row.retryable ? { retryable: row.retryable } : {};
  const erp = await started(() => ({ status: row.status, body: { message: 'busy' } }), { step });

  const failure = await failureOf(erp.book());

  expect(failure).toMatchObject({ name: 'RetryLater', scope: row.scope, wrote: row.wrote });
});

it('rejects an error that hides in a 200', async () => {
  const step: Partial<Step> = {
    success: { test: ({ json }) => textAt(json, 'fault.text') ?? true },
  };
  const erp = await started(() => ({ status: 200, body: { fault: { text: 'the period is closed' } } }), {
    step,
  });

  const failure = await failureOf(erp.book());

  expect(failure).toBeInstanceOf(Rejected);
  expect(failure).toMatchObject({ message: 'Small ERP, order MO/0001: the period is closed' });
});

it('lets the configuration reject what would look like an unwell ERP', async () => {
  const step: Partial<Step> = {
    rejected: ({ status, json }) => (status === 500 ? textAt(json, 'message') : undefined),
  };
  const erp = await started(() => ({ status: 500, body: { message: 'invalid field "lot"' } }), { step });

  const failure = await failureOf(erp.book());

  expect(failure).toBeInstanceOf(Rejected);
});

it('takes only the configured statuses for success', async () => {
  const erp = await started(() => ({ status: 202 }), { step: { success: { status: [201] } } });

  const failure = await failureOf(erp.book());

  expect(failure).toMatchObject({ name: 'Rejected', message: expect.stringContaining('(202)') });
});

it('waits once for a booking that does not show, and rejects the second time', async () => {
  // Prepare
  const erp = await started(() => ({ status: 200 }));

  // Act
  const first = await failureOf(erp.book());
  const second = await failureOf(erp.book(nextAttempt()));

  // Assess
  expect(first).toMatchObject({ name: 'RetryLater', scope: 'order', wrote: 'perhaps' });
  expect(second).toBeInstanceOf(Rejected);
  expect(second).toMatchObject({ message: expect.stringContaining(key) });
});

it('does not write again when the answer was lost after the work was done', async () => {
  // Prepare
  const erp = await started((_, book) => {
    book();
    return undefined;
  });

  // Act
  const failure = await failureOf(erp.book());
  const receipt = await erp.book(nextAttempt());

  // Assess
  expect(failure).toMatchObject({ name: 'RetryLater', scope: 'partner', wrote: 'perhaps' });
  expect(receipt.alreadyBooked).toBe(true);
  expect(erp.calls.filter(({ method }) => method === 'POST').length).toBe(1);
});

it('keeps the claim open when the second of two steps fails, even before it was sent', async () => {
  // Prepare
  const deadline = new AbortController();
  const [step] = smallOptions('http://127.0.0.1').book.steps;
  if (!step) throw new Error('no step');
  const erp = await started(
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
  expect(failure).toMatchObject({ name: 'RetryLater', wrote: 'perhaps' });
  expect(erp.calls.map(({ url }) => url.pathname)).not.toContain('/notes');
});

it('sends the booking key in the header that the ERP takes it in', async () => {
  const erp = await started(undefined, { step: { idempotencyKeyHeader: 'Idempotency-Key' } });

  await erp.book();

  const [write] = erp.calls.filter(({ method }) => method === 'POST');
  expect(write?.headers['idempotency-key']).toBe(key);
});

it('skips a step that does not apply, and rejects when none does', async () => {
  const erp = await started(undefined, {
    step: { when: ({ completion }) => completion.kind === 'amendment' },
  });

  const failure = await failureOf(erp.book());

  expect(failure).toMatchObject({ name: 'Rejected', message: expect.stringContaining('MO/0001') });
  expect(erp.isBooked()).toBe(false);
});

it('believes its own booking before it looks for reasons to refuse', async () => {
  // Prepare: the order is closed as soon as it is booked, by us or by somebody else.
  const [lookUp] = smallOptions('http://127.0.0.1').book.lookUp;
  if (!lookUp) throw new Error('no look-up');
  const refused = ({ json }: RestAnswer) => (textAt(json, 'key') ? 'it is closed' : undefined);
  const book = { lookUp: [{ ...lookUp, refused }] };
  const ours = await started(undefined, { book });
  const theirs = await started(undefined, { book });
  await ours.book();
  await theirs.book(firstAttempt(), 'somebody else');

  // Act
  const receipt = await ours.book(nextAttempt());
  const failure = await failureOf(theirs.book());

  // Assess
  expect(receipt.alreadyBooked).toBe(true);
  expect(failure).toMatchObject({ name: 'Rejected', message: 'Small ERP, order MO/0001: it is closed' });
});

it('keeps our key out of a message, even when the ERP repeats it', async () => {
  const erp = await started(({ headers }) => ({
    status: 422,
    body: { message: `do not like ${headers['x-api-key']}` },
  }));

  const failure = await failureOf(erp.book());

  expect(failure).toMatchObject({ message: expect.stringContaining('do not like •••') });
});

it('keeps the half of our key out of a message, too, where a long sentence is cut', async () => {
  let key = '';
  const erp = await started(({ headers }) => {
    key = String(headers['x-api-key']);
    return { status: 422, body: { message: `${'x'.repeat(290)} ${key}` } };
  });

  const failure = await failureOf(erp.book());

  expect(key.length).toBeGreaterThan(8);
  expect(String(failure)).toContain('xxx');
  expect(String(failure)).not.toContain(key.slice(0, 6));
});

it('reads a refused key again, once, and goes on with the new one', async () => {
  // Prepare
  let valid = 'new-key';
  const server = await startServer(({ headers, method }) =>
    headers['x-api-key'] === valid ? { body: method === 'GET' ? { key } : {} } : { status: 401 },
  );
  const keys = ['old-key', 'new-key', 'new-key'];
  const refreshed: boolean[] = [];
  const connector = rest(smallOptions(server.url)).connect({
    clock: { now: () => new Date() },
    credentials: async (options) => {
      refreshed.push(options?.refresh ?? false);
      return { apiKey: keys[refreshed.length - 1] };
    },
  });

  // Act
  const receipt = await connector.book(completionOf(order), key, firstAttempt());
  valid = 'another';
  const failure = await failureOf(connector.book(completionOf(order), key, firstAttempt()));

  // Assess
  expect(receipt.alreadyBooked).toBe(true);
  expect(refreshed.slice(0, 2)).toEqual([false, true]);
  expect(failure).toMatchObject({ name: 'RetryLater', scope: 'partner', unauthorized: true });
});

it('asks for a secret of the right shape, without telling what it found', async () => {
  const server = await startServer(() => ({}));
  const connector = connected(rest(smallOptions(server.url)), { password: apiKey });

  const failure = await failureOf(connector.book(completionOf(order), key, firstAttempt()));

  expect(failure).toBeInstanceOf(RetryLater);
  expect(failure).toMatchObject({
    scope: 'partner',
    unauthorized: true,
    message: expect.stringContaining('$.apiKey'),
  });
  expect(String(failure)).not.toContain(apiKey);
  expect(server.calls).toEqual([]);
});
