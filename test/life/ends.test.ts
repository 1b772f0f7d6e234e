import { describe, expect, it } from 'vitest';
import { endings } from '../../infra/ops/orders/end-order.ts';
import { orderKey } from '../../shared/ledger/keys.ts';
import type { FlowName } from '../../shared/ledger/records/pauses.ts';
import { Table } from '../../shared/platform/aws/dynamodb-table.ts';
import { urlOf } from '../simulation/world/network.ts';
import { overriding } from '../support/overriding.ts';
import {
  daysGoBy,
  eachWithPlant,
  endDependencies,
  kinds,
  made,
  plant,
  takePlant,
  withoutArticles,
} from './acts.ts';
import { hours, type LifePlant } from './plant.ts';

eachWithPlant();

type Order = ReturnType<LifePlant['plan']>;

const giveUp = ({ number }: Order) =>
  endings['give-up']({ number, go: true, note: 'booked by hand (An)' }, endDependencies());
const remake = ({ number }: Order) =>
  endings.remake({ number, go: true, note: 'a mistake (An)' }, endDependencies());
const posted = ({ number, id }: Order, quantity = '5') => ({
  number,
  id,
  article: 'GEAR-01',
  quantity,
  unit: 'u',
});
const endOf = async ({ number }: Order) => (await plant.ledger.orders.find(number))?.end;
const stateIn = (order: Order) => plant.erp.books(order).state;

/** One whose creation was refused, and that a person has given up. */
async function refusedAndGivenUp(): Promise<Order> {
  const correct = withoutArticles();
  const order = plant.plan('5');
  await plant.pulled();
  expect(plant.letters()).toHaveLength(1);
  await giveUp(order);
  correct();
  return order;
}

/** As 0.3.0 has left it: a mark, and a step that its message may claim. */
async function givenUpWhileItWaited(): Promise<Order> {
  const order = plant.plan('5');
  await plant.pull();
  const table = new Table(plant.table.client, 'ledger');
  await table.update(orderKey(order.number), { set: { givenUp: true }, remove: ['dueAt'] });
  return order;
}

async function inAzumutaAndGivenUp(): Promise<Order> {
  const order = plant.plan('5', 'plain', { dueDate: '2026-11-25' });
  await plant.pulled();
  await giveUp(order);
  return order;
}

describe('an order that is given up while the ERP refuses its link', () => {
  it('is not linked any more, so nobody hears of it when the ERP deletes it', async () => {
    // Prepare
    let isForbidden = true;
    plant.answers.erp = ({ method }, answer) =>
      isForbidden && method === 'PATCH' ? { status: 403, body: {} } : answer();
    const order = plant.plan('5');
    await plant.pulled();
    expect(made()).toEqual([`${order.number} open`]);

    // Act
    await giveUp(order);
    plant.erp.remove(order);
    isForbidden = false;
    await daysGoBy(1);

    // Assess
    expect([plant.letters(), await kinds()]).toEqual([[], []]);
  });
});

describe('an order that 0.3.0 has given up while its creation waited', () => {
  it('is not made by the message that was left, and needs nobody', async () => {
    const order = await givenUpWhileItWaited();
    await plant.work();
    await daysGoBy(2);
    expect(made()).toEqual([]);
    expect(await plant.ledger.orders.find(order.number)).toMatchObject({
      state: 'rejected',
      end: { how: 'given up' },
    });
    expect([plant.letters(), await kinds()]).toEqual([[], []]);
  });

  it('is made once a person takes that back', async () => {
    const order = await givenUpWhileItWaited();
    await plant.work();
    await remake(order);
    await plant.work();
    expect(made()).toEqual([`${order.number} open`]);
  });
});

describe('an order whose creation was refused, and that a person has given up', () => {
  it.each([
    ['posted again', async (order: Order) => void (await plant.post(posted(order)))],
    ['posted with another quantity', async (order: Order) => void (await plant.post(posted(order, '6')))],
    [
      'changed in the ERP, and pulled',
      async (order: Order) => {
        plant.erp.changeQuantity(order, '6');
        await plant.pull();
      },
    ],
    ['looked at', async () => void (await plant.looked())],
  ])('is neither made nor booked when it is %s', async (_, happens) => {
    const order = await refusedAndGivenUp();
    plant.advance(hours);
    await happens(order);
    await daysGoBy(7);
    expect(made()).toEqual([]);
    expect(await endOf(order)).toMatchObject({
      how: 'given up',
      because: 'booked by hand (An)',
      by: 'a person',
    });
    expect(await kinds()).toEqual([]);
  });

  it('is told to its caller, with the command that takes it back', async () => {
    const order = await refusedAndGivenUp();
    expect(await plant.post(posted(order))).toMatchObject({
      productOrders: [
        {
          status: 'conflict',
          reason: `A person has given up product order ${order.number}, so it is neither made nor booked. To have it made after all: npm run orders -- remake ${order.number} --because "…" --go --stack <stack>`,
        },
      ],
    });
  });

  it.each([
    ['the replay of its creation', () => plant.replayed()],
    ['remake', (order: Order) => remake(order).then(() => plant.work())],
  ])('is made, built and booked once a person takes its end back by %s', async (_, takeBack) => {
    const order = await refusedAndGivenUp();
    await takeBack(order);
    expect(await endOf(order)).toBeUndefined();
    plant.azumuta.complete(order.number);
    await plant.work();
    expect(stateIn(order)).toBe('done');
  });

  it('is made as it was mapped by the replay of its creation, where the ERP cannot be asked for one order', async () => {
    const definition = plant.erp.definition(urlOf('erp'));
    const connect: typeof definition.connect = (environment) =>
      overriding(definition.connect(environment), { readOrder: undefined });
    plant.deploy({ erp: { ...definition, connect } });
    await refusedAndGivenUp();
    await plant.replayed();
    expect(made()).toEqual(['MO/0001 open']);
  });
});

/** The replay is sent into a flow that is paused until the order is given up. */
async function giveUpAfterReplay(order: Order, flow: FlowName): Promise<void> {
  // That nothing is paused is remembered for two seconds.
  plant.advance(60_000);
  await plant.ledger.pauses.pauseFlow(flow);
  await plant.replayed();
  plant.advance(hours);
  await giveUp(order);
  await plant.ledger.pauses.resumeFlow(flow);
  await daysGoBy(1);
}

it('is not made by a replay that was sent before a person gave it up', async () => {
  // Prepare
  const correct = withoutArticles();
  const order = plant.plan('5');
  await plant.pulled();
  correct();

  // Act
  await giveUpAfterReplay(order, 'orders');

  // Assess
  expect(made()).toEqual([]);
  expect(await endOf(order)).toMatchObject({ how: 'given up' });
});

it('is not booked by a replay that was sent before a person gave it up', async () => {
  // Prepare
  let isRefused = true;
  plant.answers.erp = ({ method }, answer) =>
    isRefused && method === 'POST' ? { status: 422, body: {} } : answer();
  const order = plant.plan('5');
  await plant.pulled();
  plant.azumuta.complete(order.number);
  await plant.work();
  expect(plant.letters()).toHaveLength(1);
  isRefused = false;

  // Act
  await giveUpAfterReplay(order, 'completions');

  // Assess
  expect(stateIn(order)).toBe('open');
  expect(await endOf(order)).toMatchObject({ how: 'given up' });
});

it('is not created when it was given up while its creation waited in the queue', async () => {
  const order = plant.plan('5');
  await plant.pull();
  await giveUp(order);
  await daysGoBy(7);
  expect(made()).toEqual([]);
  expect(plant.letters()).toEqual([]);
});

it('is not given up while it is being created', async () => {
  // Prepare
  const order = plant.plan('5');
  await plant.pull();
  let refusal: unknown;
  plant.answers.azumuta = ({ method }, answer) => {
    if (method === 'POST')
      giveUp(order).catch((error: unknown) => {
        refusal = error;
      });
    return answer();
  };

  // Act
  await plant.work();

  // Assess
  expect(String(refusal)).toContain('is being created at this moment: try it again in a few minutes');
  expect(made()).toEqual([`${order.number} open`]);
  expect(await endOf(order)).toBeUndefined();
});

describe('an order that is in Azumuta, and that a person has given up', () => {
  it('is not awaited again by a look at Azumuta after the ERP has changed it', async () => {
    const order = await inAzumutaAndGivenUp();
    plant.mails.length = 0;
    plant.advance(hours);
    plant.erp.changeQuantity(order, '8');
    await plant.pulled();
    await plant.post(posted(order, '9'));
    await daysGoBy(7);
    expect((await plant.ledger.orders.find(order.number))?.awaiting).toBeUndefined();
    expect(await kinds()).toEqual([]);
    expect(plant.mails.map(({ subject }) => subject)).toEqual([]);
  });

  it('is not told as unwanted once the ERP cancels it, and is not made again once it is released', async () => {
    const order = await inAzumutaAndGivenUp();
    plant.advance(hours);
    plant.erp.putBack(order);
    await daysGoBy(7);
    const cancelled = await kinds();
    plant.azumuta.remove(order.number);
    plant.erp.releaseAgain(order);
    await daysGoBy(7);
    expect([cancelled, await kinds(), made()]).toEqual([[], [], []]);
  });

  it('is awaited and booked again once a person has it made after all', async () => {
    const order = await inAzumutaAndGivenUp();
    await remake(order);
    await plant.work();
    expect(made()).toEqual([`${order.number} open`]);
    plant.azumuta.complete(order.number);
    await plant.work();
    expect(stateIn(order)).toBe('done');
  });
});

describe('an order that is in Azumuta, was given up, and that a person has made again', () => {
  it('is not made a second time where operators have renamed it', async () => {
    const order = await inAzumutaAndGivenUp();
    plant.azumuta.rename(order.number, `${order.number}-R`);
    await remake(order);
    await plant.work();
    expect(made()).toEqual([`${order.number}-R open`]);
    plant.azumuta.complete(`${order.number}-R`);
    await plant.work();
    expect([stateIn(order), await kinds()]).toEqual(['done', []]);
  });

  it('is booked at once, where it was built meanwhile', async () => {
    const order = await inAzumutaAndGivenUp();
    plant.azumuta.complete(order.number);
    await plant.work();
    await remake(order);
    await plant.work();
    expect([stateIn(order), plant.letters(), await kinds()]).toEqual(['done', [], []]);
  });

  it('is told as not wanted, where the ERP takes it back before its message is worked on', async () => {
    const order = await inAzumutaAndGivenUp();
    await remake(order);
    plant.advance(hours);
    plant.erp.cancel(order);
    await plant.pull();
    await daysGoBy(2);
    expect(made()).toEqual([`${order.number} open`]);
    expect(await endOf(order)).toBeUndefined();
    expect(await kinds()).toEqual(['unwanted']);
  });
});

it('is withdrawn by the ERP, and made once the ERP releases it again', async () => {
  takePlant({ erp: 'sap-s4hana' });
  const order = plant.plan('5');
  await plant.pull();
  plant.advance(hours);
  plant.erp.cancel(order);
  await plant.pulled();
  expect(await endOf(order)).toMatchObject({ how: 'withdrawn', by: 'the ERP' });
  plant.advance(hours);
  plant.erp.releaseAgain(order);
  await plant.pulled();
  expect(await endOf(order)).toBeUndefined();
  expect(made()).toEqual([`${order.number} open`]);
});
