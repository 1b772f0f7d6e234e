import { join } from 'node:path';
import { openStore as openAzumuta } from '../../../infra/local/sandbox/azumuta/store.ts';
import { type TriggerLogEntry, triggerLog } from '../../../infra/local/sandbox/azumuta/triggers.ts';
import { type LoggedFault, loggedFaultsIn } from '../../../infra/local/sandbox/database.ts';
import { openStore as openErp } from '../../../infra/local/sandbox/erp/store.ts';
import type { DeadLetter } from './queues.ts';

/** A product order in Azumuta's own books, with what its operators recorded. */
export interface BuiltOrder {
  readonly id: string;
  readonly number: string;
  /** ISO instant; null while it is open. */
  readonly completedAt: string | null;
  readonly recordings: readonly string[];
  readonly good: number;
  readonly scrap: number;
}

/** A production order in the ERP's own books. */
export interface ReleasedOrder {
  readonly id: string;
  readonly number: string;
  readonly product: string;
  readonly status: 'released' | 'done' | 'cancelled';
  /** Product orders that it is linked to. */
  readonly azumutaIds: readonly string[];
}

/** An entry in the ERP's own books. */
export interface BookedEntry {
  readonly order: string;
  readonly kind: 'production' | 'notes';
  readonly reference: string | null;
  readonly goodQuantity: string;
  readonly scrapQuantity: string;
  readonly links: readonly { readonly url: string }[];
}

/** What both partners have, and what waits for a person, once all is quiet. */
export interface Books {
  readonly released: readonly ReleasedOrder[];
  readonly booked: readonly BookedEntry[];
  readonly built: readonly BuiltOrder[];
  readonly triggers: readonly TriggerLogEntry[];
  /** Faults that struck, by partner. */
  readonly strikes: { readonly azumuta: readonly LoggedFault[]; readonly erp: readonly LoggedFault[] };
  readonly deadLetters: readonly DeadLetter[];
  /** What planners were told last of product orders that the ERP changed, by the number that they were made with. */
  readonly told: ReadonlyMap<string, string>;
  /** Changed ERP orders, by id, that the ledger has as they were before: a pull that had read them then had the last word. */
  readonly outdated: ReadonlySet<string>;
  readonly waiting: number;
}

export type PartnersBooks = Omit<Books, 'deadLetters' | 'told' | 'outdated' | 'waiting'>;

/** Reads the partners' databases in the data folder of a plant; they may be in use. */
export function readPartners(dataDir: string): PartnersBooks {
  return opened(dataDir, ({ azumuta, erp }) => ({
    released: erp.orders(),
    booked: erp.bookings(),
    triggers: triggerLog(azumuta),
    strikes: { azumuta: loggedFaultsIn(azumuta.database), erp: loggedFaultsIn(erp.database) },
    built: azumuta.productOrders().map(({ id, number, completedAt }) => {
      const recordings = azumuta.recordingsOf(id);
      const recorded = (step: string) =>
        recordings
          .flatMap(({ steps }) => steps)
          .filter(({ name }) => (typeof name === 'string' ? name : name.en) === step)
          .reduce((sum, { value }) => sum + Number(value), 0);
      return {
        id,
        number,
        completedAt,
        recordings: recordings.map((recording) => recording.id),
        good: recorded('Good quantity'),
        scrap: recorded('Scrap quantity'),
      };
    }),
  }));
}

/** Faults that struck so far, in both partners. */
export function countStrikes(dataDir: string): number {
  return opened(
    dataDir,
    ({ azumuta, erp }) => loggedFaultsIn(azumuta.database).length + loggedFaultsIn(erp.database).length,
  );
}

function opened<T>(
  dataDir: string,
  read: (stores: {
    readonly azumuta: ReturnType<typeof openAzumuta>;
    readonly erp: ReturnType<typeof openErp>;
  }) => T,
): T {
  const azumuta = openAzumuta(join(dataDir, 'azumuta'));
  const erp = openErp(join(dataDir, 'erp'), () => new Date());
  try {
    return read({ azumuta, erp });
  } finally {
    azumuta.database.close();
    erp.database.close();
  }
}

/** Orders, by id or number, whose booking the ERP answered with 200 and did not do, by its own books. */
export function notBooked({ erp }: Books['strikes']): ReadonlySet<string> {
  return new Set(
    erp
      .filter(({ fault, method }) => method === 'POST' && /^(business-error|silent-no-op)$/.test(fault))
      .flatMap(({ path }) => /^\/api\/production-orders\/([^/]+)\/bookings$/.exec(path)?.[1] ?? [])
      .map(decodeURIComponent),
  );
}

/** How often each fault struck, by partner and kind. */
export function strikeCounts(strikes: Books['strikes']): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const [partner, struck] of Object.entries(strikes)) {
    for (const [fault, { length }] of Map.groupBy(struck, (strike: LoggedFault) => strike.fault))
      counts.set(`${partner}: ${fault}`, length);
  }
  return counts;
}

/** Completed orders of whose triggers none was answered 2xx since: Azumuta told nobody. */
export function untold({ built, triggers }: Pick<Books, 'built' | 'triggers'>): string[] {
  const toldAt = new Map<string, string>();
  for (const { outcome, productOrderNumber, at } of triggers) {
    // Oldest first, so the last one stays.
    if (typeof outcome === 'number' && outcome >= 200 && outcome < 300) toldAt.set(productOrderNumber, at);
  }
  return built
    .filter(({ number, completedAt }) => completedAt !== null && (toldAt.get(number) ?? '') < completedAt)
    .map(({ number }) => number);
}
