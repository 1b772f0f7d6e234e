import { describe, expect, it } from 'vitest';
import { recorded } from '../../shared/integration/index.ts';
import type { Cause } from '../../shared/model/causes.ts';
import type { CompletedProductOrder } from '../../shared/model/completions.ts';
import { adviceOnDeadLetters, adviceOnUnfiled } from '../../shared/situation/advice.ts';
import type { PlannedOrderRef } from '../shared/erp/conformance/target.ts';
import { eachWithPlant, plant, takePlant, withoutArticles } from './acts.ts';
import { bookByHand, goLive, typeByHand } from './by-hand.ts';
import {
  allUntyped,
  built,
  closedPeriod,
  discarded,
  followed,
  released,
  rowsOf,
  type Story,
} from './following.ts';
import { days, hours } from './plant.ts';

eachWithPlant();

/** Puts right what the story before has spoilt. */
let correct: () => unknown = () => undefined;

async function refusedBooking(): Promise<PlannedOrderRef> {
  const order = await released();
  correct = closedPeriod();
  await built(order, 5);
  return order;
}

/** Built, and the ERP order is not open by then. */
async function builtToo(act: (order: PlannedOrderRef) => unknown): Promise<PlannedOrderRef> {
  const order = await released();
  act(order);
  await built(order, 5);
  return order;
}

/** Somebody has typed a product order of another quantity under the number of the ERP order. */
async function typedOtherwise(): Promise<PlannedOrderRef> {
  const order = plant.plan('5', 'plain', { dueDate: '2027-06-01' });
  plant.azumuta.typeByHand(order.number, 'GEAR-01', { Quantity: 3 });
  await plant.pulled();
  return order;
}

/** The step of the quantity has another name than the mapping reads. */
async function unclear(): Promise<PlannedOrderRef> {
  plant.deploy({
    completions: { quantity: (completed: CompletedProductOrder) => recorded(completed, 'Good quantity') },
  });
  const order = await released();
  plant.azumuta.complete(order.number, { quantity: 5 });
  const [made] = plant.azumuta.productOrders();
  plant.azumuta.renameStep(made?.id ?? '', 'Good quantity', 'Goods');
  correct = () => plant.azumuta.renameStep(made?.id ?? '', 'Goods', 'Good quantity');
  await plant.work();
  return order;
}

/** Of two open orders, the first is built under the number of the second. */
async function builtUnderAnother(): Promise<PlannedOrderRef> {
  const [first, second] = [await released(), await released('7')];
  const renamed = plant.azumuta.productOrders().find(({ number }) => number === first.number);
  plant.azumuta.rename(first.number, second.number);
  plant.azumuta.complete(second.number, { id: String(renamed?.id), quantity: 5 });
  await plant.work();
  return first;
}

/** An operator has copied the product order, and completes the copy. */
async function copied(): Promise<PlannedOrderRef> {
  const order = await released();
  const copy = plant.azumuta.typeByHand(order.number, 'GEAR-01', { Quantity: 5 });
  plant.azumuta.complete(order.number, { id: String(copy?.id), quantity: 5 });
  await plant.work();
  return order;
}

const replayed = async (_: PlannedOrderRef, type: (word: string) => Promise<unknown>) => {
  await correct();
  await type('replay');
};
const booked = { types: ['replay'], follow: replayed, books: { good: '5' } } as const;

const stories = {
  configuration: {
    'in the configuration': {
      async happens() {
        plant.deploy({
          completions: {
            quantity: () => {
              throw new Error('no such step');
            },
          },
        });
        const order = await released();
        await built(order, 5);
        correct = () => plant.deploy({}, 'second');
        return order;
      },
      ...booked,
    },
  },
  'order-data': {
    'in the ERP': {
      async happens() {
        takePlant({ erp: 'odoo 17' });
        const order = await released();
        // Somebody has given it another name in Odoo.
        plant.answers.erp = (_, answer) =>
          JSON.parse(JSON.stringify(answer()).replaceAll(order.number, 'WH/MO/OTHER'));
        await built(order, 5);
        correct = () => {
          plant.answers.erp = (_, answer) => answer();
        };
        return order;
      },
      ...booked,
    },
  },
  'unknown-article': {
    'in Azumuta': {
      async happens() {
        correct = withoutArticles();
        return released();
      },
      types: ['replay'],
      follow: replayed,
      made: ['MO/0001 open'],
    },
    'in the ERP': {
      async happens() {
        const order = plant.plan('5', 'plain', { dueDate: '2027-06-01' });
        plant.erp.renameArticle(order, 'GEAR-O1');
        await plant.pulled();
        correct = () => plant.erp.renameArticle(order, 'GEAR-01');
        return order;
      },
      types: ['replay'],
      follow: replayed,
      made: ['MO/0001 open'],
    },
  },
  'unknown-order': {
    'in the ERP': {
      async happens() {
        const order = await builtToo((one) => plant.erp.remove(one));
        correct = () => plant.erp.releaseAgain(order);
        return order;
      },
      ...booked,
    },
    'by discarding it': {
      happens: () => builtToo((order) => plant.erp.remove(order)),
      follow: discarded,
      books: { good: '0' },
    },
  },
  'order-state': {
    'in the ERP': {
      async happens() {
        takePlant({ erp: 'sap-s4hana' });
        const order = await builtToo((one) => plant.erp.putBack(one));
        correct = () => plant.erp.releaseAgain(order);
        return order;
      },
      ...booked,
    },
    'by the end of a cancelled one': {
      happens: () => builtToo((order) => plant.erp.cancel(order)),
      types: ['give-up'],
      follow: (_, type) => type('give-up'),
      books: { good: '0' },
    },
    'by the end of one that somebody else has booked': {
      happens: () => builtToo((order) => plant.erp.finishByHand(order)),
      types: ['give-up'],
      follow: (_, type) => type('give-up'),
      books: { good: '5' },
    },
  },
  conflict: {
    'in Azumuta': {
      happens: typedOtherwise,
      types: ['replay'],
      async follow(order, type) {
        plant.azumuta.setParameter(order.number, 'Quantity', 5);
        await type('replay');
        await built(order, 5);
      },
      books: { good: '5' },
    },
    'in the ERP': {
      happens: typedOtherwise,
      types: ['replay'],
      async follow(order, type) {
        plant.erp.changeQuantity(order, '3');
        await type('replay');
        await built(order, 3);
      },
      books: { good: '3' },
    },
    'in Azumuta, for the number of another': {
      async happens() {
        const first = await released();
        plant.azumuta.rename(first.number, 'MO/0002');
        correct = () => plant.azumuta.rename('MO/0002', first.number);
        return released();
      },
      types: ['replay'],
      follow: replayed,
      made: ['MO/0001 open', 'MO/0002 open'],
    },
    'by hand, of one that was built again after it was booked': {
      async happens() {
        const order = await released();
        await built(order, 5);
        plant.azumuta.remove(order.number);
        plant.azumuta.typeByHand(order.number, 'GEAR-01', { Quantity: 5 });
        plant.advance(hours);
        await built(order, 5);
        return order;
      },
      types: ['give-up'],
      follow: (_, type) => type('give-up'),
      books: { good: '5' },
    },
    'by hand': {
      happens: typedOtherwise,
      types: ['give-up'],
      async follow(order, type) {
        plant.erp.finishByHand(order);
        await type('give-up');
        await built(order, 5);
      },
      books: { good: '5' },
    },
  },
  'quantity-or-lots': {
    'in Azumuta': {
      async happens() {
        const order = await released();
        await built(order, 50);
        correct = () => {
          plant.azumuta.reopen(order.number);
          plant.azumuta.complete(order.number, { quantity: 5 });
          plant.triggers.length = 0;
        };
        return order;
      },
      ...booked,
    },
  },
  'completion-unclear': {
    'in Azumuta': { happens: unclear, ...booked },
    'in Azumuta, under its own number': {
      happens: builtUnderAnother,
      types: ['--order MO/0001'],
      async follow(_, type) {
        await type('--order MO/0001');
        await discarded();
      },
      books: { good: '5' },
    },
    'by hand, as a copy was built': {
      happens: copied,
      async follow(order) {
        plant.azumuta.rename(order.number, 'COPY');
        await discarded();
        await built(order, 5);
      },
      books: { good: '5' },
    },
    'by hand, as the copy of one was built that was typed by hand': {
      async happens() {
        const order = plant.plan('5', 'plain', { dueDate: '2027-06-01' });
        plant.azumuta.typeByHand(order.number, 'GEAR-01', { Quantity: 5 });
        const copy = plant.azumuta.typeByHand(order.number, 'GEAR-01', { Quantity: 5 });
        plant.azumuta.complete(order.number, { id: String(copy?.id), quantity: 5 });
        plant.azumuta.reopen(order.number);
        await plant.work();
        return order;
      },
      types: ['give-up'],
      async follow(order, type) {
        plant.erp.finishByHand(order);
        await type('give-up');
      },
      books: { good: '5' },
    },
    'by hand, of one that was typed by hand': {
      async happens() {
        plant.deploy({
          completions: { quantity: (completed: CompletedProductOrder) => recorded(completed, 'Goods') },
        });
        const order = plant.plan('5', 'plain', { dueDate: '2027-06-01' });
        plant.azumuta.typeByHand(order.number, 'GEAR-01', { Quantity: 5 });
        await built(order, 5);
        return order;
      },
      types: ['give-up'],
      async follow(order, type) {
        plant.erp.finishByHand(order);
        await type('give-up');
      },
      books: { good: '5' },
    },
    'by hand': {
      happens: unclear,
      types: ['give-up'],
      async follow(order, type) {
        plant.erp.finishByHand(order);
        await type('give-up');
      },
      books: { good: '5' },
    },
  },
  'booked-otherwise': {
    'by hand, of one that people had begun to book when we went live': {
      async happens() {
        takePlant({ erp: 'sap-s4hana' });
        const order = plant.plan('5', 'plain', { dueDate: '2027-06-01' });
        typeByHand(order.number);
        await bookByHand(order, '2');
        goLive();
        await plant.pulled();
        await built(order, 5);
        return order;
      },
      types: ['give-up'],
      async follow(order, type) {
        plant.erp.finishByHand(order);
        await type('give-up');
      },
      books: { good: '5' },
    },
    'by hand': {
      async happens() {
        const order = await released();
        plant.answers.erp = (received, answer) => {
          if (received.method === 'POST' && received.url.pathname.endsWith('/bookings'))
            Object.assign(received, {
              body: String(received.body).replace('"goodQuantity":"5"', '"goodQuantity":"4"'),
            });
          return answer();
        };
        await built(order, 5);
        return order;
      },
      types: ['give-up'],
      follow: (_, type) => type('give-up'),
      books: { good: '4' },
    },
  },
  'refused-by-erp': { 'in the ERP': { happens: refusedBooking, ...booked } },
  'refused-by-azumuta': {
    'in Azumuta': {
      async happens() {
        plant.answers.azumuta = ({ method }, answer) =>
          method === 'POST'
            ? { status: 422, body: { error: { message: 'The workspace is archived' } } }
            : answer();
        correct = () => {
          plant.answers.azumuta = (_, answer) => answer();
        };
        return released();
      },
      types: ['replay'],
      follow: replayed,
      made: ['MO/0001 open'],
    },
  },
  'unreadable-message': {
    'in the contract': {
      async happens() {
        const order = await released();
        plant.azumuta.complete(order.number, { quantity: 5 });
        plant.triggers.length = 0;
        await plant.trigger(JSON.stringify({ werkorder: order.number }));
        await plant.alerts();
        correct = () =>
          plant.deploy({
            azumuta: {
              baseUrl: 'https://azumuta.invalid/api/v1',
              contract: { trigger: { productOrderNumber: ['werkorder'] } },
            },
          });
        return order;
      },
      ...booked,
    },
    'by discarding it': {
      async happens() {
        await plant.trigger('{"nonsense":true}');
        await plant.alerts();
        return { number: 'none', article: '' };
      },
      follow: discarded,
    },
  },
  'waited-too-long': {
    'at the partner': {
      async happens() {
        plant.answers.azumuta = () => ({ status: 503 });
        const order = plant.plan('5', 'plain', { dueDate: '2027-06-01' });
        await plant.pull();
        await plant.work(7 * days);
        correct = () => {
          plant.answers.azumuta = (_, answer) => answer();
        };
        return order;
      },
      types: ['replay'],
      follow: replayed,
      made: ['MO/0001 open'],
    },
  },
  'internal-error': {
    'with another version': {
      async happens() {
        const order = await released();
        const { client } = plant.table;
        const { send } = client;
        client.send = ((command: { readonly input: object }) => {
          // What books has the bug, and no view: only views read many items in one call.
          const isOfView = 'RequestItems' in command.input;
          const isBooking = JSON.stringify(command.input).includes('#quantity');
          if (isBooking && !isOfView) throw new TypeError('a bug');
          return Reflect.apply(send, client, [command]);
        }) as typeof client.send;
        correct = () => {
          client.send = send;
        };
        await built(order, 5);
        plant.advance(hours);
        await plant.work(days);
        return order;
      },
      ...booked,
    },
  },
} as const satisfies Record<Cause, Readonly<Record<string, Story>>>;

describe('what is advised about a dead letter', () => {
  it.each(rowsOf<Cause>(stories))('ends it: %s, put right %s', async (cause, _way, story) => {
    const kind = cause === 'unreadable-message' ? 'unfiled' : 'dead-letter';
    await followed(kind, kind === 'unfiled' ? adviceOnUnfiled : adviceOnDeadLetters[cause], story);
  });

  it('has each of its commands typed here', () => {
    const missing = allUntyped<Cause>(adviceOnDeadLetters, stories);
    expect(missing).toEqual([]);
  });
});
