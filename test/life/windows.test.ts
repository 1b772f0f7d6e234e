import { describe, expect, it } from 'vitest';
import { endings } from '../../infra/ops/orders/end-order.ts';
import { type CompletedProductOrder, planned, recorded } from '../../shared/integration/index.ts';
import type { ErpName } from '../simulation/partners/erp.ts';
import {
  daysGoBy,
  eachWithPlant,
  endDependencies,
  kinds,
  madeInParts,
  partsBuilt,
  plant,
  takePlant,
} from './acts.ts';
import { hours, type LifePlant, minutes } from './plant.ts';

type Order = ReturnType<LifePlant['plan']>;

const perShift = (per: 'unit' | number = 'unit') =>
  ({
    productOrders: { split: { per, book: { at: ['14:00', '22:00'] } } },
    completions: { quantity: planned },
  }) as const;
eachWithPlant({ integration: perShift() });

/** From nine in the morning at the plant on. */
async function untilTwo(): Promise<void> {
  plant.advance(5 * hours);
  await plant.woken();
}

/** The time comes at which the parts are booked that wait for one. */
async function windowDue({ number }: Order): Promise<void> {
  const { window } = await plant.ledger.knownOrders.readNamed(`${number}/1`);
  if (!window) throw new Error('No part waits for its time.');
  plant.advance(window.dueAt - plant.clock.now().getTime());
  await plant.woken();
}

async function triggersComeAgain(order: Order, ...parts: readonly number[]): Promise<void> {
  for (const part of parts) plant.azumuta.triggerAgain(`${order.number}/${part}`);
  await plant.work();
}

/** The good quantity of each booking. */
const booked = (order: Order) => plant.erp.books(order).bookings.map(({ good }) => good);

describe('an order that is booked per shift', () => {
  it('is booked by parts of 25, and its rest with the last of them', async () => {
    plant.deploy(perShift(25));
    const order = await madeInParts('80');
    await partsBuilt(order, 1, 4);
    await untilTwo();
    expect(plant.erp.books(order)).toMatchObject({ state: 'open', good: '30' });
    await partsBuilt(order, 2, 3);
    expect(plant.erp.books(order)).toMatchObject({ state: 'done', good: '80' });
    expect(booked(order)).toEqual(['30', '50']);
  });

  it('is refused where the parts of a shift come to more than they are for, though the order is for more', async () => {
    // Prepare
    const quantity = (completed: CompletedProductOrder) => recorded(completed, 'Good quantity');
    plant.deploy({ ...perShift(), completions: { quantity } });
    const order = await madeInParts('5');
    for (const [part, good] of [
      [1, 1],
      [2, 2],
    ] as const)
      plant.azumuta.complete(`${order.number}/${part}`, { quantity: good, recordings: 1 });
    await plant.work();

    // Act
    await untilTwo();

    // Assess
    expect(booked(order)).toEqual([]);
    expect(plant.letters()).toEqual([expect.stringContaining('is for 2 u, and was completed with 3 good')]);
  });

  it('is booked once Azumuta answers again, where it did not at the end of the shift', async () => {
    // Prepare
    const order = await madeInParts('5');
    await partsBuilt(order, 1, 2);
    plant.advance(5 * hours);
    plant.answers.azumuta = () => ({ status: 503 });
    for (let runs = 0; runs < 6; runs += 1) {
      await plant.woken();
      plant.advance(5 * minutes);
    }
    expect(booked(order)).toEqual([]);

    // Act
    plant.answers.azumuta = (_, answer) => answer();
    plant.advance(hours);
    await plant.woken();

    // Assess
    expect(booked(order)).toEqual(['2']);
    expect([plant.letters(), await kinds()]).toEqual([[], []]);
  });

  it('is booked after a pause and a deployment amid the shift', async () => {
    // Prepare
    const order = await madeInParts('5');
    await partsBuilt(order, 1);
    await plant.ledger.pauses.pauseFlow('bookings');
    await untilTwo();
    plant.deploy({ productOrders: { split: { per: 'unit', book: { at: ['16:00'] } } } }, 'second');
    await partsBuilt(order, 2);
    expect(booked(order)).toEqual([]);

    // Act
    await plant.ledger.pauses.resumeFlow('bookings');
    plant.advance(2 * hours);
    await plant.woken();

    // Assess
    expect(booked(order)).toEqual(['2']);
    expect([plant.letters(), await kinds()]).toEqual([[], []]);
  });

  it.each(['rest', 'odoo 17', 'odoo 19', 'sap-s4hana', 'business-central'] satisfies ErpName[])(
    'is a person’s once somebody has finished it in the ERP between two times: %s',
    async (erp) => {
      // Prepare
      takePlant({ erp, integration: perShift() });
      const order = await madeInParts('5');
      await partsBuilt(order, 1, 2);
      await untilTwo();
      await partsBuilt(order, 3);
      plant.erp.finishByHand(order);
      const { good } = plant.erp.books(order);

      // Act
      await windowDue(order);
      await daysGoBy(2);

      // Assess
      expect(plant.erp.books(order)).toMatchObject({ state: 'done', good });
      expect(plant.letters()).toHaveLength(1);
    },
  );

  it('is booked no more once a person has given all of its parts up between two times', async () => {
    // Prepare
    const order = await madeInParts('4');
    await partsBuilt(order, 1, 2);
    await untilTwo();
    await partsBuilt(order, 3);

    // Act
    for (const part of [3, 4]) {
      const number = `${order.number}/${part}`;
      await endings['give-up']({ number, go: true, note: 'not needed (An)' }, endDependencies());
    }
    plant.advance(8 * hours);
    await plant.woken();
    await triggersComeAgain(order, 3);
    await daysGoBy(2);

    // Assess
    expect(booked(order)).toEqual(['2']);
    expect([plant.letters(), await kinds()]).toEqual([[], []]);
  });
});

/** Two of four parts are booked at the end of the first shift; then the ledger is lost. */
async function ledgerLost(): Promise<Order> {
  const order = await madeInParts('4');
  await partsBuilt(order, 1, 2);
  await untilTwo();
  await plant.beginLedgerAnew();
  await daysGoBy(1);
  return order;
}

/** With their reasons. */
const lettersAbout = (sentence: string) => plant.letters().filter((reason) => reason.includes(sentence));

describe('an order whose ledger begins anew amid its shifts', () => {
  it.each(['rest', 'odoo 17', 'odoo 19', 'sap-s4hana', 'business-central'] satisfies ErpName[])(
    'has no part booked again, and none taken for booked: %s',
    async (erp) => {
      // Prepare
      takePlant({ erp, integration: perShift() });
      const order = await ledgerLost();
      const before = booked(order);

      // Act: as many parts as were booked
      await partsBuilt(order, 3, 4);
      await triggersComeAgain(order, 1, 2, 1);
      await windowDue(order);
      await daysGoBy(7);

      // Assess
      expect(before).toEqual(['2']);
      expect(booked(order)).toEqual(['2', '2']);
      expect(plant.erp.books(order)).toMatchObject({ good: '4' });
    },
  );

  it('asks a person about a part that it may have had booked, and books it by a replay of that', async () => {
    // Prepare
    const order = await ledgerLost();
    await triggersComeAgain(order, 1);
    const asked = lettersAbout('was completed before its order came here');

    // Act
    await plant.replayed();
    await partsBuilt(order, 3);
    await windowDue(order);

    // Assess
    expect(asked).toHaveLength(1);
    expect(booked(order)).toEqual(['2', '2']);
  });
});
