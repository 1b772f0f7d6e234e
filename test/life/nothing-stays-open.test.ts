import { describe, expect, it } from 'vitest';
import { endings } from '../../infra/ops/orders/end-order.ts';
import { recordedFigures } from '../simulation/world/integration.ts';
import {
  daysGoBy,
  eachWithPlant,
  endDependencies,
  kinds,
  made,
  plant,
  subjects,
  takePlant,
  withoutArticles,
} from './acts.ts';
import { days, hours, type LifePlant } from './plant.ts';

eachWithPlant();

type Order = ReturnType<LifePlant['plan']>;
const minutes = 60_000;

async function inAzumuta(quantity = '5'): Promise<Order> {
  const order = plant.plan(quantity);
  await plant.pulled();
  expect(made()).toContain(`${order.number} open`);
  return order;
}

async function changed(act: () => unknown): Promise<void> {
  plant.advance(hours);
  act();
  await plant.pulled();
}

async function settled(order: Order, kind: string): Promise<void> {
  await endings.settle({ number: order.number, kind, go: true, note: 'Ann: it is right' }, endDependencies());
}

/** Booked as 5, and corrected to another quantity in Azumuta. */
async function correctedAfterBooking() {
  const order = await inAzumuta();
  const completed = plant.azumuta.complete(order.number);
  await plant.work();
  plant.advance(hours);
  const correct = (quantity: number) => {
    const [recording] = completed?.recordings.slice(-1) ?? [];
    if (completed && recording) plant.azumuta.correct(completed.id, recording.id, quantity);
  };
  correct(3);
  plant.azumuta.triggerAgain(order.number);
  await plant.work();
  expect(await kinds()).toEqual(['figures-changed']);
  return { order, correct };
}

describe('an order that the ERP has changed', () => {
  it.each(['rest', 'odoo 17', 'odoo 19', 'sap-s4hana'] as const)(
    'needs nobody once it is booked, though the ERP lists it no more: %s',
    async (erp) => {
      takePlant({ erp });
      const order = await inAzumuta();
      await plant.ledger.pauses.pauseFlow('bookings');
      plant.azumuta.complete(order.number);
      await plant.work(10 * minutes);
      await changed(() => plant.erp.changeQuantity(order, '3'));
      expect(await kinds()).toEqual(['changed']);
      await plant.ledger.pauses.resumeFlow('bookings');
      await plant.work(2 * hours);
      expect(plant.erp.books(order).good).toBe('5');
      expect(await kinds()).toEqual([]);
    },
  );

  it('is told as one for the rest, where more is wanted than was booked', async () => {
    const order = await inAzumuta();
    plant.azumuta.complete(order.number);
    plant.triggers.length = 0;
    await changed(() => plant.erp.changeQuantity(order, '8'));
    plant.azumuta.triggerAgain(order.number);
    await plant.work();
    await daysGoBy(2);
    const notes = (await plant.ledger.knownOrders.read(order.number)).concerns.map(({ note }) => note);
    expect(plant.erp.books(order).good).toBe('5');
    expect(notes).toEqual([expect.stringContaining('release another order for the rest')]);
  });

  it('is told once when a person has settled it, until the ERP wants something else', async () => {
    // Prepare
    const order = await inAzumuta();
    await changed(() => plant.erp.changeQuantity(order, '7'));
    await settled(order, 'changed');

    // Act
    await changed(() => plant.erp.touch(order));
    await daysGoBy(2);
    const open = await kinds();
    const answer = await plant.get(order.number);
    await changed(() => plant.erp.changeQuantity(order, '9'));

    // Assess
    expect([open, answer.status]).toEqual([[], 'exists']);
    expect(await kinds()).toEqual(['changed']);
  });
});

describe('an order that is renumbered in the ERP', () => {
  it('needs nobody once it is renamed in Azumuta as the ERP wants it, and is booked', async () => {
    // Prepare
    const order = await inAzumuta();
    await changed(() => plant.erp.rename?.(order, 'RENAMED-1'));
    const notes = (await plant.ledger.knownOrders.read(order.number)).concerns.map(({ content }) => content);

    // Act
    plant.azumuta.rename(order.number, 'RENAMED-1');
    await daysGoBy(1);
    const open = await kinds();
    plant.azumuta.complete('RENAMED-1');
    await plant.work();

    // Assess
    expect(notes).toEqual([`number is ${order.number}, wanted RENAMED-1`]);
    expect(open).toEqual([]);
    expect(plant.erp.books({ ...order, number: 'RENAMED-1' })).toMatchObject({ state: 'done', good: '5' });
    expect(await kinds()).toEqual([]);
  });

  it('stays open while Azumuta has its first number, and ends with its booking', async () => {
    const order = await inAzumuta();
    await changed(() => plant.erp.rename?.(order, 'RENAMED-1'));
    await daysGoBy(2);
    expect(await kinds()).toEqual(['changed']);
    plant.azumuta.complete(order.number);
    await plant.work();
    expect(await kinds()).toEqual([]);
  });
});

describe('figures that were corrected after the booking', () => {
  it('need nobody once Azumuta shows again what was booked, without a trigger', async () => {
    const { correct } = await correctedAfterBooking();
    correct(5);
    await daysGoBy(1);
    expect(await kinds()).toEqual([]);
  });

  it('are told once when a person has settled them, until they change again', async () => {
    const { order, correct } = await correctedAfterBooking();
    await settled(order, 'figures-changed');
    plant.advance(hours);
    plant.azumuta.triggerAgain(order.number);
    await daysGoBy(3);
    expect(await kinds()).toEqual([]);
    correct(4);
    plant.azumuta.triggerAgain(order.number);
    await plant.work();
    expect(await kinds()).toEqual(['figures-changed']);
  });

  it('need nobody once Azumuta shows again what was booked of all parts together', async () => {
    // Prepare
    takePlant({ integration: { productOrders: { split: { per: 'unit', book: 'when-all-done' } } } });
    const order = plant.plan('2');
    await plant.pulled();
    plant.azumuta.complete(`${order.number}/1`, { quantity: 1, recordings: 1 });
    const second = plant.azumuta.complete(`${order.number}/2`, { quantity: 1, recordings: 1 });
    await plant.work();
    expect(plant.erp.books(order).good).toBe('2');
    await plant.ledger.concerns.begin(`${order.number}/1`, {
      kind: 'figures-changed',
      content: '2 good, 3 good',
      cause: 'booked-otherwise',
      note: 'It was booked as 2 good, and Azumuta shows 3 good now',
    });

    // Act
    await daysGoBy(1);

    // Assess
    expect(second?.recordings).toHaveLength(1);
    expect(await kinds()).toEqual([]);
  });
});

describe('a number that two ERP orders are mapped to', () => {
  it.each(['remove', 'putBack', 'cancel'] as const)('is free once one of them is gone: %s', async (leave) => {
    // Prepare
    takePlant({ integration: { productOrders: { number: () => 'SAME' } } });
    const orders = [plant.plan('5'), plant.plan('7')];
    await plant.pulled();
    const [taken] = (await plant.ledger.knownOrders.read('SAME')).concerns;
    expect(taken?.kind).toBe('number-taken');

    // Act
    plant.advance(hours);
    for (const order of orders) if (order.id === taken?.claimant) plant.erp[leave](order);
    await daysGoBy(1);

    // Assess
    expect(await kinds()).toEqual([]);
  });

  it('is free once the second one has a number of its own, also where it has more parts', async () => {
    // Prepare
    const split = { per: 'unit', book: 'each' } as const;
    takePlant({ integration: { productOrders: { split, number: () => 'SAME' } } });
    const numbersMade = () =>
      plant.azumuta
        .productOrders()
        .map(({ number }) => number)
        .toSorted();
    plant.plan('2');
    await plant.pulled();
    const second = plant.plan('3');
    await plant.pulled();
    expect(numbersMade()).toEqual(['SAME/1', 'SAME/2']);

    // Act
    const ownOf = ({ number }: { readonly number: string }) => (number === second.number ? 'OWN' : 'SAME');
    plant.deploy({ productOrders: { split, number: ownOf } }, 'second');
    await daysGoBy(1);

    // Assess
    expect(numbersMade()).toEqual(['OWN/1', 'OWN/2', 'OWN/3', 'SAME/1', 'SAME/2']);
    expect(await kinds()).toEqual([]);
  });
});

describe('the letter of an order whose creation was refused', () => {
  it.each(['cancel', 'putBack', 'remove'] as const)(
    'is over once the ERP does not want it: %s',
    async (leave) => {
      withoutArticles();
      const order = plant.plan('5');
      await plant.pulled();
      expect(await kinds()).toEqual(['dead-letter']);
      await changed(() => plant.erp[leave](order));
      await daysGoBy(1);
      expect(await kinds()).toEqual([]);
      expect((await plant.ledger.orders.find(order.number))?.end?.how).toBe('withdrawn');
    },
  );
});

describe('an order of which a trigger came while it was open', () => {
  const endsOf = {
    'withdrawn as people were asked': async (order: Order) => {
      await changed(() => plant.erp.cancel(order));
    },
    'given up': async ({ number }: Order) => {
      await endings['give-up']({ number, go: true, note: 'Ann: scrapped' }, endDependencies());
    },
  };

  it.each(Object.keys(endsOf) as (keyof typeof endsOf)[])(
    'is asked about no more once it is %s',
    async (end) => {
      // Prepare: asked in vain for half an hour, it is left to the reconciliation
      const order = await inAzumuta();
      await plant.trigger(JSON.stringify({ productOrderNumber: order.number }));
      await plant.work(2 * hours);

      // Act
      await endsOf[end](order);
      plant.azumuta.remove(order.number);
      await daysGoBy(1);
      const before = { mails: plant.mails.length, calls: plant.calls.azumuta };
      await daysGoBy(5);

      // Assess
      expect(await kinds()).toEqual([]);
      expect(plant.calls.azumuta).toBe(before.calls);
      expect(subjects().slice(before.mails).join()).not.toContain('removed');
    },
  );
});

describe('a completion that the mapping refused', () => {
  const refusing = () => {
    throw new TypeError('figures is undefined');
  };

  it('is tried once by each further configuration, and booked by one that maps it', async () => {
    // Prepare
    plant.deploy({ completions: { ...recordedFigures, quantity: refusing } }, 'first');
    const order = await inAzumuta();
    plant.azumuta.complete(order.number);
    await plant.work(2 * hours);
    expect(await kinds()).toEqual(['dead-letter']);

    // Act: the second one refuses it, too
    plant.deploy({ completions: { ...recordedFigures, quantity: refusing } }, 'second');
    await daysGoBy(1);
    const before = plant.calls.azumuta;
    await daysGoBy(3);
    const asked = plant.calls.azumuta - before;
    const letters = (await kinds()).length;
    plant.deploy({ completions: recordedFigures }, 'third');
    await daysGoBy(1);

    // Assess
    expect([asked, letters]).toEqual([0, 1]);
    expect(subjects().filter((subject) => !subject.startsWith('Still open'))).toHaveLength(2);
    expect(plant.erp.books(order)).toMatchObject({ state: 'done', good: '5' });
    expect(await kinds()).toEqual([]);
  });
});

it('looks within a day at each of a thousand orders of which something is open', async () => {
  // Prepare
  const count = 1000;
  const numbers = Array.from({ length: count }, (_, at) => `OPEN-${at}`);
  for (const number of numbers)
    await plant.ledger.concerns.begin(number, {
      kind: 'refused',
      content: 'no article',
      note: 'It has no article',
      cause: 'order-data',
    });

  // Act
  plant.advance(days);
  await plant.looked();

  // Assess: the ERP has none of them
  expect(await kinds()).toEqual([]);
});
