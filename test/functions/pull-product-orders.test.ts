import { expect, it } from 'vitest';
import { createPullProductOrders } from '../../functions/pull-product-orders/pull-product-orders.ts';
import { createReconcileCompletions } from '../../functions/reconcile-completions/reconcile-completions.ts';
import { invocation, startSurroundings, takeSlot } from './stage.ts';

const from = (instant: string) => ({ pull: { everyMinutes: 5, from: instant } });

const pull = ({ integration, runtime }: Awaited<ReturnType<typeof startSurroundings>>) =>
  createPullProductOrders(integration, runtime)({}, invocation);

it.each([
  ['the day before', from('2026-11-23T08:00:00Z'), 1],
  ['the day after', from('2026-11-25T08:00:00Z'), 0],
  ['never, by hand', {}, 1],
])('reads what was released since the plant went live, which was %s', async (_, schedule, orders) => {
  const stage = await startSurroundings({ schedule });
  stage.plan();
  expect(await pull(stage)).toMatchObject({ outcome: 'read', orders, queued: orders });
});

it.each([
  [undefined, undefined],
  ['exact', expect.any(String)],
] as const)(
  'keeps the id of the last page only where the watermark of the ERP is exact: %s',
  async (watermark, id) => {
    // Prepare
    const stage = await startSurroundings({ erp: { watermark } });
    stage.plan();

    // Act
    await pull(stage);

    // Assess
    const { watermark: kept } = await stage.ledger.pullState.readState();
    expect(kept?.changedAt).toEqual(expect.any(String));
    expect(kept?.id).toEqual(id);
  },
);

it('maps what the configuration wants, with its version, and has it created', async () => {
  // Prepare
  const stage = await startSurroundings({
    productOrders: {
      number: ({ number }) => `GH-${number}`,
      accept: ({ quantity }) => quantity.amount === '7',
    },
  });
  const number = `GH-${stage.plan('7').number}`;
  stage.plan('5');

  // Act
  await pull(stage);

  // Assess
  expect(stage.sent('product-orders')).toMatchObject([{ number }]);
  expect(await stage.ledger.orders.find(number)).toMatchObject({ mappedBy: 'version 1' });
});

it.each([
  ['the pull', 'erp', createPullProductOrders, 'read'],
  ['the reconciliation', 'azumuta', createReconcileCompletions, 'asked'],
] as const)(
  '%s calls %s only with a slot where it has a limit, and gives it back',
  async (_, partner, create, done) => {
    // Prepare: another function has the only one, and an order is overdue
    const stage = await startSurroundings({ [partner]: { atOnce: 1 } });
    const { clock } = stage;
    stage.plan();
    await stage.created('MO/1', { dueDate: '2026-11-26' });
    clock.advance(84 * 3600);
    const slots = await takeSlot(stage, partner, 'another function');
    const run = create(stage.integration, stage.runtime);
    const runs = () => {
      const endsAt = clock.now().getTime() + 60_000;
      return run(
        {},
        { awsRequestId: 'this', getRemainingTimeInMillis: () => endsAt - clock.now().getTime() },
      );
    };

    // Act
    const meanwhile = await runs();
    const asked = stage.calls[partner].length;
    await slots.end();
    const after = await runs();

    // Assess
    expect([meanwhile.outcome, asked, after.outcome]).toEqual(['no slot was free', 0, done]);
    const slot = await stage.store.table.get({ pk: `SLOTS#${partner}`, sk: 'SLOT#1' });
    expect(slot).not.toHaveProperty('leaseUntil');
  },
);

it('leaves an ERP alone that is down, for the cooldown of the environment', async () => {
  // Prepare
  const stage = await startSurroundings();
  stage.answers.erp = () => ({ status: 503 });
  for (let failures = 0; failures < 5; failures += 1) await pull(stage);
  stage.answers.erp = (_, answer) => answer();

  // Act
  const outcomes = [];
  for (const seconds of [32, 1]) {
    stage.clock.advance(seconds);
    outcomes.push((await pull(stage)).outcome);
  }

  // Assess
  expect(outcomes).toEqual(['the ERP is down', 'read']);
});
