import { describe, expect, it } from 'vitest';
import { attemptAfter, failureOf, firstAttempt, nextAttempt } from '../conformance/attempts.ts';
import { amendmentOf, completionOf, partOf, productOrderOf } from '../conformance/completions.ts';
import { listOf } from '../conformance/listing.ts';
import { rejection } from '../conformance/rejection.ts';
import { key, order, started } from './dolibarr-plant.ts';
import type { Order, Plan } from './dolibarr-records.ts';

it('books into the warehouse of the order, and of a line that has one of its own', async () => {
  const { book, stock, movements } = started([
    { warehouse: 3, components: [{ fk_product: 52, qty: 5, fk_warehouse: 7 }] },
  ]);

  await book();

  expect(movements.map((one) => `${one.warehouse_id}/${one.fk_product}`)).toEqual(['3/51', '7/52', '3/42']);
  expect([stock('3/42'), stock('3/51'), stock('7/52')]).toEqual([5, -10, -5]);
});

const long = 'x'.repeat(59_990);

it.each<[string, Plan, (order: Order) => void, string]>([
  ['has no warehouse', { warehouse: null }, () => {}, 'neither it nor its line of WOOD has a warehouse'],
  [
    'consumes a service',
    { components: [{ fk_product: 53, qty: 2 }] },
    () => {},
    'LABOUR is a service, of which Dolibarr moves no stock',
  ],
  [
    'consumes what is not kept in stock',
    { components: [{ fk_product: 54, qty: 2 }] },
    () => {},
    'GLUE is not kept in stock, so Dolibarr moves none',
  ],
  [
    'consumes what is tracked by lot',
    { components: [{ fk_product: 43, qty: 2 }] },
    () => {},
    'BATCH is tracked by lot, which the API cannot book',
  ],
  [
    'was set back to draft',
    {},
    (one) => Object.assign(one, { status: 0 }),
    'it was set back to draft: validate it again',
  ],
  [
    'has a full note',
    {},
    (one) => Object.assign(one, { note_private: long }),
    'Dolibarr holds 65,535 bytes of a private note',
  ],
])('refuses an order that %s in the look, and says what to do', async (_, plan, change, sentence) => {
  // Prepare
  const { orders, book, movements, faults } = started([plan]);
  for (const one of orders) change(one);
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

it('books a service where the stock module moves them, if the configuration says so', async () => {
  const components = [{ fk_product: 53, qty: 5 }];
  const { moveServices, book, stock } = started([{ components }], { movesServices: true });
  moveServices();

  await book();

  expect(stock('2/53')).toBe(-5);
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

it('lists every order of one change time', async () => {
  const { connector } = started(Array.from({ length: 30 }, () => ({ tms: 1_795_000_000 })));

  const { numbers } = await listOf(connector);

  expect(new Set(numbers).size).toBe(30);
});

describe('a database with a clock of its own', () => {
  const chicago = 'America/Chicago';
  const released = Date.parse('2026-11-24T10:30:00Z');

  it('is asked by that clock, so that nothing that was released since is missed', async () => {
    const { connector } = started([{ tms: released / 1000 }], { databaseTimeZone: chicago }, chicago);

    const { orders } = await listOf(connector, { changedAt: '2026-11-24T10:00:00.000Z' });

    expect(orders.map(({ changedAt }) => changedAt)).toEqual(['2026-11-24T10:30:00.000Z']);
  });

  it('is told of when the configuration does not name it', async () => {
    const { connector } = started([{ tms: released / 1000 }], {}, chicago);

    const { orders, unreadable } = await listOf(connector);

    expect(orders).toEqual([]);
    expect(unreadable[0]?.reason).toContain(
      'it was changed before it was made: name the zone of the database',
    );
  });
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

it('books once when a call that was cut off goes on, and the next attempt meets its locks', async () => {
  // Prepare
  const { slowDown, book, movements, faults } = started();
  const goOn = slowDown();
  const timeUp = new AbortController();

  // Act
  const cut = failureOf(book(completionOf(order), firstAttempt(timeUp.signal)));
  await expect.poll(() => faults.callCount()).toBe(4);
  timeUp.abort();
  const first = await cut;
  const second = await failureOf(book(completionOf(order), attemptAfter(first)));
  goOn();
  await expect.poll(() => movements.length).toBe(2);
  const third = await book(completionOf(order), attemptAfter(second));

  // Assess
  expect([first, second]).toMatchObject([{ wrote: 'perhaps' }, { name: 'RetryLater', scope: 'order' }]);
  expect(third.alreadyBooked).toBe(true);
  expect(movements.length).toBe(2);
});
