import type { AzumutaClient } from '../azumuta/client.ts';
import type { PartnerCalls } from '../circuit-breaker/guarded-call.ts';
import type { ErpConnector } from '../erp/connector.ts';
import type { Claim } from '../ledger/claims.ts';
import { orderKey } from '../ledger/keys.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { type OrderEntry, orderEntryOf } from '../ledger/records/product-orders.ts';
import { Rejected, RetryLater, reasonOf, rejectionOf } from '../model/errors.ts';
import type { ProductOrderRef } from '../model/orders.ts';
import type { Clock } from '../platform/clock.ts';
import type { WorkAttempt } from '../worker/worker.ts';
import { whyNotAdopted } from './adopt.ts';
import type { ProductOrderMessage } from './messages.ts';

export interface CreateDependencies {
  readonly ledger: Pick<Ledger, 'claims' | 'orders'>;
  readonly azumuta: AzumutaClient;
  readonly erp: ErpConnector;
  readonly partners: PartnerCalls;
  readonly clock: Clock;
  /** The longest that the ERP may take to finish what was sent to it. */
  readonly settlingSeconds: number;
}

/**
 * Creates a product order in Azumuta, once per number, and tells the ERP its id. Azumuta is looked at by
 * number before every create: orders typed by hand are adopted where they are open and equal, and an attempt that
 * died after its create is recognised. Both are noted by one write; where only the ERP could not be told, the message
 * comes again for that.
 */
export async function createProductOrder(
  message: ProductOrderMessage,
  attempt: WorkAttempt,
  dependencies: CreateDependencies,
): Promise<void> {
  const { ledger } = dependencies;
  await dependencies.partners.ready('azumuta');
  const key = orderKey(message.number);
  const claimed = await ledger.claims.claim(key, attempt);
  switch (claimed.outcome) {
    case 'unknown':
      throw new Rejected(
        `The ledger does not know product order ${message.number}: send the order again from the ERP.`,
        { code: 'unknown-order' },
      );
    case 'busy':
      throw new RetryLater(`Product order ${message.number} is being created by another attempt.`, {
        scope: 'order',
        afterSeconds: attempt.secondsUntil(claimed.untilMs),
      });
    case 'rejected':
      attempt.log.info('It was withdrawn, or another message of it is a dead letter', {
        reason: claimed.reason,
      });
      return;
    case 'claimed':
      return create(claimed.claim, attempt, dependencies);
    case 'done':
      return linkCreated(orderEntryOf(claimed.held), attempt, dependencies);
  }
}

async function create(claim: Claim, attempt: WorkAttempt, dependencies: CreateDependencies): Promise<void> {
  const { claims } = dependencies.ledger;
  const entry = orderEntryOf(claim.held);
  const { productOrder, event } = await createOrAdopt(claim, entry, attempt, dependencies);
  const link = await tellErp({ ...entry, productOrder }, attempt, dependencies);
  // From now until it is completed, reconciliation may ask about it when it is overdue.
  await claims.complete(
    claim,
    { productOrder, azumutaId: productOrder.id, awaiting: 'completion', ...link.noted },
    { event, note: `Azumuta id ${productOrder.id}` },
    ...link.told,
  );
  attempt.log.info('Product order created', { event, azumutaId: productOrder.id }, { OrdersCreated: 1 });
  if (link.error !== undefined) throw link.error;
}

async function createOrAdopt(
  claim: Claim,
  { draft }: OrderEntry,
  attempt: WorkAttempt,
  { ledger, azumuta, partners }: CreateDependencies,
): Promise<{ readonly productOrder: ProductOrderRef; readonly event: 'created' | 'adopted' }> {
  let sent = false;
  try {
    return await partners.call('azumuta', async () => {
      const existing = await azumuta.findProductOrder(draft.number, attempt.signal);
      if (existing) {
        const why = whyNotAdopted(existing, draft, { mayBeOurs: claim.again });
        if (why) throw new Rejected(why, { code: 'conflict' });
        return { productOrder: refOf(existing), event: claim.again ? 'created' : 'adopted' };
      }
      const article = await azumuta.findArticle(draft.article, attempt.signal);
      if (!article) throw unknownArticle(draft.article);
      attempt.signal.throwIfAborted();
      sent = true;
      const productOrder = await azumuta.createProductOrder(draft, article, attempt.signal);
      return { productOrder, event: 'created' };
    });
  } catch (error) {
    await giveBack(claim, error, sent, ledger);
    throw error;
  }
}

async function giveBack(
  claim: Claim,
  error: unknown,
  sent: boolean,
  ledger: CreateDependencies['ledger'],
): Promise<void> {
  if (error instanceof Rejected)
    return ledger.claims.reject(claim, rejectionOf(error), sent ? 'perhaps' : 'nothing');
  const wrote = error instanceof RetryLater ? error.wrote : sent ? 'perhaps' : 'nothing';
  if (wrote === 'perhaps') await ledger.claims.holdForSettling(claim, reasonOf(error, 300));
  else await ledger.claims.release(claim, reasonOf(error, 300), wrote);
}

/** What the ledger is to know of an attempt at telling the ERP the Azumuta id. */
interface Link {
  readonly noted: { readonly linkedAt?: string; readonly linkInDoubt?: boolean };
  readonly told: readonly { readonly event: 'linked'; readonly note: string }[];
  /** What keeps the ERP from knowing it yet. */
  readonly error?: unknown;
}

async function tellErp(
  { erpOrder, productOrder, linkInDoubt }: Pick<OrderEntry, 'erpOrder' | 'productOrder' | 'linkInDoubt'>,
  attempt: WorkAttempt,
  { erp, partners, clock, settlingSeconds }: CreateDependencies,
): Promise<Link> {
  if (!erp.linkProductOrder || !productOrder) return { noted: {}, told: [] };
  try {
    await partners.call('erp', async () =>
      erp.linkProductOrder?.(erpOrder, productOrder, { again: linkInDoubt, signal: attempt.signal }),
    );
  } catch (error) {
    // Once a person was asked, what they send again begins anew.
    const inDoubt = error instanceof RetryLater && (error.wrote !== 'nothing' || linkInDoubt);
    return { noted: { linkInDoubt: inDoubt }, told: [], error: onceSettled(error, settlingSeconds) };
  }
  const note = `ERP order ${erpOrder.number} knows Azumuta id ${productOrder.id}`;
  return { noted: { linkedAt: clock.now().toISOString() }, told: [{ event: 'linked', note }] };
}

/** What was sent may still be settling in the ERP: who looks before that is over would not find it. */
function onceSettled(error: unknown, settlingSeconds: number): unknown {
  if (!(error instanceof RetryLater) || error.wrote !== 'perhaps') return error;
  return error.with({ afterSeconds: Math.max(settlingSeconds, error.afterSeconds ?? 0) });
}

/** Of an order whose creation is done, without a claim: two at the same moment leave a second note at the worst. */
async function linkCreated(
  entry: OrderEntry,
  attempt: WorkAttempt,
  dependencies: CreateDependencies,
): Promise<void> {
  if (entry.linkedAt !== undefined) return;
  const { noted, told, error } = await tellErp(entry, attempt, dependencies);
  if (noted.linkedAt !== undefined || noted.linkInDoubt !== entry.linkInDoubt)
    await dependencies.ledger.orders.noteLink(entry, noted, told);
  if (error !== undefined) throw error;
}

function refOf({ id, number, url }: ProductOrderRef): ProductOrderRef {
  return { id, number, ...(url ? { url } : {}) };
}

function unknownArticle(number: string): Rejected {
  return new Rejected(
    `Azumuta has no article ${number}: create it in its article category, or correct the order.`,
    { code: 'unknown-article' },
  );
}
