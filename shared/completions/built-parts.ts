import type { AzumutaProductOrder } from '../azumuta/resources.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { BookingEntry } from '../ledger/records/bookings.ts';
import type { CompletedPart } from '../ledger/records/erp-orders.ts';
import type { OrderEntry } from '../ledger/records/product-orders.ts';
import type { Recording } from '../model/completions.ts';
import type { WorkAttempt } from '../worker/worker.ts';
import { type Inquiry, recordingsNamedBy } from './ask-azumuta.ts';
import { type BuiltPart, recordingsIn } from './decide-bookings.ts';
import type { CompletionReader } from './read-recordings.ts';

export interface BuiltPartsDependencies {
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

/** Finds out which parts of an ERP order are built, and with which recordings. */
export function createPartsReader({ ledger, reader }: BuiltPartsDependencies) {
  const { erpOrders, knownOrders, orders } = ledger;

  return {
    /**
     * A completed part of an ERP order that is booked when all are done, and its other completed parts. A part that was
     * opened again for rework does not count any more, although it was noted as completed.
     * @param isNeeded Which of the completed parts are to be looked at, given all of them.
     */
    async partsBookedTogether(
      { erpOrder, part }: OrderEntry,
      { order: current, recordingIds: named = [] }: BuiltPart,
      isNeeded: (completed: ReadonlySet<number>) => (index: number) => boolean,
      { signal }: WorkAttempt,
    ): Promise<[current: BuiltPart, ...others: BuiltPart[]]> {
      await erpOrders.recordCompletedPart(erpOrder, {
        ...{ index: part.index, azumutaId: current.id },
        // No trigger names them again when the last part is completed.
        ...(current.recordingIds ? {} : { named }),
      });
      const completed = await erpOrders.completedParts(erpOrder);
      const needed = isNeeded(new Set(completed.keys()));
      const others = [...completed.values()].filter(({ index }) => index !== part.index && needed(index));
      const ids = others.map(({ azumutaId }) => azumutaId);
      const read = await reader.readProductOrders(ids, signal);
      const built: [BuiltPart, ...BuiltPart[]] = [builtPart(part.index, current, completed)];
      for (const { index, azumutaId } of others) {
        const order = read.get(azumutaId);
        if (order?.completed) {
          built.push(builtPart(index, order, completed));
          continue;
        }
        // The trigger that completes it may be lost, so the reconciliation asks about it again.
        const number = await knownOrders.numberOfAzumutaId(azumutaId);
        if (number !== undefined) await orders.markReopened(number);
        await erpOrders.forgetCompletedPart(erpOrder, index);
      }
      return built;
    },

    /**
     * The recordings of a product order. Where Azumuta does not list them, the triggers' ids are all there is. A trigger
     * may be forged: nothing is planned of an id before it was read and belongs to the product order.
     */
    async ownRecordings(
      inquiry: Inquiry,
      order: AzumutaProductOrder,
      bookings: readonly BookingEntry[],
      { signal, log }: WorkAttempt,
    ): Promise<OwnRecordings> {
      if (order.recordingIds) return { ids: order.recordingIds, read: new Map() };
      const candidates = recordingsNamedBy(inquiry);
      const named = inquiry.hint.recordingIds.length;
      if (candidates.length < named) {
        const lookedAt = candidates.length;
        log.warn('A trigger named recordings that are not looked at', { named, lookedAt });
      }
      const known = recordingsIn(bookings);
      const wanted = candidates
        .filter((id) => !known.has(id))
        .map((id) => ({ id, productOrder: order, hinted: true as const }));
      const read = wanted.length > 0 ? await reader.readRecordings(wanted, signal) : new Map();
      const ids = [...candidates.filter((id) => known.has(id)), ...read.keys()];
      return { ids: unlessNone(ids), read };
    },
  };
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
