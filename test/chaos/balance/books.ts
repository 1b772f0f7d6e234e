import type { LocalSystem } from '../../../infra/local/run-locally.ts';
import type { TriggerLogEntry } from '../../../infra/local/sandbox/azumuta/store.ts';
import type { ProductionOrder, SandboxBooking } from '../../../infra/local/sandbox/erp/store.ts';
import type { DeadLetter } from '../../support/queues.ts';

/** A product order in Azumuta's own books, with what its operators recorded. */
interface BuiltOrder {
  readonly id: string;
  readonly number: string;
  /** ISO instant; null while it is open. */
  readonly completedAt: string | null;
  readonly recordings: readonly string[];
  readonly good: number;
  readonly scrap: number;
}

/** The partners' books, the dead letters and the queues at the end of a run. */
export interface Books {
  readonly released: readonly Pick<ProductionOrder, 'number' | 'status' | 'azumutaIds'>[];
  readonly booked: readonly Pick<
    SandboxBooking,
    'order' | 'kind' | 'reference' | 'goodQuantity' | 'scrapQuantity' | 'links'
  >[];
  readonly built: readonly BuiltOrder[];
  readonly triggers: readonly TriggerLogEntry[];
  readonly deadLetters: readonly DeadLetter[];
  /** Messages that wait or are in flight. */
  readonly waiting: number;
}

type PartnersBooks = Omit<Books, 'deadLetters' | 'waiting'>;
export type ErpBooks = Pick<Books, 'released' | 'booked'>;

/** Reads the partners' own books, at any time. */
export function readPartners(
  { sandboxes: { azumuta } }: LocalSystem,
  { released, booked }: ErpBooks,
): PartnersBooks {
  return {
    released,
    booked,
    triggers: azumuta.store.triggerLog,
    built: azumuta.store.productOrders().map(({ id, number, completedAt, recordings }) => {
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
  };
}

/** Completed orders whose triggers have had no 2xx since: the integration does not know of their completion. */
export function withLostTrigger({ built, triggers }: Pick<Books, 'built' | 'triggers'>): string[] {
  const answeredAt = new Map<string, string>();
  for (const { outcome, productOrderNumber, at } of triggers) {
    // Oldest first, so the last one stays.
    if (typeof outcome === 'number' && outcome >= 200 && outcome < 300)
      answeredAt.set(productOrderNumber, at);
  }
  return built
    .filter(({ number, completedAt }) => completedAt !== null && (answeredAt.get(number) ?? '') < completedAt)
    .map(({ number }) => number);
}
