import { describe, expect, it } from 'vitest';
import { attemptAfter, failureOf, firstAttempt, nextAttempt } from '../conformance/attempts.ts';
import { amendmentOf, completionOf, partOf, productOrderOf } from '../conformance/completions.ts';
import { listOf } from '../conformance/listing.ts';
import { rejection } from '../conformance/rejection.ts';
import { key, order, started } from './dolibarr-plant.ts';
import type { Order, Plan } from './dolibarr-records.ts';

it('lists each order once, though every page repeats the last row of the page before', async () => {
  // Prepare
  const { orders, setStatus, connector } = started(Array(7).fill({}), { incremental: false });
  for (const order of orders.slice(1, 2)) setStatus(order, 'produced');

  // Act
  const { numbers } = await listOf(connector);

  // Assess
  expect(numbers.toSorted()).toEqual([1, 3, 4, 5, 6, 7].map((n) => `MO2611-000${n}`));
});

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
    causeCode: 'refused-by-erp',
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

it('books into the warehouse of the order, and of a line that has one of its own', async () => {
  const { book, movements } = started([
    { warehouse: 3, components: [{ fk_product: 52, qty: 5, fk_warehouse: 7 }] },
  ]);

  await book();

  expect(movements.map((one) => [one.warehouse_id, one.fk_product, one.qty])).toEqual([
    [3, 51, 10],
    [7, 52, 5],
    [3, 42, 5],
  ]);
});

const long = 'x'.repeat(59_990);
const consuming = (fk_product: number): Plan => ({ components: [{ fk_product, qty: 2 }] });

it.each<[string, string, Plan, Partial<Order>?]>([
  ['has no warehouse', 'neither it nor its line of WOOD has a warehouse', { warehouse: null }],
  ['consumes a service', 'LABOUR is a service, of which Dolibarr moves no stock', consuming(53)],
  ['consumes what is not kept in stock', 'GLUE is not kept in stock, so Dolibarr moves none', consuming(54)],
  ['consumes what is tracked by lot', 'BATCH is tracked by lot, which the API cannot book', consuming(43)],
  ['was set back to draft', 'it was set back to draft: validate it again', {}, { status: 0 }],
  ['has a full note', 'Dolibarr holds 65,535 bytes of a private note', {}, { note_private: long }],
])('refuses an order that %s in the look, and says what to do', async (_, sentence, plan, changed) => {
  // Prepare
  const { orders, book, movements, faults } = started([plan]);
  for (const one of orders) Object.assign(one, changed);
  const before = structuredClone(orders);

  // Act
  const failure = await failureOf(book(completionOf(order, { notes: ['All checks in order'] })));

  // Assess
  expect(failure).toMatchObject(rejection(sentence, 'order-state'));
  expect(faults.calls().map(({ method }) => method)).not.toContain('POST');
  expect([orders, movements]).toEqual([before, []]);
});

it('books an order with a full note when there is nothing to note', async () => {
  const { orders, book } = started();
  for (const one of orders) one.note_private = long;

  await book();

  expect(orders[0]).toMatchObject({ status: 3, note_private: long });
});

it('refuses a link for which the note has no room, and an amendment', async () => {
  const { orders, connector, faults } = started();
  for (const one of orders) one.note_private = long;

  const failures = [
    await failureOf(
      connector.linkProductOrder?.(order, productOrderOf(order), firstAttempt()) ?? Promise.resolve(),
    ),
    await failureOf(connector.book(amendmentOf(order, { notes: ['Late'] }), `${key}#late`, firstAttempt())),
  ];

  expect(failures).toMatchObject([rejection('65,535 bytes'), rejection('65,535 bytes')]);
  expect(faults.calls().map(({ method }) => method)).not.toContain('PUT');
});

it('consumes the service of a line without stock, and a fixed quantity once, with the first part', async () => {
  // Prepare
  const { book, orders, movements } = started([
    {
      components: [
        { fk_product: 53, qty: 5, disable_stock_change: 1 },
        { fk_product: 52, qty: 3, qty_frozen: 1 },
      ],
    },
  ]);

  // Act
  await book(partOf(order, 1, '2'));
  await book(partOf(order, 2, '3'));

  // Assess
  const consumed = (product: number) =>
    orders[0]?.lines.filter((line) => line.role === 'consumed' && line.fk_product === product);
  expect(consumed(53)?.map(({ qty }) => qty)).toEqual([2, 3]);
  expect(consumed(52)?.map(({ qty }) => qty)).toEqual([3]);
  expect(movements.map(({ fk_product }) => fk_product)).not.toContain(53);
  expect(orders[0]?.status).toBe(3);
});

it('closes an order whose parts add up, though their binary sum is less', async () => {
  const { plan, orders, book } = started([]);
  orders.push(plan(0.8));

  await book(partOf(order, 1, '0.7'));
  const between = orders[0]?.status;
  await book(partOf(order, 2, '0.1'));

  expect([between, orders[0]?.status]).toEqual([2, 3]);
});

it('does not take a part that was booked before for another one when it decides whether the order is complete', async () => {
  // Prepare: 2.5 of 5 are booked, and the next attempt closes nothing.
  const { book, orders, faults } = started();
  const half = completionOf(order, { quantity: { amount: '2.5' }, final: false, notes: ['Half'] });
  faults.crashAt(5, 'before');
  const first = await failureOf(book(half));

  // Act
  await book(half, attemptAfter(first));

  // Assess
  expect(orders[0]).toMatchObject({ status: 2, note_private: expect.stringContaining('Half') });
});

it('says that the database has another clock when the configuration does not name it', async () => {
  const released = Date.parse('2026-11-24T10:30:00Z');
  const { connector } = started([{ tms: released / 1000 }], {}, 'America/Chicago');

  const { orders, unreadable } = await listOf(connector);

  expect(orders).toEqual([]);
  expect(unreadable[0]?.reason).toContain('it was changed before it was made: name the zone of the database');
});

describe('a note', () => {
  const link = { name: 'Report', url: 'https://app.azumuta.com/r?onload=1&ontoggle=2' };
  const url = 'https://app.azumuta.com/recordings/1';

  it.each([
    ['begins with a link', [url, `${url}/2`], '<br>'],
    ['follows a link of somebody else', ['All in order'], `${url}/3`],
  ])('that %s is written once, line by line, and found again', async (_, notes, held) => {
    // Prepare
    const { orders, connector } = started();
    if (held !== '<br>') for (const one of orders) one.note_private = held;
    const amendment = amendmentOf(order, { notes, links: [link] });

    // Act
    const receipts = [
      await connector.book(amendment, `${key}#late`, firstAttempt()),
      await connector.book(amendment, `${key}#late`, nextAttempt()),
    ];

    // Assess
    expect(receipts.map(({ alreadyBooked }) => alreadyBooked)).toEqual([false, true]);
    const lines = orders[0]?.note_private.split('<br>').map((line) => line.trim()) ?? [];
    expect(lines).toEqual(expect.arrayContaining(notes));
    // Dolibarr would cut `onload=` and `ontoggle=` out of it: %6F is an o.
    expect(lines).toContain('Report: https://app.azumuta.com/r?%6Fnload=1&amp;%6Fntoggle=2');
  });
});

it('is called one at a time, as Dolibarr loses totals of two bookings at once', () => {
  expect(started().definition.atOnce).toBe(1);
});
