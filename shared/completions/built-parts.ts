import type { AzumutaProductOrder } from '../azumuta/resources.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { BookingEntry } from '../ledger/records/bookings.ts';
import type { CompletedPart } from '../ledger/records/erp-orders.ts';
import type { OrderEntry } from '../ledger/records/product-orders.ts';
import type { Recording } from '../model/completions.ts';
import type { WorkAttempt } from '../worker/worker.ts';
import { type Asking, recordingsNamedBy } from './ask-azumuta.ts';
import { type BuiltPart, toldBy } from './decide-bookings.ts';
import { type ReadRecordingsDependencies, readProductOrders, readRecordings } from './read-recordings.ts';

export interface BuiltPartsDependencies extends ReadRecordingsDependencies {
  readonly ledger: Pick<Ledger, 'erpOrders' | 'knownOrders' | 'orders'>;
}

/**
 * A completed part of an ERP order that is booked when all are done, and its other completed parts. One that was opened
 * again for rework does not count any more: what was noted of it when it was completed is not enough.
 * @param isNeeded Which of the completed parts are to be looked at, given all of them.
 */
export async function partsBookedTogether(
  entry: OrderEntry,
  { order: current, recordingIds: named = [] }: BuiltPart,
  isNeeded: (completed: ReadonlySet<number>) => (index: number) => boolean,
  attempt: WorkAttempt,
  dependencies: BuiltPartsDependencies,
): Promise<[current: BuiltPart, ...others: BuiltPart[]]> {
  const { erpOrders, knownOrders, orders } = dependencies.ledger;
  const { erpOrder, part } = entry;
  await erpOrders.recordCompletedPart(erpOrder, {
    ...{ index: part.index, azumutaId: current.id },
    // No trigger will name them again when the last part is completed.
    ...(current.recordingIds ? {} : { named }),
  });
  const completed = await erpOrders.completedParts(erpOrder);
  const needed = isNeeded(new Set(completed.keys()));
  const others = [...completed.values()].filter(({ index }) => index !== part.index && needed(index));
  const ids = others.map(({ azumutaId }) => azumutaId);
  const read = await readProductOrders(ids, attempt.signal, dependencies);
  const built: [BuiltPart, ...BuiltPart[]] = [builtPart(part.index, current, completed)];
  for (const { index, azumutaId } of others) {
    const order = read.get(azumutaId);
    if (order?.completed) {
      built.push(builtPart(index, order, completed));
      continue;
    }
    // The trigger that completes it may be lost: reconciliation asks about it as it did before.
    const number = await knownOrders.numberOfAzumutaId(azumutaId);
    if (number !== undefined) await orders.markReopened(number);
    await erpOrders.forgetCompletedPart(erpOrder, index);
  }
  return built;
}

function builtPart(
  index: number,
  order: AzumutaProductOrder,
  completed: ReadonlyMap<number, CompletedPart>,
): BuiltPart {
  const recordingIds = order.recordingIds ?? unlessNone(completed.get(index)?.named ?? []);
  return { index, order, recordingIds };
}

/** Where Azumuta lists no recordings, and no trigger named any, nobody tells whether there are none. */
function unlessNone(ids: readonly string[]): readonly string[] | undefined {
  return ids.length > 0 ? ids : undefined;
}

/** Recordings of a product order: those that Azumuta lists, or those that only triggers name, read and proven. */
export interface OwnRecordings {
  /** Undefined when nobody tells. */
  readonly ids: readonly string[] | undefined;
  /** What was read for that. */
  readonly read: ReadonlyMap<string, Recording>;
}

/**
 * Where Azumuta's product orders list no recordings, the triggers' ids are all there is. A trigger may say anything:
 * nothing is planned of an id before it was read and belongs to the product order.
 */
export async function ownRecordings(
  asking: Asking,
  order: AzumutaProductOrder,
  bookings: readonly BookingEntry[],
  attempt: WorkAttempt,
  dependencies: ReadRecordingsDependencies,
): Promise<OwnRecordings> {
  if (order.recordingIds) return { ids: order.recordingIds, read: new Map() };
  const candidates = recordingsNamedBy(asking);
  if (candidates.length < asking.hint.recordingIds.length) {
    attempt.log.warn('A trigger named recordings that are not looked at', {
      named: asking.hint.recordingIds.length,
      lookedAt: candidates.length,
    });
  }
  const told = toldBy(bookings);
  const wanted = candidates
    .filter((id) => !told.has(id))
    .map((id) => ({ id, productOrder: order, hinted: true as const }));
  const read = wanted.length > 0 ? await readRecordings(wanted, attempt.signal, dependencies) : new Map();
  const ids = [...candidates.filter((id) => told.has(id)), ...read.keys()];
  return { ids: unlessNone(ids), read };
}
