import { describe, expect, it } from 'vitest';
import type { Completion, Component, Operation } from '../../../../shared/model/completions.ts';
import type { ErpOrderRef } from '../../../../shared/model/orders.ts';
import { failureOf } from './attempts.ts';
import { assemblyOf, completionOf, partOf } from './completions.ts';
import { type OdooPlant, startPlant } from './odoo-plant.ts';
import { rejection } from './rejection.ts';
import { assembly, locations, scrapReasons } from './servers/odoo-masters.ts';
import type { OdooVersion } from './servers/odoo-models.ts';
import { minutesOf } from './servers/odoo-workorders.ts';

const at = { recording: 'r1', step: 'Scan' };

function used(amount: string, ...lots: Component['lots']): Partial<Completion> {
  const motor = { article: 'MOTOR', quantity: { amount }, lots, ...at };
  return { components: { all: false, beyondPlan: true, used: [motor] } };
}

function reported(...differs: readonly Partial<Operation>[]): Partial<Completion> {
  const report = { operation: 'Weld', runSeconds: 600, finished: true, ...at };
  return { operations: differs.map((one) => ({ ...report, ...one })) };
}

/** Lines of what was consumed of a component: lot, place, amount. */
function linesOf({ books, nameIn }: OdooPlant, article = 'MOTOR') {
  const [product] = books.where('product.product', { default_code: article });
  return books
    .where('stock.move.line', { state: 'done', product_id: product?.id })
    .map(({ lot_id, location_id, quantity }) => [nameIn('stock.lot', lot_id), location_id, quantity]);
}

/** Work orders of an order and its rests: state, quantity, minutes. */
function workordersOf({ books, family }: OdooPlant, order: ErpOrderRef) {
  return family(order).map(({ id }) =>
    books
      .where('mrp.workorder', { production_id: id })
      .map((one) => [one.state, one.qty_produced, minutesOf(books, one.id)]),
  );
}

const quantOf = ({ books }: OdooPlant, lot: string) => {
  const [named] = books.where('stock.lot', { name: lot });
  const [quant] = books.where('stock.quant', { lot_id: named?.id });
  if (!quant) throw new Error(`nothing of ${lot}`);
  return quant;
};

describe.each<OdooVersion>([17, 18, 19])('an assembly in odoo %i', (version) => {
  const first = version < 19 ? 'pending' : 'blocked';

  it.each<[string, Partial<Completion>, string, ((plant: OdooPlant) => void)?]>([
    [
      'a lot of another component',
      used('5', { number: 'GEAR-2' }),
      'only 0 of lot GEAR-2 of component MOTOR',
    ],
    [
      'a lot that is empty',
      used('5', { number: 'MOTOR-2' }),
      'only 0 .*step "Scan" of recording r1.*move the lot',
      (plant) => void Object.assign(quantOf(plant, 'MOTOR-2'), { quantity: 0 }),
    ],
    [
      'a lot that lies elsewhere',
      used('5', { number: 'MOTOR-2' }),
      'only 0 .*WH/Stock',
      (plant) => void Object.assign(quantOf(plant, 'MOTOR-2'), { location_id: locations.secondStock }),
    ],
    [
      'a lot that has expired',
      used('5', { number: 'MOTOR-2' }),
      'lot MOTOR-2 of component .*MOTOR.* has expired.*expiration date',
      ({ books }) => books.installExpiryDates(['MOTOR-2']),
    ],
    ['more decimals than Odoo keeps', used('5.001'), '5.001 has more decimals.*2'],
    ['more without a lot than is reserved', used('6'), version < 19 ? 'too few are reserved' : ''],
    [
      'another quantity than its bill of materials allows',
      used('6', { number: 'MOTOR-2' }),
      '6 are not 5, and its bill of materials blocks that',
      ({ setAll }) => setAll('mrp.production', { consumption: 'strict' }),
    ],
    ['an operation that would stay open', reported({ finished: false }), 'Weld (step "Scan".*not finished'],
    [
      'an operation that is cancelled',
      reported({ operation: '1' }),
      'operation 1 .*is cancel in Odoo',
      ({ books }) => void Object.assign(books.rows('mrp.workorder')[0] ?? {}, { state: 'cancel' }),
    ],
    [
      'minutes where there is no kind of them',
      reported({}),
      'no productivity loss',
      ({ books }) => void books.rows('mrp.workcenter.productivity.loss').pop(),
    ],
    [
      'a reason that Odoo does not know, from 18 on',
      {
        quantity: { amount: '4' },
        scrap: { amount: '1' },
        scrapReasons: [{ reason: 'Rust', quantity: { amount: '1' } }],
      },
      version < 18 ? '' : 'the scrap reason Rust (Scratch, Dent)',
    ],
  ])('refuses %s before it writes', async (_, differs, says, prepare = () => undefined) => {
    // Prepare
    const plant = startPlant(version);
    const order = plant.plan('ENGINE');
    prepare(plant);
    const completion = completionOf(order, differs);

    // Act, Assess
    if (says !== '') return plant.expectRefused(completion, says);
    await plant.book(completion);
    expect(plant.row(order).state).toBe('done');
  });

  it('takes a lot that has not expired, where Odoo knows when', async () => {
    const plant = startPlant(version);
    const order = plant.plan('ENGINE');
    plant.books.installExpiryDates([]);

    await plant.book(completionOf(order, used('5', { number: 'MOTOR-2' })));

    expect(plant.row(order).state).toBe('done');
  });

  it('says that a lot has expired which Odoo has reserved itself', async () => {
    const plant = startPlant(version);
    const order = plant.plan('ENGINE');
    plant.books.installExpiryDates(['MOTOR-1']);

    const failure = await failureOf(plant.book(completionOf(order)));

    const says = 'expiry.picking.confirmation.*a lot of its components has expired';
    expect(failure).toMatchObject(rejection(says, 'refused-by-erp'));
  });

  it('takes a lot from each place where it lies, and the rest of the component as Odoo does', async () => {
    // Prepare: 2 of the lot on the shelf, 4 in stock.
    const plant = startPlant(version);
    const order = plant.plan('ENGINE');
    const shelf = quantOf(plant, 'MOTOR-2');
    shelf.quantity = 2;
    const { id: _, ...values } = shelf;
    plant.books.insert('stock.quant', { ...values, quantity: 4, location_id: locations.stock });

    // Act
    await plant.book(completionOf(order, used('6', { number: 'MOTOR-2' })));

    // Assess
    const of = (lot: string, place: number, amount: number) => [lot, place, amount];
    expect(linesOf(plant)).toEqual([of('MOTOR-2', locations.shelf, 2), of('MOTOR-2', locations.stock, 4)]);
    expect(linesOf(plant, 'GEAR')).toEqual([of('GEAR-1', locations.stock, 5)]);
  });

  it('books the components, minutes and quantities of each part, and leaves the rest open', async () => {
    // Prepare
    const plant = startPlant(version);
    const order = plant.plan('ENGINE');
    const two = { good: { amount: '2' } };
    const reports = reported(
      { ...two, setupSeconds: 60 },
      { ...two, operation: 'Paint' },
      { ...two, operation: 'Assemble' },
      { operation: 'Pack', good: { amount: '1' }, finished: false },
    );

    // Act
    await plant.book(partOf(order, 1, '2', { ...used('3', { number: 'MOTOR-2' }), ...reports }));
    const between = workordersOf(plant, order);
    await plant.book(partOf(order, 2, '3', { ...used('3', { number: 'MOTOR-2' }), ...reported({}) }));

    // Assess: Odoo books its 30 expected minutes where nothing was reported.
    expect(between).toEqual([
      [
        ['done', 2, 11],
        ['done', 2, 10],
        ['done', 2, 10],
        ['done', 1, 10],
      ],
      [['ready', 0, 0], ...[2, 3, 4].map(() => [first, 0, 0])],
    ]);
    const expected = [2, 3, 4].map(() => ['done', 3, 30]);
    expect(workordersOf(plant, order)[1]).toEqual([['done', 3, 10], ...expected]);
    expect(linesOf(plant).map(([lot, , amount]) => [lot, amount])).toEqual([
      ['MOTOR-2', 3],
      ['MOTOR-2', 3],
    ]);
    expect(plant.family(order).map(({ qty_produced }) => qty_produced)).toEqual([2, 3]);
  });

  it('books minutes once when an attempt left them on the order, and another part is booked on it first', async () => {
    // Prepare
    const plant = startPlant(version);
    const order = plant.plan('ENGINE');
    const waiting = partOf(order, 1, '3', reported({}));
    plant.books.beforeNext('mrp.production', 'write', () => {
      throw new Error('the server dies here');
    });
    await failureOf(plant.book(waiting));

    // Act
    await plant.book(partOf(order, 2, '2'));
    await plant.book(waiting);

    // Assess
    const lines = plant.books.rows('mrp.workcenter.productivity');
    const ours = lines.filter(({ description }) => String(description).startsWith('Run of Weld'));
    expect(ours.map(({ workorder_id }) => minutesOf(plant.books, Number(workorder_id)))).toEqual([10]);
    expect(plant.family(order).map(({ qty_produced }) => qty_produced)).toEqual([2, 3]);
  });

  it.each<[string, (plant: OdooPlant) => void, string]>([
    [
      'another quantity of a component',
      ({ books }) => void Object.assign(books.rows('stock.move')[1] ?? {}, { quantity: 5 }),
      'The GEAR (step "Lot of GEAR" of recording r1) was consumed with 5 (5 of GEAR-2) instead of 6 (6 of GEAR-2)',
    ],
    [
      'its minutes twice',
      ({ books }) => {
        const [time] = books.rows('mrp.workcenter.productivity');
        books.insert('mrp.workcenter.productivity', { ...time });
      },
      'has 2 min of "Setup of Assemble',
    ],
  ])('goes to a person when Odoo has booked %s, and again at a replay', async (_, disturb, says) => {
    // Prepare
    const plant = startPlant(version);
    const completion = assemblyOf(plant.plan('ENGINE'), assembly, {});
    plant.books.beforeNext('mrp.production', 'button_mark_done', () => disturb(plant));

    // Act
    const failures = [await failureOf(plant.book(completion)), await failureOf(plant.book(completion))];

    // Assess
    for (const failure of failures) expect(failure).toMatchObject(rejection(says, 'booked-otherwise'));
  });

  it('makes no call more for what was not recorded, and as many for 500 components and 2,000 checks as for three', async () => {
    // Prepare
    const plant = startPlant(version);
    const calls = async (completion: Completion) => {
      await plant.book(completionOf(plant.plan()));
      const connector = plant.connect();
      await plant.book(completionOf(plant.plan()), connector);
      plant.faults.reset();
      await plant.book(completion, connector);
      return plant.faults.callCount();
    };

    // Act
    const plain = await calls(completionOf(plant.plan('ENGINE')));
    const few = await calls(assemblyOf(plant.plan('ENGINE'), assembly, {}));
    const order = plant.plan('ENGINE');
    const many = await calls({ ...assemblyOf(order, assembly, {}), ...manyOf(plant, order) });

    // Assess
    // Odoo leaves the picking of what an operation consumes to us.
    expect(plain).toBe(13);
    expect([few, many]).toEqual([few, few]);
    expect(few).toBe(version < 18 ? 28 : 33);
  });
});

/** 497 further components, each from a lot, and 2,000 checks. */
function manyOf({ books }: OdooPlant, { id }: ErpOrderRef): Partial<Completion> {
  const [move] = books.where('stock.move', { raw_material_production_id: Number(id) });
  const further = Array.from({ length: 497 }, (__, n): Component => {
    const article = `PART-${n}`;
    const product = { default_code: article, name: article, tracking: 'lot', uom_id: 1, active: true };
    const product_id = books.insert('product.product', product).id;
    const lot_id = books.insert('stock.lot', { name: `${article}-L`, product_id, company_id: 1 }).id;
    const place = { product_id, lot_id, location_id: locations.stock };
    books.insert('stock.quant', { ...place, quantity: 10 });
    const { id: _, ...values } = move ?? {};
    books.insert('stock.move', { ...values, product_id });
    return { article, lots: [{ number: `${article}-L` }] };
  });
  const known = assemblyOf({ number: '', id: '' }, assembly, {}).components?.used ?? [];
  const check = { value: 41.5, unit: 'Nm', min: 40, max: 44, passed: true };
  return {
    components: { all: false, beyondPlan: true, used: [...known, ...further] },
    checks: Array.from({ length: 2000 }, (_, n) => ({ name: `Torque ${n}`, ...check })),
  };
}

it('tells scrap reasons in the note of odoo 17, where a scrap order has none, and in one scrap order', async () => {
  const { books, book, plan } = startPlant(17);

  await book(assemblyOf(plan('ENGINE'), assembly, {}));

  expect(books.rows('stock.scrap')).toMatchObject([{ scrap_qty: 2, state: 'done' }]);
  const notes = books.rows('mail.message').map(({ body }) => String(body));
  for (const reason of scrapReasons) expect(notes.join()).toContain(`<p>Scrap 1: ${reason}</p>`);
});

it('scraps each serial number for its reason', async () => {
  const { books, book, plan, nameIn } = startPlant(19);
  const lots = scrapReasons.map((reason, n) => ({ number: `S${n}`, scrapped: true as const, reason }));

  await book(completionOf(plan('PUMP', 2), { quantity: { amount: '0' }, scrap: { amount: '2' }, lots }));

  const scraps = books
    .rows('stock.scrap')
    .map(({ lot_id, scrap_reason_tag_ids: tags, state }) => [
      ...[nameIn('stock.lot', lot_id), nameIn('stock.scrap.reason.tag', [tags].flat()[0]), state],
    ]);
  expect(scraps).toEqual([
    ['S0', 'Scratch', 'done'],
    ['S1', 'Dent', 'done'],
  ]);
});
