import { expect, it } from 'vitest';
import { eachWithPlant, erpLists, kinds, plant, takePlant } from './acts.ts';
import { hours } from './plant.ts';

eachWithPlant();

const posted = (order: { readonly number: string; readonly id?: string | undefined }, more: object) => ({
  number: order.number,
  id: order.id,
  article: 'GEAR-01',
  quantity: '5',
  unit: 'u',
  ...more,
});

/** Posted, and created. */
async function postedBy(dueDate: string) {
  const order = plant.plan('5', 'plain', { dueDate });
  await plant.post(posted(order, { dueDate }));
  await plant.work();
  return order;
}

async function day(): Promise<void> {
  for (let at = 0; at < 24; at += 4) {
    plant.advance(4 * hours);
    await plant.alerts();
  }
  await plant.looked();
}

it('is not late by its first date once the planner has moved it', async () => {
  const order = await postedBy('2026-11-26');
  for (let at = 0; at < 4; at++) await day();
  expect(plant.mails[0]?.subject).toContain('late');
  plant.erp.changeDueDate(order, '2027-02-26');
  await plant.post(posted(order, { dueDate: '2027-02-26' }));
  await day();
  const over = plant.mails.length;
  for (let at = 0; at < 10; at++) await day();
  expect(plant.mails).toHaveLength(over);
  expect(plant.mails.at(-1)?.subject).toContain('Over');
});

it('is asked about by its new date when it is moved earlier, and its trigger is lost', async () => {
  const order = await postedBy('2027-03-01');
  plant.erp.changeDueDate(order, '2026-11-25');
  await plant.post(posted(order, { dueDate: '2026-11-25' }));
  plant.azumuta.complete(order.number);
  plant.triggers.length = 0;
  for (let at = 0; at < 3; at++) await day();
  expect(plant.erp.books(order)).toMatchObject({ state: 'done', good: '5' });
});

it('takes what is posted after a post that was dated half an hour ahead, and never what is older than that', async () => {
  // Prepare
  const { number, id } = plant.plan('5');
  const at = (minutes: number) => new Date(plant.clock.now().getTime() + minutes * 60_000).toISOString();
  const post = (quantity: string, changedAt: string) =>
    plant.post({ number, id, article: 'GEAR-01', quantity, changedAt });
  const wanted = async () => (await plant.ledger.orders.find(number))?.erpOrder.amount;
  await post('5', at(30));

  // Act
  plant.advance(10 * 60_000);
  await post('6', at(0));
  const later = await wanted();
  await post('9', at(-1));

  // Assess
  expect([later, await wanted()]).toEqual(['6', '6']);
});

it('reads what comes after an order whose change time is days ahead', async () => {
  const ahead = plant.plan('1');
  erpLists((row) => (row.number === ahead.number ? { ...row, changedAt: '2026-11-27T08:00:00.000Z' } : row));
  await plant.pull();
  const later = [1, 2, 3].map(() => {
    plant.advance(hours);
    return plant.plan('1').number;
  });
  await plant.pulled();
  const made = plant.azumuta.productOrders().map(({ number }) => number);
  expect(made).toEqual(expect.arrayContaining(later));
});

it('tells of a change time in the future, follows what changes before it, and says that it is over', async () => {
  // Prepare
  const order = plant.plan('5');
  let isWrong = true;
  erpLists((row) => (isWrong ? { ...row, changedAt: '2026-11-27T08:00:00.000Z' } : row));
  for (let at = 0; at < 3; at++) {
    await plant.pulled();
    await plant.alerts();
    plant.advance(hours);
  }
  const told = plant.mails.map(({ subject }) => subject);

  // Act
  isWrong = false;
  plant.erp.changeQuantity(order, '8');
  await plant.pull();
  await plant.alerts();

  // Assess
  expect(told).toEqual([expect.stringContaining('order has a change time in the future')]);
  expect((await plant.ledger.concerns.listOpen(() => 10)).map(({ kind }) => kind)).toEqual(['changed']);
  expect(plant.mails.map(({ subject }) => subject)).toContainEqual(
    expect.stringMatching(/Over: .*order has a change time in the future/),
  );
});

it('takes the newer of two posts that overtake each other', async () => {
  const order = plant.plan('5');
  await plant.post(posted(order, { quantity: '4', changedAt: '2026-11-24T08:00:01Z' }));
  const older = await plant.post(posted(order, { quantity: '2', changedAt: '2026-11-24T08:00:00Z' }));
  await plant.work();
  expect(older.status).toBe('queued');
  expect(await plant.ledger.orders.find(order.number)).toMatchObject({ erpOrder: { amount: '4' } });
  expect(plant.azumuta.productOrders()).toMatchObject([{ parameters: { Quantity: 4 } }]);
});

it('tells both figures when a recording is corrected after it was booked, until they are equal again', async () => {
  const order = plant.plan('5');
  await plant.pulled();
  plant.azumuta.complete(order.number, { quantity: 5 });
  await plant.work();
  const shows = (good: number, scrap: number) => {
    plant.answers.azumuta = (received, answer) => {
      const given = answer() as { body?: { steps?: { name: string; value: unknown }[] } };
      if (received.url.pathname.includes('/recordings/'))
        for (const step of given.body?.steps ?? [])
          if (/quantity/i.test(step.name)) step.value = step.name.startsWith('Good') ? good : scrap;
      return given;
    };
  };
  plant.advance(hours);
  shows(3, 2);
  plant.azumuta.triggerAgain(order.number);
  await plant.work();
  await plant.alerts();
  expect(await kinds()).toEqual(['figures-changed']);
  expect(plant.mails.at(-1)?.text).toMatch(/booked as 5.* good/);
  expect(plant.erp.books(order)).toMatchObject({ good: '5' });
  plant.advance(hours);
  shows(5, 0);
  plant.azumuta.triggerAgain(order.number);
  await plant.work();
  expect(await kinds()).toEqual([]);
});

const made = () =>
  plant.azumuta
    .productOrders()
    .map(({ number }) => number)
    .sort();
const records = () =>
  plant.table
    .items()
    .filter(({ pk, leadsTo }) => String(pk).startsWith('ERP-ORDER#') && leadsTo === undefined);

it('knows an order that was posted without its id by the id that the pull brings, also when it is renamed', async () => {
  // Prepare
  const order = plant.plan('5');
  await plant.post({ number: order.number, article: 'GEAR-01', quantity: '5', unit: 'u' });
  await plant.work();
  plant.advance(hours);
  plant.erp.touch(order);
  await plant.pull();

  // Act
  plant.advance(hours);
  plant.erp.rename?.(order, `${order.number}-A`);
  await plant.pulled();
  plant.azumuta.complete(order.number);
  await plant.work();

  // Assess
  expect(made()).toEqual([order.number]);
  expect(records()).toHaveLength(1);
  expect(plant.erp.books(order)).toMatchObject({ state: 'done', good: '5' });
});

it('keeps one record of an order that comes with its id, then without, and grows', async () => {
  // Prepare
  takePlant({
    integration: { productOrders: { split: { per: 'unit', book: 'when-all-done' } } },
  });
  const order = plant.plan('1');
  const posted = { number: order.number, article: 'GEAR-01', unit: 'u' };
  await plant.pull();
  await plant.post({ ...posted, quantity: '1' });
  plant.advance(hours);
  plant.erp.changeQuantity(order, '3');
  await plant.post({ ...posted, quantity: '3' });
  await plant.pulled();

  // Act
  for (const number of made()) plant.azumuta.complete(number);
  await plant.work();

  // Assess
  expect(made()).toEqual([1, 2, 3].map((part) => `${order.number}/${part}`));
  expect(plant.erp.books(order)).toMatchObject({ state: 'done', good: '3' });
});
