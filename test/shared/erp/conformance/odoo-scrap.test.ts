import { describe, expect, it } from 'vitest';
import { RetryLater } from '../../../../shared/model/errors.ts';
import { type Clock, systemClock } from '../../../../shared/platform/clock.ts';
import { attemptAfter, failureOf, firstAttempt } from './attempts.ts';
import { completionOf, productOrderOf, quantityKey } from './completions.ts';
import { type OdooPlant, startPlant } from './odoo-plant.ts';
import { rejection } from './rejection.ts';
import { locations } from './servers/odoo-masters.ts';
import type { OdooVersion } from './servers/odoo-models.ts';

const scrapOne = { quantity: { amount: '4' }, scrap: { amount: '1' } };

/** How much has left the stock as scrap. */
function scrapped({ books }: OdooPlant): number {
  const moves = books.rows('stock.move').filter((move) => move.scrap_id);
  return moves.reduce((sum, move) => sum + Number(move.quantity), 0);
}

function documents({ books }: OdooPlant) {
  return books.rows('stock.scrap').map(({ name, state, scrap_qty }) => [name, state, scrap_qty]);
}

/** A person validates a scrap order. */
function validate({ books }: OdooPlant, id: number): void {
  books.call('stock.scrap', 'action_validate', { ids: [id], named: {}, context: {} });
}

/** Calls of such a booking up to the one that has this in its path or body; the same in every booking. */
async function callsUpTo({ plan, book, faults }: OdooPlant, what: string): Promise<number> {
  faults.reset();
  await book(completionOf(plan(), scrapOne));
  const at = faults.calls().findIndex(({ url, body }) => url.includes(what) || body.includes(`"${what}"`));
  faults.reset();
  return at + 1;
}

/**
 * Books scrap, and holds a call of it until it is let go: our side gives up on it at once, but waits for all others.
 * @param callsBefore The one that is held is so many calls before the validation.
 */
async function hung(plant: OdooPlant, callsBefore = 0) {
  const { faults, connect, plan } = plant;
  const n = (await callsUpTo(plant, 'action_validate')) - callsBefore;
  const before = scrapped(plant);
  let giveUp = new AbortController();
  const [gate, through] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  faults.beforeCall(n, () => {
    giveUp.abort(new DOMException('The time is up.', 'TimeoutError'));
    return gate.promise;
  });
  faults.afterCall(n, () => through.resolve());
  const clock: Clock = {
    ...systemClock,
    timeout() {
      giveUp = new AbortController();
      return giveUp.signal;
    },
  };
  const completion = completionOf(plan(), scrapOne);
  const attempt = (by = firstAttempt()) =>
    connect({}, undefined, clock).book(completion, quantityKey(completion.productOrder), by);
  const failure = await failureOf(attempt());
  expect(failure).toBeInstanceOf(RetryLater);
  return {
    again: () => attempt(attemptAfter(failure)),
    scrappedSince: () => scrapped(plant) - before,
    letGo() {
      gate.resolve();
      return through.promise;
    },
  };
}

describe.each<OdooVersion>([17, 18, 19])('scrap of odoo %i', (version) => {
  it('is booked once when its hung validation takes effect after the next attempt', async () => {
    // Prepare
    const plant = startPlant(version);
    const { again, letGo, scrappedSince } = await hung(plant);

    // Act
    const receipt = await again();
    await letGo();

    // Assess
    expect(receipt.alreadyBooked).toBe(true);
    expect(scrappedSince()).toBe(1);
    const booked = [
      ['New', 'draft', 0],
      ['SP/2', 'done', 1],
    ];
    expect(documents(plant).slice(1)).toEqual(booked);
    expect((await again()).alreadyBooked).toBe(true);
    expect(documents(plant).slice(1)).toEqual(booked);
  });

  it('is booked once when its validation takes effect while the next attempt looks', async () => {
    // Prepare
    const plant = startPlant(version);
    const { again, letGo, scrappedSince } = await hung(plant);
    plant.books.beforeNext('stock.scrap', 'write', () => validate(plant, 2));

    // Act
    await again();

    // Assess
    expect(scrappedSince()).toBe(1);
    expect(documents(plant).slice(1)).toEqual([['SP/2', 'done', 1]]);
    await letGo();
  });

  it('gets its quantity back when an attempt stopped after emptying a scrap order that was done', async () => {
    // Prepare
    const plant = startPlant(version);
    const completion = completionOf(plant.plan(), scrapOne);
    await plant.book(completion);
    plant.setAll('stock.scrap', { scrap_qty: 0 });

    // Act
    await plant.book(completion);

    // Assess
    expect(documents(plant)).toEqual([['SP/1', 'done', 1]]);
    expect(scrapped(plant)).toBe(1);
  });

  it('goes to a person, with the name of its scrap order, when it was validated twice', async () => {
    const plant = startPlant(version);
    const completion = completionOf(plant.plan(), scrapOne);
    await plant.book(completion);
    validate(plant, 1);

    const failure = await failureOf(plant.book(completion));

    expect(scrapped(plant)).toBe(2);
    expect(failure).toMatchObject(rejection('SP/2.*2 times', 'booked-otherwise'));
  });

  it.each([
    ['the shelf on which a putaway rule put the goods', locations.shelf, locations.stock],
    ['the second warehouse, where its order was built', undefined, locations.secondStock],
  ])('is taken from %s', async (_, shelf, location_dest_id) => {
    // Prepare
    const plant = startPlant(version);
    const order = plant.plan();
    plant.books.shelf = shelf;
    plant.row(order).location_dest_id = location_dest_id;

    // Act
    await plant.book(completionOf(order, scrapOne));

    // Assess
    const scraps = plant.books.rows('stock.scrap');
    expect(scraps).toMatchObject([{ state: 'done', location_id: shelf ?? location_dest_id }]);
  });

  it('goes to a person, with where it was looked for, when somebody took the goods away, and is booked with the same scrap order once they are back', async () => {
    // Prepare
    const plant = startPlant(version);
    const order = plant.plan();
    const lies = (location_dest_id: number) => () => plant.setAll('stock.move.line', { location_dest_id });
    for (const location of [locations.shelf, locations.shelf, locations.stock])
      plant.books.beforeNext('stock.scrap', 'action_validate', lies(location));
    const completion = completionOf(order, scrapOne);

    // Act
    const failure = await failureOf(plant.book(completion));
    lies(locations.stock)();
    const again = await failureOf(plant.book(completion));
    lies(locations.stock)();
    const receipt = await plant.book(completion);

    // Assess
    const key = quantityKey(completion.productOrder);
    const says = `scrap of 1.*WH/Stock.*draft.*${key} asked.*do not confirm.*Written by then: ${order.number} is done`;
    expect(failure).toMatchObject(rejection(says, 'booked-otherwise'));
    expect(again).toMatchObject({ causeCode: 'booked-otherwise' });
    expect(receipt.alreadyBooked).toBe(true);
    expect(documents(plant)).toEqual([['SP/1', 'done', 1]]);
  });

  it('counts as booked when a person has validated the scrap order about which Odoo asked', async () => {
    // Prepare
    const plant = startPlant(version);
    const completion = completionOf(plant.plan(), scrapOne);
    plant.books.beforeNext('stock.scrap', 'action_validate', () =>
      plant.setAll('stock.move.line', { location_dest_id: locations.shelf }),
    );
    await failureOf(plant.book(completion));
    plant.setAll('stock.scrap', { location_id: locations.shelf });
    validate(plant, 1);

    // Act
    const receipt = await plant.book(completion);

    // Assess
    expect(receipt.alreadyBooked).toBe(true);
    expect(scrapped(plant)).toBe(1);
    expect(documents(plant)).toEqual([['SP/1', 'done', 1]]);
  });

  it('is booked once when a create that hung makes another scrap order after the next attempt', async () => {
    // Prepare
    const plant = startPlant(version);
    const { again, letGo, scrappedSince } = await hung(plant, 1);

    // Act
    await again();
    await letGo();
    const receipt = await again();

    // Assess
    expect(receipt.alreadyBooked).toBe(true);
    expect(scrappedSince()).toBe(1);
    expect(documents(plant).slice(1)).toEqual([
      ['SP/2', 'done', 1],
      ['New', 'draft', 1],
    ]);
  });
});

it.each<OdooVersion>([18, 19])(
  'does not take a scrap order of odoo %i that has no reason for the one of a reason',
  async (version) => {
    // Prepare
    const plant = startPlant(version);
    const scrapReasons = [{ reason: 'Scratch', quantity: { amount: '1' } }];
    const completion = completionOf(plant.plan(), { ...scrapOne, scrapReasons });
    await plant.book(completion);
    plant.setAll('stock.scrap', { scrap_reason_tag_ids: [] });

    // Act
    const failure = await failureOf(plant.book(completion));

    // Assess
    const says = 'scrap order SP/1.*has scrapped 1, which is more than was scrapped';
    expect(failure).toMatchObject(rejection(says, 'booked-otherwise'));
    expect(scrapped(plant)).toBe(1);
  },
);

it('scraps several serial numbers one by one, and the remaining ones after a crash', async () => {
  // Prepare
  const plant = startPlant(19);
  const order = plant.plan('PUMP', 3);
  const scrappedLot = (number: string) => ({ number, scrapped: true as const });
  const lots = [{ number: 'S1' }, scrappedLot('S2'), scrappedLot('S3')];
  const completion = completionOf(order, { quantity: { amount: '1' }, scrap: { amount: '2' }, lots });
  plant.books.beforeNext('stock.scrap', 'create', () => {
    plant.books.beforeNext('stock.scrap', 'create', () => {
      throw new Error('the server dies here');
    });
  });
  const failure = await failureOf(plant.book(completion));
  const begun = documents(plant).length;

  // Act
  const key = quantityKey(productOrderOf(order));
  const receipt = await plant.connect().book(completion, key, attemptAfter(failure));

  // Assess
  expect([begun, receipt.alreadyBooked]).toEqual([1, true]);
  const scraps = plant.books.rows('stock.scrap');
  expect(scraps.map((one) => [plant.nameIn('stock.lot', one.lot_id), one.scrap_qty, one.state])).toEqual([
    ['S2', 1, 'done'],
    ['S3', 1, 'done'],
  ]);
});
