import { describe, expect, it } from 'vitest';
import { type FlowName, flowNames } from '../../shared/ledger/records/pauses.ts';
import { queueUrlOf } from '../simulation/world/plant.ts';
import { daysGoBy, eachWithPlant, kinds, made, plant, subjects } from './acts.ts';
import { days, hours, minutes } from './plant.ts';

const weeks = 7 * days;

eachWithPlant();

/** Paused by a person, until a time or until somebody resumes it, for long enough that every container has seen it. */
async function pause(flows: readonly FlowName[], until?: Date): Promise<void> {
  const end = until && { until, ends: 'by itself' as const };
  for (const flow of flows) await plant.ledger.pauses.pauseFlow(flow, { note: 'summer closure', ...end });
  plant.advance(minutes);
}

/** Days on which the schedule runs as ever, and which are as long as its runs. */
async function scheduleGoesOn(many: number): Promise<void> {
  for (let day = 0; day < many; day += 1) {
    await plant.work(days / 2);
    await plant.pull();
    await plant.work(days / 2);
    await plant.reconcile();
    await plant.alerts();
  }
}

/** A person built it while nothing is read, and its trigger comes. */
async function built(number: string): Promise<void> {
  plant.azumuta.complete(number);
  await plant.sendTriggers();
}

it('loses nothing of both flows in three weeks that are closed until a time, and nobody hears of it daily', async () => {
  // Prepare: one is in Azumuta, one comes in the meantime, and one is planned by the ERP.
  const open = plant.plan('5', 'plain', { dueDate: '2026-11-25' });
  await plant.pulled();
  await plant.alerts();
  const begun = plant.clock.now().getTime();
  await pause(flowNames, new Date(begun + 3 * weeks));
  const before = subjects().length;

  // Act
  await built(open.number);
  const posted = plant.plan('3');
  await plant.post({
    number: posted.number,
    id: posted.id,
    article: 'GEAR-01',
    quantity: '3',
    unit: 'u',
    dueDate: '2026-12-01',
  });
  const pulled = plant.plan('2');
  const calls = { ...plant.calls };
  await scheduleGoesOn(20);
  const meanwhile = { letters: plant.letters(), mails: subjects().slice(before), calls: { ...plant.calls } };
  plant.advance(begun + 3 * weeks - plant.clock.now().getTime());
  await plant.alerts();
  await plant.work(20 * minutes);
  await plant.pulled();
  await plant.alerts();

  // Assess
  expect(meanwhile).toEqual({ letters: [], mails: [], calls });
  expect(plant.erp.books(open).state).toBe('done');
  expect(made()).toEqual(expect.arrayContaining([`${posted.number} open`, `${pulled.number} open`]));
  expect(made()).toHaveLength(3);
  expect(subjects().filter((subject) => subject.includes('the pause of'))).toHaveLength(1);
  expect([plant.letters(), await kinds()]).toEqual([[], []]);
});

describe('a pause that nobody has planned', () => {
  it.each([
    ['bookings', 10],
    ['bookings', 40],
    ['completions', 21],
  ] as const)('loses nothing, however long it lasts: %s for %i days', async (flow, many) => {
    // Prepare
    const order = plant.plan('5', 'plain', { dueDate: '2027-06-01' });
    await plant.pulled();
    await pause([flow]);
    await built(order.number);
    await plant.work(minutes);

    // Act
    await scheduleGoesOn(many);
    const letters = plant.letters();
    const state = plant.erp.books(order).state;
    await plant.ledger.pauses.resumeFlow(flow);
    await plant.work(20 * minutes);

    // Assess
    expect([letters, state]).toEqual([[], 'open']);
    expect(plant.erp.books(order).state).toBe('done');
    await daysGoBy(1);
    expect(await kinds()).toEqual([]);
  });

  it('does not fill a queue that is paused with a hint of each daily look', async () => {
    // Prepare: its trigger is lost, and something is open about it, so Azumuta is looked at daily.
    const order = plant.plan('5', 'plain', { dueDate: '2027-06-01' });
    await plant.pulled();
    await pause(['completions']);
    plant.azumuta.complete(order.number);
    plant.triggers.length = 0;
    plant.erp.cancel(order);
    await plant.pulled();

    // Act
    await scheduleGoesOn(10);
    const waiting = plant.queues.messages(queueUrlOf('completions')).length;
    await plant.ledger.pauses.resumeFlow('completions');
    await daysGoBy(2);

    // Assess
    expect(waiting).toBe(0);
    expect(plant.letters()).toEqual([expect.stringContaining('cancel')]);
  });

  it('makes nothing of an order that was given up meanwhile', async () => {
    // Prepare
    await pause(['orders']);
    const order = plant.plan('3');
    const given = { number: order.number, id: order.id, article: 'GEAR-01', quantity: '3', unit: 'u' };
    await plant.post(given);
    await scheduleGoesOn(2);

    // Act
    const entry = await plant.ledger.orders.find(order.number);
    if (entry) await plant.ledger.orders.end(entry, { how: 'given up', because: 'not wanted (An)' });
    await scheduleGoesOn(19);
    await plant.ledger.pauses.resumeFlow('orders');
    await plant.work(hours);

    // Assess
    expect(made()).toEqual([]);
    expect(plant.letters()).toEqual([]);
  });
});
