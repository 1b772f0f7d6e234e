import { describe, expect, it } from 'vitest';
import { ComparisonsForPeople } from '../../shared/ledger/records/comparisons.ts';
import { Journeys } from '../../shared/ledger/records/events.ts';
import { ShadowTable } from '../../shared/ledger/shadow-table.ts';
import { queueUrlOf } from '../simulation/world/plant.ts';
import { eachWithPlant, made, plant, takePlant } from './acts.ts';
import { days, hours, minutes } from './plant.ts';

eachWithPlant();

const inShadow = () => plant.deploy({}, 'first', 'shadow');
const typeByHand = (number: string, quantity = 5) =>
  plant.azumuta.typeByHand(number, plant.erp.articles.plain, { Quantity: quantity });

/** What shadow has noted of an order: of its creation, and of its bookings. */
async function notedOf(number: string): Promise<readonly string[]> {
  const table = new ShadowTable(plant.table.client, 'ledger', plant.clock.now);
  const journey = await new Journeys(table, plant.clock).readJourney(number);
  return journey.map(({ event }) => event);
}

const erps = ['rest', 'odoo 17', 'odoo 19', 'sap-s4hana', 'business-central'] as const;

it.each(erps)(
  'decides in shadow what would be created and booked, changes no partner, and writes nothing live: %s',
  async (erp) => {
    // Prepare: people type one order before the pull, and one after it.
    takePlant({ erp });
    inShadow();
    const [first, second, third] = [plant.plan(), plant.plan(), plant.plan()];
    typeByHand(first.number);
    const before = JSON.stringify(plant.erp.everything());

    // Act
    await plant.pulled();
    typeByHand(second.number);
    for (const { number } of [first, second]) plant.azumuta.complete(number, { quantity: 5 });
    await plant.work();
    plant.advance(2 * days);
    await plant.looked();

    // Assess
    expect(await notedOf(first.number)).toEqual(expect.arrayContaining(['adopted', 'would be booked']));
    expect(await notedOf(second.number)).toEqual(
      expect.arrayContaining(['would be created', 'would be booked']),
    );
    expect(await notedOf(third.number)).toEqual(expect.arrayContaining(['would be created']));
    for (const { number } of [first, second, third])
      expect(await notedOf(number)).not.toEqual(expect.arrayContaining(['dead-lettered']));
    expect(JSON.stringify(plant.erp.everything())).toBe(before);
    expect(made()).toEqual([`${first.number} completed`, `${second.number} completed`]);
    expect(plant.letters()).toEqual([]);
    expect(plant.table.items().filter(({ pk }) => !/^(SHADOW|BREAKER|SLOTS)#/.test(String(pk)))).toEqual([]);
  },
);

it('begins live as if shadow had never been: what is open is adopted, or created, and booked once', async () => {
  // Prepare
  inShadow();
  const [typed, wanted] = [plant.plan(), plant.plan()];
  await plant.pulled();
  typeByHand(typed.number);

  // Act
  plant.deploy({}, 'second', 'live');
  await plant.pulled();
  for (const { number } of [typed, wanted]) plant.azumuta.complete(number, { quantity: 5 });
  await plant.work();

  // Assess
  for (const order of [typed, wanted])
    expect(plant.erp.books(order)).toMatchObject({ state: 'done', good: '5' });
});

describe('what was begun live', () => {
  it('waits in shadow for longer than a message may wait, changes no partner, and goes on once it is live again', async () => {
    // Prepare: one is in Azumuta, one is not created yet, and one is planned, as bookings are paused.
    const [open, planned] = [plant.plan(), plant.plan()];
    await plant.pulled();
    await plant.ledger.pauses.pauseFlow('bookings');
    plant.azumuta.complete(planned.number, { quantity: 5 });
    await plant.work();
    const wanted = plant.plan();
    await plant.pull();
    inShadow();
    await plant.ledger.pauses.resumeFlow('bookings');
    const before = JSON.stringify(plant.erp.everything());

    // Act
    plant.azumuta.complete(open.number, { quantity: 5 });
    for (let day = 0; day < 9; day += 1) {
      await plant.pulled();
      await plant.looked();
      await plant.work(days);
    }
    const meanwhile = { letters: plant.letters(), made: made().length };
    const unchanged = JSON.stringify(plant.erp.everything());
    plant.deploy({}, 'second', 'live');
    await plant.work();
    plant.azumuta.complete(wanted.number, { quantity: 5 });
    await plant.work();

    // Assess
    expect(meanwhile).toEqual({ letters: [], made: 2 });
    expect(unchanged).toBe(before);
    for (const order of [open, planned, wanted])
      expect(plant.erp.books(order)).toMatchObject({ state: 'done', good: '5' });
    expect(made()).toHaveLength(3);
    expect(plant.letters()).toEqual([]);
  });

  it('has no message for each day that it is looked at in shadow', async () => {
    // Prepare
    const { number } = plant.plan();
    await plant.pulled();
    inShadow();
    await plant.pulled();
    plant.azumuta.complete(number, { quantity: 5 });
    plant.triggers.length = 0;

    // Act
    for (let day = 0; day < 10; day += 1) {
      await plant.looked();
      await plant.work(days);
    }

    // Assess
    const waiting = (queue: Parameters<typeof queueUrlOf>[0]) =>
      plant.queues.messages(queueUrlOf(queue)).length;
    expect([waiting('product-orders'), waiting('completions')]).toEqual([1, 0]);
  });

  it('is decided in shadow once it has ended live, and nothing of it is booked twice', async () => {
    // Prepare
    const order = plant.plan();
    await plant.pulled();
    plant.azumuta.complete(order.number, { quantity: 5 });
    await plant.work();
    inShadow();
    const before = JSON.stringify(plant.erp.everything());

    // Act
    plant.azumuta.complete(order.number, { quantity: 5 });
    await plant.work();

    // Assess
    expect(JSON.stringify(plant.erp.everything())).toBe(before);
    expect(plant.queues.messages(queueUrlOf('completions'))).toEqual([]);
    expect(plant.letters()).toEqual([]);
  });
});

it('forgets live what waited in its queues in shadow, and does it once', async () => {
  // Prepare: the messages of a pull and of a trigger in shadow are worked on live.
  inShadow();
  const order = plant.plan();
  await plant.pull();
  plant.deploy({}, 'second', 'live');

  // Act
  await plant.work();
  const notMade = made();
  await plant.pulled();
  plant.azumuta.complete(order.number, { quantity: 5 });
  await plant.work();

  // Assess
  expect(notMade).toEqual([]);
  expect(made()).toEqual([`${order.number} completed`]);
  expect(plant.erp.books(order)).toMatchObject({ state: 'done', good: '5' });
  expect(plant.letters()).toEqual([]);
});

it('waits in shadow while a person has paused it', async () => {
  // Prepare
  inShadow();
  const order = plant.plan();
  await plant.ledger.pauses.pauseFlow('orders');

  // Act
  await plant.pulled();
  const paused = await notedOf(order.number);
  await plant.ledger.pauses.resumeFlow('orders');
  await plant.work();

  // Assess
  expect(paused).not.toContain('would be created');
  expect(await notedOf(order.number)).toContain('would be created');
});

describe('what shadow would have done, a day later', () => {
  it.each(erps)('is compared with what people did: %s', async (erp) => {
    // Prepare
    takePlant({ erp });
    inShadow();
    const names = ['same', 'otherwise', 'unbooked', 'untyped', 'open', 'cancelled'] as const;
    const orders = new Map(names.map((name) => [name, plant.plan()] as const));
    const of = (name: (typeof names)[number]) => orders.get(name) ?? plant.plan();
    await plant.pulled();
    for (const name of ['same', 'unbooked', 'open'] as const) typeByHand(of(name).number);
    typeByHand(of('otherwise').number, 7);

    // Act
    for (const name of ['same', 'unbooked'] as const)
      plant.azumuta.complete(of(name).number, { quantity: 5 });
    await plant.work();
    for (const name of ['same', 'untyped'] as const) plant.erp.finishByHand(of(name));
    plant.erp.cancel(of('cancelled'));
    const before = JSON.stringify(plant.erp.everything());
    plant.advance(days + hours);
    await plant.looked();

    // Assess
    const found = new Map((await compared()).map((one) => [one.number, one] as const));
    const outcomes = names.map((name) => [name, found.get(of(name).number)?.outcome]);
    expect(Object.fromEntries(outcomes)).toEqual({
      same: 'same',
      otherwise: 'different',
      unbooked: 'different',
      untyped: 'different',
      open: undefined,
      // Business Central withdraws an order by finishing it.
      cancelled: erp === 'business-central' ? 'different' : 'nothing',
    });
    expect(found.get(of('otherwise').number)?.reasons.join()).toContain('is 7, wanted 5');
    expect(found.get(of('unbooked').number)).toMatchObject({ wouldBook: true, booked: 'no' });
    expect(JSON.stringify(plant.erp.everything())).toBe(before);
    expect(plant.letters()).toEqual([]);
  });

  it('is compared every day at the same time, however long a run takes', async () => {
    // Prepare: people do not book it.
    inShadow();
    const { number } = plant.plan();
    typeByHand(number);
    await plant.pulled();
    plant.azumuta.complete(number, { quantity: 5 });
    await plant.work();
    const begun = plant.clock.now().getTime();
    const times: string[] = [];

    // Act: each run begins at the same time, and takes some minutes until it comes to the order.
    for (let day = 1; day <= 5; day++) {
      plant.advance(begun + day * days + hours - plant.clock.now().getTime());
      await plant.reconcile();
      plant.advance(10 * minutes);
      await plant.work();
      times.push(...(await compared()).map(({ comparedAt }) => comparedAt));
    }

    // Assess
    const expected = [1, 2, 3, 4, 5].map((day) => new Date(begun + day * days + hours + 10 * minutes));
    expect(times).toEqual(expected.map((at) => at.toISOString()));
  });

  it('is the same once people have booked it a day late', async () => {
    // Prepare
    inShadow();
    const order = plant.plan();
    typeByHand(order.number);
    await plant.pulled();
    plant.azumuta.complete(order.number, { quantity: 5 });
    await plant.work();
    plant.advance(days + hours);
    await plant.looked();
    const early = await compared();

    // Act
    plant.erp.finishByHand(order);
    plant.advance(days + hours);
    await plant.looked();

    // Assess
    expect(early).toMatchObject([{ outcome: 'different', booked: 'no' }]);
    expect(await compared()).toMatchObject([{ outcome: 'same', booked: 'yes' }]);
  });
});

/** All comparisons so far. */
function compared() {
  const table = new ShadowTable(plant.table.client, 'ledger', plant.clock.now);
  return new ComparisonsForPeople(table, plant.clock).listCompared(
    new Date('2026-11-01T00:00:00Z'),
    plant.clock.now(),
  );
}
