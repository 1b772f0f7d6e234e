import type { OperatorLedger } from '../../../infra/local/operator-clients.ts';
import { figuresOf, packed } from '../../../shared/completions/content.ts';
import { bookingKeyOf } from '../../../shared/ledger/keys.ts';
import { forBookingOnly, type Plan } from '../../../shared/ledger/records/bookings.ts';
import type { Completion } from '../../../shared/model/completions.ts';
import type { Rejection } from '../../../shared/model/errors.ts';

type BookingLedger = Pick<OperatorLedger, 'bookings' | 'claims'>;

/** Plans the quantity of a product order, with texts that no view may show. */
export async function plan(
  { bookings }: BookingLedger,
  home: string,
  given: Partial<Completion> & { readonly plannedFor?: string } = {},
): Promise<Plan> {
  const { plannedFor = 'm', ...changes } = given;
  const completion: Completion = {
    kind: 'quantity',
    erpOrder: { number: `MO-${home}` },
    productOrder: { id: `id of ${home}`, number: home },
    completedAt: '2026-11-24T07:00:00Z',
    completedOn: '2026-11-24',
    quantity: { amount: '5', unit: 'u' },
    scrap: { amount: '1', unit: 'u' },
    final: true,
    lots: [{ number: 'L-1' }, { number: 'L-2' }],
    notes: ['Checked by An Peeters'],
    links: [{ name: 'Photo of An Peeters', url: 'https://azumuta.example/photo' }],
    work: [],
    ...changes,
  };
  const { kind, erpOrder, productOrder } = completion;
  const planned = {
    ...{ key: `${productOrder.id}#quantity`, kind, parts: [1], recordingIds: ['5KKoy7m6ms89mvrTg'] },
    ...{ erpOrder, productOrder },
  };
  const plan: Plan = {
    planned,
    content: packed(completion),
    figures: figuresOf(completion),
    readAt: new Date('2026-11-24T08:00:00Z'),
    plannedFor,
    configuration: 'v1',
  };
  await bookings.planOnly(home, plan, {});
  return plan;
}

/** Claims what is planned. */
async function claim({ claims }: BookingLedger, home: string, { planned, plannedFor }: Plan) {
  const claimant = { owner: home, messageId: plannedFor, endsAt: new Date('2026-11-24T08:01:00Z') };
  const claimed = await claims.claim(bookingKeyOf(home, planned.key), claimant);
  if (claimed.outcome !== 'claimed') throw new Error(`It is ${claimed.outcome}.`);
  return claimed.claim;
}

/** The ERP refuses what is planned. */
export async function refuse(
  ledger: BookingLedger,
  home: string,
  plan: Plan,
  rejection: Rejection,
): Promise<void> {
  await ledger.claims.reject(await claim(ledger, home, plan), rejection, 'nothing');
}

/** The ERP books what is planned. */
export async function book(ledger: BookingLedger, home: string, plan: Plan): Promise<void> {
  const event = { event: 'booked', note: 'production 17 done' };
  await ledger.claims.complete(await claim(ledger, home, plan), { remove: forBookingOnly }, event);
}
