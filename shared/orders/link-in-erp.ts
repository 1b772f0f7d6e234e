import type { PartnerCalls } from '../circuit-breaker/guarded-call.ts';
import type { ErpConnector } from '../erp/connector.ts';
import type { OrdersLedger } from '../ledger/ledger.ts';
import type { OrderEntry } from '../ledger/records/product-orders.ts';
import { isFailure, NotSent, RetryLater } from '../model/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { PartnerCall } from '../platform/http.ts';
import type { WorkAttempt } from '../worker/worker.ts';

export interface LinkDependencies {
  readonly ledger: Pick<OrdersLedger, 'orders'>;
  readonly erp: ErpConnector;
  readonly partners: PartnerCalls;
  readonly clock: Clock;
  readonly settlingSeconds: number;
}

/** How an attempt to give the ERP the Azumuta id has ended. */
export interface LinkAttempt {
  /** What the ledger is to note of it. */
  readonly fields: Partial<Pick<OrderEntry, 'linkedAt' | 'linkInDoubt'>>;
  readonly events: readonly { readonly event: 'linked'; readonly note: string }[];
  /** Why the ERP does not have it yet: to be thrown once the rest is noted. */
  readonly error?: unknown;
}

/** Gives the ERP the Azumuta id of a product order, if its connector can do that. Throws nothing: its answer says how that ended. */
export async function linkInErp(
  { erpOrder, productOrder, linkInDoubt }: Pick<OrderEntry, 'erpOrder' | 'productOrder' | 'linkInDoubt'>,
  { signal }: WorkAttempt,
  { erp, partners, clock, settlingSeconds }: LinkDependencies,
): Promise<LinkAttempt> {
  if (!erp.linkProductOrder || !productOrder) return { fields: {}, events: [] };
  try {
    const linking = async ({ signal: own, guard }: PartnerCall) =>
      erp.linkProductOrder?.(erpOrder, productOrder, { again: linkInDoubt, signal: own, guard });
    await partners.call('erp', signal, linking, erpOrder.number);
  } catch (error) {
    // In shadow there is nothing to note of it.
    if (error instanceof NotSent) return { fields: {}, events: [] };
    // After a Rejected a person was asked: when they send it again, nothing is in doubt.
    if (!(error instanceof RetryLater)) return { fields: { linkInDoubt: false }, events: [], error };
    // What was sent may still be settling in the ERP: an attempt that looks earlier would not find it.
    const afterSeconds = Math.max(settlingSeconds, error.afterSeconds ?? 0);
    return {
      fields: { linkInDoubt: error.wrote !== 'nothing' || linkInDoubt },
      events: [],
      error: isFailure(error) && error.wrote === 'perhaps' ? error.with({ afterSeconds }) : error,
    };
  }
  const note = `ERP order ${erpOrder.number} knows Azumuta id ${productOrder.id}`;
  return { fields: { linkedAt: clock.now().toISOString() }, events: [{ event: 'linked', note }] };
}

/**
 * Links an order whose creation is done, without a claim: two attempts at once may leave a second note in the ERP. What has
 * ended is not linked any more.
 */
export async function linkCreated(
  entry: OrderEntry,
  attempt: WorkAttempt,
  dependencies: LinkDependencies,
): Promise<void> {
  if (entry.linkedAt !== undefined || entry.end) return;
  const link = await linkInErp(entry, attempt, dependencies);
  const { fields, events } = link;
  const isNews = fields.linkedAt !== undefined || fields.linkInDoubt !== entry.linkInDoubt;
  try {
    if (isNews) await dependencies.ledger.orders.recordLink(entry, fields, events);
  } catch (error) {
    throw errorOfUnnoted(link, error);
  }
  if (link.error !== undefined) throw link.error;
}

/**
 * What is thrown where the ledger did not take the note: a link in doubt needs its time to settle all the more. A refusal must
 * not end the message before it is noted.
 */
export function errorOfUnnoted({ error }: LinkAttempt, writeError: unknown): unknown {
  return error instanceof RetryLater ? error : writeError;
}
