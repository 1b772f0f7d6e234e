import { describe, expect, it } from 'vitest';
import { planned } from '../../shared/integration/index.ts';
import { eachWithPlant, kinds, plant, takePlant } from './acts.ts';
import { bookByHand, complete, goLive, typeByHand } from './by-hand.ts';
import { hours, type LifePlant } from './plant.ts';
import { typed } from './typed.ts';

eachWithPlant({ erp: 'odoo 19' });

type Order = ReturnType<LifePlant['plan']>;
type Changes = Parameters<LifePlant['deploy']>[0];

const goodOf = (order: Order) => plant.erp.books(order).good;

/** An order of ten that is open in Azumuta when we go live, of which people have booked so much by then. */
async function begun(good: string, changes: Changes = {}): Promise<Order> {
  const order = plant.plan('10');
  typeByHand(order.number, 10);
  await bookByHand(order, good);
  plant.advance(hours);
  goLive(changes);
  await plant.pulled();
  return order;
}

const replay = /npm run replay -- [^\n]*--go --stack <stack>/;

const telling = ['odoo 17', 'odoo 19', 'sap-s4hana', 'business-central'] as const;

describe.each(telling)('an order that people had begun to book when we went live: %s', (erp) => {
  it("is a person's, with both figures, and nothing more of it is booked", async () => {
    // Prepare
    takePlant({ erp });
    const order = await begun('4');

    // Act
    complete(order.number, 10);
    await plant.work();

    // Assess
    expect(plant.letters()).toEqual([
      expect.stringMatching(
        /says that 4 \S+ good.* were produced of it, of which 0 good were booked here, and Azumuta has completed 10 good/,
      ),
    ]);
    expect(await kinds()).toEqual(['dead-letter']);
    expect(goodOf(order)).toBe('4');
  });
});

it('is booked without a question where people have booked nothing of it', async () => {
  for (const erp of telling) {
    takePlant({ erp });
    const order = plant.plan('10');
    typeByHand(order.number, 10);
    goLive();
    await plant.pulled();
    complete(order.number, 10);
    await plant.work();
    expect([erp, goodOf(order), plant.letters()]).toEqual([erp, '10', []]);
  }
});

describe('what a person does about it', () => {
  async function refused(changes: Changes = {}): Promise<{ readonly order: Order; readonly letter: string }> {
    takePlant({ erp: 'sap-s4hana' });
    const order = await begun('4', changes);
    complete(order.number, 6);
    await plant.work();
    const [letter = ''] = plant.letters();
    return { order, letter };
  }

  it('is to book the rest by hand, and to end the order', async () => {
    const { order } = await refused();
    plant.erp.finishByHand(order);
    await typed(
      `npm run orders -- give-up <number> --because "booked by hand" --go --stack <stack>`,
      order.number,
    );
    await plant.work();
    plant.azumuta.triggerAgain(order.number);
    await plant.work();
    expect(goodOf(order)).toBe('10');
    expect(await kinds()).toEqual([]);
  });

  it('is to accept the figures as none of them are booked, by the command that is printed', async () => {
    const { order, letter } = await refused();
    await typed(replay.exec(letter)?.[0] ?? '', order.number);
    await plant.work();
    expect(goodOf(order)).toBe('10');
    expect(await kinds()).toEqual([]);
  });

  it('is to accept the figures also where a plant books any quantity', async () => {
    const { order, letter } = await refused({ completions: { quantity: planned, beyondOrder: 'book' } });
    await typed(replay.exec(letter)?.[0] ?? '', order.number);
    await plant.work();
    expect(goodOf(order)).not.toBe('4');
    expect(await kinds()).toEqual([]);
  });

  it('is not a replay alone: that refuses it again', async () => {
    const { order } = await refused();
    await plant.replayed();
    expect(goodOf(order)).toBe('4');
    expect(plant.letters()).toHaveLength(1);
  });
});

describe('parts that are booked together, of which some were completed before we were live', () => {
  const split: Changes = { productOrders: { split: { per: 'unit', book: 'when-all-done' } } };

  /** Of five parts, two were completed before; then the others are. */
  async function twoOfFive(byHand: string): Promise<Order> {
    takePlant({ erp: 'sap-s4hana' });
    const order = plant.plan('5');
    for (let part = 1; part <= 5; part++) typeByHand(`${order.number}/${part}`, 1);
    for (const part of [1, 2]) complete(`${order.number}/${part}`, 1);
    if (byHand !== '0') await bookByHand(order, byHand);
    plant.advance(hours);
    goLive(split);
    await plant.pulled();
    for (const part of [3, 4, 5]) complete(`${order.number}/${part}`, 1);
    await plant.work();
    return order;
  }

  it('are booked without a question where people have booked just those', async () => {
    const order = await twoOfFive('2');
    expect(plant.letters()).toEqual([]);
    expect(plant.erp.books(order)).toMatchObject({ state: 'done', good: '5' });
  });

  it.each([
    ['have not booked those yet, and would find the order ended', '0'],
    ['have booked one of those', '1'],
    ['have booked more than those', '3'],
  ])("are a person's where people %s", async (_, byHand) => {
    const order = await twoOfFive(byHand);
    expect(plant.letters()).toEqual([
      expect.stringMatching(
        /Azumuta has completed 2 \S+ of it before the integration was live, and now 3 good/,
      ),
    ]);
    expect(goodOf(order)).toBe(byHand);
  });

  it('are booked by a replay once people have booked just those', async () => {
    const order = await twoOfFive('0');
    await bookByHand(order, '2');
    await plant.replayed();
    expect(plant.letters()).toEqual([]);
    expect(plant.erp.books(order)).toMatchObject({ state: 'done', good: '5' });
  });

  it("are a person's where those that nobody had typed are created since", async () => {
    takePlant({ erp: 'sap-s4hana' });
    const order = plant.plan('3');
    typeByHand(`${order.number}/1`, 1);
    complete(`${order.number}/1`, 1);
    plant.advance(hours);
    goLive(split);
    await plant.pulled();
    for (const part of [2, 3]) complete(`${order.number}/${part}`, 1);
    await plant.work();
    expect(plant.letters()).toEqual([expect.stringContaining('has completed 1')]);
    expect(goodOf(order)).toBe('0');
  });

  it('cost the ERP no call more where all were created since', async () => {
    const calls: number[] = [];
    for (const live of [() => plant.deploy(split), () => goLive(split)]) {
      takePlant({ erp: 'sap-s4hana' });
      live();
      const order = plant.plan('3');
      await plant.pulled();
      for (const part of [1, 2, 3]) complete(`${order.number}/${part}`, 1);
      await plant.work();
      expect(goodOf(order)).toBe('3');
      calls.push(plant.calls.erp);
    }
    expect(calls[1]).toBe(calls[0]);
  });

  it("are a person's where the ERP does not say what was produced", async () => {
    takePlant({ erp: 'rest' });
    plant.answers.erp = (_, answer) => {
      const isTold = (key: string) => key !== 'goodQuantity' && key !== 'scrapQuantity';
      return JSON.parse(JSON.stringify(answer(), (key, value) => (isTold(key) ? value : undefined)));
    };
    const order = plant.plan('3');
    for (let part = 1; part <= 3; part++) typeByHand(`${order.number}/${part}`, 1);
    complete(`${order.number}/1`, 1);
    plant.advance(hours);
    goLive(split);
    await plant.pulled();
    for (const part of [2, 3]) complete(`${order.number}/${part}`, 1);
    await plant.work();
    expect(plant.letters()).toEqual([expect.stringContaining('does not say what was produced of it')]);
    expect(goodOf(order)).toBe('0');
  });
});

describe('parts that are booked each, of which some were completed before we were live', () => {
  const split: Changes = { productOrders: { split: { per: 'unit', book: 'each' } } };

  it.each([
    ['each of the others is booked, though people have not booked those yet', '0', '3', 0],
    ['each of the others is booked, where people have booked just those', '2', '5', 0],
    ["each of the others is a person's, where people have booked one of them, too", '3', '3', 3],
  ])('%s', async (_, byHand, good, letters) => {
    // Prepare
    takePlant({ erp: 'sap-s4hana' });
    const order = plant.plan('5');
    for (let part = 1; part <= 5; part++) typeByHand(`${order.number}/${part}`, 1);
    for (const part of [1, 2]) complete(`${order.number}/${part}`, 1);
    if (byHand !== '0') await bookByHand(order, byHand);
    plant.advance(hours);
    goLive(split);
    await plant.pulled();

    // Act
    for (const part of [3, 4, 5]) complete(`${order.number}/${part}`, 1);
    await plant.work();

    // Assess
    expect([goodOf(order), plant.letters().length]).toEqual([good, letters]);
  });
});
