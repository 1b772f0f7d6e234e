import { expect, it } from 'vitest';
import { BreakerForPeople } from '../../../shared/circuit-breaker/breaker-for-people.ts';
import { PartnerDown } from '../../../shared/model/errors.ts';
import { readSituation } from '../../../shared/situation/read.ts';
import { dueTerms } from '../../support/due.ts';
import { ledgerOn } from '../../support/ledger.ts';

const outageSeconds = 300;

/** A ledger and a circuit breaker, and what is seen in them while all queues are empty. */
function startPlant() {
  const { table, clock, ledger } = ledgerOn();
  const breaker = new BreakerForPeople(table, clock);
  const seen = () =>
    readSituation({
      ledger,
      breaker,
      clock,
      mode: 'live',
      outageSeconds,
      ...dueTerms,
      queue: async () => ({ waiting: 0, underWay: 0 }),
      countDeadLetters: async () => 0,
    });
  return { clock, ledger, breaker, seen };
}

it('is not told while it is drained after an outage, for half an hour: a message that waits', async () => {
  // Prepare: a message waits for the ERP, which was down and answers again
  const { clock, ledger, breaker, seen } = startPlant();
  const waits = { order: 'PO-1', partner: 'erp', since: clock.now(), reason: 'The ERP failed.' } as const;
  await ledger.attempts.recordFailure('m-1', { unexpected: false, waits });
  const failure = new PartnerDown('The ERP failed (503).');
  for (let count = 0; count < 5; count += 1) await breaker.recordFailure('erp', failure, 'call', 'test');
  clock.advance(3600);
  await breaker.permit('erp', 'probe');
  await breaker.recordSuccess('erp', 'probe', 'probe');

  // Act
  const isDue = async (minutes: number) => {
    clock.advance(minutes * 60);
    return (await seen()).troubles.map((trouble) => [trouble.kind, trouble.isDue]);
  };
  const drained = [await isDue(10), await isDue(19), await isDue(2)];

  // Assess
  expect(drained).toEqual([[['waiting', false]], [['waiting', false]], [['waiting', true]]]);
});
