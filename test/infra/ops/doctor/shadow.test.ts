import { expect, it } from 'vitest';
import { lookAtLiveFrom, lookAtMode, stackChecks } from '../../../../infra/ops/doctor/check-stack.ts';
import { createLedger } from '../../../../shared/ledger/ledger.ts';
import { ShadowTable } from '../../../../shared/ledger/shadow-table.ts';
import { testClock } from '../../../support/clock.ts';
import { startDynalite } from '../../../support/dynamodb.ts';
import { newOrder } from '../../../support/orders.ts';
import { onThisMachine } from '../cli/targets.ts';

it('says that a stack is in shadow, and how much of what was begun live waits for its end', async () => {
  // Prepare: two orders were begun live, and shadow has decided about a third one.
  const clock = testClock();
  const { table, tableName, client, url } = await startDynalite();
  const target = onThisMachine({ LedgerTable: tableName, TimeZone: 'UTC', Mode: 'shadow' }, url);
  const live = createLedger({ table, clock, settlingSeconds: 300 });
  const shadowTable = new ShadowTable(client, tableName, clock.now);
  const shadow = createLedger({ table: shadowTable, clock, settlingSeconds: 300 });
  await shadow.orders.create(newOrder({ number: 'MO/3' }));
  const before = await lookAtMode(target, clock.now());
  for (const number of ['MO/1', 'MO/2']) await live.orders.create(newOrder({ number }));

  // Act
  const after = await lookAtMode(target, clock.now());
  const checks = (outputs: Readonly<Record<string, string>>) =>
    stackChecks(onThisMachine(outputs), undefined, clock.now()).map(({ about }) => about);

  // Assess
  expect(before).toMatchObject({ result: 'notice', next: expect.stringContaining('deployment.mode') });
  expect(before.says).not.toContain('waits');
  expect(after.says).toContain('what was begun live waits until it is live again: 2 to be created');
  expect(checks({ Mode: 'shadow' })).toContain('Shadow');
  expect(checks({})).not.toContain('Shadow');
});

it.each([
  ['2027-01-11T05:00:00.000Z', 'fine', /^books what Azumuta completed since .+ before is people's/],
  ['2027-01-11T17:00:00.000Z', 'notice', /^books nothing for 12 h yet: .+ is people's/],
  ['2028-01-11T05:00:00.000Z', 'wrong', /^books nothing for 365 d yet: .+ is people's/],
])(
  'says from when on it books, and what becomes of what is completed before: %s',
  (liveFrom, result, says) => {
    const now = new Date('2027-01-11T05:00:00Z');
    expect(lookAtLiveFrom(liveFrom, now)).toMatchObject({ result, says: expect.stringMatching(says) });
    const checks = stackChecks(onThisMachine({ LiveFrom: liveFrom }), undefined, now);
    expect(checks.map(({ about }) => about)).toContain('Live');
  },
);
