import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { azumutaSandboxBaseUrl } from '../../infra/local/sandbox/api.ts';
import { endings } from '../../infra/ops/orders/end-order.ts';
import { planned, recorded } from '../../shared/integration/index.ts';
import type { CompletedProductOrder } from '../../shared/model/completions.ts';
import { urlOf } from '../simulation/world/network.ts';
import { queueUrlOf } from '../simulation/world/plant.ts';
import { eachWithPlant, endDependencies, kinds, madeInParts, plant, quantityChanged } from './acts.ts';
import { days, hours, type LifePlant, minutes } from './plant.ts';

type Order = ReturnType<LifePlant['plan']>;

const inBatches = (book: 'each' | 'when-all-done', batch = (number: string) => `B-${number}`) =>
  ({
    productOrders: { split: { per: 'unit', book, batch: ({ number }: { number: string }) => batch(number) } },
    completions: { quantity: planned },
  }) as const;
eachWithPlant({ integration: inBatches('each') });

/** Azumuta completes these parts, and triggers with no number of theirs. */
function completed(order: Order, ...parts: readonly number[]): void {
  for (const part of parts) plant.azumuta.complete(`${order.number}/${part}`);
  plant.triggers.splice(0);
}

const triggered = (productOrderNumber: string) => plant.trigger(JSON.stringify({ productOrderNumber }));
const triggeredBatch = async (order: Order) => {
  await triggered(`B-${order.number}`);
  await plant.work();
};

/** Calls of Azumuta that something takes. */
async function callsOf(act: () => Promise<unknown>): Promise<number> {
  const before = plant.calls.azumuta;
  await act();
  return plant.calls.azumuta - before;
}

const good = (order: Order) => plant.erp.books(order).good;
const waiting = () => plant.queues.messages(queueUrlOf('completions'));

describe('a trigger that names a batch order', () => {
  it.each(['each', 'when-all-done'] as const)(
    'has all of it booked that is completed, once (%s)',
    async (book) => {
      plant.deploy(inBatches(book));
      const order = await madeInParts('3');
      completed(order, 1, 2, 3);
      await triggeredBatch(order);
      expect(plant.erp.books(order)).toMatchObject({ state: 'done', good: '3' });
      expect([plant.letters(), await kinds()]).toEqual([[], []]);
    },
  );

  it.each(['each', 'when-all-done'] as const)(
    'may come for each of its product orders (%s)',
    async (book) => {
      plant.deploy(inBatches(book));
      const order = await madeInParts('3');
      for (const part of [2, 3, 1]) {
        completed(order, part);
        await triggeredBatch(order);
      }
      expect(plant.erp.books(order)).toMatchObject({ state: 'done', good: '3' });
      expect([plant.letters(), await kinds()]).toEqual([[], []]);
    },
  );

  it('asks Azumuta for none that is booked, and for an open one again once, five minutes later', async () => {
    const order = await madeInParts('4');
    completed(order, 2, 3);
    await triggeredBatch(order);
    expect(good(order)).toBe('2');
    const began = plant.clock.now().getTime();
    expect(await callsOf(() => triggeredBatch(order))).toBe(4);
    expect(plant.clock.now().getTime() - began).toBeLessThan(7 * minutes);
    expect([waiting(), plant.letters()]).toEqual([[], []]);
  });

  it('leaves the dead letter of what was refused, although a replay finds it removed in Azumuta', async () => {
    const order = await madeInParts('1');
    plant.erp.remove(order);
    completed(order, 1);
    await triggeredBatch(order);
    expect(plant.letters()).toEqual([expect.stringContaining('does not know')]);
    plant.azumuta.remove(`${order.number}/1`);
    await plant.replayed();
    expect(plant.letters()).toHaveLength(1);
  });

  it('finds what Azumuta shows as completed only some minutes later', async () => {
    const order = await madeInParts('2');
    completed(order, 1);
    await triggered(`B-${order.number}`);
    await plant.work(2 * minutes);
    completed(order, 2);
    await plant.work();
    expect(plant.erp.books(order)).toMatchObject({ state: 'done', good: '2' });
  });

  it('costs one question of each open product order in a minute, however many come', async () => {
    // Prepare
    const order = await madeInParts('4');
    completed(order, 1);
    await triggeredBatch(order);

    // Act
    const calls = await callsOf(async () => {
      for (let count = 0; count < 100; count++) await triggered(`B-${order.number}`);
      await plant.work();
    });

    // Assess: they are asked about at once, and a minute later, as that was in the second in which the others came.
    expect(calls).toBe(2 * 2 * 3);
  });

  it('is looked at again where it came after the others were asked about', async () => {
    const order = await madeInParts('2');
    completed(order, 1);
    await triggered(`B-${order.number}`);
    await plant.work(minutes / 2);
    completed(order, 2);
    await triggered(`B-${order.number}`);
    const began = plant.clock.now().getTime();
    await plant.work(2 * minutes);
    expect(plant.clock.now().getTime() - began).toBeLessThan(3 * minutes);
    expect(good(order)).toBe('2');
  });

  it('takes no patience from the trigger of a product order, which is asked about for half an hour', async () => {
    const order = await madeInParts('1');
    await triggered(`B-${order.number}`);
    await triggered(`${order.number}/1`);
    await plant.work(20 * minutes);
    completed(order, 1);
    await plant.work();
    expect(good(order)).toBe('1');
  });

  it.each(['each', 'when-all-done'] as const)(
    'has booked again what was refused before and is corrected now (%s)',
    async (book) => {
      // Prepare
      const quantity = (built: CompletedProductOrder) => recorded(built, 'Good quantity');
      plant.deploy({ ...inBatches(book), completions: { quantity } });
      const order = await madeInParts('2');
      const built = [1, 2].map((part) => plant.azumuta.complete(`${order.number}/${part}`, { quantity: 25 }));
      plant.triggers.splice(0);
      await triggeredBatch(order);
      expect(good(order)).toBe('0');
      expect(plant.letters()).not.toEqual([]);

      // Act
      plant.advance(hours);
      for (const one of built)
        for (const { id } of one?.recordings ?? []) plant.azumuta.correct(one?.id ?? '', id, 1);
      await triggeredBatch(order);

      // Assess
      expect(good(order)).toBe('2');
    },
  );

  it('asks about none that is known to be completed and waits for the others', async () => {
    plant.deploy(inBatches('when-all-done'));
    const order = await madeInParts('3');
    completed(order, 1, 2);
    await triggeredBatch(order);
    expect(await callsOf(() => triggeredBatch(order))).toBe(2);
    expect(good(order)).toBe('0');
    completed(order, 3);
    await triggeredBatch(order);
    expect(good(order)).toBe('3');
  });

  it('is tried again where SQS does not take the hints, and nobody else has asked since', async () => {
    // Prepare
    const order = await madeInParts('2');
    completed(order, 1, 2);
    await triggered(`B-${order.number}`);
    const { client } = plant.queues;
    const { send } = client;
    let hasFailed = false;
    client.send = ((command: { readonly constructor: { readonly name: string } }) => {
      if (hasFailed || command.constructor.name !== 'SendMessageCommand')
        return Reflect.apply(send, client, [command]);
      hasFailed = true;
      return Promise.reject(new Error('SQS does not answer.'));
    }) as typeof client.send;

    // Act
    await plant.work();

    // Assess
    expect([hasFailed, good(order)]).toEqual([true, '2']);
  });

  it('asks about nothing where its ERP order is given up, was never made, or is booked', async () => {
    const [givenUp, booked] = [await madeInParts('2'), await madeInParts('1')];
    const waiting = plant.plan('2');
    await plant.ledger.pauses.pauseFlow('orders');
    plant.advance(hours);
    await plant.pulled();
    for (const part of [1, 2]) {
      const number = `${givenUp.number}/${part}`;
      await endings['give-up']({ number, go: true, note: 'not needed (An)' }, endDependencies());
    }
    completed(booked, 1);
    await triggeredBatch(booked);
    const calls = await callsOf(async () => {
      for (const order of [givenUp, booked, waiting]) await triggeredBatch(order);
    });
    expect(calls).toBe(0);
    expect([good(givenUp), plant.letters()]).toEqual(['0', []]);
  });

  it('asks about what the ERP order has had, has now, and gets later', async () => {
    const order = await madeInParts('2');
    await quantityChanged(order, '3');
    completed(order, 1, 3);
    await triggeredBatch(order);
    expect(good(order)).toBe('2');
  });

  it('is one of all ERP orders that are in it', async () => {
    plant.deploy(inBatches('each', () => 'B-42'));
    const orders = [await madeInParts('2'), await madeInParts('1')];
    for (const order of orders) completed(order, 1);
    await triggered('B-42');
    await plant.work();
    expect(orders.map(good)).toEqual(['1', '1']);
  });

  it('is refused where more than 50 ERP orders are in it, and each is booked by its own trigger', async () => {
    plant.deploy(inBatches('each', () => 'B'));
    const orders = [];
    for (let count = 0; count < 51; count++) orders.push(plant.plan('1'));
    await plant.pulled();
    const [first] = orders;
    if (!first) throw new Error('No order was planned.');
    completed(first, 1);
    await triggered('B');
    await plant.work();
    expect(plant.letters()).toEqual([expect.stringContaining('product orders of more than 50 ERP orders')]);
    await triggered(`${first.number}/1`);
    await plant.work();
    expect(good(first)).toBe('1');
  });

  it('may have the number of a product order: that one is asked about, too', async () => {
    // Prepare: the batch order of the second has the number of the product order of the first
    const first = await madeInParts('1');
    const number = `${first.number}/1`;
    plant.deploy(inBatches('each', () => number));
    const second = await madeInParts('1');
    completed(first, 1);
    completed(second, 1);

    // Act
    await triggered(number);
    await plant.work();

    // Assess
    expect([first, second].map(good)).toEqual(['1', '1']);
  });

  it('is refused where a trigger is believed without a look, as it does not say which one is completed', async () => {
    plant.deploy({
      ...inBatches('each'),
      azumuta: { baseUrl: azumutaSandboxBaseUrl(urlOf('azumuta')), contract: { trustTrigger: true } },
    });
    const order = await madeInParts('2');
    await triggeredBatch(order);
    expect(good(order)).toBe('0');
    expect(plant.letters()).toEqual([expect.stringContaining('the contract has trustTrigger')]);
  });

  it('has the product orders booked that were made before their batch order was named by their own triggers only', async () => {
    plant.deploy({ ...inBatches('each'), productOrders: { split: { per: 'unit', book: 'each' } } });
    const order = await madeInParts('1');
    plant.deploy(inBatches('each'));
    await quantityChanged(order, '2');
    completed(order, 1, 2);
    await triggeredBatch(order);
    expect(good(order)).toBe('1');
    await triggered(`${order.number}/1`);
    await plant.work();
    expect(good(order)).toBe('2');
  });

  it('is known for as long as an order of it is open', async () => {
    await madeInParts('1');
    for (let month = 0; month < 20; month++) {
      plant.advance(30 * days);
      await plant.looked();
    }
    const [item] = plant.table.items().filter(({ sk }) => String(sk).startsWith('BATCH#'));
    expect(Number(item?.expiresAt)).toBeGreaterThan(plant.clock.now().getTime() / 1000 + 300 * 86_400);
  });

  it.each([
    ['once, when all is completed', 'at the end', 40],
    ['for each of its product orders', 'each time', 1600],
  ] as const)(
    'costs of 40 the questions that MAPPING.md says, where it comes %s',
    async (_when, comes, expected) => {
      // Prepare
      const order = await madeInParts('40');
      let questions = 0;
      plant.answers.azumuta = ({ url }, answer) => {
        if (url.pathname.includes('/productorders')) questions += 1;
        return answer();
      };

      // Act
      for (let part = 1; part <= 40; part++) {
        completed(order, part);
        if (comes === 'each time' || part === 40) await triggeredBatch(order);
        plant.advance(10 * minutes);
      }

      // Assess
      expect([good(order), questions]).toEqual(['40', expected]);
      expect(readFileSync('shared/integration/MAPPING.md', 'utf8')).toContain(
        'costs 40 questions, and one that triggers for each of its product orders some 1,600 in all',
      );
    },
  );
});
