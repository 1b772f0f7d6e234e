import { expect, it } from 'vitest';
import { operatorLedger } from '../../../infra/local/operator-clients.ts';
import { withOwnReasons } from '../../../shared/situation/own-reasons.ts';
import { problemsOf } from '../../../shared/situation/problems.ts';
import { readSituation } from '../../../shared/situation/read.ts';
import { ledgerOnDynalite } from '../../support/ledger.ts';

const { table, clock } = await ledgerOnDynalite();
const ledger = operatorLedger(table, clock);

async function dead(number: string, reason: string, cause: 'refused-by-erp' | 'unknown-article') {
  const letter = { orderNumber: number, messageId: `m-${number}`, stage: 'book-completion', reason, cause };
  await ledger.deadLetters.record({ ...letter, partner: 'erp' });
}

it('says the reason of all of a kind that have one, and sends people to the pages of those that have several', async () => {
  // Prepare
  for (const number of ['MO/1', 'MO/2', 'MO/3'])
    await dead(number, `Order ${number}: the period is closed.`, 'refused-by-erp');
  await dead('MO/4', 'No article GEAR-98.', 'unknown-article');
  await dead('MO/5', 'No article GEAR-99.', 'unknown-article');
  await ledger.concerns.begin('MO/6', {
    kind: 'changed',
    content: 'quantity',
    note: 'Quantity of MO/6 is 5, wanted 8',
    cause: 'conflict',
  });
  clock.advance(3600);
  const situation = await readSituation({
    ledger,
    breaker: ledger.breaker,
    clock,
    mode: 'live',
    graceHours: 0,
    timeZone: 'UTC',
    outageSeconds: 0,
    queue: async () => ({ waiting: 0, underWay: 0 }),
    countDeadLetters: async () => 5,
  });

  // Act
  const whys = (of: typeof situation) =>
    Object.fromEntries(problemsOf(of, '--local').map(({ id, why }) => [id, why]));
  const before = whys(situation);
  const after = whys(await withOwnReasons(situation, ledger));

  // Assess
  expect(Object.values(before)).toEqual(
    Array(3).fill('The page of each order says it. The oldest is open for 60 min.'),
  );
  expect(after).toEqual({
    'changed-erp-conflict': 'Quantity of MO/6 is 5, wanted 8. The oldest is open for 60 min.',
    'dead-letter-erp-refused-by-erp': 'Order ‹order›: the period is closed. The oldest is open for 60 min.',
    'dead-letter-erp-unknown-article': 'The page of each order says it. The oldest is open for 60 min.',
  });
});
