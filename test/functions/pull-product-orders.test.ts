import { expect, it } from 'vitest';
import { createPullProductOrders } from '../../functions/pull-product-orders/pull-product-orders.ts';
import { invocation, runAroundSlot, startSurroundings } from './stage.ts';

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

it('calls an ERP with a limit only with one of its slots, which it gives back', async () => {
  // Prepare
  const stage = await startSurroundings({ erp: { atOnce: 1 } });
  const run = createPullProductOrders(stage.integration, stage.runtime);

  // Act: another function has the only one
  const { meanwhile, asked, after } = await runAroundSlot(stage, {
    partner: 'erp',
    other: 'book-completion',
    run,
  });

  // Assess
  expect([meanwhile.outcome, asked, after.outcome]).toEqual(['no slot was free', 0, 'read']);
  expect(await stage.store.table.get({ pk: 'SLOTS#erp', sk: 'SLOT#1' })).not.toHaveProperty('leaseUntil');
});

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
