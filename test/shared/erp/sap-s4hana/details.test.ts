import { describe, expect, it } from 'vitest';
import type { Completion, Operation } from '../../../../shared/model/completions.ts';
import { failureOf } from '../conformance/attempts.ts';
import { assemblyOf, completionOf, partOf } from '../conformance/completions.ts';
import { addAssembly, sapAssembly } from '../conformance/plants/sap-s4hana.ts';
import { rejection } from '../conformance/rejection.ts';
import { startPlant } from './plant.ts';

const { article, operations: routing } = sapAssembly;
const options = {
  goodsMovements: 'receipt',
  notesField: 'OrderLongText',
  activities: { setup: 3, run: 2 },
} as const;

/** An order of an assembly, and what is posted for it. */
function startAssembly(configured: Parameters<typeof startPlant>[0] = options, quantity = '5') {
  const plant = startPlant(configured);
  const order = plant.plan(quantity, article);
  const posted = () =>
    plant.faults.calls().flatMap(({ method, body }) => (method === 'POST' ? [JSON.parse(body)] : []));
  const everything = () => JSON.stringify([plant.books.confirmations, plant.books.goods, plant.books.orders]);
  return { ...plant, order, posted, everything };
}

/** What the confirmations have of an operation. */
const told = (body: Record<string, unknown>) => [
  body.OrderOperation,
  body.ConfirmationYieldQuantity,
  body.ConfirmationScrapQuantity,
  body.IsFinalConfirmation,
];
const report = (operation: string, differs: Partial<Operation> = {}): Operation => ({
  operation,
  finished: true,
  recording: 'r1',
  ...differs,
});

describe('a booking that tells only quantities', () => {
  it('makes the calls that it always made', async () => {
    const { faults, plan, book } = startPlant();

    await book(completionOf(plan(), { scrap: { amount: '1' } }));

    expect(
      faults
        .calls()
        .map(({ method, url }) => `${method} ${new URL(url, 'https://x').pathname.split('/').at(-1)}`),
    ).toEqual([
      expect.stringMatching(/^GET A_ProductionOrder_2/),
      'GET ProdnOrdConf2',
      'POST ProdnOrdConf2',
      'GET ProdnOrdConf2',
      'GET to_ProdnOrdConfMatlDocItm',
    ]);
  });
});

describe('operations', () => {
  it('are confirmed in the order of the routing, with their times, and the last one has the quantity', async () => {
    // Prepare
    const { order, posted, book } = startAssembly();

    // Act
    await book(assemblyOf(order, sapAssembly, {}));

    // Assess: what is scrapped at the end has left the others as good; each reason has its own confirmation
    expect(posted().map(told)).toEqual([
      ['0010', '5', '0', true],
      ['0020', '5', '0', true],
      ['0030', '5', '0', true],
      ['0040', '0', '1', false],
      ['0040', '3', '1', true],
    ]);
    expect(
      posted().map((body) => [
        body.OpConfirmedWorkQuantity3,
        body.OpConfirmedWorkQuantity2,
        body.VarianceReasonCode,
      ]),
    ).toEqual([
      ['1', '10', undefined],
      ['1', '20', undefined],
      ['1', '30', undefined],
      [undefined, undefined, '0002'],
      ['1', '40', '0001'],
    ]);
    expect(new Set(posted().map((body) => body.ExternalSystemConfirmation)).size).toBe(5);
  });

  it.each<[string, Partial<Operation>[], Partial<Completion>, unknown[]]>([
    [
      'what each counts',
      [
        { good: { amount: '5' }, scrap: { amount: '1' } },
        { scrap: { amount: '1' } },
        {},
        { good: { amount: '3' }, scrap: { amount: '1' } },
      ],
      { quantity: { amount: '3' }, scrap: { amount: '3' } },
      [
        ['0010', '5', '1', true],
        ['0020', '4', '1', true],
        ['0030', '4', '0', true],
        ['0040', '3', '1', true],
      ],
    ],
    [
      'one that is not finished as open',
      [{}, { finished: false }, {}, {}],
      {},
      [
        ['0010', '5', '0', true],
        ['0020', '5', '0', false],
        ['0030', '5', '0', true],
        ['0040', '5', '0', true],
      ],
    ],
    [
      'all as open while the last one is not finished',
      [{}, {}, {}, { finished: false }],
      {},
      [
        ['0010', '5', '0', false],
        ['0020', '5', '0', false],
        ['0030', '5', '0', false],
        ['0040', '5', '0', false],
      ],
    ],
  ])('confirm %s', async (_, reports, built, expected) => {
    const { order, posted, book } = startAssembly();
    const operations = reports.map((one, at) => report(routing[at] ?? '', one));

    await book(completionOf(order, { ...built, operations }));

    expect(posted().map(told)).toEqual(expected);
  });

  it('stay open until the part that completes the order, and are called by their texts, too', async () => {
    // Prepare
    const { order, posted, book, books } = startAssembly();
    const operations = routing.map((operation) => report(`Step ${operation}`, { runSeconds: 60 }));

    // Act
    await book(partOf(order, 1, '2', { operations }));
    await book(partOf(order, 2, '3', { operations }));

    // Assess
    expect(posted().map((body) => body.IsFinalConfirmation)).toEqual([
      ...Array(4).fill(false),
      ...Array(4).fill(true),
    ]);
    expect(books.find(order.number).OrderIsConfirmed).toBe('X');
  });

  it('give their setup to the run, where that has no activity of its own', async () => {
    const { order, posted, book } = startAssembly({ ...options, activities: { run: 6 }, operation: '0020' });
    const operations = [report('0020', { setupSeconds: 60, runSeconds: 90 })];

    await failureOf(book(completionOf(order, { operations })));

    expect(
      posted().map((body) => [body.OrderOperation, body.OpConfirmedWorkQuantity6, body.OpWorkQuantityUnit6]),
    ).toEqual([['0020', '2.5', 'MIN']]);
  });
});

describe('components', () => {
  it('are issued with their lots from the reservation, and the others as planned', async () => {
    // Prepare: the second one has two items, and the warehouse issues the third.
    const { books, order, book, posted } = startAssembly();
    const { components } = books.find(order.number);
    const [, second, third] = components;
    components.push({ ...second, ReservationItem: '9', Material: 'RM302', WithdrawnQuantity: '0' });
    Object.assign(third ?? {}, { MatlCompIsMarkedForBackflush: false });
    const used = [{ article: 'RM302', quantity: { amount: '7', unit: 'PC' }, lots: [{ number: 'B-2' }] }];
    books.goods.stock.push({
      ...books.goods.stock[0],
      Material: 'RM301',
      Batch: '',
      MatlWrhsStkQtyInMatlBaseUnit: '9',
    });

    // Act
    const receipt = await book(completionOf(order, { components: { all: false, beyondPlan: false, used } }));

    // Assess
    const movements = posted().at(-1).to_ProdnOrdConfMatlDocItm.results;
    expect(
      movements.map((one: Record<string, unknown>) => [
        one.GoodsMovementType,
        one.Material,
        one.Batch,
        one.QuantityInEntryUnit,
        one.ReservationItem,
      ]),
    ).toEqual([
      ['101', article, undefined, '5', undefined],
      ['261', 'RM302', 'B-2', '5', '0002'],
      ['261', 'RM302', 'B-2', '2', '0009'],
      ['261', 'RM301', '', '5', '0001'],
    ]);
    expect(receipt.reference).toContain('material document');
  });

  it('are as the shop floor says, whatever SAP books instead', async () => {
    // Prepare: somebody posts more of it with our confirmation.
    const { books, faults, order, book } = startAssembly();
    const used = [{ article: 'RM301', quantity: { amount: '5' }, lots: [{ number: 'B-1' }] }];
    faults.rewriteAnswers((body) =>
      body.replaceAll(/("Material":"RM301"[^}]*"QuantityInEntryUnit":)5/g, '$16'),
    );

    // Act
    const failure = await failureOf(
      book(completionOf(order, { components: { all: true, beyondPlan: false, used } })),
    );

    // Assess
    expect(failure).toMatchObject(
      rejection('has consumed 6 of component RM301, where 5 were recorded', 'booked-otherwise'),
    );
    expect(books.confirmations.length).toBe(1);
  });

  it('and checks may be many', async () => {
    // Prepare
    const { books, faults, book, plan } = startPlant(options);
    const components = Array.from({ length: 500 }, (_, at) => ({ article: `RM-${at}`, lot: `L-${at}` }));
    addAssembly(books, { ...sapAssembly, article: 'FG-BIG', components });
    const used = components.map(({ article: of, lot }) => ({
      article: of,
      quantity: { amount: '5' },
      lots: [{ number: lot }],
    }));
    const checks = Array.from({ length: 2000 }, (_, at) => ({
      name: `Torque ${at}`,
      value: at,
      unit: 'Nm',
      passed: true,
    }));
    const order = plan('5', 'FG-BIG');

    // Act
    const { reference } = await book(
      completionOf(order, { components: { all: true, beyondPlan: false, used }, checks }),
    );

    // Assess
    expect(reference).toContain('material document');
    expect(books.goods.documents.length).toBe(501);
    expect(books.find(order.number).OrderLongText.split('\n').length).toBe(2002);
    expect(Math.max(...faults.calls().map(({ url }) => url.length))).toBeLessThan(2000);
  });
});

describe('what cannot be booked', () => {
  const one = (differs: object): Partial<Completion> => ({
    components: {
      all: false,
      beyondPlan: false,
      used: [
        {
          article: 'RM301',
          quantity: { amount: '5' },
          lots: [{ number: 'B-1' }],
          recording: 'r1',
          step: 'Scan',
          ...differs,
        },
      ],
    },
  });
  const scrapped = (...reasons: string[]): Partial<Completion> => ({
    quantity: { amount: '3' },
    scrap: { amount: '2' },
    scrapReasons: reasons.map((reason) => ({ reason, quantity: { amount: '1' } })),
  });
  type Prepare = (plant: ReturnType<typeof startAssembly>) => void;
  const stock =
    (differs: object): Prepare =>
    ({ books }) =>
      void Object.assign(books.goods.stock[0] ?? {}, differs);

  it.each<[string, Partial<Completion>, string, Prepare?]>([
    [
      'a lot that is blocked',
      one({}),
      'lot B-1 of component RM301 (step "Scan" of recording r1) has 0 that may be used',
      stock({ InventoryStockType: '07' }),
    ],
    ['a lot that is empty', one({}), 'has 4 that may be used', stock({ MatlWrhsStkQtyInMatlBaseUnit: '4' })],
    [
      'a lot in another storage location',
      one({}),
      'storage location 171A',
      stock({ StorageLocation: '171B' }),
    ],
    ['a lot of another article', one({ lots: [{ number: 'B-2' }] }), 'lot B-2 of component RM301'],
    [
      'a lot that is in two places',
      one({
        lots: [
          { number: 'B-1', quantity: { amount: '2' } },
          { number: 'B-1', quantity: { amount: '3' } },
        ],
      }),
      'where 5 were',
      stock({ MatlWrhsStkQtyInMatlBaseUnit: '4' }),
    ],
    ['more decimals of a component', one({ quantity: { amount: '1.0001' } }), '1.0001 has more digits'],
    ['a component in another unit', one({ quantity: { amount: '5', unit: 'KG' } }), 'counted in PC'],
    [
      'a component that was issued',
      one({}),
      'only 0 are planned',
      ({ books, order }) =>
        void Object.assign(books.find(order.number).components[0] ?? {}, { WithdrawnQuantity: '5' }),
    ],
    [
      'a reason that is a text',
      scrapped('Scratch'),
      'its scrap reason "Scratch" is no reason for variance of SAP',
    ],
    [
      'a reason for an operation that counts',
      { ...scrapped('0001', '0002'), operations: [report('0040', { good: { amount: '3' } })] },
      'several reasons',
    ],
    [
      'an operation that somebody finished',
      { operations: [report('0020')] },
      'operation 0020 (recording r1) has its final confirmation already',
      ({ books, order }) =>
        void Object.assign(books.find(order.number).operations[1] ?? {}, { OperationIsConfirmed: 'X' }),
    ],
    [
      'an operation that counts though another one closes',
      { operations: [report('0030', { good: { amount: '5' } })] },
      "operation: '0030'",
    ],
    [
      'an operation in another unit',
      { operations: [report('0040', { good: { amount: '5', unit: 'KG' } })] },
      'counted in PC',
    ],
  ])('is refused before anything is confirmed: %s', async (_, differs, says, prepare = () => {}) => {
    // Prepare
    const plant = startAssembly();
    prepare(plant);
    const before = plant.everything();

    // Act
    const failure = await failureOf(plant.book(completionOf(plant.order, differs)));

    // Assess
    expect(failure).toMatchObject(rejection(says));
    expect(String(failure)).toContain(plant.order.number);
    expect(plant.everything()).toBe(before);
  });

  it('is refused naming what is confirmed by then, where only SAP knows: a reason, or its sequence of operations', async () => {
    // Prepare
    const { books, order, book } = startAssembly();
    const operations = routing.map((operation) => report(operation));
    const completion = completionOf(order, { ...scrapped('0009'), operations });

    // Act
    const failures = [await failureOf(book(completion)), await failureOf(book(completion))];
    books.reasons.add('0009');
    await book(completion);

    // Assess
    for (const failure of failures)
      expect(failure).toMatchObject(
        rejection(
          /0009 is not defined.*Booked by then: (confirmation \d+\/\d, ){3}confirmation \d+\/4\./,
          'refused-by-erp',
        ),
      );
    expect(books.confirmations.map((body) => body.OrderOperation)).toEqual([
      '0010',
      '0020',
      '0030',
      '0040',
      '0040',
    ]);
  });

  it('is for a person where SAP shows another figure than was sent', async () => {
    const { faults, order, book } = startAssembly();
    faults.rewriteAnswers((body) =>
      body.replaceAll(/"OpConfirmedWorkQuantity2":10/g, '"OpConfirmedWorkQuantity2":11'),
    );
    const operations = [report('0010', { runSeconds: 600 })];

    const failure = await failureOf(book(completionOf(order, { operations })));

    expect(failure).toMatchObject(
      rejection('has 11 as its OpConfirmedWorkQuantity2, where 10 was sent', 'booked-otherwise'),
    );
  });

  it.each(['components', 'operations', 'checks'] as const)(
    'is said of %s before the first booking, and refused where a configuration has changed since',
    async (part) => {
      const { connect, order, book } = startAssembly();
      const changed = connect({ goodsMovements: 'backflush', activities: undefined, notesField: undefined });
      const all = assemblyOf(order, sapAssembly, {});

      const failure = await failureOf(book(completionOf(order, { [part]: all[part] }), changed));

      expect(failure).toMatchObject(rejection(`completions.${part}`, 'configuration'));
    },
  );
});
