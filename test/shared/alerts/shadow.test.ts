import { expect, it } from 'vitest';
import { createLedger } from '../../../shared/ledger/ledger.ts';
import { Comparisons, type ShadowComparison } from '../../../shared/ledger/records/comparisons.ts';
import { ShadowTable } from '../../../shared/ledger/shadow-table.ts';
import { orderOf, refused, startAlertStage } from './stage.ts';

const days = 24 * 60;

it('says in shadow only that a partner is down, and nothing of what is open or late', async () => {
  // Prepare: of each, one that was begun live and one of shadow; and a dead letter that waits in its queue.
  const stage = await startAlertStage({
    mode: 'shadow',
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

it('mails each morning how many orders shadow would have booked beside people, and which differ, with the line of the mapping', async () => {
  // Prepare: the stack has run before, and three orders were compared on Tuesday, one more than a day before.
  const stage = await startAlertStage({
    mode: 'shadow',
    start: '2026-11-23T10:00:00Z',
    deployment: { morningMail: { at: '06:30', workdays: ['tuesday', 'wednesday'], emails: ['a@b.example'] } },
  });
  const table = new ShadowTable(stage.store.client, stage.store.tableName, stage.clock.now);
  const comparisons = new Comparisons(table, stage.clock);
  const write = (number: string, more: Partial<ShadowComparison>) =>
    comparisons.write(number, { outcome: 'same', wouldBook: true, booked: 'yes', reasons: [], ...more });
  await stage.run();
  await write('MO/0', {});
  await stage.runFor(days, 60);
  await write('MO/1', {});
  await write('MO/2', {
    outcome: 'different',
    reasons: ['completions.quantity makes 5 good, and the ERP has 4.'],
  });
  await write('MO/3', { outcome: 'nothing', wouldBook: false, booked: 'no' });
  const before = stage.received.mails.length;

  // Act
  await stage.runFor(days, 60);

  // Assess
  const mails = stage.received.mails.slice(before).filter(({ topic }) => topic === 'morning');
  expect(mails).toHaveLength(1);
  expect(mails[0]?.subject).toContain(', in shadow: 2026-11-24');
  expect(mails[0]?.text).toContain(
    'Shadow would have booked 2 orders, people have booked 2: 1 differs.\n· MO/2: completions.quantity makes 5 good, and the ERP has 4.\n',
  );
  expect(mails[0]?.text).toContain('In shadow: nothing is written to Azumuta or the ERP.');
  expect(mails[0]?.text).not.toMatch(/MO\/[013]/);
});
