import { expect, it } from 'vitest';
import { type RestOptions, textAt, valueAt } from '../../../../shared/erp/rest/index.ts';
import { type Answer, startServer } from '../../../support/server.ts';
import { failureOf, firstAttempt, nextAttempt } from '../conformance/attempts.ts';
import { completionOf } from '../conformance/completions.ts';
import { rejection } from '../conformance/rejection.ts';
import {
  key,
  lookUp,
  order,
  type SmallRow,
  type Step,
  smallConnector,
  startSmallErp,
  step,
} from './small.ts';

type Book = RestOptions<SmallRow>['book'];

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

it('skips a step that does not apply, and rejects when none does', async () => {
  const when: Step['when'] = ({ completion }) => completion.kind === 'amendment';
  const erp = await startSmallErp(undefined, { step: { when } });

  const failure = await failureOf(erp.book());

  expect(failure).toMatchObject(rejection('MO/0001'));
  expect(erp.calls.map(({ method }) => method)).not.toContain('POST');
});

it.each([
  [409, 'nothing'],
  [500, 'known'],
  [504, 'perhaps'],
  [200, 'known'],
])('waits after a %i that the configuration calls retryable, which wrote %s', async (status, wrote) => {
  const erp = await startSmallErp(() => ({ status, body: {} }), { step: { retryable: () => true } });

  const failure = await failureOf(erp.book());

  expect(failure).toMatchObject({ name: 'RetryLater', scope: 'order', wrote });
});

it.each<[string, Answer, Partial<Step>, string]>([
  [
    'an error in the body of a 200',
    { status: 200, body: { fault: { text: 'the period is closed' } } },
    { rejected: ({ json }) => textAt(json, 'fault.text') },
    'Small ERP, order MO/0001: the period is closed',
  ],
  [
    'a 500 that the configuration rejects, though it looks like an ERP that is down',
    { status: 500, body: { message: 'invalid field "lot"' } },
    { rejected: ({ status, json }) => (status === 500 ? textAt(json, 'message') : undefined) },
    'invalid field "lot"',
  ],
])('rejects %s', async (_, answer, step, says) => {
  const erp = await startSmallErp(() => answer, { step });

  expect(await failureOf(erp.book())).toMatchObject(rejection(says));
});

/**
 * An ERP in which booking and closing are two calls.
 * @param answerClose Its answer instead of closing.
 * @param says How the configuration finds our key, and whether the booking is there. Default: it is where our key is.
 */
async function started(
  answerClose: () => Answer | undefined,
  says: { readonly reference?: Book['lookUp'][number]['done']; readonly isBooked?: Step['done'] } = {},
) {
  const state = { key: undefined as string | undefined, status: 'released' };
  const server = await startServer(({ method, url, body }) => {
    if (method === 'GET') return { body: url.pathname === '/order' ? { status: state.status } : state };
    if (url.pathname === '/close') {
      const refusal = answerClose();
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
        done: says.reference ?? (({ json }) => (textAt(json, 'key') === key ? 'booking 1' : undefined)),
      },
    ],
    steps: [
      { name: 'the booking', done: says.isBooked, request: () => ({ path: '/book', body: { key } }) },
      {
        name: 'the closing',
        done: ({ found }) => valueAt(found('order').json, 'status') === 'closed',
        request: () => ({ path: '/close', body: {} }),
      },
    ],
  };
  const connector = smallConnector(server.url, { book });
  return {
    state,
    writes: () => server.calls.flatMap(({ method, url }) => (method === 'POST' ? [url.pathname] : [])),
    book: (attempt = firstAttempt()) => connector.book(completionOf(order), key, attempt),
  };
}

it('closes, and does not book, what is booked already, and reads the closing back', async () => {
  // Prepare
  let busy = true;
  const erp = await started(() => (busy ? { status: 423 } : { status: 200 }));
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
  const erp = await started(() => (busy ? { status: 423 } : undefined));
  await failureOf(erp.book());
  busy = false;
  erp.state.status = status;

  // Act
  const receipt = await erp.book(nextAttempt());

  // Assess
  expect(receipt).toEqual({ reference: 'booking 1', alreadyBooked: status === 'closed' });
  expect(erp.writes()).toEqual(writes);
});

it('says of a step that is done without our key that nobody knows who did it, and never sends it', async () => {
  // Prepare: somebody else closed the order, of which nothing is booked.
  const erp = await started(() => undefined);
  erp.state.status = 'closed';

  // Act
  const failures = [await failureOf(erp.book()), await failureOf(erp.book(nextAttempt()))];

  // Assess
  for (const failure of failures) {
    expect(failure).toMatchObject({
      name: 'Rejected',
      causeCode: 'order-state',
      message:
        'Small ERP, order MO/0001: it is not released. ' +
        'Small ERP shows these steps as done, but not who did them: the closing.',
    });
  }
  expect(erp.writes()).toEqual([]);
});

it('finishes what it has begun where the ERP shows our key only at the end', async () => {
  // Prepare
  const answers: Answer[] = [{ status: 423 }, { status: 409, body: { message: 'The period is closed.' } }];
  const erp = await started(() => answers.shift(), {
    reference: ({ json }, { found }) =>
      valueAt(found('order').json, 'status') === 'closed' ? textAt(json, 'key') : undefined,
    isBooked: ({ found }) => textAt(found('bookings').json, 'key') === key,
  });

  // Act
  const cut = await failureOf(erp.book());
  const refused = await failureOf(erp.book(nextAttempt()));
  const receipt = await erp.book(nextAttempt());

  // Assess
  expect(cut).toMatchObject({ name: 'RetryLater', wrote: 'known' });
  expect(refused).toMatchObject({
    message: expect.stringContaining(
      'Small ERP shows these steps as done, but not who did them: the booking.',
    ),
  });
  expect(receipt).toEqual({ reference: key, alreadyBooked: false });
  expect(erp.writes()).toEqual(['/book', '/close', '/close', '/close']);
});

it('names the steps that were taken when the ERP refuses a later one', async () => {
  const erp = await started(() => ({ status: 409, body: { message: 'The period is closed.' } }));

  const failures = [await failureOf(erp.book()), await failureOf(erp.book(nextAttempt()))];

  for (const failure of failures) {
    expect(failure).toMatchObject({
      name: 'Rejected',
      causeCode: 'refused-by-erp',
      message:
        'Small ERP refused the closing of the booking of order MO/0001 (409): The period is closed. ' +
        'Small ERP has these steps already: the booking.',
    });
  }
});

it('says what to do about a call that is larger than the server takes', async () => {
  const erp = await startSmallErp(({ body }) =>
    body.length > 100_000 ? { status: 413, body: 'Request Entity Too Large' } : { status: 201 },
  );
  const checks = Array.from({ length: 2000 }, (_, at) => ({
    name: `Torque ${at} of a wheel`,
    value: at,
    passed: true,
  }));
  const book: RestOptions<SmallRow>['book'] = {
    lookUp: [lookUp],
    steps: [
      {
        ...step,
        request: ({ completion, key }) => ({ path: '/b', body: { key, checks: completion.checks } }),
      },
    ],
  };
  const connector = smallConnector(erp.url, { book, takes: ['checks'] });

  const failure = await failureOf(connector.book(completionOf(order, { checks }), key, firstAttempt()));

  expect(failure).toMatchObject(
    rejection(/\(413\).*raise the limit of its server.*fewer or shorter checks/, 'refused-by-erp'),
  );
});

it.each<[string, Partial<Step>, Parameters<typeof smallConnector>[1], object]>([
  ['`retryable` says that it need not', { retryable: () => false }, {}, { kind: 'order-not-ready' }],
  ['`rejected` refuses it', { rejected: () => 'it is closed' }, {}, { causeCode: 'refused-by-erp' }],
  [
    '`answers` refuses it',
    {},
    { answers: () => ({ refused: 'it is closed' }) },
    { causeCode: 'refused-by-erp' },
  ],
])(
  'makes an order wait after a 423 to a step, unless it is refused: %s',
  async (_, change, options, expected) => {
    // Prepare: only the step is answered so.
    const server = await startServer(({ method }) => (method === 'POST' ? { status: 423 } : { body: {} }));
    const answers: RestOptions['answers'] = (answer) =>
      answer.status === 423 ? options?.answers?.(answer) : undefined;
    const connector = smallConnector(server.url, { answers, book: { steps: [{ ...step, ...change }] } });

    // Act
    const failure = await failureOf(connector.book(completionOf(order), key, firstAttempt()));

    // Assess
    expect(failure).toMatchObject(expected);
  },
);
