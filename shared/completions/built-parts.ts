import type { AzumutaProductOrder } from '../azumuta/resources.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { type BookingEntry, bookedParts } from '../ledger/records/bookings.ts';
import type { CompletedPart, RecordHome } from '../ledger/records/erp-orders.ts';
import type { OrderEntry } from '../ledger/records/product-orders.ts';
import type { Recording } from '../model/completions.ts';
import { Rejected } from '../model/errors.ts';
import type { WorkAttempt } from '../worker/worker.ts';
import { type Inquiry, recordingsNamedBy } from './ask-azumuta.ts';
import type { BuiltPart } from './decide-bookings.ts';
import type { CompletionReader } from './read-recordings.ts';

/** Finds out which parts of an ERP order are built, and with which recordings. */
export interface PartsDependencies {
  readonly ledger: Pick<Ledger, 'erpOrders' | 'knownOrders' | 'orders'>;
  readonly reader: CompletionReader;
}

/** Recordings of a product order: those that Azumuta lists, or those that only triggers name, read and proven. */
export interface OwnRecordings {
  /** Undefined when nobody says which there are. */
  readonly ids: readonly string[] | undefined;
  /** The recordings that were read to prove them. */
  readonly read: ReadonlyMap<string, Recording>;
}

/**
 * A completed part of an ERP order that is booked when all are done, and its other completed parts. A part that was
 * opened again for rework does not count any more, although it was noted as completed.
 * @param of The record of the ERP order, how many parts it has, and the bookings that stand.
 */
export async function partsBookedTogether(
  { part }: OrderEntry,
  { order: current, recordingIds: named = [] }: BuiltPart,
  of: {
    readonly record: RecordHome;
    readonly parts: number;
    readonly bookings: readonly BookingEntry[];
  },
  { signal }: WorkAttempt,
  { ledger: { erpOrders, knownOrders, orders }, reader }: PartsDependencies,
): Promise<[current: BuiltPart, ...others: BuiltPart[]]> {
  const booked = bookedParts(of.bookings);
  // What is booked stays noted with the id that was booked.
  if (!booked.has(part.index))
    await erpOrders.recordCompletedPart(of.record, {
      ...{ index: part.index, azumutaId: current.id },
      // No trigger names them again when the last part is completed.
      ...(current.recordingIds ? {} : { named }),
    });
  const completed = await erpOrders.completedParts(of.record);
  // They are booked with this one, once as many are completed as the ERP order has.
  const isComplete = new Set([...completed.keys(), ...booked]).size >= of.parts;
  const needed = (index: number) => isComplete && !booked.has(index);
  const others = [...completed.values()].filter(({ index }) => index !== part.index && needed(index));
  const ids = others.map(({ azumutaId }) => azumutaId);
  const read = await reader.readProductOrders(ids, signal);
  const bookedAs = booked.has(part.index) ? completed.get(part.index)?.azumutaId : undefined;
  const built: [BuiltPart, ...BuiltPart[]] = [{ ...builtPart(part.index, current, completed), bookedAs }];
  for (const { index, azumutaId } of others) {
    const order = read.get(azumutaId);
    if (order?.completed) {
      built.push(builtPart(index, order, completed));
      continue;
    }
    // The trigger that completes it may be lost, so the reconciliation asks about it again.
    const number = await knownOrders.numberOfAzumutaId(azumutaId);
    if (number !== undefined) await orders.setAwaited(number, true);
    await erpOrders.forgetCompletedPart(of.record, index);
  }
  return built;
}

/**
 * The recordings of a product order. Where Azumuta does not list them, the triggers' ids are all there is. A trigger
 * may be forged: nothing is planned of an id before it was read and belongs to the product order.
 * @param proven Recordings of bookings, which were read when those were planned: `stands`, or is decided anew now.
 */
export async function ownRecordings(
  inquiry: Inquiry,
  order: AzumutaProductOrder,
  proven: { readonly stands: ReadonlySet<string>; readonly anew: ReadonlySet<string> },
  { signal }: WorkAttempt,
  { reader }: Pick<PartsDependencies, 'reader'>,
): Promise<OwnRecordings> {
  if (order.recordingIds) return { ids: order.recordingIds, read: new Map() };
  const candidates = recordingsNamedBy(inquiry);
  const named = new Set(inquiry.hint.recordingIds).size;
  if (candidates.length < named) {
    // What is booked without some of them would be another quantity, and nobody would notice.
    const sentence = `A trigger of product order ${order.number} names ${named} recordings, of which ${candidates.length} can be looked at: let Azumuta list the recordings of its product orders, or book it in the ERP by hand.`;
    throw new Rejected(sentence, { code: 'completion-unclear' });
  }
  const isProven = (id: string) => proven.stands.has(id) || proven.anew.has(id);
  const wanted = candidates
    .filter((id) => !isProven(id))
    .map((id) => ({ id, productOrder: order, hinted: true as const }));
  const read = wanted.length > 0 ? await reader.readRecordings(wanted, signal) : new Map();
  const ids = new Set([...proven.anew, ...candidates.filter(isProven), ...read.keys()]);
  return { ids: unlessNone([...ids]), read };
}

function builtPart(
  index: number,
  order: AzumutaProductOrder,
  completed: ReadonlyMap<number, CompletedPart>,
): BuiltPart {
  const recordingIds = order.recordingIds ?? unlessNone(completed.get(index)?.named ?? []);
  return { index, order, recordingIds };
}

/** Where Azumuta lists no recordings, and no trigger named any, it is unknown whether there are none. */
function unlessNone(ids: readonly string[]): readonly string[] | undefined {
  return ids.length > 0 ? ids : undefined;
}
