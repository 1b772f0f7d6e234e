import { describe, expect, it } from 'vitest';
import type { Completion } from '../../../../shared/model/completions.ts';
import type { ErpOrderRef } from '../../../../shared/model/orders.ts';
import { completionOf, partOf } from './completions.ts';
import { type OdooPlant, startPlant } from './odoo-plant.ts';
import type { OdooVersion } from './servers/odoo-models.ts';
import { lotsOf } from './servers/odoo-stock.ts';

const amount = (amount: string, unit?: string) => ({ amount, ...(unit === undefined ? {} : { unit }) });

/** Names of the order's lots, and of the lots of its scrap. */
function lotNames({ books, row, nameIn }: OdooPlant, order: ErpOrderRef) {
  const nameOf = (id: unknown) => nameIn('stock.lot', id);
  const scraps = books.where('stock.scrap', { production_id: Number(order.id) });
  return {
    built: lotsOf(books, row(order)).map(nameOf),
    scrapped: scraps.map((one) => [nameOf(one.lot_id), one.scrap_qty, one.state]),
  };
}

/** A planner sets a lot on the order beforehand. */
function planLots({ books, row }: OdooPlant, order: ErpOrderRef, names: readonly string[]) {
  const { product_id } = row(order);
  const ids = names.map((name) => books.insert('stock.lot', { name, product_id, company_id: 1 }).id);
  Object.assign(row(order), books.version < 19 ? { lot_producing_id: ids[0] } : { lot_producing_ids: ids });
}

describe.each<OdooVersion>([17, 18, 19])('lots of odoo %i', (version) => {
  it('uses the lot that somebody created between look and write', async () => {
    // Prepare: it was created before our transaction began.
    const plant = startPlant(version);
    const order = plant.plan('BATCH');
    const { product_id } = plant.row(order);
    plant.books.beforeNext('stock.lot', 'create', () => {
      plant.books.insert('stock.lot', { name: 'B-1', product_id, company_id: 1 });
    });

    // Act
    await plant.book(completionOf(order, { lots: [{ number: 'B-1' }] }));

    // Assess
    expect(lotNames(plant, order).built).toEqual(['B-1']);
    expect(plant.books.where('stock.lot', { name: 'B-1' }).length).toBe(1);
  });

  const scrapOne = { quantity: amount('4'), scrap: amount('1') };
  it.each<[string, string, readonly string[], Partial<Completion>, object]>([
    [
      'the lot that a planner has set on the order when the completion brings none, for scrap too',
      ...(['BATCH', ['PLANNED'], scrapOne] as const),
      { built: ['PLANNED'], scrapped: [['PLANNED', 1, 'done']] },
    ],
    [
      'the lot that was built rather than the planner’s',
      ...(['BATCH', ['PLANNED'], { lots: [{ number: 'BUILT' }] }] as const),
      { built: ['BUILT'], scrapped: [] },
    ],
    [
      'the number without the blanks around it, which Odoo would take for another lot',
      ...(['BATCH', ['BUILT'], { lots: [{ number: ' BUILT ' }] }] as const),
      { built: ['BUILT'], scrapped: [] },
    ],
    [
      'the serial number of a piece for its scrap',
      'PUMP',
      [],
      { quantity: amount('0'), scrap: amount('1'), lots: [{ number: 'S1', scrapped: true }] },
      { built: ['S1'], scrapped: [['S1', 1, 'done']] },
    ],
  ])('uses %s', async (_, article, planned, differs, expected) => {
    const plant = startPlant(version);
    const order = plant.plan(article, article === 'PUMP' ? 1 : 5);
    if (planned.length > 0) planLots(plant, order, planned);

    await plant.book(completionOf(order, differs));

    expect(lotNames(plant, order)).toEqual(expected);
  });
});

describe('serial numbers', () => {
  it('accept one per order up to 18, with a backorder for the rest', async () => {
    const plant = startPlant(17);
    const order = plant.plan('PUMP', 2);

    await plant.book({ ...partOf(order, 1, '1'), lots: [{ number: 'S1' }] });

    expect(lotNames(plant, order).built).toEqual(['S1']);
    expect(plant.family(order).map((row) => [row.state, row.product_qty])).toEqual([
      ['done', 1],
      ['confirmed', 1],
    ]);
  });

  it('come from the order when the completion brings none', async () => {
    const plant = startPlant(19);
    const order = plant.plan('PUMP', 2);
    planLots(plant, order, ['S1', 'S2']);

    await plant.book(completionOf(order, { quantity: amount('2') }));

    expect(lotNames(plant, order).built).toEqual(['S1', 'S2']);
  });
});

describe.each<OdooVersion>([17, 18, 19])('units of odoo %i', (version) => {
  const inUnit = async (unit: number, differs: Partial<Completion>) => {
    const plant = startPlant(version);
    const order = plant.plan('CHAIR', 2);
    plant.row(order).product_uom_id = unit;
    await plant.book(completionOf(order, differs));
    return plant.row(order).qty_produced;
  };

  it('are converted: 24 units are two dozens, 1500 g are 1.5 kg', async () => {
    expect(await inUnit(2, { quantity: amount('24', 'Units') })).toBe(2);
    expect(await inUnit(2, { quantity: amount('18', 'Units'), scrap: amount('6', 'Units') })).toBe(2);
    expect(await inUnit(3, { quantity: amount('1500', 'g') })).toBe(1.5);
  });

  it.each<[string, Partial<Completion>, string]>([
    ['7 units', { quantity: amount('7', 'Units') }, '7 Units are 0.58 Dozens in Odoo, which is 6.96 Units'],
    [
      '20 good units and 4 scrapped ones, although 24 are two',
      { quantity: amount('20', 'Units'), scrap: amount('4', 'Units') },
      '20 Units are 1.67 Dozens in Odoo, which is 20.04 Units',
    ],
  ])('refuse what would be another quantity in stock, in dozens: %s', async (_, differs, says) => {
    // Prepare
    const { plan, row, expectRefused } = startPlant(version);
    const order = plan('CHAIR', 2);
    row(order).product_uom_id = 2;

    // Act, Assess
    await expectRefused(completionOf(order, differs), says, 'quantity-or-lots');
  });

  it.each([
    ['pieces that cannot be split, halves up', 1, '2.5', 3],
    ['a unit that is finer than the field', 0.0001, '2.123456', 2.12],
  ])('are rounded: %s', async (_, rounding, built, booked) => {
    // Prepare
    const plant = startPlant(version);
    const order = plant.plan('CHAIR', 9);
    plant.setAll('uom.uom', { rounding });

    // Act
    await plant.book(completionOf(order, { quantity: amount(built) }));

    // Assess
    expect(plant.row(order).qty_produced).toBe(booked);
  });

  it.each([
    ['three decimals', 3, undefined],
    ['two', 2, '125 g are 0.13 kg in Odoo, which is 130 g'],
  ])('are booked to the gram only where the plant has set %s', async (_, decimals, refusal) => {
    const { plan, book, books, row, setAll, expectRefused } = startPlant(version);
    books.decimals = decimals;
    setAll('uom.uom', { rounding: 10 ** -decimals });
    const order = plan('CHAIR', 2);
    row(order).product_uom_id = 3;
    const completion = completionOf(order, { quantity: amount('125', 'g') });

    if (refusal) return expectRefused(completion, refusal, 'quantity-or-lots');
    await book(completion);
    expect(row(order).qty_produced).toBe(0.125);
  });

  it('have as many decimals as the plant has set, in components and in what was ordered, too', async () => {
    // Prepare: just enough of a tracked component is reserved
    const { plan, book, books, family, reserve, setAll } = startPlant(version);
    books.decimals = 3;
    setAll('uom.uom', { rounding: 0.001 });
    const order = plan('BENCH', 2.129);
    reserve(8.508);

    // Act: less than was ordered is final
    await book(completionOf(order, { quantity: amount('2.127'), madeFor: { amount: '2.129' } }));

    // Assess
    expect(family(order)).toMatchObject([{ state: 'done', qty_produced: 2.127 }]);
  });
});
