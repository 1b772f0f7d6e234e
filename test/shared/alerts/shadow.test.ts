import { expect, it } from 'vitest';
import { createLedger } from '../../../shared/ledger/ledger.ts';
import { ShadowTable } from '../../../shared/ledger/shadow-table.ts';
import { orderOf, refused, startAlertStage } from './stage.ts';

const days = 24 * 60;

it('says in shadow only that a partner is down, and neither what is open or late nor how the day was', async () => {
  // Prepare: of each, one that was begun live and one of shadow; and a dead letter that waits in its queue.
  const stage = await startAlertStage({
    mode: 'shadow',
    deployment: { morningMail: { at: '06:30', workdays: ['tuesday', 'wednesday'], emails: ['a@b.example'] } },
  });
  const table = new ShadowTable(stage.store.client, stage.store.tableName, stage.clock.now);
  const inShadow = createLedger({ table, clock: stage.clock, settlingSeconds: 300 });
  for (const [ledger, number] of [
    [stage.ledger, 'MO/1'],
    [inShadow, 'MO/2'],
  ] as const) {
    await orderOf(ledger, { number, dueDate: '2026-11-20' });
    await ledger.deadLetters.record(refused(`${number}-refused`));
  }
  stage.counts['dead-letters'] = 1;

  // Act
  await stage.runFor(3 * days, 60);
  const before = stage.received.webhook.length + stage.received.mails.length;
  await stage.outage('erp');
  await stage.runFor(60);

  // Assess
  expect(before).toBe(0);
  expect(stage.received.webhook).toHaveLength(1);
  expect(JSON.stringify(stage.received.webhook)).toContain('The ERP failed (503)');
});
