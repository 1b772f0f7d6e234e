import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Breaker } from '../../../shared/circuit-breaker/circuit-breaker.ts';
import { orderKey } from '../../../shared/ledger/keys.ts';
import { PartnerDown } from '../../../shared/model/errors.ts';
import { bookingPlan } from '../../support/bookings.ts';
import { ledgerOn } from '../../support/ledger.ts';
import { modelledTable } from '../../support/modelled-table.ts';
import { newOrder } from '../../support/orders.ts';
import { callingThrough } from '../../support/overriding.ts';

let toCut = 0;
/** Another order for each test, as they share the table. */
let number = 'PO-';
beforeEach(() => {
  number += '1';
});
afterEach(() => expect(toCut).toBe(0));
/** Its next write is done, and then the connection breaks: the AWS SDK sends it once more, and that answer counts. */
const table = callingThrough(modelledTable(), async (call, name) => {
  const answer = await call();
  if (toCut === 0 || (name !== 'update' && name !== 'putIf')) return answer;
  toCut -= 1;
  return call();
});
const { clock, ledger } = ledgerOn(table);

describe('a lost answer of DynamoDB', () => {
  const endsAt = new Date('2026-11-24T08:01:00.000Z');
  const claimant = (owner: string) => ({ owner, messageId: `message of ${owner}`, endsAt });

  it.each(['new', 'planned anew'])(
    'does not prevent the attempt that planned a booking from making it: %s',
    async (how) => {
      // Prepare
      const { bookings } = ledger;
      if (how !== 'new') await bookings.planOnly(number, bookingPlan(), {});
      const [seen] = await bookings.listOfOrder(number);
      const plan = bookingPlan({ seen, readAt: clock.now() });
      toCut = 1;

      // Act
      const claim = await bookings.planAndClaim(number, plan, claimant('this attempt'), {});

      // Assess
      expect(claim).toMatchObject({ owner: 'this attempt', again: false, held: { attempts: 1 } });
      expect(await bookings.planAndClaim(number, plan, claimant('another attempt'), {})).toBeUndefined();
    },
  );

  it('does not make an attempt wait for its own claim', async () => {
    // Prepare
    await ledger.orders.create(newOrder({ number }));
    toCut = 1;

    // Act
    const claimed = await ledger.claims.claim(orderKey(number), claimant('this attempt'));

    // Assess
    expect(claimed).toMatchObject({ outcome: 'claimed', claim: { again: false, held: { attempts: 1 } } });
    const other = await ledger.claims.claim(orderKey(number), claimant('another attempt'));
    expect(other.outcome).toBe('busy');
  });

  it('does not make a run wait for its own lease, and the overlap is read again', async () => {
    // Prepare
    const watermark = { changedAt: '2026-11-24T07:00:00.000Z' };
    await ledger.pullState.beginRun('run 1', 60);
    await ledger.pullState.endRun('run 1', { watermark });
    toCut = 1;

    // Act
    const begun = await ledger.pullState.beginRun('run 2', 60);

    // Assess
    expect(begun).toEqual({ watermark, window: undefined });
    expect(await ledger.pullState.beginRun('run 3', 60)).toBeUndefined();
  });

  it('does not prevent the probe of an open breaker', async () => {
    // Prepare
    const down = new PartnerDown('The ERP refused our credentials (401).', {
      unauthorized: true,
    });
    const breaker = new Breaker(table, clock);
    await breaker.recordFailure('erp', down, 'call', 'call 1');
    clock.advance(301);
    toCut = 1;

    // Act
    const permit = await breaker.permit('erp', 'call 2');

    // Assess
    expect(permit).toBe('probe');
    expect(await breaker.permit('erp', 'call 3')).toHaveProperty('seconds');
  });
});
