import { describe, expect, it } from 'vitest';
import { endings } from '../../infra/ops/orders/end-order.ts';
import { removedConcern } from '../../shared/ledger/records/concerns.ts';
import type { ErpOrder } from '../../shared/model/orders.ts';
import { eachWithPlant, endDependencies, kinds, made, plant, subjects } from './acts.ts';
import { bring, Scene } from './cells/scene.ts';
import { days, hours } from './plant.ts';

eachWithPlant();

const request = (number: string, go = true) => ({ number, go, note: 'because (An)' });

async function released() {
  const order = plant.plan('5', 'plain', { dueDate: '2026-11-25' });
  await plant.pulled();
  return order;
}

async function daysLater(count: number): Promise<void> {
  for (let at = 0; at < count; at++) {
    plant.advance(days);
    await plant.pull();
    await plant.looked();
    await plant.alerts();
  }
}

describe('a concern that is settled', () => {
  it('is over with its reason, only when it is meant, and begins anew with another cause', async () => {
    const order = await released();
    plant.advance(hours);
    plant.erp.changeQuantity(order, '8');
    await plant.pulled();
    const shown = await endings.settle(
      { ...request(order.number, false), kind: 'changed' },
      endDependencies(),
    );
    expect([shown.length, await kinds()]).toEqual([1, ['changed']]);
    await endings.settle({ ...request(order.number), kind: 'changed' }, endDependencies());
    expect(await kinds()).toEqual([]);
    expect((await plant.ledger.journeys.readJourney(order.number)).at(-1)).toMatchObject({
      note: 'because (An)',
    });
    plant.advance(hours);
    plant.erp.changeQuantity(order, '9');
    await plant.pull();
    expect(await kinds()).toEqual(['changed']);
  });

  it.each([
    ['an order without it', 'changed', 'has no open concern'],
    ['a kind that does not exist', 'wrong', 'There is no concern wrong'],
  ])('is refused for %s', async (_what, kind, sentence) => {
    const order = await released();
    await expect(endings.settle({ ...request(order.number), kind }, endDependencies())).rejects.toThrow(
      sentence,
    );
  });
});

describe('a settled concern of an order that nobody asked about meanwhile', () => {
  const settled = (number: string, kind: string) =>
    endings.settle({ ...request(number), kind }, endDependencies());
  const stageOf = async (number: string) => (await plant.get(number)).productOrders[0].stage;

  it('has it asked about again: built without a trigger, it is booked', async () => {
    // Prepare
    const order = await released();
    plant.erp.putBack(order);
    await daysLater(1);
    expect(await kinds()).toEqual(['unwanted']);

    // Act
    const steps = await settled(order.number, 'unwanted');
    plant.erp.releaseAgain(order);
    await daysLater(1);
    const stage = await stageOf(order.number);
    plant.azumuta.complete(order.number);
    plant.triggers.length = 0;
    await daysLater(3);

    // Assess
    expect(steps.at(-1)).toContain('is asked about again');
    expect(stage).toBe('in Azumuta');
    expect(plant.erp.books(order)).toMatchObject({ state: 'done', good: '5' });
  });

  it('is told anew while Azumuta does not have it, and never says that it is completed', async () => {
    const order = await released();
    plant.azumuta.remove(order.number);
    await daysLater(3);
    expect(await kinds()).toEqual(['removed']);
    await settled(order.number, 'removed');
    expect(await stageOf(order.number)).toBe('in Azumuta');
    await daysLater(1);
    expect(await kinds()).toEqual(['removed']);
    expect(await stageOf(order.number)).toBe('removed');
  });

  it('leaves it alone while another concern says that nobody shall ask', async () => {
    const order = await released();
    plant.erp.putBack(order);
    await daysLater(1);
    const { ledger } = plant;
    await ledger.concerns.begin(order.number, removedConcern);
    await settled(order.number, 'removed');
    expect((await ledger.orders.find(order.number))?.awaiting).toBeUndefined();
  });

  it('says that what is not made is left to a person, unless it is given up', async () => {
    const scene = new Scene('alone');
    await bring.refusedInDoubt(scene);
    plant.azumuta.remove(scene.number);
    await bring.cancelled(scene);
    const steps = await settled(scene.number, 'unwanted');
    expect(steps.at(-1)).toContain('is not made');
    expect(await kinds()).not.toContain('unwanted');
  });

  it('does not ask about what is booked', async () => {
    const order = await released();
    plant.azumuta.complete(order.number);
    await plant.work();
    const { ledger } = plant;
    await ledger.concerns.begin(order.number, removedConcern);
    await settled(order.number, 'removed');
    expect((await ledger.orders.find(order.number))?.awaiting).toBeUndefined();
  });
});

describe('an order that is given up', () => {
  it('is asked about, told and booked no more', async () => {
    const order = await released();
    await endings['give-up'](request(order.number), endDependencies());
    plant.azumuta.complete(order.number);
    await daysLater(5);
    expect(plant.mails).toEqual([]);
    expect(plant.erp.books(order)).toMatchObject({ state: 'open', good: '0' });
    expect(await plant.get(order.number)).toMatchObject({ status: 'rejected' });
  });

  it('takes its booking and concerns with it', async () => {
    const order = await released();
    plant.advance(hours);
    plant.erp.changeQuantity(order, '8');
    await plant.pull();
    plant.erp.cancel(order);
    plant.azumuta.complete(order.number);
    await plant.work();
    expect(plant.letters()).toHaveLength(1);
    await endings['give-up'](request(order.number), endDependencies());
    expect(await kinds()).toEqual([]);
    expect(await plant.ledger.bookings.listOfOrder(order.number)).toMatchObject([
      { state: 'rejected', discarded: true },
    ]);
  });
});

describe('an order that was removed in Azumuta', () => {
  it('is told once, and made anew', async () => {
    const order = await released();
    plant.azumuta.remove(order.number);
    await daysLater(3);
    expect(await kinds()).toEqual(['removed']);
    await endings.remake(request(order.number), endDependencies());
    await plant.work();
    expect(made()).toEqual([`${order.number} open`]);
    expect(await kinds()).toEqual([]);
  });

  it('is refused where it was not removed', async () => {
    const order = await released();
    await expect(endings.remake(request(order.number), endDependencies())).rejects.toThrow(
      'it was not removed in Azumuta, as far as is known, and nobody has given it up',
    );
    expect(made()).toHaveLength(1);
  });
});

describe('a dead letter whose cause was put right without it', () => {
  async function dayWithAlerts(): Promise<void> {
    for (let at = 0; at < 30; at++) {
      plant.advance(hours);
      await plant.alerts();
    }
  }

  it('is over once the completion was corrected and booked, and its message is no unknown one', async () => {
    // Prepare
    const order = plant.plan('3', 'serials');
    await plant.pulled();
    plant.azumuta.complete(order.number, { serials: ['S1'] });
    await plant.work();
    await plant.alerts();
    expect(subjects()).toEqual([expect.stringContaining('completion cannot be booked')]);

    // Act
    plant.advance(hours);
    plant.azumuta.reopen(order.number);
    plant.azumuta.complete(order.number, { serials: ['S1', 'S2', 'S3'] });
    await plant.work();
    await dayWithAlerts();

    // Assess
    expect(plant.erp.books(order)).toMatchObject({ state: 'done', good: '3' });
    expect(subjects().slice(1)).toEqual([expect.stringMatching(/^Over: .*completion cannot be booked/)]);
    expect(plant.letters()).toHaveLength(1);
  });

  it('is over once the order was corrected in the ERP, and created', async () => {
    // Prepare
    plant.deploy({
      productOrders: {
        article: ({ quantity }: ErpOrder) => (quantity.amount === '5' ? 'GEAR-O1' : 'GEAR-01'),
      },
    });
    const order = plant.plan('5');
    await plant.pulled();
    await plant.alerts();
    expect(subjects()).toEqual([expect.stringContaining('order got stuck')]);

    // Act
    plant.advance(hours);
    plant.erp.changeQuantity(order, '6');
    await plant.pulled();
    await dayWithAlerts();

    // Assess
    expect(made()).toEqual([`${order.number} open`]);
    expect(subjects().slice(1)).toEqual([expect.stringMatching(/^Over: .*order got stuck/)]);
  });
});

it('tells nobody that an order is overdue, because a trigger came months before it is due', async () => {
  const order = plant.plan('5', 'plain', { dueDate: '2027-02-28' });
  await plant.pulled();
  plant.azumuta.triggerAgain(order.number);
  await plant.work();
  for (let day = 0; day < 10; day++) {
    await daysLater(1);
    plant.advance(22 * hours);
    await plant.alerts();
  }
  expect(plant.mails).toEqual([]);
  plant.azumuta.complete(order.number);
  plant.triggers.length = 0;
  await daysLater(1);
  expect(plant.erp.books(order)).toMatchObject({ state: 'done', good: '5' });
});
