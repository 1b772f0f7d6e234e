import type { Claim, Claimant } from '../../shared/ledger/claims.ts';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import type { Plan, PlannedBooking } from '../../shared/ledger/records/bookings.ts';
import type { Key } from '../../shared/platform/aws/dynamodb-table.ts';

/** One recording of product order `id1`. */
export function plannedBooking(given: Partial<PlannedBooking> = {}): PlannedBooking {
  return {
    ...{ key: 'id1#quantity', kind: 'quantity', parts: [1], recordingIds: ['r1'] },
    erpOrder: { number: 'MO/1' },
    productOrder: { id: 'id1', number: 'PO-1' },
    ...given,
  };
}

/** What an attempt at the message `hint` writes down. */
export function bookingPlan(given: Partial<Plan> = {}): Plan {
  return {
    planned: plannedBooking(),
    content: Buffer.from('what is booked'),
    figures: { good: { amount: '5' }, lots: 0, notes: 1, links: 1 },
    readAt: new Date('2026-11-24T07:59:00.000Z'),
    plannedFor: 'hint',
    configuration: 'configuration 1',
    ...given,
  };
}

/** The claim of a step that nobody else has. */
export async function claimed({ claims }: Pick<Ledger, 'claims'>, key: Key, by: Claimant): Promise<Claim> {
  const claimed = await claims.claim(key, by);
  if (claimed.outcome !== 'claimed') throw new Error(`It is ${claimed.outcome}.`);
  return claimed.claim;
}
