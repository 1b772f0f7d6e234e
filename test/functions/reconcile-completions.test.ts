import { expect, it } from 'vitest';
import { createReconcileCompletions } from '../../functions/reconcile-completions/reconcile-completions.ts';
import type { Integration } from '../../shared/integration/define.ts';
import { windowsRun } from '../../shared/integration/scheduled-runs.ts';
import { splitOrder } from '../support/orders.ts';
import { invocation, type Surroundings, startSurroundings } from './stage.ts';

const reconcile = ({ integration, runtime }: Surroundings) =>
  createReconcileCompletions(integration, runtime)({}, invocation);

/** So many product orders that are completed in Azumuta, and were due 36 hours ago. */
async function overdue(stage: Surroundings, count = 1) {
  for (let at = 1; at <= count; at += 1) {
    await stage.created(`MO/${at}`, { dueDate: '2026-11-26' });
    stage.azumuta.complete(`MO/${at}`);
  }
  stage.clock.advance(84 * 3600);
}

it.each([
  ['by the configuration', { everyHours: 24, graceHours: 48 }, 0],
  ['by the configuration', { everyHours: 24, graceHours: 30 }, 1],
  ['by the defaults when it is run by hand', 'off', 1],
] as const)('asks about what is overdue %s: %o', async (_, schedule, completed) => {
  const stage = await startSurroundings({ schedule: { reconcile: schedule } });
  await overdue(stage);
  expect(await reconcile(stage)).toMatchObject({ asked: completed, completed });
  const hints = Array(completed).fill({ productOrderNumber: 'MO/1', via: 'reconciliation' });
  expect(stage.sent('completions')).toMatchObject(hints);
});

it('asks about no more than the configuration says', async () => {
  const stage = await startSurroundings({ schedule: { reconcile: { everyHours: 24, most: 2 } } });
  await overdue(stage, 3);
  expect(await reconcile(stage)).toMatchObject({ asked: 2 });
});

it.each([
  ['has parts booked whose time has come, and asks about nothing else', { at: ['14:00'] }, 1],
  ['finds no such parts where the plant has no times', 'when-all-done', 0],
] as const)('%s, when its second schedule runs it', async (_, book, hints) => {
  // Prepare: the first of two parts is completed
  const productOrders: Integration['productOrders'] = { split: { per: 'unit', book } };
  const stage = await startSurroundings({ productOrders });
  const part = { index: 1, first: 'MO/1/1', book: 'when-all-done' } as const;
  const { id } = await stage.created('MO/1/1', { erpOrder: { number: 'MO/1', article: 'GEAR-01' }, part });
  const record = splitOrder('MO/1', 2, { book: 'when-all-done' });
  await stage.ledger.erpOrders.writeVersion(record);
  await stage.ledger.erpOrders.recordCompletedPart(record, {
    index: 1,
    number: 'MO/1/1',
    productOrderId: id,
  });
  await stage.ledger.windows.begin('MO/1/1', stage.clock.now());
  stage.clock.advance(86_400);

  // Act
  const report = await createReconcileCompletions(stage.integration, stage.runtime)(windowsRun, invocation);

  // Assess
  expect(report).toMatchObject({ hints });
  expect(stage.sent('completions')).toMatchObject(
    Array(hints).fill({ productOrderNumber: 'MO/1/1', via: 'reconciliation' }),
  );
  expect(stage.sent('product-orders')).toEqual([]);
});

it('has each open product order looked at', async () => {
  const stage = await startSurroundings();
  await stage.created('MO/1', { dueDate: '2026-12-24' });
  await reconcile(stage);
  expect(stage.sent('product-orders')).toEqual([
    { v: 1, kind: 'product-order', number: 'MO/1', asksErp: 'daily look' },
  ]);
});
