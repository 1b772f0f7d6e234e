import type { AzumutaProductOrder } from '../azumuta/answer-readers.ts';
import { type AzumutaReader, readByIdOrNumber } from '../azumuta/reader.ts';
import type { PartnerCalls } from '../circuit-breaker/guarded-call.ts';
import type { OrdersLedger } from '../ledger/ledger.ts';
import type { Concern } from '../ledger/records/concerns.ts';
import type { OrderEntry } from '../ledger/records/product-orders.ts';
import { howFarBooked } from '../life/what-azumuta-shows.ts';
import type { PartnerCall } from '../platform/http.ts';
import type { WorkAttempt } from '../worker/worker.ts';
import { decideLook, type LookDecision } from './decide-look.ts';

export interface LookDependencies {
  readonly ledger: OrdersLedger;
  readonly azumuta: Pick<AzumutaReader, 'productOrder' | 'findProductOrder'>;
  readonly partners: PartnerCalls;
  /** Has a product order created, or looked at. */
  readonly enqueue: (productOrderNumber: string) => Promise<void>;
}

const removedThere = {
  how: 'withdrawn',
  because: 'Azumuta does not have it any more, and the ERP did not want it.',
  inAzumuta: 'removed',
} as const;
const lookedAt: readonly Concern['kind'][] = ['changed', 'unwanted', 'removed'];

/** One read, where something is open about a created order. @returns what Azumuta has; undefined also when nothing was read. */
export async function lookAtOrder(
  number: string,
  { signal, log }: Pick<WorkAttempt, 'signal' | 'log'>,
  dependencies: LookDependencies,
): Promise<AzumutaProductOrder | undefined> {
  const { ledger } = dependencies;
  const { entry, concerns: all, bookings } = await ledger.knownOrders.readStanding(number);
  const concerns = all.filter(({ kind }) => lookedAt.includes(kind));
  // One that was refused may be there as well; nobody asks about one that has ended.
  const mayBeThere = entry?.state === 'done' || entry?.state === 'rejected';
  // The message of one that waits is taken up by its creation alone.
  if (!entry || !mayBeThere) return undefined;
  await ledger.orders.clearMessageSentAgain(entry);
  if (concerns.length === 0) return undefined;
  const seen = entry.end ? undefined : await readInAzumuta(entry, signal, dependencies);
  const booking = howFarBooked(bookings, entry.part.index);
  const decision = decideLook({ entry, concerns, seen, booking });
  log.info('Looked at a product order', {
    seen: seen?.status ?? 'not there',
    ends: decision.ends.length,
  });
  await writeLook(entry, decision, dependencies);
  return seen;
}

async function writeLook(
  entry: OrderEntry,
  { begins, ends, adopts, withdraws, awaiting }: LookDecision,
  { ledger: { orders, concerns }, enqueue }: LookDependencies,
): Promise<void> {
  const { number, part } = entry;
  if (adopts) await orders.adoptContent(entry, adopts);
  const withdrawn = withdraws ? await orders.end(entry, removedThere) : undefined;
  for (const concern of begins) await concerns.begin(number, concern);
  for (const { concern, note } of ends) await concerns.end(number, concern, note);
  if (withdrawn && withdraws?.makesAgain) {
    const order = { ...withdraws.makesAgain, number, part, via: 'a look' };
    if (await orders.replace(withdrawn, order)) await enqueue(number);
  }
  if (awaiting === 'begins') await orders.awaitCompletion(number);
  if (awaiting === 'ends') await orders.stopAwaitingCompletion(number);
}

/** By its id, or by its number where it was made again; never a product order of another order of ours. */
async function readInAzumuta(
  { number, productOrder }: OrderEntry,
  signal: AbortSignal,
  { azumuta, partners, ledger }: LookDependencies,
): Promise<AzumutaProductOrder | undefined> {
  const id = productOrder?.id;
  const read = (guarded: PartnerCall) => readByIdOrNumber({ id, number }, guarded, azumuta);
  const seen = await partners.call('azumuta', signal, read, number);
  if (seen === undefined || seen.id === id) return seen;
  const owner = await ledger.knownOrders.numberOfAzumutaId(seen.id);
  return owner === undefined || owner === number ? seen : undefined;
}
