import { expect, it } from 'vitest';
import { Breaker } from '../../../shared/circuit-breaker/circuit-breaker.ts';
import { PartnerCalls } from '../../../shared/circuit-breaker/guarded-call.ts';
import { reconcileCompletions } from '../../../shared/completions/reconcile.ts';
import { createLedger } from '../../../shared/ledger/ledger.ts';
import type { Partner } from '../../../shared/model/partner.ts';
import { pullOrders } from '../../../shared/orders/pull.ts';
import { claimedOrder } from '../../support/bookings.ts';
import { silent } from '../../support/logs.ts';
import { newOrder } from '../../support/orders.ts';
import { pullFrom } from '../orders/pull-stage.ts';
import { invocation, settlingSeconds, slotsStage } from './stage.ts';

const stage = slotsStage();

/** The dependencies of every run, which looks for a slot as long as it has time; its pauses take the run's time only. */
function runOf(partner: Partner) {
  const { clock, table } = stage;
  let remainingMs = 60_000;
  const slots = stage.container(
    { [partner]: 1 },
    {
      name: `run for ${partner}`,
      async sleep(ms) {
        remainingMs -= ms;
        clock.advance(ms / 1000);
      },
    },
  );
  const breaker = new Breaker(table, clock);
  return {
    time: invocation(() => remainingMs),
    ledger: createLedger({ table, clock, times: { settlingSeconds } }),
    clock,
    log: silent,
    slots,
    partners: new PartnerCalls({ breaker, newOwner: () => 'owner', log: silent, slots }),
  };
}

function pull() {
  let called = false;
  return {
    partner: 'erp' as const,
    called: () => called,
    run() {
      const { time, ...dependencies } = runOf('erp');
      return pullOrders(time, {
        ...pullFrom({ ...stage, slots: dependencies.slots }, async function* () {
          called = true;
          yield { orders: [], unreadable: [], watermark: { changedAt: '2026-11-24T08:00:00.000Z' } };
        }),
        ...dependencies,
        queues: { sendAll: async () => [] },
        queueUrl: 'unused',
      });
    },
  };
}

function reconciliation() {
  let called = false;
  const isAsked = async () => {
    called = true;
    return undefined;
  };
  return {
    partner: 'azumuta' as const,
    called: () => called,
    async run() {
      const { time, ...dependencies } = runOf('azumuta');
      const { ledger, clock } = dependencies;
      const dueDate = new Date(clock.now().getTime() - 2 * 86_400_000).toISOString();
      const number = `OVERDUE ${clock.now().toISOString()}`;
      await ledger.orders.put(newOrder({ number, dueDate }));
      const receipt = { productOrder: { id: `id of ${number}`, number }, awaiting: 'completion' };
      await ledger.claims.complete(await claimedOrder(ledger, number), receipt, { event: 'created' });
      return reconcileCompletions(time, {
        ...dependencies,
        azumuta: { productOrder: isAsked, findProductOrder: isAsked },
        queues: { send: async () => {} },
        completionsQueueUrl: 'unused',
        lookAt: async () => {},
        most: 50,
        graceHours: 24,
      });
    },
  };
}

it.each([
  ['a pull', pull, 'read'],
  ['a reconciliation', reconciliation, 'asked'],
] as const)('lets %s call its partner with a slot only, which it gives back', async (_, scheduled, done) => {
  // Prepare: a batch has the only slot
  const { partner, run, called } = scheduled();
  const batch = stage.begun({ [partner]: 1 });
  await batch.take(partner);

  // Act
  const meanwhile = await run();
  const calledMeanwhile = called();
  await batch.end();
  stage.clock.advance(30);
  const after = await run();

  // Assess
  expect(meanwhile.outcome).toBe('no slot was free');
  expect(calledMeanwhile).toBe(false);
  expect(after.outcome).toBe(done);
  expect(called()).toBe(true);
  expect(await stage.begun({ [partner]: 1 }).take(partner)).toBe(true);
});
