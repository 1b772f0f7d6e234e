import { describe, expect, it } from 'vitest';
import type { Completion, Component } from '../../../shared/model/completions.ts';
import { Rejected } from '../../../shared/model/errors.ts';
import { failureOf, nextAttempt } from '../../shared/erp/conformance/attempts.ts';
import { partOf } from '../../shared/erp/conformance/completions.ts';
import { book, completed, openPlant } from './plant.ts';
import { assembly } from './seed.ts';

const system = await openPlant();
const { admin } = system;
const [{ article, lot } = { article: '', lot: '' }, other = { article: '', lot: '' }] = assembly.components;
const [first = '', ...further] = assembly.operations;
const options = { finishWorks: true };
const plan = { article: assembly.article, routing: assembly.routing };

/** A lot's number that is new in each run, as the oldest of several counts. */
const started = Date.now();
const numbered = (name: string) => `L-${name}-${started}`;

/** What was used of the first component, and of nothing else that differs from the plan. */
function using(amount: string | undefined, ...lots: Component['lots']): Pick<Completion, 'components'> {
  const quantity = amount === undefined ? {} : { quantity: { amount } };
  const used = [{ article, ...quantity, lots, step: 'Scan', recording: 'r1' }];
  return { components: { all: false, beyondPlan: true, used } };
}

/** A new lot of a component, with stock in these locations. */
async function receive(
  number: string,
  inLocations: Readonly<Record<string, number>> = {},
  of = article,
): Promise<number> {
  const product = await admin.idOf('product.product', [['code', '=', of]]);
  const id = await admin.create('stock.lot', { number, product });
  for (const [name, quantity] of Object.entries(inLocations)) {
    const location = await admin.idOf('stock.location', [['name', '=', name]]);
    const lines = [['create', [{ product, lot: id, quantity }]]];
    await admin.press(
      'stock.inventory',
      'confirm',
      await admin.create('stock.inventory', { location, lines }),
    );
  }
  return id;
}

/** The moves of a component, the first one by default, as `2 L done`. */
async function movesOf(production: { readonly id: number }, component = article): Promise<string[]> {
  const { inputs } = await admin.readProduction(production.id);
  const own = inputs.filter((move) => move.article === component && move.quantity > 0);
  return own.map(({ quantity, lot: from, state }) => `${quantity} ${from ?? '-'} ${state}`).toSorted();
}

describe('parts of an order that report what they used', () => {
  it('each take their own lots, and leave the rest planned', async () => {
    // Prepare
    await receive(numbered('PART'), { 'Storage Zone': 3 });
    const production = await system.plan(plan);
    const order = { id: String(production.id), number: production.number };

    const one = { number: lot, quantity: { amount: '1' } };
    const used = [
      { article, quantity: { amount: '2' }, lots: [one, one] },
      { article: other.article, quantity: { amount: '1' }, lots: [] },
    ];
    const part = partOf(order, 1, '2', { components: { all: false, beyondPlan: true, used } });
    const last = partOf(order, 2, '2', { final: true, ...using(undefined, { number: numbered('PART') }) });

    // Act: one lot stands in two recordings, another component has none, and the last part is less than planned.
    await book(system.connector(options), part);
    const ofOther = await movesOf(production, other.article);
    const between = [...(await movesOf(production)), (await admin.readProduction(production.id)).state];
    await book(system.connector(options), last);
    const again = await book(system.connector(options), last, nextAttempt());

    // Assess
    expect(between).toEqual([`2 ${lot} done`, '3 - assigned', 'assigned']);
    expect(ofOther).toEqual(['1 - done', '4 - assigned']);
    expect(await movesOf(production)).toEqual([`2 ${lot} done`, `3 ${numbered('PART')} done`]);
    expect(await admin.readProduction(production.id)).toMatchObject({
      state: 'done',
      quantity: 4,
      consumed: { [other.article]: 5 },
    });
    expect(again.alreadyBooked).toBe(true);
  });

  it('leave an operation open that is not finished, and add up its cycles', async () => {
    // Prepare
    const production = await system.plan(plan);
    const order = { id: String(production.id), number: production.number };
    const report = (finished: boolean, seconds: number) => [
      { operation: first, finished, runSeconds: seconds },
    ];
    const stateOf = async () => (await admin.readProduction(production.id)).works.map(({ state }) => state);

    // Act
    await book(system.connector(), partOf(order, 1, '2', { operations: report(false, 600) }));
    const between = await stateOf();
    await book(system.connector(), partOf(order, 2, '1', { operations: report(true, 60) }));
    const after = await stateOf();
    const failure = await failureOf(book(system.connector(), partOf(order, 3, '2')));

    // Assess
    expect([between[0], after[0]]).toEqual(['waiting', 'finished']);
    const { works } = await admin.readProduction(production.id);
    expect(works[0]?.seconds.toSorted()).toEqual([60, 600]);
    expect(String(failure)).toContain(`works must be finished first (${further.join(', ')})`);
  });
});

it('takes a lot from all places where it lies', async () => {
  // Prepare: reserving splits the move.
  const parent = await admin.idOf('stock.location', [['name', '=', 'Storage Zone']]);
  await admin.create('stock.location', { name: 'Bin 7', type: 'storage', parent });
  await receive(numbered('BINS'), { 'Storage Zone': 2, 'Bin 7': 1 });
  const production = await system.plan(plan);
  const order = { id: String(production.id), number: production.number };

  // Act
  await book(system.connector(), partOf(order, 1, '3', using(undefined, { number: numbered('BINS') })));

  // Assess
  expect(await movesOf(production)).toEqual([
    `1 ${numbered('BINS')} done`,
    '2 - assigned',
    `2 ${numbered('BINS')} done`,
  ]);
});

describe('a production that somebody has started, so that Tryton took its components as planned', () => {
  it.each([
    ['is booked with what it took', '5', ['5 - done']],
    ['takes what was used besides', '6', ['1 - done', '5 - done']],
  ])('%s', async (_, amount, expected) => {
    const production = await system.plan({ ...plan, state: 'running' });

    await book(system.connector(options), completed(production, using(amount)));

    expect(await movesOf(production)).toEqual(expected);
    expect(await admin.readProduction(production.id)).toMatchObject({ state: 'done', quantity: 5 });
  });
});

describe('components that Tryton cannot take as recorded are refused before any write', () => {
  it.each([
    [
      'a lot that is empty',
      'waiting',
      () => receive(numbered('EMPTY')),
      using('4', { number: numbered('EMPTY') }),
      'holds 0 u',
    ],
    [
      ...(['a lot that was set inactive', 'waiting'] as const),
      async () =>
        admin.write('stock.lot', [await receive(numbered('OLD'), { 'Storage Zone': 9 })], { active: false }),
      ...([using('4', { number: numbered('OLD') }), 'was set inactive'] as const),
    ],
    [
      ...(['a lot of another article', 'waiting', async () => {}] as const),
      ...([using('4', { number: other.lot }), 'is a lot of another article'] as const),
    ],
    ['a part of a piece', 'waiting', async () => {}, using('4.5'), 'takes 0 digits'],
    ['less than was taken', 'running', async () => {}, using('4'), 'taken 5 of component'],
    [
      'another lot than was taken',
      'running',
      async () => {},
      using('5', { number: lot }),
      'instead of 5 of lot',
    ],
  ] as const)('%s', async (_, state, prepare, differs, says) => {
    // Prepare
    await prepare();
    const production = await system.plan({ ...plan, state });
    const before = await system.database.everything();

    // Act
    const failure = await failureOf(book(system.connector(options), completed(production, differs)));

    // Assess
    expect(failure).toBeInstanceOf(Rejected);
    for (const text of [production.number, 'step "Scan" of recording r1', says])
      expect(String(failure)).toContain(text);
    expect(await system.database.everything()).toEqual(before);
  });
});

describe('components that are not in stock', () => {
  const rare = { article: 'GEAR-RARE', quantity: 2 };
  const two = { quantity: { amount: '2' } };

  it('lets the order wait and names the missing components, without claiming it', async () => {
    // Prepare
    const production = await system.plan(rare);

    // Act
    const failure = await failureOf(book(system.connector(), completed(production, two)));

    // Assess
    expect(failure).toMatchObject({
      scope: 'order',
      wrote: 'nothing',
      afterSeconds: undefined,
      retry: 'seldom',
    });
    expect(String(failure)).toContain('RARE-01');
    expect(await admin.readProduction(production.id)).toMatchObject({ state: 'waiting', notes: [] });
  });

  it('takes them anyway with assign: force', async () => {
    // Prepare
    const production = await system.plan(rare);

    // Act
    await book(system.connector({ assign: 'force' }), completed(production, two));

    // Assess
    expect(await admin.readProduction(production.id)).toMatchObject({
      state: 'done',
      quantity: 2,
      consumed: { 'RARE-01': 2 },
    });
  });
});

describe('scrap', () => {
  it('goes to the waste location of the warehouse, and out of the stock', async () => {
    // Prepare
    const production = await system.plan();

    // Act
    await book(
      system.connector({ scrapLocation: 'SCRAP' }),
      completed(production, { quantity: { amount: '3' }, scrap: { amount: '2' } }),
    );

    // Assess
    expect(await admin.readProduction(production.id)).toMatchObject({ quantity: 3, scrap: 2 });
  });
});

it('finishes the works of a production with it, and tells the time worked in its note', async () => {
  // Prepare
  const production = await system.plan({ routing: 'Gearbox routing' });
  const work = [{ id: 'recording1', seconds: 751, date: '2026-11-24', operation: 'Assembly' }];

  // Act
  await book(system.connector({ finishWorks: true }), completed(production, { work }));

  // Assess
  const { state, notes } = await admin.readProduction(production.id);
  expect(state).toBe('done');
  expect(notes.join('\n')).toContain('Working time: 12.5 min, Assembly');
});
