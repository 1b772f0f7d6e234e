import { expect, it } from 'vitest';
import { lookAtStatusWords } from '../../../../infra/ops/doctor/check-status-words.ts';
import { contractSchema } from '../../../../shared/azumuta/contract.ts';
import { StatusWords } from '../../../../shared/ledger/records/status-words.ts';
import { testClock } from '../../../support/clock.ts';
import { startDynalite } from '../../../support/dynamodb.ts';
import { onThisMachine } from '../cli/targets.ts';

it('names a status that the contract does not know, and is silent once it is in one of its lists', async () => {
  // Prepare
  const { table, tableName, url } = await startDynalite();
  const target = onThisMachine({ LedgerTable: tableName, TimeZone: 'UTC' }, url);
  const before = await lookAtStatusWords(target, undefined);
  await new StatusWords(table, testClock()).remember(['Awaiting double check', 'Gereed']);
  const foundBy = (given: object) =>
    lookAtStatusWords(target, Object({ azumuta: { contract: contractSchema.parse(given) } }));

  // Act
  const after = await foundBy({ completedStatuses: ['gereed'] });
  const corrected = await foundBy({
    completedStatuses: ['gereed'],
    openStatuses: ['awaiting double check'],
  });

  // Assess
  expect(before).toMatchObject([{ result: 'fine' }]);
  expect(after).toMatchObject([
    {
      result: 'notice',
      says: 'an answer had the status *Awaiting double check*, which the contract does not know (last on 2026-11-24)',
      next: expect.stringContaining('azumuta.contract.completedStatuses'),
    },
  ]);
  expect(corrected).toMatchObject([{ result: 'fine' }]);
});
