import { expect, it, onTestFinished, vi } from 'vitest';
import { erpSandboxKey } from '../../../../infra/local/sandbox/api.ts';
import { type Sandbox, startSandbox } from '../../../../infra/local/sandbox/sandboxes.ts';
import { forAllTests } from '../../../support/for-all-tests.ts';
import { patient } from '../../../support/patient.ts';
import { apiOf, bookFile } from './started.ts';

/** For tests that look at their own orders only. */
const shared = await forAllTests(startSandbox.erp());

function erpOf(sandbox: Sandbox<'erp'>) {
  return { control: sandbox.control, api: bookingOf(sandbox) };
}

/** Orders of this test's own in the shared sandbox, by number. */
async function released(count: number, quantity = '5') {
  const erp = erpOf(shared);
  const numbers = erp.control.release({ count, quantity }).map(({ number }) => number);
  const mine = () => erp.control.orders().filter(({ number }) => numbers.includes(number));
  const bookings = () => erp.control.bookings().filter(({ order }) => numbers.includes(order));
  return { ...erp, numbers, number: numbers[0] ?? '', mine, bookings };
}

function bookingOf(sandbox: Pick<Sandbox, 'url'>) {
  const api = apiOf(sandbox, erpSandboxKey);
  const path = (number: string) => `/api/production-orders/${encodeURIComponent(number)}`;
  return {
    book: (number: string, booking: object, signal?: AbortSignal) =>
      api(`${path(number)}/bookings`, booking, 'POST', signal),
    note: (number: string, note: object) => api(`${path(number)}/notes`, note),
    link: (number: string, azumutaId: string) => api(path(number), { azumutaId }, 'PATCH'),
    get: api,
  };
}

it('books the same reference twice: there is no idempotency to rely upon', async () => {
  const { api, number, bookings } = await released(1);

  const booking = { reference: 'key', goodQuantity: '1' };
  const answers = [await api.book(number, booking), await api.book(number, booking)];

  expect(answers.map(({ status }) => status)).toEqual([201, 201]);
  expect(bookings().map(({ reference }) => reference)).toEqual(['key', 'key']);
});

it('fails as each fault describes, with or without doing the work', async () => {
  // Prepare
  const { control, api, number, bookings } = await released(1, '50');
  const route = 'POST /api/production-orders/{number}/bookings';
  const outcomeOf = async (reference: string) => {
    const booking = { reference, goodQuantity: '1' };
    const answer = await api.book(number, booking).then(
      ({ status, text }) => `${status} ${text.slice(0, 8)}`,
      () => 'cut off',
    );
    const booked = bookings().filter((one) => one.reference === reference).length;
    return { answer, booked };
  };

  // Act
  const outcomes = [];
  for (const fault of [
    { kind: 'status', status: 503 },
    { kind: 'reset-before' },
    { kind: 'reset-after' },
    { kind: 'malformed', as: 'not-json' },
    { kind: 'business-error' },
    { kind: 'silent-no-op' },
  ] as const) {
    control.setFaults([{ ...fault, route, times: 1 }]);
    outcomes.push(await outcomeOf(fault.kind));
  }

  // Assess
  expect(outcomes).toEqual([
    { answer: '503 {"error"', booked: 0 },
    { answer: 'cut off', booked: 0 },
    { answer: 'cut off', booked: 1 },
    { answer: '200 <html><b', booked: 1 },
    { answer: '200 {"error"', booked: 0 },
    { answer: '200 {}', booked: 0 },
  ]);
});

it('does the work and never answers a call with timeout-after', async () => {
  // Prepare
  const { control, api, number, bookings } = await released(1);
  control.setFaults([{ kind: 'timeout-after', times: 1 }]);
  const answered = vi.fn();

  // Act
  const hangUp = new AbortController();
  const call = api.book(number, { goodQuantity: '5' }, hangUp.signal);
  call.then(answered, () => undefined);
  await expect.poll(bookings, patient).toHaveLength(1);
  // An answer would have come before the answer to this later call.
  await api.get('/api/production-orders');

  // Assess
  expect(answered).not.toHaveBeenCalled();
  hangUp.abort();
  await expect(call).rejects.toThrow();
});

it('has its orders and bookings when it is started again', async () => {
  // Prepare
  const file = await bookFile();
  const first = await startSandbox.erp(file);
  const { control, api } = erpOf(first);
  control.release({ count: 20, quantity: '5' });
  await api.book('MO/0003', { reference: 'key', goodQuantity: '5' });
  const before = [first.store.orders(), first.store.bookings()];

  // Act
  await first.stop();
  const second = await startSandbox.erp(file);
  onTestFinished(second.stop);

  // Assess
  expect([second.store.orders(), second.store.bookings()]).toEqual(before);
  expect(erpOf(second).control.release()).toMatchObject([{ number: 'MO/0021' }]);
});
