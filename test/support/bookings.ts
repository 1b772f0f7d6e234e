import { figuresOf, packCompletion } from '../../shared/completions/content.ts';
import type { Claim, Claimant } from '../../shared/ledger/claims.ts';
import { bookingKeyOf, orderKey } from '../../shared/ledger/keys.ts';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import { forBookingOnly, type Plan, type PlannedBooking } from '../../shared/ledger/records/bookings.ts';
import { Rejected, type Rejection, type Wrote } from '../../shared/model/errors.ts';
import type { Key } from '../../shared/platform/aws/dynamodb-table.ts';
import { completionOf, quantityKey } from '../shared/erp/conformance/completions.ts';

type BookingLedger = Pick<Ledger, 'bookings' | 'claims'>;
/** When the attempts of these tests end. */
const endsAt = new Date('2026-11-24T08:01:00.000Z');

/** One recording of product order `id1`. */
export function plannedBooking(given: Partial<PlannedBooking> = {}): PlannedBooking {
  return {
    key: 'id1#quantity',
    kind: 'quantity',
    parts: [1],
    recordingIds: ['r1'],
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

/** The claim of the creation of a product order. */
export const claimedOrder = (ledger: Pick<Ledger, 'claims'>, number: string): Promise<Claim> =>
  claimed(ledger, orderKey(number), { owner: number, messageId: number, endsAt });

/** Plans the quantity of a product order, with texts that no view may show. */
export async function plan(
  { bookings }: BookingLedger,
  home: string,
  plannedFor = 'm',
  parts = [1],
): Promise<Plan> {
  const [erpOrder, productOrder] = [{ number: `MO-${home}` }, { id: `id of ${home}`, number: home }];
  const built = {
    quantity: { amount: '5', unit: 'u' },
    scrap: { amount: '1', unit: 'u' },
    lots: [{ number: 'L-1' }, { number: 'L-2' }],
    notes: ['Checked by An Peeters'],
    links: [{ name: 'Photo of An Peeters', url: 'https://azumuta.example/photo' }],
  };
  const completion = completionOf(erpOrder, built, productOrder);
  const key = quantityKey(productOrder);
  const plan = bookingPlan({
    planned: plannedBooking({ key, parts, erpOrder, productOrder, recordingIds: ['5KKoy7m6ms89mvrTg'] }),
    content: packCompletion(completion),
    figures: figuresOf(completion),
    plannedFor,
  });
  await bookings.planOnly(home, plan, {});
  return plan;
}

const claimedPlan = (ledger: BookingLedger, home: string, { planned, plannedFor }: Plan) =>
  claimed(ledger, bookingKeyOf(home, planned.key), { owner: home, messageId: plannedFor, endsAt });

/** A refusal, as flows throw it. */
export const rejectedFor = ({ reason, cause }: Rejection, wrote?: Wrote) =>
  new Rejected(reason, { causeCode: cause, wrote });

/** The ERP refuses what is planned. */
export async function refuse(ledger: BookingLedger, home: string, plan: Plan, rejection: Rejection) {
  await ledger.claims.giveBack(await claimedPlan(ledger, home, plan), {
    error: rejectedFor(rejection),
    sent: false,
  });
}

/** The ERP books what is planned. */
export async function book(ledger: BookingLedger, home: string, plan: Plan) {
  const event = { event: 'booked', note: 'production 17 done' } as const;
  await ledger.claims.complete(await claimedPlan(ledger, home, plan), { remove: forBookingOnly }, event);
}
