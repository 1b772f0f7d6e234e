import { expect, it } from 'vitest';
import { failureOf, firstAttempt } from '../conformance/attempts.ts';
import { amendmentOf, completionOf } from '../conformance/completions.ts';
import { listOf } from '../conformance/listing.ts';
import { rejection } from '../conformance/rejection.ts';
import { key, order, started } from './dolibarr-plant.ts';

it.each([true, false])(
  'lists each order once, though every page repeats the last row of the page before (incremental: %s)',
  async (incremental) => {
    // Prepare
    const { orders, setStatus, connector } = started(Array(7).fill({}), { incremental });
    for (const order of orders.slice(1, 2)) setStatus(order, 'produced');

    // Act
    const { numbers } = await listOf(connector);

    // Assess
    expect(numbers.toSorted()).toEqual([1, 3, 4, 5, 6, 7].map((n) => `MO2611-000${n}`));
  },
);

it('lists an order again that was changed over the API, which keeps the change time', async () => {
  // Prepare
  const { orders, connector } = started([{}], { incremental: false });
  const first = await listOf(connector);
  for (const order of orders) order.qty = 7;

  // Act
  const second = await listOf(connector, first.watermark);

  // Assess
  expect(first.orders.map(({ quantity }) => quantity.amount)).toEqual(['5']);
  expect(second.orders.map(({ quantity }) => quantity.amount)).toEqual(['7']);
});

it.each([
  ['in summer', '2026-07-01T09:00:00Z', '2026-07-01T10:00:00Z'],
  ['in winter', '2026-12-01T09:00:00Z', '2026-12-01T10:00:00Z'],
  ['while the clock shows 1:00 to 2:00 twice', '2026-11-01T05:40:00Z', '2026-11-01T06:10:00Z'],
  ['after it was put forward', '2026-03-08T06:50:00Z', '2026-03-08T07:10:00Z'],
])('asks since a time by the clock of the server, and misses no order %s', async (_, before, changed) => {
  // Prepare
  const times = [Date.parse(before) - 24 * 3_600_000, Date.parse(before), Date.parse(changed)];
  const { connector } = started(times.map((time) => ({ tms: time / 1000 })));

  // Act
  const { numbers } = await listOf(connector, { changedAt: new Date(before).toISOString() });

  // Assess
  expect(numbers).toEqual(['MO2611-0002', 'MO2611-0003']);
});

it('consumes components for scrap, without a movement of 0, which Dolibarr refuses', async () => {
  const { movements, orders, connector } = started();
  const completion = completionOf(order, { quantity: { amount: '0' }, scrap: { amount: '2' } });

  await connector.book(completion, key, firstAttempt());

  expect(movements.map(({ qty }) => qty)).toEqual([4]);
  expect(movements[0]?.inventorycode).toMatch(/^azumuta-\w{32}$/);
  expect(orders[0]?.status).toBe(3);
});

it('rejects after a 500 with a sentence, and does not take the ERP to be down', async () => {
  // Prepare
  const { orders, movements, connector } = started();
  const [line] = orders[0]?.lines ?? [];
  if (line) orders[0]?.lines.splice(0, 1, { ...line, fk_warehouse: -1 });

  // Act
  const failure = await failureOf(connector.book(completionOf(order), key, firstAttempt()));

  // Assess
  expect(failure).toMatchObject({
    name: 'Rejected',
    code: 'refused-by-erp',
    message: 'Dolibarr, order MO2611-0001: Field fk_warehouse required in arraytoconsume',
  });
  expect(movements).toEqual([]);
});

it('looks again when somebody closed the order since the look, and then rejects it', async () => {
  // Prepare
  const { orders, movements, faults, finishByHand, connector } = started();
  faults.beforeCall(4, () => {
    if (orders[0]) finishByHand(orders[0]);
  });

  // Act
  const first = await failureOf(connector.book(completionOf(order), key, firstAttempt()));
  const second = await failureOf(connector.book(completionOf(order), key, firstAttempt()));

  // Assess
  expect(first).toMatchObject({ name: 'RetryLater', scope: 'order', wrote: 'nothing' });
  expect(String(first)).toContain('(405)');
  expect(second).toMatchObject(rejection('somebody else'));
  expect(movements).toEqual([]);
});

it('does not take a mark that a note quotes for its own', async () => {
  // Prepare
  const { orders, connector } = started();
  const late = `${key}#late`;
  const quoting = amendmentOf(order, { notes: [`[azumuta ${encodeURIComponent(late)}]`] });
  await connector.book(quoting, `${key}#quoting`, firstAttempt());

  // Act
  const receipt = await connector.book(amendmentOf(order, { notes: ['Late'] }), late, firstAttempt());

  // Assess
  expect(receipt.alreadyBooked).toBe(false);
  expect(orders[0]?.note_private).toContain('Late');
});
