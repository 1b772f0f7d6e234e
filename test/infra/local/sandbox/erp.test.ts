import { expect, it } from 'vitest';
import { erpControl } from '../../../../infra/local/sandbox/erp/control.ts';
import { erpSandboxKey } from '../../../../infra/local/sandbox/keys.ts';
import type { Sandbox } from '../../../../infra/local/sandbox/process.ts';
import { apiOf, startedSandbox, temporaryFolder } from './started.ts';

async function started(options: { dataDir?: string } = {}) {
  const sandbox = await startedSandbox('erp', options);
  return { sandbox, control: erpControl(sandbox.url), api: bookingOf(sandbox) };
}

function bookingOf(sandbox: Sandbox) {
  const api = apiOf(sandbox, erpSandboxKey);
  const path = (number: string) => `/api/production-orders/${encodeURIComponent(number)}`;
  return {
    book: (number: string, booking: object) => api(`${path(number)}/bookings`, booking),
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

it('lists by change time and id, and moves an order that is linked to the end', async () => {
  // Prepare
  const { control, api } = await started();
  await control.release({ count: 3 });

  // Act
  await api.link('MO/0001', 'SarLiLeyuNWgw3Tai');

  // Assess
  const page = JSON.parse((await api.get('/api/production-orders?pageSize=2')).text);
  expect(page).toMatchObject({ orders: [{ number: 'MO/0002' }, { number: 'MO/0003' }], nextPage: 2 });
  const linked = (await control.orders()).at(-1);
  const since = encodeURIComponent(linked?.changedAt ?? '');
  const changed = JSON.parse((await api.get(`/api/production-orders?changedSince=${since}`)).text);
  expect(changed).toMatchObject({
    orders: [{ number: 'MO/0001', azumutaId: 'SarLiLeyuNWgw3Tai' }],
    nextPage: null,
  });
});

it('books the same reference twice: there is no idempotency to rely upon', async () => {
  const { control, api } = await started();
  await control.release({ quantity: '5' });

  const booking = { reference: 'key', goodQuantity: '1' };
  const answers = [await api.book('MO/0001', booking), await api.book('MO/0001', booking)];

  expect(answers.map(({ status }) => status)).toEqual([201, 201]);
  expect((await control.bookings()).map(({ reference }) => reference)).toEqual(['key', 'key']);
});

it.each([
  ['is final', { goodQuantity: '1', final: true }],
  ['books all of it, scrap included', { goodQuantity: '4.5', scrapQuantity: 0.5 }],
])('closes an order with a booking that %s, and refuses the next', async (_, booking) => {
  const { control, api } = await started();
  await control.release({ quantity: '5' });

  const first = await api.book('MO/0001', booking);
  const second = await api.book('MO/0001', booking);

  expect([first.status, second.status]).toEqual([201, 409]);
  expect(JSON.parse(second.text)).toMatchObject({ error: { code: 'order-done' } });
  expect(await control.orders()).toMatchObject([{ status: 'done' }]);
});

it('takes notes on a done order without touching its quantities', async () => {
  // Prepare
  const { control, api } = await started();
  await control.release({ quantity: '5' });
  await api.book('MO/0001', { reference: 'key', goodQuantity: '5' });

  // Act
  const answer = await api.note('MO/0001', { reference: 'later', notes: ['A late check'] });

  // Assess
  expect(answer.status).toBe(201);
  const found = await api.get('/api/production-orders/MO%2F0001/bookings?reference=later');
  expect(JSON.parse(found.text)).toMatchObject({
    bookings: [{ kind: 'notes', goodQuantity: '0', notes: ['A late check'] }],
  });
});

it('says no to cancelled (409), locked (423), unknown (404) orders and another unit (422)', async () => {
  // Prepare
  const { control, api } = await started();
  await control.release({ count: 3, quantity: '5' });
  await control.cancel('MO/0001');
  await control.lock('MO/0002');
  const one = { goodQuantity: '1' };

  // Act
  const statuses = [
    await api.book('MO/0001', one),
    await api.book('MO/0002', one),
    await api.book('MO/0009', one),
    await api.book('MO/0003', { ...one, unit: 'kg' }),
  ].map(({ status }) => status);
  await control.unlock('MO/0002');
  const unlocked = await api.book('MO/0002', one);

  // Assess
  expect(statuses).toEqual([409, 423, 404, 422]);
  expect(unlocked.status).toBe(201);
});

it('fails as told, and says whether the work was done', async () => {
  // Prepare
  const { control, api } = await started();
  await control.release({ quantity: '50' });
  const route = 'POST /api/production-orders/{number}/bookings';
  const outcomeOf = async (reference: string) => {
    const booking = { reference, goodQuantity: '1' };
    const answer = await api.book('MO/0001', booking).then(
      ({ status, text }) => `${status} ${text.slice(0, 8)}`,
      () => 'cut off',
    );
    const booked = (await control.bookings()).filter((one) => one.reference === reference).length;
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

it('does the work and never answers', async () => {
  // Prepare
  const { sandbox, control } = await started();
  await control.release({ quantity: '5' });
  await control.setFaults([{ kind: 'timeout-after' }]);

  // Act
  const call = fetch(`${sandbox.url}/api/production-orders/MO%2F0001/bookings`, {
    method: 'POST',
    signal: AbortSignal.timeout(500),
    headers: { 'x-api-key': erpSandboxKey },
    body: JSON.stringify({ goodQuantity: '5' }),
  });

  // Assess
  await expect(call).rejects.toThrow();
  expect((await control.bookings()).length).toBe(1);
});

it('pushes an order to an endpoint as an ERP does', async () => {
  // Prepare: the sandbox's own API stands in for the endpoint; it refuses, but tells what came.
  const { sandbox, control } = await started();
  const target = { url: `${sandbox.url}/api/nowhere`, key: 'k' };

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

it('loses nothing that it acknowledged when it is killed', async () => {
  // Prepare
  const dataDir = await temporaryFolder();
  const { sandbox, control, api } = await started({ dataDir });
  await control.release({ count: 20, quantity: '5' });
  await api.book('MO/0003', { reference: 'key', goodQuantity: '5' });
  const before = [await control.orders(), await control.bookings()];

  // Act
  await sandbox.kill();
  const { control: after } = await started({ dataDir });

  // Assess
  expect([await after.orders(), await after.bookings()]).toEqual(before);
});
