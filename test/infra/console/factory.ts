import { removedConcern } from '../../../shared/ledger/records/concerns.ts';
import { countDay, type Day } from '../../../shared/ledger/records/days.ts';
import type { DayEvent } from '../../../shared/ledger/records/events.ts';
import type { ErpOrderRef } from '../../../shared/model/orders.ts';
import { dayBefore } from '../../../shared/model/time.ts';
import { book, claimedOrder, plan, refuse } from '../../support/bookings.ts';
import { newOrder, splitOrder } from '../../support/orders.ts';
import { completion } from '../ops/replay/replay-run.ts';
import type { StoreStage } from './store-stage.ts';

const closed = { reason: 'The posting period 11 is closed.', cause: 'refused-by-erp' } as const;
const differs = {
  reason: 'The ERP has 3 u of this completion, and 5 u were built.',
  cause: 'booked-otherwise',
} as const;

/** A plant in the morning: some orders are booked, two are late, one is changed, one is removed, and 40 letters wait. */
export async function fillFactory(stage: StoreStage): Promise<void> {
  const { ledger } = stage;
  stage.clock.advance(5 * 3600);
  for (const number of ['MO/0001', 'MO/0002', 'MO/0003']) await booked(stage, number);
  await inAzumuta(stage, 'MO/0010', '2026-11-20', 'GEAR-02');
  await inAzumuta(stage, 'MO/0011', '2026-11-22');
  await inAzumuta(stage, 'MO/0012', '2026-12-04');
  await inAzumuta(stage, 'MO/0013', '2026-11-30');
  await amended(stage, { number: 'MO/0013', id: 'id of MO/0013' }, '8');
  await ledger.concerns.begin('MO/0013', {
    kind: 'changed',
    content: 'quantity',
    note: 'Quantity is 5, wanted 8',
    cause: 'conflict',
  });
  await inAzumuta(stage, 'MO/0014', '2026-12-01');
  await ledger.concerns.begin('MO/0014', removedConcern);
  for (let nth = 0; nth < 25; nth += 1)
    await deadBooking(stage, `MO/02${String(nth).padStart(2, '0')}`, closed);
  for (let nth = 0; nth < 15; nth += 1)
    await deadBooking(stage, `MO/03${String(nth).padStart(2, '0')}`, differs);
  for (let before = 29; before >= 0; before -= 1)
    await ledger.days.writeDay(dayOf(dayBefore('2026-11-24', before), before));
}

async function inAzumuta(
  { ledger, clock }: StoreStage,
  number: string,
  dueDate: string,
  article = 'GEAR-01',
) {
  const erpOrder = { number, id: `id of ${number}`, article, amount: '5', unit: 'u' };
  const draft = { number, article, parameters: { Quantity: '5' }, variants: ['Left'] };
  await ledger.orders.create(newOrder({ number, erpOrder, draft, dueDate }));
  await ledger.erpOrders.writeVersion(splitOrder(number, 1, { book: 'each', erpOrder, dueDate }));
  clock.advance(2);
  const productOrder = { id: `id of ${number}`, number };
  const noted = { productOrder, azumutaId: productOrder.id, awaiting: 'completion' };
  await ledger.claims.complete(await claimedOrder(ledger, number), noted, {
    event: 'created',
    note: `Azumuta id ${productOrder.id}`,
  });
  clock.advance(1);
}

/** The ERP wants another quantity. */
async function amended({ ledger: { erpOrders } }: StoreStage, of: ErpOrderRef, amount: string) {
  const before = await erpOrders.find(of);
  if (!before) throw new Error(`There is no order ${of.number}.`);
  const version = before.version + 1;
  await erpOrders.writeVersion({ ...before, version, erpOrder: { ...before.erpOrder, amount } });
}

async function booked(stage: StoreStage, number: string) {
  await inAzumuta(stage, number, '2026-11-25');
  await book(stage.ledger, number, await plan(stage.ledger, number, number));
  await stage.ledger.orders.stopAwaitingCompletion(number);
}

async function deadBooking(stage: StoreStage, number: string, refusal: typeof closed | typeof differs) {
  const { ledger, store } = stage;
  const messageId = `message of ${number}`;
  await inAzumuta(stage, number, '2026-11-25');
  await ledger.orders.stopAwaitingCompletion(number);
  await refuse(ledger, number, await plan(ledger, number, messageId), refusal);
  const letter = { orderNumber: number, messageId, stage: 'book-completion', ...refusal };
  await ledger.deadLetters.record({ ...letter, partner: 'erp' });
  await store.put({
    ...letter,
    body: completion(number),
    about: { booking: `id of ${number}#quantity`, figures: '5 u good' },
  });
}

/** More on weekdays, and never the same; 36 pieces today, 45 a week ago. */
function dayOf(day: string, before: number): Day {
  const at = `${day}T13:00:00.000Z`;
  const isFree = isWeekend(day);
  const orders = isFree ? 0 : 8 + ((before * 5) % 7);
  const pieces = before === 0 ? 36 : before === 7 ? 45 : orders * 4;
  const counts = {
    created: orders + 1,
    'dead-lettered': before === 0 ? 40 : orders % 2,
    changed: before === 0 ? 1 : 0,
  };
  const events = [
    ...Object.entries(counts).flatMap(([event, count]) => eventsOf(event, count, at)),
    ...bookingsOf(day, orders, at).map((booking, nth) => ({
      ...booking,
      // The first has what the others leave of all pieces.
      good: { amount: String(nth === 0 ? pieces - 4 * (orders - 1) : 4), unit: 'u' },
      scrap: { amount: String(nth === 0 ? orders % 3 : 0), unit: 'u' },
    })),
  ];
  return countDay(day, new Date(at), events, 'Europe/Brussels');
}

/** Up to three of a day were due the workday before. */
function bookingsOf(day: string, orders: number, at: string): DayEvent[] {
  const late = orders % 4;
  return eventsOf('booked', orders, at).map((event, nth) => ({
    ...event,
    due: nth < late ? workdayBefore(day) : day,
  }));
}

function eventsOf(event: string, count: number, at: string): DayEvent[] {
  return Array.from({ length: count }, (_, nth) => ({ event, at, number: `MO/${at} ${event} ${nth}` }));
}

function workdayBefore(day: string): string {
  const before = dayBefore(day);
  return isWeekend(before) ? workdayBefore(before) : before;
}

function isWeekend(day: string): boolean {
  return [0, 6].includes(new Date(day).getUTCDay());
}
