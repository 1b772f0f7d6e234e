import { describe, expect, it } from 'vitest';
import { sapS4Hana } from '../../../../shared/erp/sap-s4hana/index.ts';
import type { Completion, Component, Operation } from '../../../../shared/model/completions.ts';
import { failureOf } from '../conformance/attempts.ts';
import { assemblyOf, completionOf, partOf } from '../conformance/completions.ts';
import { addAssembly, sapAssembly } from '../conformance/plants/sap-s4hana.ts';
import { rejection } from '../conformance/rejection.ts';
import { startPlant } from './plant.ts';

const { article, operations: routing } = sapAssembly;
const notesField = 'OrderLongText';
const options = { goodsMovements: 'receipt', notesField, activities: { setup: 3, run: 2 } } as const;

/** An order of 5 of an assembly, and what is posted for it. */
function startAssembly(configured: Parameters<typeof startPlant>[0] = options) {
  const plant = startPlant(configured);
  const order = plant.plan('5', article);
  const { operations, components } = plant.books.find(order.number);
  const posted = () =>
    plant.faults
      .calls()
      .flatMap(({ method, url, body }) =>
        method === 'POST' && url.includes('/ProdnOrdConf2') ? [JSON.parse(body)] : [],
      );
  return { ...plant, order, operations, components, posted };
}

/** `0010: 5 good, 1 scrap, final`. */
const told = (body: Record<string, unknown>) =>
  `${body.OrderOperation}: ${body.ConfirmationYieldQuantity} good, ${body.ConfirmationScrapQuantity} scrap${body.IsFinalConfirmation ? ', final' : ''}`;
const report = (operation: string, differs: Partial<Operation> = {}): Operation => ({
  operation,
  finished: true,
  recording: 'r1',
  ...differs,
});
const counted = (good: string, scrap = '0') => ({ good: { amount: good }, scrap: { amount: scrap } });
const used = (differs: Partial<Component> = {}, all = false): Partial<Completion> => {
  const lots = [{ number: 'B-1' }];
  const one = { article: 'RM301', quantity: { amount: '5' }, lots, recording: 'r1', step: 'Scan' };
  return { components: { all, beyondPlan: false, used: [{ ...one, ...differs }] } };
};
const scrapped = (...reasons: string[]): Partial<Completion> => ({
  quantity: { amount: '3' },
  scrap: { amount: '2' },
  scrapReasons: reasons.map((reason) => ({ reason, quantity: { amount: '1' } })),
});

describe('operations', () => {
  it('cost nothing where a booking tells only quantities: it makes the calls that it always made', async () => {
    const { faults, plan, book } = startPlant();

    await book(completionOf(plan(), { scrap: { amount: '1' } }));

    expect(
      faults
        .calls()
        .map(({ method, url }) => `${method} ${/\w+(?=\?|$|\()/.exec(url.split('SRV/')[1] ?? '')}`),
    ).toEqual([
      'GET A_ProductionOrder_2',
      'GET ProdnOrdConf2',
      'POST ProdnOrdConf2',
      'GET ProdnOrdConf2',
      'GET ProdnOrdConf2',
    ]);
  });

  it('are confirmed in the order of the routing, with their times, and the last one has the quantity', async () => {
    // Prepare
    const { order, posted, book } = startAssembly();

    // Act
    await book(assemblyOf(order, sapAssembly, {}));

    // Assess: what is scrapped at the end has left the others as good; each reason has its own confirmation
    const times = (body: Record<string, unknown>) =>
      `${body.OpConfirmedWorkQuantity3}+${body.OpConfirmedWorkQuantity2} ${body.VarianceReasonCode}`;
    expect(posted().map((body) => [told(body), times(body)])).toEqual([
      ['0010: 5 good, 0 scrap, final', '1+10 undefined'],
      ['0020: 5 good, 0 scrap, final', '1+20 undefined'],
      ['0030: 5 good, 0 scrap, final', '1+30 undefined'],
      ['0040: 0 good, 1 scrap', 'undefined+undefined 0002'],
      ['0040: 3 good, 1 scrap, final', '1+40 0001'],
    ]);
    expect(new Set(posted().map((body) => body.ExternalSystemConfirmation)).size).toBe(5);
  });

  const ends = '5 good, 0 scrap, final';
  const open = '5 good, 0 scrap';
  it.each<[string, Partial<Operation>[], string[], Partial<Completion>?]>([
    [
      'what each counts',
      [counted('5', '1'), { scrap: { amount: '1' } }, {}, counted('3', '1')],
      [
        '5 good, 1 scrap, final',
        '4 good, 1 scrap, final',
        '4 good, 0 scrap, final',
        '3 good, 1 scrap, final',
      ],
      { quantity: { amount: '3' }, scrap: { amount: '3' } },
    ],
    ['one that is not finished as open', [{}, { finished: false }, {}, {}], [ends, open, ends, ends]],
    ['all as open while the last one is not', [{}, {}, {}, { finished: false }], [open, open, open, open]],
  ])('confirm %s', async (_, reports, expected, built) => {
    const { order, posted, book } = startAssembly();
    const operations = reports.map((one, at) => report(routing[at] ?? '', one));

    await book(completionOf(order, { ...built, operations }));

    expect(posted().map(told)).toEqual(expected.map((one, at) => `${routing[at]}: ${one}`));
  });

  it('stay open until the part that completes the order, and are called by their texts, too', async () => {
    // Prepare
    const { order, posted, book, books } = startAssembly();
    const operations = routing.map((operation) => report(`Step ${operation}`));

    // Act
    await book(partOf(order, 1, '2', { operations }));
    await book(partOf(order, 2, '3', { operations }));

    // Assess
    const finals = posted().map((body) => body.IsFinalConfirmation);
    expect(finals).toEqual([...Array(4).fill(false), ...Array(4).fill(true)]);
    expect(books.find(order.number).OrderIsConfirmed).toBe('X');
  });

  it('give their setup to the run, where that has no activity of its own', async () => {
    const { order, posted, book } = startAssembly({ ...options, activities: { run: 6 } });
    const operations = [report('0010', { setupSeconds: 60, runSeconds: 90 })];

    await failureOf(book(completionOf(order, { operations })));

    expect(posted()[0]).toMatchObject({ OpConfirmedWorkQuantity6: '2.5', OpWorkQuantityUnit6: 'MIN' });
  });
});

describe('components', () => {
  it('are issued with their lots from the reservation, and the others as planned', async () => {
    // Prepare: the second one has two items, and the warehouse issues the third.
    const { components, order, book, posted } = startAssembly();
    for (const item of components.slice(1, 2)) components.push({ ...item, ReservationItem: '9' });
    const second = { article: 'RM302', quantity: { amount: '7', unit: 'PC' }, lots: [{ number: 'B-2' }] };

    // Act
    await book(completionOf(order, used(second)));

    // Assess
    const movements: Record<string, unknown>[] = posted()[0].to_ProdnOrdConfMatlDocItm.results;
    const fields = ['GoodsMovementType', 'Material', 'Batch', 'QuantityInEntryUnit', 'ReservationItem'];
    expect(movements.map((one) => fields.map((field) => one[field] ?? '').join(' '))).toEqual([
      '101 FG300  5 ',
      '261 RM302 B-2 5 2',
      '261 RM302 B-2 2 9',
      '261 RM301  5 0001',
    ]);
  });

  it('are as the shop floor says, whatever SAP books instead', async () => {
    // Prepare: somebody posts more of it with our confirmation.
    const { faults, order, book } = startAssembly();
    const more = /("Material":"RM301"[^}]*"QuantityInEntryUnit":)5/g;
    faults.rewriteAnswers((body) => body.replaceAll(more, '$16'));

    // Act
    const failure = await failureOf(book(completionOf(order, used({}, true))));

    // Assess
    const says = 'has consumed 6 of component RM301, where 5 were used';
    expect(failure).toMatchObject(rejection(says, 'booked-otherwise'));
  });

  it('and checks may be many', async () => {
    // Prepare
    const { books, faults, book, plan } = startPlant(options);
    const components = Array.from({ length: 500 }, (_, at) => ({ article: `RM-${at}`, lot: `L-${at}` }));
    addAssembly(books, { ...sapAssembly, article: 'FG-BIG', components });
    const all = components.map((one) => ({ article: one.article, lots: [{ number: one.lot }] }));
    const check = { value: 45, unit: 'Nm', passed: true };
    const checks = Array.from({ length: 2000 }, (_, at) => ({ ...check, name: `Torque ${at}` }));
    const order = plan('5', 'FG-BIG');

    // Act
    const told = { components: { all: true, beyondPlan: false, used: all }, checks };
    const { reference } = await book(completionOf(order, told));

    // Assess
    expect(reference).toContain('material document');
    expect(books.goods.documents.length).toBe(501);
    expect(books.find(order.number).OrderLongText.split('\n').length).toBe(2002);
    expect(Math.max(...faults.calls().map(({ url }) => url.length))).toBeLessThan(2000);
  });
});

describe('what cannot be booked', () => {
  type Prepare = (plant: ReturnType<typeof startAssembly>) => void;
  const stock = (differs: object): Prepare => {
    return ({ books }) => void Object.assign(books.goods.stock[0] ?? {}, differs);
  };
  const nearlyEmpty = stock({ MatlWrhsStkQtyInMatlBaseUnit: '4' });
  const withdrawn: Prepare = ({ components }) =>
    void Object.assign(components[0] ?? {}, { WithdrawnQuantity: '5' });
  const finished: Prepare = ({ operations }) =>
    void Object.assign(operations[1] ?? {}, { OperationIsConfirmed: 'X' });
  const place = '(step "Scan" of recording r1)';
  const twice = ['2', '3'].map((amount) => ({ number: 'B-1', quantity: { amount } }));
  const inKilos = { amount: '5', unit: 'KG' };
  const counts = report('0040', counted('3'));

  it.each<[string, Partial<Completion>, string, Prepare?]>([
    ['a blocked lot', used(), `B-1 of component RM301 ${place} has 0`, stock({ InventoryStockType: '07' })],
    ['an empty lot', used(), 'has 4 in unrestricted', nearlyEmpty],
    ['a lot that lies elsewhere', used(), 'has 0 in unrestricted', stock({ StorageLocation: '171B' })],
    [
      'a lot of another article',
      used({ lots: [{ number: 'B-2' }] }),
      `B-2 of component RM301 ${place} has 0`,
    ],
    ['a lot twice', used({ lots: twice }), 'where 5 were', nearlyEmpty],
    ['too many decimals', used({ quantity: { amount: '1.0001' } }), `1.0001 of component RM301 ${place} has`],
    ['a component in another unit', used({ quantity: inKilos }), 'counted in PC'],
    ['a component that was issued', used(), 'only 0 are planned', withdrawn],
    ['a reason that is a text', scrapped('Scratch'), '"Scratch" is no reason for variance of SAP'],
    ['reasons beside counts', { ...scrapped('0001', '0002'), operations: [counts] }, 'several reasons'],
    ['an operation that ended', { operations: [report('0020')] }, '0020 (recording r1) has its', finished],
    ['a count in another unit', { operations: [report('0040', { good: inKilos })] }, 'counted in PC'],
  ])('is refused before anything is confirmed: %s', async (_, differs, says, prepare = () => {}) => {
    // Prepare
    const plant = startAssembly();
    prepare(plant);

    // Act
    const failure = await failureOf(plant.book(completionOf(plant.order, differs)));

    // Assess
    expect(failure).toMatchObject(rejection(says));
    expect(String(failure)).toContain(plant.order.number);
    expect(plant.posted()).toEqual([]);
  });

  it('is refused naming what was confirmed before it, where only SAP knows: a reason that it does not have', async () => {
    // Prepare
    const { books, order, book } = startAssembly();
    const operations = routing.map((operation) => report(operation));
    const completion = completionOf(order, { ...scrapped('0009'), operations });

    // Act
    const failures = [await failureOf(book(completion)), await failureOf(book(completion))];
    books.reasons.add('0009');
    await book(completion);

    // Assess
    const says = /0009 is not defined.*Booked by then: (confirmation \d+\/1, ){3}confirmation \d+\/1\./;
    for (const failure of failures) expect(failure).toMatchObject(rejection(says, 'refused-by-erp'));
    expect(books.confirmations.map((one) => one.OrderOperation)).toEqual([...routing, '0040']);
  });

  it('is for a person where SAP shows another figure than was sent', async () => {
    const { faults, order, book } = startAssembly();
    faults.rewriteAnswers((body) => body.replaceAll(/("OpConfirmedWorkQuantity2":)10/g, '$111'));
    const operations = [report('0010', { runSeconds: 600 })];

    const failure = await failureOf(book(completionOf(order, { operations })));

    const says = 'has 11 as its OpConfirmedWorkQuantity2, where 10 was sent';
    expect(failure).toMatchObject(rejection(says, 'booked-otherwise'));
  });

  it('is told before the first booking, by what the options leave no place for', () => {
    const lacksOf = (differs: object) =>
      Object.entries(sapS4Hana({ url: 'https://x', auth: 'basic', ...options, ...differs }).lacks)
        .filter(([, why]) => why !== false)
        .map(([part]) => part);

    const each = { goodsMovements: 'backflush', activities: undefined, notesField: undefined };

    expect([lacksOf({}), lacksOf(each)]).toEqual([[], ['components', 'operations', 'checks']]);
  });

  it.each(['components', 'operations', 'checks'] as const)(
    'is refused where the configuration has no place for %s any more',
    async (part) => {
      const { order, book } = startAssembly({ goodsMovements: 'backflush' });
      const all = assemblyOf(order, sapAssembly, {});

      const failure = await failureOf(book(completionOf(order, { [part]: all[part] })));

      expect(failure).toMatchObject(rejection(`completions.${part}`, 'configuration'));
    },
  );
});
