import { expect, it, onTestFinished, vi } from 'vitest';
import { erpSandboxKey } from '../../../../infra/local/sandbox/api.ts';
import { erpControl } from '../../../../infra/local/sandbox/control.ts';
import { type Sandbox, startSandbox } from '../../../../infra/local/sandbox/sandboxes.ts';
import { forAllTests } from '../../../support/for-all-tests.ts';
import { patient } from '../../../support/patient.ts';
import { apiOf, bookFile } from './started.ts';

/** For tests that look at their own orders only. */
const shared = await forAllTests(startSandbox.erp());

function erpOf(sandbox: Pick<Sandbox, 'url'>) {
  return { control: erpControl(sandbox.url), api: bookingOf(sandbox) };
}

async function started() {
  const sandbox = await startSandbox.erp();
  onTestFinished(sandbox.stop);
  return { ...erpOf(sandbox), store: sandbox.store };
}

/** Orders of this test's own in the shared sandbox, by number. */
async function released(count: number, quantity = '5') {
  const erp = erpOf(shared);
  const numbers = (await erp.control.release({ count, quantity })).map(({ number }) => number);
  const mine = async () => (await erp.control.orders()).filter(({ number }) => numbers.includes(number));
  const bookings = async () => (await erp.control.bookings()).filter(({ order }) => numbers.includes(order));
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

it('releases the same orders for the same seed', async () => {
  const [one, other] = await Promise.all([started(), started()]);

  const orders = await one.control.release({ count: 5, seed: 3 });
  const same = await other.control.release({ count: 5, seed: 3 });

  const withoutTimes = (list: typeof orders) =>
    list.map(({ createdAt: _, changedAt: __, ...order }) => order);
  expect(withoutTimes(same)).toEqual(withoutTimes(orders));
  expect(orders.map(({ number }) => number)).toEqual(['MO/0001', 'MO/0002', 'MO/0003', 'MO/0004', 'MO/0005']);
});

it('lists by change time and id, never more rows on a page than it may, and moves an order that is linked to the end', async () => {
  // Prepare
  const { control, api, store } = await started();
  await control.release({ count: 3 });

  // Act
  await api.link('MO/0001', 'SarLiLeyuNWgw3Tai');

  // Assess
  for (const [largest, wanted] of [
    [200, 2],
    [2, 50],
  ]) {
    store.largestPage = largest ?? 0;
    const page = JSON.parse((await api.get(`/api/production-orders?pageSize=${wanted}`)).text);
    expect(page).toMatchObject({ orders: [{ number: 'MO/0002' }, { number: 'MO/0003' }], nextPage: 2 });
  }
  const linked = (await control.orders()).at(-1);
  const since = encodeURIComponent(linked?.changedAt ?? '');
  const changed = JSON.parse((await api.get(`/api/production-orders?changedSince=${since}`)).text);
  expect(changed).toMatchObject({
    orders: [{ number: 'MO/0001', azumutaId: 'SarLiLeyuNWgw3Tai' }],
    nextPage: null,
  });
});

it('books the same reference twice: there is no idempotency to rely upon', async () => {
  const { api, number, bookings } = await released(1);

  const booking = { reference: 'key', goodQuantity: '1' };
  const answers = [await api.book(number, booking), await api.book(number, booking)];

  expect(answers.map(({ status }) => status)).toEqual([201, 201]);
  expect((await bookings()).map(({ reference }) => reference)).toEqual(['key', 'key']);
});

it.each([
  ['is final', { goodQuantity: '1', final: true }],
  ['books all of it, scrap included', { goodQuantity: '4.5', scrapQuantity: 0.5 }],
])('closes an order with a booking that %s, and refuses the next', async (_, booking) => {
  const { api, number, mine } = await released(1);

  const first = await api.book(number, booking);
  const second = await api.book(number, booking);

  expect([first.status, second.status]).toEqual([201, 409]);
  expect(JSON.parse(second.text)).toMatchObject({ error: { code: 'order-done' } });
  expect(await mine()).toMatchObject([{ status: 'done' }]);
});

it('takes notes on a done order without touching its quantities', async () => {
  // Prepare
  const { api, number } = await released(1);
  await api.book(number, { reference: 'key', goodQuantity: '5' });

  // Act
  const answer = await api.note(number, { reference: 'later', notes: ['A late check'] });

  // Assess
  expect(answer.status).toBe(201);
  const found = await api.get(
    `/api/production-orders/${encodeURIComponent(number)}/bookings?reference=later`,
  );
  expect(JSON.parse(found.text)).toMatchObject({
    bookings: [{ kind: 'notes', goodQuantity: '0', notes: ['A late check'] }],
  });
});

it('refuses cancelled (409), locked (423) and unknown (404) orders, and another unit (422)', async () => {
  // Prepare
  const { control, api, numbers } = await released(3);
  const [cancelled = '', locked = '', open = ''] = numbers;
  await control.cancel(cancelled);
  await control.lock(locked);
  const one = { goodQuantity: '1' };

  // Act
  const statuses = [
    await api.book(cancelled, one),
    await api.book(locked, one),
    await api.book('MO/9999', one),
    await api.book(open, { ...one, unit: 'kg' }),
  ].map(({ status }) => status);
  await control.unlock(locked);
  const unlocked = await api.book(locked, one);

  // Assess
  expect(statuses).toEqual([409, 423, 404, 422]);
  expect(unlocked.status).toBe(201);
});

it('needs a serial number for each piece of a product that has them, scrap included', async () => {
  // Prepare
  const { control, api } = erpOf(shared);
  const [order] = await control.release({ product: 'GEAR-03', quantity: '2' });
  const number = order?.number ?? '';
  const amounts = { goodQuantity: '1', scrapQuantity: '1' };

  // Act
  const short = await api.book(number, { ...amounts, lots: [{ number: 'A' }] });
  const whole = await api.book(number, {
    ...amounts,
    lots: [{ number: 'A' }, { number: 'B', scrapped: true }],
  });

  // Assess
  expect([short.status, whole.status]).toEqual([422, 201]);
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
    const booked = (await bookings()).filter((one) => one.reference === reference).length;
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
    await control.setFaults([{ ...fault, route, times: 1 }]);
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
  await control.setFaults([{ kind: 'timeout-after', times: 1 }]);
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

it('pushes an order to an endpoint as an ERP does', async () => {
  // Prepare: the sandbox's own API stands in for the endpoint; it answers 404, but its answer is returned.
  const { control } = await started();
  const target = { url: `${shared.url}/api/nowhere`, key: 'k' };

  // Act
  const sent = await control.releaseAndSend(target, { product: 'GEAR-02', quantity: '7' });
  const again = await control.releaseAndSend(target, { number: sent.order.number });

  // Assess
  expect(sent).toMatchObject({
    status: 404,
    order: { number: 'MO/0001', product: 'GEAR-02', quantity: '7' },
  });
  expect(again.order).toEqual(sent.order);
});

it('has its orders and bookings when it is started again', async () => {
  // Prepare
  const file = await bookFile();
  const first = await startSandbox.erp(file);
  const { control, api } = erpOf(first);
  await control.release({ count: 20, quantity: '5' });
  await api.book('MO/0003', { reference: 'key', goodQuantity: '5' });
  const before = [first.store.orders(), first.store.bookings()];

  // Act
  await first.stop();
  const second = await startSandbox.erp(file);
  onTestFinished(second.stop);

  // Assess
  expect([second.store.orders(), second.store.bookings()]).toEqual(before);
  expect(await erpOf(second).control.release()).toMatchObject([{ number: 'MO/0021' }]);
});

it('renames an order: its id and its bookings stay', async () => {
  // Prepare
  const { control, api, number, bookings: _, ...erp } = await released(1);
  const [order] = await erp.mine();
  await api.book(number, { reference: 'before', goodQuantity: '1' });

  // Act
  await control.revise(number, { number: `${number}-B` });

  // Assess
  expect((await api.get(`/api/production-orders/${encodeURIComponent(number)}`)).status).toBe(404);
  const shown = JSON.parse((await api.get(`/api/production-orders/${order?.id}`)).text);
  expect(shown).toMatchObject({ number: `${number}-B`, quantity: '5', status: 'released' });
  await api.book(order?.id ?? '', { reference: 'after', goodQuantity: '1' });
  const booked = (await control.bookings()).filter(({ order: of }) => of === `${number}-B`);
  expect(booked.map(({ reference }) => reference)).toEqual(['before', 'after']);
});

it('closes an order when a smaller quantity is booked already, and opens it again for a larger one', async () => {
  // Prepare
  const { control, api, number } = await released(1);
  await api.book(number, { reference: 'key', goodQuantity: '3' });

  // Act
  const smaller = await control.revise(number, { quantity: 3 });
  const larger = await control.revise(number, { quantity: 4 });

  // Assess
  expect(smaller).toMatchObject({ quantity: '3', status: 'done' });
  expect(larger).toMatchObject({ quantity: '4', status: 'released' });
  expect(larger.changedAt > smaller.changedAt).toBe(true);
});

it('keeps every product order that a split order is linked to', async () => {
  const { api, number, mine } = await released(1);

  for (const id of ['first', 'second', 'first']) await api.link(number, id);

  expect(await mine()).toMatchObject([{ azumutaId: 'first', azumutaIds: ['first', 'second'] }]);
});
