import { describe, expect, it } from 'vitest';
import { eachWithPlant, kinds, made, plant, takePlant } from './acts.ts';
import { bookByHand, complete, goLive, typeByHand } from './by-hand.ts';
import { days, hours, type LifePlant } from './plant.ts';

eachWithPlant();

type Order = ReturnType<LifePlant['plan']>;
type Changes = Parameters<LifePlant['deploy']>[0];

/** The trigger comes again, somebody replays it, and three days of reconciliation go by. */
async function everythingAsksAgain(number: string): Promise<void> {
  plant.azumuta.triggerAgain(number);
  await plant.work();
  await plant.replayed({ orders: new Set([number]) });
  for (let day = 0; day < 3; day++) {
    plant.advance(days);
    await plant.pulled();
    await plant.looked();
  }
}

const untouched = { state: 'open', good: '0' };
const booked = { state: 'done', good: '5' };
/** Of its only product order, by the endpoint. */
const stateOf = async ({ number }: Order) => (await plant.get(number)).productOrders[0];

const erps = ['rest', 'odoo 17', 'odoo 19', 'sap-s4hana', 'business-central'] as const;

it.each(erps)(
  'books what is completed from then on, once, creates what nobody has typed, and leaves to people what was completed before: %s',
  async (erp) => {
    // Prepare: people type three orders in shadow, and one of them is built.
    takePlant({ erp });
    plant.deploy({}, 'first', 'shadow');
    const [before, after, untyped] = [plant.plan(), plant.plan(), plant.plan()];
    for (const { number } of [before, after]) typeByHand(number);
    await plant.pulled();
    complete(before.number);
    await plant.work();
    plant.advance(hours);

    // Act
    goLive();
    await plant.pulled();
    for (const { number } of [after, untyped]) complete(number);
    await plant.work();
    await everythingAsksAgain(before.number);

    // Assess
    expect(plant.erp.books(before)).toMatchObject(untouched);
    for (const order of [after, untyped]) expect(plant.erp.books(order)).toMatchObject(booked);
    expect(made()).toHaveLength(3);
    expect(plant.letters()).toEqual([]);
    expect(await kinds()).toEqual([]);
    expect(await stateOf(before)).toMatchObject({
      status: 'rejected',
      stage: 'given up',
      reason: 'Azumuta completed it before the integration was live, so people book it in the ERP.',
    });
  },
);

it('books what was completed at that instant, and not what was completed a millisecond before', async () => {
  // Prepare
  const orders = [plant.plan(), plant.plan()] as const;
  for (const { number } of orders) typeByHand(number);
  const [before, at] = orders;
  complete(before.number);
  plant.advance(1);
  complete(at.number);
  plant.triggers.length = 0;

  // Act
  goLive();
  for (const { number } of orders) plant.azumuta.triggerAgain(number);
  await plant.work();

  // Assess
  expect(orders.map((order) => plant.erp.books(order).good)).toEqual(['0', '5']);
});

it('leaves alone what only Azumuta knows and was completed before, whoever asks for it', async () => {
  // Prepare: it never came from the ERP.
  const order = plant.plan();
  typeByHand(order.number);
  complete(order.number);
  plant.advance(hours);
  goLive();

  // Act
  await plant.work();
  plant.azumuta.triggerAgain(order.number);
  await plant.work();
  await plant.replayed({ orders: new Set([order.number]) });

  // Assess
  expect(plant.erp.books(order)).toMatchObject(untouched);
  expect(plant.letters()).toEqual([]);
});

it('leaves to people what differs from the ERP order, without a dead letter, where it was completed before', async () => {
  // Prepare
  const order = plant.plan();
  typeByHand(order.number, 7);
  complete(order.number, 7);
  plant.triggers.length = 0;
  plant.advance(hours);

  // Act
  goLive();
  await plant.pulled();

  // Assess
  expect(plant.erp.books(order)).toMatchObject(untouched);
  expect(plant.letters()).toEqual([]);
  expect(await stateOf(order)).toMatchObject({ stage: 'given up' });
});

it('has no effect in shadow, where all that is completed is decided', async () => {
  // Prepare
  plant.deploy({ deployment: { liveFrom: '2027-12-01T00:00:00Z' } }, 'first', 'shadow');
  const order = plant.plan();
  await plant.pulled();
  typeByHand(order.number);

  // Act
  complete(order.number);
  await plant.work();

  // Assess
  const items = JSON.stringify(plant.table.items());
  expect(items).toContain('would be booked');
  expect(items).not.toContain('left to people');
});

it('leaves all that is completed until then to people, where it is still to come', async () => {
  // Prepare
  const inAWeek = new Date(plant.clock.now().getTime() + 7 * days).toISOString();
  goLive({}, inAWeek);
  const [early, late] = [plant.plan(), plant.plan()];
  await plant.pulled();

  // Act
  complete(early.number);
  await plant.work();
  plant.advance(8 * days);
  complete(late.number);
  await plant.work();

  // Assess
  expect(plant.erp.books(early)).toMatchObject(untouched);
  expect(plant.erp.books(late)).toMatchObject(booked);
  expect(plant.letters()).toEqual([]);
});

/** From now on Azumuta does not say when anything was completed. */
function tellNoTimes(): void {
  plant.answers.azumuta = (_, answer) => {
    const given = answer();
    return JSON.parse(JSON.stringify(given, (key, value) => (key === 'completedAt' ? undefined : value)));
  };
}

describe('what Azumuta says no time of', () => {
  /** An open order that somebody has typed, and one that is created by us. */
  async function timeless() {
    tellNoTimes();
    goLive();
    const [typed, created] = [plant.plan(), plant.plan()];
    typeByHand(typed.number);
    await plant.pulled();
    for (const { number } of [typed, created]) complete(number);
    await plant.work();
    return { typed, created };
  }

  it("is booked where it was created since, and a person's where somebody has typed it", async () => {
    const { typed, created } = await timeless();
    expect([typed, created].map((order) => plant.erp.books(order).good)).toEqual(['0', '5']);
    expect(plant.letters()).toEqual([
      expect.stringMatching(/^Azumuta does not say when product order \S+ was completed, .+ replay this/),
    ]);
  });

  it('is booked by the replay that its dead letter names', async () => {
    const { typed } = await timeless();
    await plant.replayed();
    expect(plant.erp.books(typed)).toMatchObject(booked);
    expect(plant.letters()).toEqual([]);
  });
});

describe.each(['when-all-done', 'each'] as const)('parts that are booked %s', (book) => {
  const split: Changes = { productOrders: { split: { per: 'unit', book } } };

  /** Parts that people have typed, of which these are completed before, and booked by hand. */
  async function typedInParts(quantity: number, ...before: readonly number[]): Promise<Order> {
    const order = plant.plan(String(quantity));
    for (let part = 1; part <= quantity; part++) typeByHand(`${order.number}/${part}`, 1);
    for (const part of before) {
      complete(`${order.number}/${part}`, 1);
      await bookByHand(order, '1');
    }
    plant.advance(hours);
    return order;
  }

  it('are booked where they were completed from then on, and only those', async () => {
    // Prepare
    const order = await typedInParts(5, 1, 3);
    plant.triggers.length = 0;

    // Act
    goLive(split);
    await plant.pulled();
    for (const part of [2, 4, 5]) complete(`${order.number}/${part}`, 1);
    await plant.work();
    await everythingAsksAgain(`${order.number}/1`);

    // Assess
    expect(plant.erp.books(order)).toMatchObject({ good: '5' });
    expect(plant.letters()).toEqual([]);
    expect(await kinds()).toEqual([]);
  });

  it('are booked though those that were completed before come to be known after them', async () => {
    // Prepare: what was completed before cannot be read until the others are.
    const order = await typedInParts(3, 1);
    plant.triggers.length = 0;
    goLive(split);
    const first = plant.azumuta.productOrders().find(({ number }) => number === `${order.number}/1`);
    plant.answers.azumuta = ({ url }, answer) =>
      `${url.pathname}${url.search}`.includes(first ? String(first.id) : '/')
        ? { status: 500, body: {} }
        : answer();
    await plant.pulled();
    for (const part of [2, 3]) complete(`${order.number}/${part}`, 1);
    await plant.work();

    // Act: those that are booked each are refused until then, as what people have booked may be part of them.
    plant.answers.azumuta = (_, answer) => answer();
    await plant.work();
    const refused = plant.letters().length;
    await plant.replayed();

    // Assess
    expect(refused).toBe(book === 'each' ? 2 : 0);
    expect(plant.erp.books(order)).toMatchObject({ good: '3' });
    expect(plant.letters()).toEqual([]);
  });

  it('are none of ours where all were completed before', async () => {
    const order = await typedInParts(2, 1, 2);
    goLive(split);
    await plant.pulled();
    await everythingAsksAgain(`${order.number}/2`);
    expect(plant.erp.books(order).good).toBe('2');
    expect(plant.letters()).toEqual([]);
    expect(await kinds()).toEqual([]);
  });
});

describe('parts that are booked together', () => {
  const split: Changes = { productOrders: { split: { per: 'unit', book: 'when-all-done' } } };

  it('are booked without one that was noted in an earlier time live, and completed before the instant of this one', async () => {
    // Prepare
    plant.deploy(split);
    const order = plant.plan('3');
    await plant.pulled();
    complete(`${order.number}/1`, 1);
    await plant.work();
    await bookByHand(order, '1');
    plant.advance(hours);
    goLive(split);

    // Act
    for (const part of [2, 3]) complete(`${order.number}/${part}`, 1);
    await plant.work();
    const atOnce = plant.erp.books(order).good;
    await everythingAsksAgain(`${order.number}/1`);

    // Assess
    expect([atOnce, plant.erp.books(order).good]).toEqual(['3', '3']);
    expect(plant.letters()).toEqual([]);
    expect(await kinds()).toEqual([]);
  });

  it('wait for one of which it is unclear when it was completed, until a person replays it', async () => {
    // Prepare: somebody has typed one, and the others are created.
    tellNoTimes();
    goLive(split);
    const order = plant.plan('3');
    typeByHand(`${order.number}/1`, 1);
    await plant.pulled();

    // Act
    for (const part of [1, 2, 3]) {
      complete(`${order.number}/${part}`, 1);
      await plant.work();
    }
    const before = plant.erp.books(order).good;
    await plant.replayed();

    // Assess
    expect([before, plant.erp.books(order).good]).toEqual(['0', '3']);
    expect(plant.letters()).toEqual([]);
  });
});

describe('what was planned in an earlier time live', () => {
  /** Planned while bookings are paused; then the stack is in shadow. */
  async function plannedBefore(): Promise<Order> {
    const order = plant.plan();
    await plant.pulled();
    await plant.ledger.pauses.pauseFlow('bookings');
    complete(order.number);
    await plant.work();
    plant.deploy({}, 'second', 'shadow');
    await plant.ledger.pauses.resumeFlow('bookings');
    await plant.work(2 * days);
    return order;
  }

  it('is booked once it is live again, without another instant', async () => {
    const order = await plannedBefore();
    plant.deploy({}, 'third');
    await plant.work();
    expect(plant.erp.books(order)).toMatchObject(booked);
  });

  it('is left to people where it was completed before the instant of this time', async () => {
    const order = await plannedBefore();
    goLive();
    await plant.work();
    await everythingAsksAgain(order.number);
    expect(plant.erp.books(order)).toMatchObject(untouched);
    expect(await plant.ledger.bookings.listOfOrder(order.number)).toEqual([]);
    expect(await kinds()).toEqual([]);
  });
});

describe('what may have been booked in an earlier time live, when the ERP did not answer', () => {
  /** @param isBooked Whether the ERP has done it. */
  async function inDoubt(isBooked: boolean): Promise<Order> {
    const order = plant.plan();
    await plant.pulled();
    plant.answers.erp = ({ method }, answer) => {
      if (method === 'GET') return answer();
      if (isBooked) answer();
      return { status: 504, body: {} };
    };
    complete(order.number);
    await plant.work(hours);
    plant.answers.erp = (_, answer) => answer();
    goLive();
    await plant.work();
    return order;
  }

  it("is a person's where the ERP does not have it, and no replay books it", async () => {
    const order = await inDoubt(false);
    const [letter] = plant.letters();
    await plant.replayed();
    expect(letter).toMatch(/was completed at \S+, before \S+ \(deployment.liveFrom\), .+ booked by hand/);
    expect(plant.erp.books(order)).toMatchObject(untouched);
    expect(plant.letters()).toHaveLength(1);
  });

  it('is known to be booked where the ERP has it', async () => {
    const order = await inDoubt(true);
    expect(plant.erp.books(order)).toMatchObject(booked);
    expect(await stateOf(order)).toMatchObject({ stage: 'booked' });
    expect(plant.letters()).toEqual([]);
  });
});
