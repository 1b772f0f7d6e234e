import type { AzumutaProductOrder } from '../azumuta/answer-readers.ts';
import { type AzumutaClient, readByIdOrNumber } from '../azumuta/client.ts';
import type { ErpConnector } from '../erp/connector.ts';
import type { Claim } from '../ledger/claims.ts';
import { orderKey } from '../ledger/keys.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { isSettled } from '../ledger/records/bookings.ts';
import type { OrderEnd } from '../ledger/records/order-end.ts';
import { type OrderEntry, orderEntryOf } from '../ledger/records/product-orders.ts';
import { isFailure, OrderNotReady, Rejected, RetryLater } from '../model/errors.ts';
import { type ProductOrderRef, productOrderRefOf } from '../model/orders.ts';
import type { Clock } from '../platform/clock.ts';
import type { PartnerCall } from '../platform/http.ts';
import { longWaitMs } from '../worker/policy.ts';
import type { WorkAttempt } from '../worker/worker.ts';
import { whyNotAdopted } from './differences.ts';
import { type LookDependencies, lookAtOrder } from './look.ts';

export interface CreateDependencies extends LookDependencies {
  readonly azumuta: AzumutaClient;
  readonly erp: ErpConnector;
  readonly clock: Clock;
  readonly settlingSeconds: number;
  /** Has the completion of a product order looked at once more. */
  readonly lookAgain: (productOrderNumber: string) => Promise<void>;
}

interface MadeProductOrder {
  readonly productOrder: ProductOrderRef;
  readonly event: 'created' | 'adopted';
  /** It is known to be completed: nobody needs to ask about it. */
  readonly isBuilt?: boolean;
  /** It was completed while its order was unknown, or was given up: no trigger comes for it again. */
  readonly wasIgnored?: boolean;
}

/** What the ledger is to note after an attempt to give the ERP the Azumuta id. */
interface LinkAttempt {
  readonly noted: { readonly linkedAt?: string; readonly linkInDoubt?: boolean };
  readonly told: readonly { readonly event: 'linked'; readonly note: string }[];
  /** Why the ERP does not have it yet. */
  readonly error?: unknown;
}

/**
 * Creates a product order in Azumuta, once per number, and gives the ERP its id. Azumuta is searched by number before
 * every create: so orders that were typed by hand are adopted if they are open and equal, and the create of an attempt
 * that died is recognised. Creation and link are noted by one write; if only the link failed, the message is retried
 * for that.
 */
export async function createProductOrder(
  number: string,
  attempt: WorkAttempt,
  dependencies: CreateDependencies,
): Promise<void> {
  const { partners, ledger } = dependencies;
  await partners.ready('azumuta');
  const claimed = await ledger.claims.claim(orderKey(number), attempt);
  if (claimed.outcome === 'claimed') return createAndLink(claimed.claim, attempt, dependencies);
  if (claimed.outcome === 'rejected') {
    const { reason } = claimed;
    return attempt.log.info('It was withdrawn, or another message of it is a dead letter', { reason });
  }
  if (claimed.outcome === 'done') {
    await linkCreated(orderEntryOf(claimed.held), attempt, dependencies);
    await lookAtOrder(number, attempt, dependencies);
    return;
  }
  if (claimed.outcome === 'busy')
    throw new OrderNotReady(`Product order ${number} is being created by another attempt.`, {
      afterSeconds: attempt.secondsUntil(claimed.untilMs),
    });
  const sentence = `The ledger does not know product order ${number}: send the order again from the ERP.`;
  throw new Rejected(sentence, { causeCode: 'unknown-order' });
}

async function createAndLink(
  claim: Claim,
  attempt: WorkAttempt,
  dependencies: CreateDependencies,
): Promise<void> {
  const { claims, deadLetters } = dependencies.ledger;
  const { clock } = dependencies;
  const entry = orderEntryOf(claim.held);
  if (entry.end) return refuseEnded(claim, entry.end, attempt, claims);
  const made = await createOrAdopt(claim, entry, attempt, dependencies);
  const { productOrder, event, isBuilt = false, wasIgnored = false } = made;
  const link = await linkInErp({ ...entry, productOrder }, attempt, dependencies);
  // From now on, until it is completed, the reconciliation may ask about it when it is overdue.
  const awaited = isBuilt ? {} : { awaiting: 'completion' };
  const remove = ['sentAgainAt'];
  const set = { productOrder, azumutaId: productOrder.id, ...link.noted, ...awaited, remove };
  const created = { event, note: `Azumuta id ${productOrder.id}` };
  const noting = claims.complete(claim, set, created, ...link.told).then(async () => {
    attempt.log.info('Product order created', { event, azumutaId: productOrder.id }, { OrdersCreated: 1 });
    if (mayHaveLetter(entry, clock)) await deadLetters.settleOfCreation(entry.number);
  });
  // If its hint is lost, the reconciliation asks about it once it is overdue.
  const hinting = noting.then(() => (wasIgnored ? dependencies.lookAgain(entry.number) : undefined));
  await throwOnceNoted(link, hinting);
}

/**
 * 0.3.0 gave an order up without changing its step, so that its message could make it all the same. It is refused as an
 * order that is given up today, also for 0.3.0 after a rollback; it needs no dead letter, as a person has ended it.
 */
async function refuseEnded(
  claim: Claim,
  { how, because }: OrderEnd,
  { log }: WorkAttempt,
  claims: Ledger['claims'],
): Promise<void> {
  await claims.giveBack(claim, new Rejected(because, { causeCode: 'order-state' }), false);
  log.info('It is not created, as it has ended', { how, because });
}

/** Another message of it may have failed, or waited until it was a dead letter; not where it is made as soon as it came. */
function mayHaveLetter({ attempts, history }: OrderEntry, clock: Clock): boolean {
  const queued = history.findLast(({ event }) => event === 'queued');
  return attempts > 1 || queued === undefined || clock.now().getTime() - Date.parse(queued.at) > longWaitMs;
}

async function createOrAdopt(
  claim: Claim,
  entry: OrderEntry,
  { signal }: WorkAttempt,
  { azumuta, erp, partners, ledger }: CreateDependencies,
): Promise<MadeProductOrder> {
  const { draft } = entry;
  let sent = false;
  try {
    const making = async (guarded: PartnerCall): Promise<MadeProductOrder> => {
      // One that a person has made again may be there, whatever operators call it by now.
      const known = { id: entry.productOrder?.id, number: draft.number };
      const existing = await readByIdOrNumber(known, guarded, azumuta);
      if (existing) return await adoptExisting(existing, entry, claim, ledger);
      // An earlier attempt may have created it: built and removed since, it must not be built again.
      const built = claim.again ? await findBuiltProductOrder(entry, ledger) : undefined;
      if (built) return { productOrder: built, event: 'created', isBuilt: true };
      const article = await azumuta.findArticle(draft.article, guarded);
      if (!article) {
        const sentence = `Azumuta has no article ${draft.article}: create it in its article category, or correct the order.`;
        throw new Rejected(sentence, { causeCode: 'unknown-article' });
      }
      guarded.signal.throwIfAborted();
      sent = true;
      return { productOrder: await azumuta.createProductOrder(draft, article, guarded), event: 'created' };
    };
    return await partners.call('azumuta', signal, making, draft.number);
  } catch (cause) {
    // A replay maps an order anew only where the ERP can be asked for it.
    const again = 'If the order or its mapping was corrected, post the order again instead of replaying.';
    const isFinal = cause instanceof Rejected && !erp.readOrder;
    const error = isFinal
      ? new Rejected(`${cause.message} ${again}`, { causeCode: cause.causeCode, wrote: cause.wrote, cause })
      : cause;
    await ledger.claims.giveBack(claim, error, sent);
    throw error;
  }
}

/** Takes what Azumuta has under the number of an order for that order. @throws Rejected when it is not */
async function adoptExisting(
  existing: AzumutaProductOrder,
  { draft, productOrder: made }: OrderEntry,
  claim: Claim,
  { knownOrders }: Ledger,
): Promise<MadeProductOrder> {
  const { number } = draft;
  // An Azumuta id belongs to one order: an operator may have given this number to the product order of another one.
  const owner = await knownOrders.numberOfAzumutaId(existing.id);
  if (owner !== undefined && owner !== number && (await isTakenBy(owner, existing.id, knownOrders))) {
    const sentence = `Azumuta calls the product order of ${owner} ${number} by now: give it its own number there again, then replay.`;
    throw new Rejected(sentence, { causeCode: 'conflict' });
  }
  // It may have been typed by hand, built and booked while its creation was refused.
  const { bookings } = existing.completed ? await knownOrders.read(number) : { bookings: [] };
  const own = bookings.filter(({ productOrder }) => productOrder.id === existing.id);
  const isBuilt = own.some(({ state }) => state === 'done');
  const wasGivenUp = existing.completed && existing.id === made?.id && !isBuilt;
  const wasIgnored = wasGivenUp || own.some(({ state }) => state === 'ignored');
  const why = whyNotAdopted(existing, draft, { mayBeOurs: claim.again || isBuilt || wasIgnored });
  if (why) throw new Rejected(why, { causeCode: 'conflict' });
  const event = claim.again ? 'created' : 'adopted';
  return { productOrder: productOrderRefOf(existing), event, isBuilt, wasIgnored };
}

/** Whether another order of ours has this id, or a booking of one that was typed by hand, which may be in the ERP. */
async function isTakenBy(owner: string, id: string, knownOrders: Ledger['knownOrders']): Promise<boolean> {
  const { entry, bookings } = await knownOrders.read(owner);
  return entry !== undefined || bookings.some((one) => one.productOrder.id === id && isSettled(one));
}

/** What the ledger knows to be completed under the number of an order: its quantity is planned or booked, or waits for other parts. */
async function findBuiltProductOrder(
  { number, part, erpOrder }: OrderEntry,
  { knownOrders, erpOrders }: Ledger,
): Promise<ProductOrderRef | undefined> {
  const { bookings } = await knownOrders.read(number);
  const planned = bookings.find(({ kind, parts }) => kind === 'quantity' && parts.includes(part.index));
  if (planned) return planned.productOrder;
  const record = await erpOrders.find(erpOrder);
  const completed = record && (await erpOrders.partsOf(record)).completed.get(part.index);
  return completed && { id: completed.productOrderId, number };
}

async function linkInErp(
  { erpOrder, productOrder, linkInDoubt }: Pick<OrderEntry, 'erpOrder' | 'productOrder' | 'linkInDoubt'>,
  { signal }: WorkAttempt,
  { erp, partners, clock, settlingSeconds }: CreateDependencies,
): Promise<LinkAttempt> {
  if (!erp.linkProductOrder || !productOrder) return { noted: {}, told: [] };
  try {
    const linking = async (guarded: PartnerCall) =>
      erp.linkProductOrder?.(erpOrder, productOrder, { ...guarded, again: linkInDoubt });
    await partners.call('erp', signal, linking, erpOrder.number);
  } catch (error) {
    // After a Rejected a person was asked: when they send it again, nothing is in doubt.
    if (!(error instanceof RetryLater)) return { noted: { linkInDoubt: false }, told: [], error };
    // What was sent may still be settling in the ERP: an attempt that looks earlier would not find it.
    const afterSeconds = Math.max(settlingSeconds, error.afterSeconds ?? 0);
    return {
      noted: { linkInDoubt: error.wrote !== 'nothing' || linkInDoubt },
      told: [],
      error: isFailure(error) && error.wrote === 'perhaps' ? error.with({ afterSeconds }) : error,
    };
  }
  const note = `ERP order ${erpOrder.number} knows Azumuta id ${productOrder.id}`;
  return { noted: { linkedAt: clock.now().toISOString() }, told: [{ event: 'linked', note }] };
}

/** Links an order whose creation is done, without a claim: two attempts at once may leave a second note in the ERP. */
async function linkCreated(
  entry: OrderEntry,
  attempt: WorkAttempt,
  dependencies: CreateDependencies,
): Promise<void> {
  if (entry.linkedAt !== undefined) return;
  const link = await linkInErp(entry, attempt, dependencies);
  const { noted, told } = link;
  const isNews = noted.linkedAt !== undefined || noted.linkInDoubt !== entry.linkInDoubt;
  await throwOnceNoted(link, isNews ? dependencies.ledger.orders.noteLink(entry, noted, told) : undefined);
}

/** Not noted, a link in doubt needs its time to settle all the more; a refusal must not end the message before that. */
async function throwOnceNoted({ error }: LinkAttempt, noting: Promise<void> | undefined): Promise<void> {
  await noting?.catch((cause: unknown) => {
    throw error instanceof RetryLater ? error : cause;
  });
  if (error !== undefined) throw error;
}
