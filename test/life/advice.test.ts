import { describe, expect, it } from 'vitest';
import type { OrderConcernKind } from '../../shared/ledger/records/concerns.ts';
import type { ErpOrder } from '../../shared/model/orders.ts';
import { adviceOnConcerns } from '../../shared/situation/advice.ts';
import type { PlannedOrderRef } from '../shared/erp/conformance/target.ts';
import { urlOf } from '../simulation/world/network.ts';
import { overriding } from '../support/overriding.ts';
import { eachWithPlant, erpLists, plant } from './acts.ts';
import {
  allUntyped,
  built,
  closedPeriod,
  corrected,
  followed,
  raised,
  released,
  removed,
  rowsOf,
  type Story,
} from './following.ts';
import { days, hours } from './plant.ts';

eachWithPlant();

const dueDate = '2027-06-01';

async function cancelled(order: PlannedOrderRef): Promise<void> {
  plant.erp.cancel(order);
  await plant.pulled();
}

async function builtAndRefused(): Promise<PlannedOrderRef> {
  const order = await released();
  closedPeriod();
  await built(order, 5);
  return order;
}

const posted = (number: string, more: object = {}) => ({
  number,
  article: 'GEAR-01',
  quantity: '5',
  unit: 'u',
  dueDate,
  ...more,
});

/** An ERP that cannot be asked for one order. */
function withoutQuestions() {
  const definition = plant.erp.definition(urlOf('erp'));
  const connect: typeof definition.connect = (environment) =>
    overriding(definition.connect(environment), { readOrder: undefined });
  return { erp: { ...definition, connect } };
}

/** An ERP without ids has used a number a second time. */
async function usedAgain(): Promise<PlannedOrderRef> {
  const { number } = plant.plan('5', 'plain', { dueDate });
  plant.answers.erp = ({ method, url }, answer) =>
    method === 'GET' && url.pathname.endsWith('/production-orders') ? { body: { orders: [] } } : answer();
  plant.deploy(withoutQuestions());
  await plant.post(posted(number));
  await plant.work();
  await built({ number, article: 'GEAR-01' }, 5);
  plant.advance(2 * days);
  await plant.post(posted(number, { dueDate: '2028-06-01' }));
  return { number, article: 'GEAR-01' };
}
const withYear = ({ number, dueDate: due }: ErpOrder) => `${number}-${due?.slice(0, 4)}`;

/** Two ERP orders that are mapped to one number. */
async function bothMapped(more: object = {}): Promise<PlannedOrderRef> {
  plant.deploy({ ...more, productOrders: { number: () => 'PO-1', parameters: quantityOf } });
  const first = await released();
  plant.plan('5', 'plain', { dueDate });
  await plant.pulled();
  return { ...first, number: 'PO-1' };
}
const quantityOf = ({ quantity }: ErpOrder) => ({ Quantity: Number(quantity.amount) });
const onlyFirst = ({ number }: ErpOrder) => (number === 'MO/0001' ? 'PO-1' : number);
let second: PlannedOrderRef;

const stories = {
  changed: {
    'in Azumuta': {
      happens: raised,
      async follow(order) {
        plant.azumuta.setParameter(order.number, 'Quantity', 8);
        plant.advance(days);
        await plant.looked();
        await built(order, 8);
      },
      books: { good: '8' },
    },
    'not at all': {
      happens: raised,
      types: ['settle'],
      async follow(order, type) {
        await type('settle');
        await built(order, 5);
      },
      books: { good: '5' },
    },
    'with another order, as it is booked': {
      async happens() {
        const order = await released();
        await built(order, 5);
        await plant.post({ ...posted(order.number), id: order.id, quantity: '8' });
        return order;
      },
      types: ['settle'],
      async follow(order, type) {
        await type('settle');
        await built(await released('3'), 3);
        await plant.post({ ...posted(order.number), id: order.id, quantity: '8' });
      },
      books: { good: '5' },
    },
    'not at all, as Azumuta cannot show how parts are booked': {
      async happens() {
        plant.deploy({ productOrders: { split: { per: 'unit', book: 'each' } } });
        const order = plant.plan('2', 'plain', { dueDate });
        await plant.pulled();
        plant.deploy({ productOrders: { split: { per: 'unit', book: 'when-all-done' } } }, 'second');
        plant.advance(hours);
        plant.erp.touch(order);
        await plant.pulled();
        return order;
      },
      types: ['settle'],
      async follow({ number }, type) {
        await type('settle', `${number}/1`);
        await type('settle', `${number}/2`);
      },
      made: ['MO/0001/2 open', 'MO/0001/1 open'],
    },
  },
  unwanted: {
    'in Azumuta': {
      async happens() {
        const order = await released();
        await cancelled(order);
        return order;
      },
      follow: (order) => plant.azumuta.remove(order.number),
      books: { good: '0' },
      made: [],
    },
    'with the ERP, as it is built': {
      async happens() {
        const order = await released();
        plant.erp.putBack(order);
        await plant.looked();
        await built(order, 5);
        expect(plant.letters()).toHaveLength(1);
        return order;
      },
      types: ['replay'],
      async follow(order, type) {
        plant.erp.releaseAgain(order);
        await type('replay');
      },
      books: { good: '5' },
    },
    'by hand, as it is built': {
      async happens() {
        const order = await builtAndRefused();
        await cancelled(order);
        return order;
      },
      types: ['give-up'],
      follow: (_, type) => type('give-up'),
      books: { good: '0' },
    },
  },
  'number-taken': {
    'in the configuration': {
      happens: () => bothMapped(),
      follow: () => plant.deploy({ productOrders: { parameters: quantityOf, number: onlyFirst } }, 'second'),
      made: ['PO-1 open', 'MO/0002 open'],
    },
    'in the configuration, for both, and in Azumuta': {
      happens: () => bothMapped(),
      async follow(order) {
        plant.deploy({ productOrders: { parameters: quantityOf } }, 'second');
        plant.azumuta.rename(order.number, 'MO/0001');
        await plant.looked();
      },
      made: ['MO/0001 open', 'MO/0002 open'],
    },
    'in the configuration, where the ERP cannot be asked for one order': {
      happens: () => bothMapped(withoutQuestions()),
      async follow() {
        plant.deploy(
          { ...withoutQuestions(), productOrders: { parameters: quantityOf, number: onlyFirst } },
          'second',
        );
        plant.erp.touch({ number: 'MO/0002' });
        await plant.pulled();
      },
      made: ['PO-1 open', 'MO/0002 open'],
    },
    'with the second order gone': {
      async happens() {
        plant.deploy({ productOrders: { number: () => 'PO-1', parameters: quantityOf } });
        const first = await released();
        second = plant.plan('5', 'plain', { dueDate });
        await plant.pulled();
        return { ...first, number: 'PO-1' };
      },
      types: ['settle'],
      async follow(_, type) {
        plant.erp.remove(second);
        await type('settle');
      },
      made: ['PO-1 open'],
    },
  },
  refused: {
    'in the ERP': {
      async happens() {
        const order = plant.plan('5', 'plain', { dueDate });
        plant.erp.renameArticle(order, 'A'.repeat(250));
        await plant.pulled();
        plant.advance(hours);
        return order;
      },
      async follow(order) {
        plant.erp.renameArticle(order, 'GEAR-01');
        plant.erp.touch(order);
        await plant.pulled();
        await built(order, 5);
      },
      books: { good: '5' },
    },
  },
  removed: {
    'in the ERP, as it was built': {
      happens: removed,
      types: ['give-up'],
      async follow(order, type) {
        plant.erp.finishByHand(order);
        await type('give-up');
      },
      books: { good: '5' },
      made: [],
    },
    'with a new one': {
      happens: removed,
      types: ['remake'],
      async follow(order, type) {
        await type('remake');
        await built(order, 5);
      },
      books: { good: '5' },
    },
  },
  'figures-changed': {
    'in the ERP': {
      happens: corrected,
      types: ['settle'],
      async follow(order, type) {
        await type('settle');
        plant.azumuta.triggerAgain(order.number);
      },
      books: { good: '5' },
    },
  },
  'used-again': {
    'as the ERP means the same order': {
      happens: usedAgain,
      types: ['settle'],
      async follow({ number }, type) {
        await type('settle');
        await plant.post(posted(number, { dueDate: '2028-06-01' }));
        plant.deploy({ ...withoutQuestions(), productOrders: { parameters: quantityOf, number: withYear } });
        await plant.post(posted(number, { dueDate: '2028-06-01' }));
      },
      made: ['MO/0001 completed'],
    },
    'in the configuration': {
      happens: usedAgain,
      async follow({ number }) {
        plant.deploy({ ...withoutQuestions(), productOrders: { parameters: quantityOf, number: withYear } });
        await plant.post(posted(number, { dueDate: '2028-06-01' }));
        await plant.work();
        await plant.post(posted(number, { dueDate: '2028-06-01' }));
      },
      made: ['MO/0001 completed', 'MO/0001-2028 open'],
    },
  },
  'time-ahead': {
    'in the ERP': {
      async happens() {
        const order = plant.plan('5', 'plain', { dueDate });
        erpLists((row) => ({ ...row, changedAt: '2026-11-30T08:00:00.000Z' }));
        await plant.pulled();
        return order;
      },
      async follow(order) {
        plant.answers.erp = (_, answer) => answer();
        plant.advance(hours);
        plant.erp.touch(order);
        await plant.pulled();
        await built(order, 5);
      },
      books: { good: '5' },
    },
  },
  'unknown-numbers': {
    'at their sender': {
      async happens() {
        await plant.trigger(JSON.stringify({ productOrderNumber: 'FORGED' }));
        await plant.work();
        return { number: 'FORGED', article: '' };
      },
      types: ['settle'],
      follow: (_, type) => type('settle'),
    },
    'for one that was built': {
      async happens() {
        const order = plant.plan('5', 'plain', { dueDate });
        await plant.trigger(JSON.stringify({ productOrderNumber: order.number }));
        await plant.work();
        return order;
      },
      types: ['replay', 'settle'],
      async follow(order, type) {
        plant.azumuta.typeByHand(order.number, 'GEAR-01', { Quantity: 5 });
        plant.azumuta.complete(order.number, { quantity: 5 });
        plant.triggers.length = 0;
        await type('replay');
        await type('settle');
      },
      books: { good: '5' },
    },
  },
} as const satisfies Record<OrderConcernKind, Readonly<Record<string, Story>>>;

describe('what is advised about a concern', () => {
  it.each(rowsOf<OrderConcernKind>(stories))('ends it: %s, put right %s', async (kind, _way, story) => {
    await followed(kind, adviceOnConcerns[kind], story);
  });

  it('has each of its commands typed here', () => {
    const missing = allUntyped<OrderConcernKind>(adviceOnConcerns, stories);
    expect(missing).toEqual([]);
  });
});
