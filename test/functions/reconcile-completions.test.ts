import { expect, it } from 'vitest';
import { createReconcileCompletions } from '../../functions/reconcile-completions/reconcile-completions.ts';
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

it('has each open product order looked at', async () => {
  const stage = await startSurroundings();
  await stage.created('MO/1', { dueDate: '2026-12-24' });
  await reconcile(stage);
  expect(stage.sent('product-orders')).toEqual([
    { v: 1, kind: 'product-order', number: 'MO/1', asksErp: 'daily look' },
  ]);
});
