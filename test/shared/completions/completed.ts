import { randomUUID } from 'node:crypto';
import type { CompletionRequest } from '../../../infra/local/sandbox/azumuta/complete.ts';
import { routeOfOperation } from '../../../infra/local/sandbox/azumuta/routes.ts';
import integration from '../../../integration.config.ts';
import type { ErpConnector } from '../../../shared/erp/connector.ts';
import type { CompletionMapping } from '../../../shared/integration/define.ts';
import { mapCompletion } from '../../../shared/integration/mapping/completions.ts';
import { planned as planCount } from '../../../shared/integration/mapping/recorded.ts';
import { partitionOf } from '../../../shared/ledger/keys.ts';
import type { Ledger } from '../../../shared/ledger/ledger.ts';
import { overriding } from '../../support/overriding.ts';
import type { Handling, CompletionStage as Stage } from './stage.ts';

export const bookRoute = 'POST /api/production-orders/{number}/bookings';
export const noteRoute = 'POST /api/production-orders/{number}/notes';
export const recordingRoute = routeOfOperation('readRecording');
export const orderRoute = routeOfOperation('readProductOrder');

/** Completes a product order; one that is completed is opened again before. @returns the ids of all its recordings. */
export function complete({ azumutaSide }: Stage, number: string, how: CompletionRequest = {}): string[] {
  const orders = azumutaSide.productOrders().filter((order) => order.number === number);
  if (orders.some(({ status }) => status === 'completed')) azumutaSide.reopen(number);
  const order = azumutaSide.complete(number, { quantity: 1, recordings: 1, ...how });
  return order.recordings.map(({ id }) => id);
}

/** A product order that is completed, with the ids of its recordings. Its ERP order has the same number. */
export async function completed(stage: Stage, how: CompletionRequest = {}) {
  const [number = ''] = (await stage.ordered()).numbers;
  return { number, recordingIds: await complete(stage, number, how) };
}

/** One that was booked a minute ago, and what was recorded since, in so many recordings. */
export async function bookedAndRecorded(stage: Stage, recordings: number, how: CompletionRequest = {}) {
  const { number, recordingIds } = await completed(stage);
  await stage.handle(number);
  const all = await complete(stage, number, { recordings, ...how });
  stage.clock.advance(61);
  return { number, late: all.filter((id) => !recordingIds.includes(id)) };
}

/** A product order that somebody typed into Azumuta: it never came from the ERP. @returns its number. */
export async function madeByHand(stage: Stage): Promise<string> {
  const number = `HAND-${randomUUID()}`;
  await stage.build(number);
  return number;
}

/** A completed product order whose booking is planned, as the ERP could not be called. */
export async function planned(stage: Stage, how: CompletionRequest = {}) {
  const order = await completed(stage, how);
  const attempt = stage.message(order.number);
  await attempt({ down: 'erp' });
  return { ...order, attempt };
}

/** The recordings of all bookings that are done. */
export async function booked({ ledger }: Stage, home: string): Promise<string[]> {
  const bookings = await ledger.bookings.listOfOrder(home);
  return bookings.flatMap(({ state, recordingIds }) => (state === 'done' ? recordingIds : [])).sort();
}

/** What the ERP has of an order: the good quantity of each booking, and `notes`. */
export async function inErp(stage: Stage, erpOrder: string): Promise<string[]> {
  const bookings = await stage.bookingsOf(erpOrder);
  return bookings.map(({ kind, goodQuantity }) => (kind === 'notes' ? 'notes' : goodQuantity));
}

/** Messages that wait for a person. */
export async function lettersOf({ ledger }: Stage, number: string) {
  return (await ledger.deadLetters.listOfOrder(number)).filter(({ isDead }) => isDead);
}

/** All that the ledger keeps of a product order. */
export const kept = ({ store }: Stage, number: string) => store.table.query(partitionOf(number));

export const eventsOf = async ({ ledger }: Stage, number: string) =>
  (await ledger.journeys.readJourney(number)).map(({ event }) => event);

/** An ERP that answers so. */
export function erpThat(book: ErpConnector['book']): Handling {
  return { erp: { async *releasedOrders() {}, book } };
}

/** The configuration's mapping with another one of completions. */
export function mapping(completions: CompletionMapping): Handling {
  return {
    map: (kind, parts) =>
      mapCompletion({ ...integration, completions: { quantity: planCount, ...completions } }, kind, parts),
  };
}

/** The ledger, but for some calls about bookings. */
export function withBookings(ledger: Ledger, changed: Partial<Ledger['bookings']>): Ledger {
  return { ...ledger, bookings: overriding(ledger.bookings, changed) };
}
