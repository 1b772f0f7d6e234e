import { expect, it } from 'vitest';
import { startAlertStage } from './stage.ts';

it('tells of a partner that is down for five minutes, since when and how many wait, and that it answers again', async () => {
  // Prepare
  const stage = await startAlertStage({ start: '2026-11-24T04:30:00Z' });
  const { received, counts } = stage;
  await stage.outage('erp');
  Object.assign(counts, { completions: 200, 'product-orders': 3 });

  // Act
  await stage.run();
  const early = received.webhook.length;
  await stage.runFor(100);
  await stage.recovery();
  await stage.runFor(60);

  // Assess
  expect(early).toBe(0);
  expect(
    received.webhook.map(({ event, title, summary, command }) => [event, title, summary, command]),
  ).toEqual([
    [
      'new',
      'ghent-production: The ERP has been down since 2026-11-24 05:30 (5 min)',
      'The ERP has been down for 5 min; 3 orders to be created and 200 completions to be booked wait for it. The ERP failed (503) at GET /orders. Fix the cause in the ERP. Nothing is lost: messages that wait continue automatically.',
      'npm run doctor -- --stack AzumutaErp-ghent-production',
    ],
    [
      'over',
      'ghent-production: Over: The ERP answers again (it was down from 2026-11-24 05:30, for 100 min)',
      'What waited for it goes on by itself.',
      'npm run doctor -- --stack AzumutaErp-ghent-production',
    ],
  ]);
});

it('says to set the credentials when a partner refuses them', async () => {
  const stage = await startAlertStage();
  await stage.outage('erp', 'The ERP refused our credentials (401) at GET /orders: check the secret.');
  await stage.runFor(10);
  expect(stage.received.webhook[0]?.command).toBe(
    'npm run secrets -- set erp-credentials --stack AzumutaErp-ghent-production',
  );
});

it('says nothing of messages that wait for a partner while its outage is told', async () => {
  // Prepare
  const stage = await startAlertStage();
  const { ledger, clock, received } = stage;
  const waits = {
    order: 'PO-1',
    partner: 'erp',
    since: clock.now(),
    reason: 'MO-1 is locked by R. Smith.',
  } as const;
  await ledger.attempts.recordFailure('m-1', { unexpected: false, waits });
  await stage.outage('erp');
  await stage.runFor(10);
  const meanwhile = received.webhook.map(({ kind }) => kind);

  // Act
  await stage.recovery();
  // What waited is drained first.
  await stage.runFor(30);
  await ledger.attempts.forgetMessage('m-1');
  await stage.runFor(5);

  // Assess
  expect(meanwhile).toEqual(['partner-down']);
  expect(
    received.webhook.slice(1).map(({ event, kind, troubles }) => [event, kind, troubles[0]?.why]),
  ).toEqual([
    ['over', 'partner-down', undefined],
    ['new', 'waiting', 'MO-1 is locked by R. Smith.'],
    ['over', 'waiting', undefined],
  ]);
});

it('tells of a partner that refuses our login as just that, since when', async () => {
  const stage = await startAlertStage({ start: '2026-11-24T04:30:00Z' });
  await stage.outage('erp', 'The ERP refused our login (401) at GET /orders.');
  await stage.runFor(10);
  expect(stage.received.webhook.map(({ title, summary }) => [title, summary])).toEqual([
    [
      'ghent-production: The ERP refuses our login since 2026-11-24 05:30 (5 min)',
      expect.stringMatching(/^The ERP refuses our login \(for 5 min\)\. .*: set the right ones/),
    ],
  ]);
});
