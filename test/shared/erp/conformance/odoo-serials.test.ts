import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Rejected } from '../../../../shared/model/errors.ts';
import type { ErpOrderRef } from '../../../../shared/model/orders.ts';
import { failureOf } from './attempts.ts';
import { completionOf } from './completions.ts';
import { type OdooPlant, startPlant } from './odoo-plant.ts';
import { locations } from './servers/odoo-masters.ts';
import type { OdooVersion } from './servers/odoo-models.ts';

const one = (number: string) => ({ quantity: { amount: '1' }, lots: [{ number }] });

/** Where a piece goes once it was built, and whether it comes from there as an unbuild moves it. */
const ways = {
  delivered: { from: locations.stock, to: locations.customers, unbuilds: false },
  returned: { from: locations.customers, to: locations.stock, unbuilds: false },
  scrapped: { from: locations.stock, to: locations.scrap, unbuilds: false },
  'taken out of scrap': { from: locations.scrap, to: locations.stock, unbuilds: false },
  unbuilt: { from: locations.stock, to: locations.production, unbuilds: true },
} as const;
type Way = keyof typeof ways;

/** People move a piece with a serial number in Odoo. */
function move({ books }: OdooPlant, number: string, way: Way): void {
  const { from, to, unbuilds } = ways[way];
  const [lot] = books.where('stock.lot', { name: number });
  const shared = { product_id: lot?.product_id, state: 'done', location_id: from, location_dest_id: to };
  const { id } = books.insert('stock.move', { ...shared, ...(unbuilds ? { unbuild_id: 1 } : {}) });
  books.insert('stock.move.line', { ...shared, move_id: id, lot_id: lot?.id, quantity: 1 });
}

async function build(plant: OdooPlant, number: string, ...since: readonly Way[]): Promise<ErpOrderRef> {
  const order = plant.plan('PUMP', 1);
  await plant.book(completionOf(order, one(number)));
  for (const way of since) move(plant, number, way);
  return order;
}

/** Adds what people do next with a piece, of what they can do where it is; `at` chooses it. */
function addStep(since: readonly Way[], at: number): readonly Way[] {
  const place = since.length === 0 ? locations.stock : ways[since[since.length - 1] ?? 'delivered'].to;
  const possible = (Object.keys(ways) as Way[]).filter((way) => ways[way].from === place);
  const next = possible[at % Math.max(1, possible.length)];
  return next ? [...since, next] : since;
}

/** A person finishes an order of one piece with this serial number in Odoo. @returns what Odoo says to that. */
function finishByHand(plant: OdooPlant, number: string): unknown {
  const order = plant.plan('PUMP', 1);
  setSerial(plant, order, number);
  try {
    plant.bookByHand(order, 1, 'no rest');
  } catch (refusal) {
    return refusal;
  }
  return undefined;
}

/** It is set on the order beforehand. */
function setSerial({ books, row }: OdooPlant, order: ErpOrderRef, number: string): void {
  const [lot] = books.where('stock.lot', { name: number });
  Object.assign(
    row(order),
    books.version < 19 ? { lot_producing_id: lot?.id } : { lot_producing_ids: [lot?.id] },
  );
}

describe.each<OdooVersion>([17, 18, 19])('a serial number that Odoo %i knows', (version) => {
  it.each<[string, readonly Way[], string]>([
    ['is in stock', [], 'S1 of .*PUMP is in stock already.*Lots/Serial Numbers, Traceability'],
    ['was delivered', ['delivered'], 'S1 of .*PUMP was built before, by ORDER: .*Traceability'],
    ['came back', ['delivered', 'returned'], 'S1 of .*PUMP is in stock already'],
    ['was taken out of scrap', ['scrapped', 'taken out of scrap'], 'S1 of .*PUMP is in stock already'],
  ])('is refused before anything is written if its piece %s', async (_, since, says) => {
    // Prepare
    const plant = startPlant(version);
    const first = await build(plant, 'S1', ...since);
    const order = plant.plan('PUMP', 1);

    // Act, Assess
    const sentence = says.replace('ORDER', first.number);
    await plant.expectRefused(completionOf(order, one('S1')), sentence, 'quantity-or-lots');
    expect(await plant.listed()).toMatchObject([{ number: order.number }]);
  });

  it.each<Way>(['scrapped', 'unbuilt'])('is booked again once its piece was %s', async (way) => {
    const plant = startPlant(version);
    await build(plant, 'S1', way);
    const order = plant.plan('PUMP', 1);

    await plant.book(completionOf(order, one('S1')));

    expect(plant.row(order).state).toBe('done');
  });

  it('is refused, too, where a planner has set it on the order', async () => {
    const plant = startPlant(version);
    const first = await build(plant, 'S1', 'delivered');
    const order = plant.plan('PUMP', 1);
    setSerial(plant, order, 'S1');

    const says = `S1 of .*PUMP was built before, by ${first.number}`;
    await plant.expectRefused(completionOf(order, { quantity: { amount: '1' } }), says, 'quantity-or-lots');
  });

  it.each([
    ['none where Odoo has none of that name', 'NEW', 0],
    ['one where its piece was never built', 'MADE', 1],
    ['two where it was built', 'BUILT', 2],
    ['two where it was built and scrapped', 'SCRAPPED', 2],
  ])('costs %s', async (_, number, reads) => {
    // Prepare
    const plant = startPlant(version);
    const order = plant.plan('PUMP', 1);
    plant.books.insert('stock.lot', { name: 'MADE', product_id: plant.row(order).product_id, company_id: 1 });
    await build(plant, 'BUILT', 'delivered');
    await build(plant, 'SCRAPPED', 'scrapped');
    plant.faults.reset();

    // Act
    await failureOf(plant.book(completionOf(order, one(number))));

    // Assess
    const ofPieces = plant.faults.calls().filter(({ url, body }) => /stock\.move\.line/.test(url + body));
    expect(ofPieces.filter(({ body }) => body.includes('lot_id'))).toHaveLength(reads);
  });
});

it('is refused by the look where Odoo would refuse it later, whatever people have done with its piece', async () => {
  const histories = fc
    .array(fc.nat(5), { maxLength: 6 })
    .map((steps) => steps.reduce(addStep, [] as readonly Way[]));
  const versions = fc.constantFrom<OdooVersion>(17, 18, 19);
  await fc.assert(
    fc.asyncProperty(versions, histories, async (version, since) => {
      // Prepare
      const plant = startPlant(version);
      await build(plant, 'S1', ...since);
      const order = plant.plan('PUMP', 1);

      // Act
      const failure = await failureOf(plant.book(completionOf(order, one('S1'))));

      // Assess
      const isRefused = plant.row(order).state !== 'done' && failure instanceof Rejected;
      const byLook = isRefused && /is in stock already|was built before/.test(failure.message);
      if (!isRefused) plant.books.rows('stock.move.line').pop();
      const byOdoo = finishByHand(plant, 'S1') !== undefined;
      expect({ since, refused: byOdoo }).toEqual({ since, refused: isRefused });
      // What was taken out of scrap and has left the stock again is left to Odoo.
      if (!since.includes('taken out of scrap')) expect({ since, byLook }).toEqual({ since, byLook: byOdoo });
    }),
    { numRuns: 100 },
  );
});
