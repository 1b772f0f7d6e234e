import { beforeEach, describe, expect, it } from 'vitest';
import type { TrytonOptions } from '../../../../shared/erp/tryton/options.ts';
import type { Completion } from '../../../../shared/model/completions.ts';
import { Rejected } from '../../../../shared/model/errors.ts';
import { failureOf, firstAttempt } from '../conformance/attempts.ts';
import { completionOf, quantityKey } from '../conformance/completions.ts';
import { TrytonBooks } from './books.ts';
import { createRpcServer, type RpcServer } from './server.ts';

let books: TrytonBooks;
let server: RpcServer;
beforeEach(() => open({ hasLots: true }));

function open(options: { hasLots: boolean }): void {
  books = new TrytonBooks(options);
  server = createRpcServer((call) => books.answer(call));
}

function needLots(...types: readonly string[]): void {
  books.lotRequired = types;
}

const order = { number: '17', id: '17' };
const book = (
  differs: Partial<Completion> = {},
  attempt = firstAttempt(),
  options: Partial<TrytonOptions> = {},
) => {
  const completion = completionOf(order, differs);
  return server.connector(options).book(completion, quantityKey(completion.productOrder), attempt);
};
const wrote = () => server.calls.filter(({ method }) => !/search_read|fields_get|get_|login/.test(method));
const called = (method: string) => server.calls.filter((call) => call.method === `model.${method}`).length;

describe('a booking that Tryton would refuse after the note and the reservation', () => {
  it.each<[string, string, Partial<Completion>, (() => void)?]>([
    ['a quantity of 0', 'nothing was built', { quantity: { amount: '0' } }],
    ['more digits than the unit has', 'takes 0 digits', { quantity: { amount: '2.5' } }],
    ['another kind of unit', 'counted in u', { quantity: { amount: '5', unit: 'kg' } }],
    [
      'dozens that are no whole pieces',
      '0.3 doz',
      { quantity: { amount: '1.5', unit: 'doz' }, scrap: { amount: '0.3', unit: 'doz' } },
    ],
    [
      'lots when this Tryton keeps none',
      'stock_lot',
      { lots: [{ number: 'A' }] },
      () => open({ hasLots: false }),
    ],
    ['a good quantity without the lot that it needs', '5 of it have none', {}, () => needLots('storage')],
    [
      'scrap without the lot that it needs',
      '1 of it have none',
      { quantity: { amount: '4' }, scrap: { amount: '1' } },
      () => needLots('lost_found'),
    ],
  ])('refuses %s before any write', async (_, says, differs, prepare = () => {}) => {
    // Prepare
    prepare();

    // Act
    const failure = await failureOf(book(differs));

    // Assess
    expect(failure).toMatchObject({ name: 'Rejected', causeCode: 'quantity-or-lots' });
    expect(String(failure)).toContain(says);
    expect(String(failure)).toContain('17');
    expect(wrote()).toEqual([]);
  });

  it.each([
    ['write production', {}],
    ['write stock.move', {}],
    ['create stock.lot', { lots: [{ number: 'A' }] }],
  ])('refuses a user who may not %s until the right is granted', async (permission, differs) => {
    // Prepare
    books.denied = [permission];
    const connector = server.connector();
    const completion = completionOf(order, differs);
    const key = quantityKey(completion.productOrder);

    // Act
    const failure = await failureOf(connector.book(completion, key, firstAttempt()));
    const refused = wrote();
    books.denied = [];
    const receipt = await connector.book(completion, key, firstAttempt());

    // Assess
    expect(failure).toMatchObject({ name: 'Rejected', causeCode: 'refused-by-erp' });
    expect(String(failure)).toContain(`may not ${permission}`);
    expect(refused).toEqual([]);
    expect(receipt.alreadyBooked).toBe(false);
  });

  it('waits for components that a person has to reserve, without a claim', async () => {
    // Act
    const failure = await failureOf(book({}, firstAttempt(), { assign: 'never' }));

    // Assess
    const waits = {
      name: 'RetryLater',
      scope: 'order',
      wrote: 'nothing',
      afterSeconds: undefined,
      retry: 'seldom',
    };
    expect(failure).toMatchObject(waits);
    expect(wrote()).toEqual([]);
  });
});

it('takes no line of a note but the last for a key', async () => {
  // Prepare
  const completion = completionOf(order);
  const key = quantityKey(completion.productOrder);
  books.addNote('production,17', `See\nAzumuta booking ${key}\nas they said`);

  // Act
  const receipt = await book();

  // Assess
  expect(receipt.alreadyBooked).toBe(false);
  expect(books.state).toBe('done');
});

describe('a lot that two bookings create at once', () => {
  const lots = [{ number: 'A' }];

  it.each([
    ['is there when ours is written', 'stock.lot.create'],
    ['comes to be seen only after ours was used', 'production.write'],
  ])('uses the older lot, which %s, and removes ours', async (_, before) => {
    // Prepare: the older lot has its id already, and is committed at this call.
    server.before(before, () => books.addLot('A', 50));

    // Act
    await book({ lots });

    // Assess
    expect(books.lots).toMatchObject([{ id: 50, number: 'A' }]);
    expect(books.moves.map(({ lot, state }) => [lot, state])).toEqual([[50, 'done']]);
  });

  it('keeps our lot when it is the older one', async () => {
    // Prepare
    server.before('production.write', () => books.addLot('A', 999));

    // Act
    await book({ lots });

    // Assess
    expect(books.moves.map(({ lot }) => lot)).not.toEqual([999]);
    expect(books.lots).toHaveLength(2);
  });

  it('keeps our lot when somebody uses it already, and books the older one', async () => {
    // Prepare
    server.before('production.write', () => books.addLot('A', 50));
    server.before('stock.lot.delete', () => {
      const surplus = books.lots.find(({ id }) => id !== 50)?.id ?? null;
      books.moves.push({ id: 2, quantity: 1, state: 'draft', location: 7, lot: surplus });
    });

    // Act
    const failure = await failureOf(book({ lots, final: false }));
    const [own] = books.moves;

    // Assess
    expect(failure).not.toBeInstanceOf(Rejected);
    expect(own?.lot).toBe(50);
    expect(books.lots).toHaveLength(2);
  });

  it('uses the oldest lot, and not one that a crash has left', async () => {
    // Prepare
    books.addLot('A', 60);
    books.addLot('A', 50);

    // Act
    await book({ lots });

    // Assess
    expect(books.moves.map(({ lot }) => lot)).toEqual([50]);
    expect(called('stock.lot.create')).toBe(0);
  });
});

it('reserves nothing of a production that a planner has reserved beforehand', async () => {
  // Prepare
  books.state = 'assigned';

  // Act
  await book();

  // Assess
  expect(books.state).toBe('done');
  expect(called('production.assign_try')).toBe(0);
});
