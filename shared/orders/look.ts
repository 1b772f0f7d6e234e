import type { AzumutaProductOrder } from '../azumuta/answer-readers.ts';
import { type AzumutaClient, readByIdOrNumber } from '../azumuta/client.ts';
import type { PartnerCalls } from '../circuit-breaker/guarded-call.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Concern } from '../ledger/records/concerns.ts';
import type { OrderEntry } from '../ledger/records/product-orders.ts';
import { howFarBooked } from '../life/what-azumuta-shows.ts';
import type { PartnerCall } from '../platform/http.ts';
import type { WorkAttempt } from '../worker/worker.ts';
import { decideLook } from './decide-look.ts';

export interface LookDependencies {
  readonly ledger: Ledger;
  readonly azumuta: Pick<AzumutaClient, 'productOrder' | 'findProductOrder'>;
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
  const { entry, concerns: all, bookings } = await ledger.knownOrders.standing(number);
  if (entry) await ledger.orders.takeUpMessage(entry);
  const concerns = all.filter(({ kind }) => lookedAt.includes(kind));
  // One that was refused may be there as well; nobody asks about one that has ended.
  const isEnded = entry?.state === 'done' || entry?.state === 'rejected';
  if (!entry || !isEnded || concerns.length === 0) return undefined;
  const seen = entry.end ? undefined : await readInAzumuta(entry, signal, dependencies);
  const booking = howFarBooked(bookings, entry.part.index);
  const { ends, begins, takes, withdraws } = decideLook({ entry, concerns, seen, booking });
  log.info('Looked at a product order', { seen: seen?.status ?? 'not there', ends: ends.length });
  if (takes) await ledger.orders.take(entry, takes);
  const withdrawn = withdraws ? await ledger.orders.end(entry, removedThere) : undefined;
  for (const concern of begins) await ledger.concerns.begin(number, concern);
  for (const { concern, note } of ends) await ledger.concerns.end(number, concern, note);
  const over = ends.map(({ concern }) => concern);
  const again = over.find(({ kind, wanted }) => kind === 'unwanted' && wanted)?.wanted;
  if (withdrawn && again) {
    const order = { ...again, number, part: entry.part, via: 'a look' };
    if (await ledger.orders.replace(withdrawn, order)) await dependencies.enqueue(number);
  }
  const isUnwanted = concerns.some((one) => one.kind === 'unwanted' && !over.includes(one));
  const isWanted = seen !== undefined && !isUnwanted;
  if (isWanted !== (entry.awaiting !== undefined) && booking === 'none')
    await ledger.orders.setAwaited(number, isWanted);
  return seen;
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
