import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { orderPage } from '../../infra/console/pages/order.ts';
import { problemFindings } from '../../infra/ops/doctor/check-stack.ts';
import { traceLines } from '../../infra/ops/trace/report.ts';
import { traceOrder } from '../../infra/ops/trace/trace.ts';
import { problemsOf } from '../../shared/situation/problems.ts';
import { readSituation } from '../../shared/situation/read.ts';
import type { PlannedOrderRef } from '../shared/erp/conformance/target.ts';
import { createLifePlant, days, hours, type LifePlant } from './plant.ts';

let plant: LifePlant;
beforeEach(() => {
  plant = createLifePlant();
});
afterEach(() => plant.close());

/** What each view says of an order, as text: `trace`, the console's page, its flows, the doctor and the mails. */
async function views(number: string) {
  const { clock, ledger, mails } = plant;
  const trace = await traceOrder(number, ledger, '--local', undefined, clock.now());
  const [order] = trace.productOrders;
  if (!order) throw new Error('The ledger does not know the order.');
  const time = { now: clock.now(), timeZone: 'UTC' };
  const situation = await readSituation({
    ...{ ledger, breaker: ledger.breaker, clock, graceHours: 24, outageSeconds: 0 },
    queue: async () => ({ waiting: 0, underWay: 0, paused: false }),
    countDeadLetters: async () => plant.letters().length,
  });
  // Each value is escaped, as `It&#39;s`.
  const page = String(await orderPage(order, [], time, '')).replaceAll('&#39;', "'");
  return {
    order,
    trace: traceLines(trace, { where: '--local', timeZone: 'UTC' }).join('\n'),
    page,
    flows: problemsOf(situation, '--local')
      .map(({ what, next }) => `${what} ${next}`)
      .join('\n'),
    doctor: [problemFindings(situation, '--local')].flat(),
    mail: mails.at(-1)?.text ?? '',
  };
}

async function released(): Promise<PlannedOrderRef> {
  const order = plant.plan('5', 'plain', { dueDate: '2026-11-26' });
  await plant.pull();
  await plant.work();
  return order;
}

async function round(): Promise<void> {
  plant.advance(hours);
  await plant.pull();
  await plant.reconcile();
  await plant.work();
  await plant.alerts();
}

describe('every view of an order', () => {
  it('says that an order is well which is', async () => {
    const { number } = await released();
    await round();
    const { order, flows, doctor, mail } = await views(number);
    expect(order).toMatchObject({ state: 'in Azumuta', next: undefined });
    expect([flows, doctor, mail]).toEqual(['', [expect.objectContaining({ result: 'fine' })], '']);
  });

  it.each<[string, (order: PlannedOrderRef) => void, string, string]>([
    [
      'changed',
      (order) => plant.erp.changeQuantity(order, '8'),
      'is 5, wanted 8',
      'Correct the product order in Azumuta by hand',
    ],
    [
      'cancelled',
      (order) => plant.erp.cancel(order),
      'cancelled in the ERP',
      'Remove the product order in Azumuta',
    ],
    [
      'removed in Azumuta',
      (order) => {
        plant.azumuta.remove(order.number);
        // The reconciliation asks about what is overdue.
        plant.advance(5 * days);
      },
      'Azumuta does not have it any more',
      'If it was built, book it in the ERP by hand.',
    ],
  ])('tells of one that was %s its reason and its next step', async (_, happens, why, next) => {
    // Prepare
    const order = await released();
    happens(order);

    // Act
    await round();
    const { order: traced, trace, page, flows, doctor, mail } = await views(order.number);

    // Assess
    expect(traced.state).toBe('needs a person');
    for (const text of [trace, page, mail]) {
      expect(text).toContain(why);
      expect(text).toContain(next);
    }
    expect(flows).toContain(next);
    expect(doctor).toContainEqual(
      expect.objectContaining({ result: 'notice', command: 'npm run alert -- --local' }),
    );
    for (const text of [trace, page]) expect(text).not.toContain('waits there to be completed');
  });

  it('never tells to complete an order whose booking is planned, though it is overdue', async () => {
    // Prepare: the ERP is down from its completion on.
    const { number } = await released();
    plant.answers.erp = () => ({ status: 503 });
    plant.azumuta.complete(number);
    await plant.work();
    plant.advance(5 * days);

    // Act: an outage is told first.
    await plant.alerts();
    const { order, trace, page } = await views(number);
    const overdue = plant.mails.filter(({ subject }) => subject.includes('overdue'));

    // Assess
    expect(order.stage).toBe('to be booked');
    expect(overdue).toMatchObject([{ text: expect.stringContaining('waits to be booked in the ERP') }]);
    for (const text of [trace, page, ...overdue.map((mail) => mail.text)])
      expect(text).not.toMatch(/complete it/i);
  });
});
