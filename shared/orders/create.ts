import type { AzumutaClient } from '../azumuta/client.ts';
import type { PartnerCalls } from '../circuit-breaker/guarded-call.ts';
import type { ErpConnector } from '../erp/connector.ts';
import type { Claim } from '../ledger/claims.ts';
import { orderKey } from '../ledger/keys.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { OrderEntry } from '../ledger/records/product-orders.ts';
import { Rejected, RetryLater, reasonOf, rejectionOf } from '../model/errors.ts';
import type { ProductOrderRef } from '../model/orders.ts';
import type { WorkAttempt } from '../worker/worker.ts';
import { whyNotAdopted } from './adopt.ts';
import type { ProductOrderMessage } from './messages.ts';

export interface CreateDependencies {
  readonly ledger: Pick<Ledger, 'claims' | 'orders'>;
  readonly azumuta: AzumutaClient;
  readonly erp: ErpConnector;
  readonly partners: PartnerCalls;
}

/**
 * Creates a product order in Azumuta, once per number, and tells the ERP its id. Azumuta is looked at by
 * number before every create: orders typed by hand are adopted where they are open and equal, and an attempt that
 * died after its create is recognised.
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
      await create(claimed.claim, attempt, dependencies);
  }
  await link(message.number, attempt, dependencies);
}

async function create(
  claim: Claim,
  attempt: WorkAttempt,
  { ledger, azumuta, partners }: CreateDependencies,
): Promise<void> {
  const { draft } = ledger.orders.entryOf(claim);
  let sent = false;
  try {
    const { productOrder, event } = await partners.call('azumuta', async () => {
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
      return {
        productOrder: await azumuta.createProductOrder(draft, article, attempt.signal),
        event: 'created',
      };
    });
    // From now until it is completed, reconciliation may ask about it when it is overdue.
    await ledger.claims.complete(
      claim,
      { productOrder, azumutaId: productOrder.id, awaiting: 'completion' },
      { event, note: `Azumuta id ${productOrder.id}` },
    );
    attempt.log.info('Product order created', { event, azumutaId: productOrder.id }, { OrdersCreated: 1 });
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

/** The Azumuta id goes back into the ERP, without a claim: two at the same moment leave a second note at the worst. */
async function link(
  number: string,
  attempt: WorkAttempt,
  { ledger, erp, partners }: CreateDependencies,
): Promise<void> {
  if (!erp.linkProductOrder) return;
  const entry: OrderEntry | undefined = await ledger.orders.find(number);
  if (!entry?.productOrder || entry.linkedAt) return;
  const { erpOrder, productOrder, linkInDoubt } = entry;
  try {
    await partners.call('erp', async () =>
      erp.linkProductOrder?.(erpOrder, productOrder, { again: linkInDoubt, signal: attempt.signal }),
    );
  } catch (error) {
    // Once a person was asked, what they send again begins anew.
    const inDoubt = error instanceof RetryLater && (error.wrote !== 'nothing' || linkInDoubt);
    if (inDoubt !== linkInDoubt) await ledger.orders.markLinkInDoubt(number, inDoubt);
    throw error;
  }
  await ledger.orders.markLinked(entry, `ERP order ${erpOrder.number} knows Azumuta id ${productOrder.id}`);
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
