import type { AzumutaProductOrder } from '../azumuta/answer-readers.ts';
import type { AzumutaClient } from '../azumuta/client.ts';
import type { PlaceInBatch } from '../azumuta/operations.ts';
import { readByIdOrNumber } from '../azumuta/reader.ts';
import type { ErpConnector } from '../erp/connector.ts';
import type { Claim } from '../ledger/claims.ts';
import { orderKey } from '../ledger/keys.ts';
import type { OrdersLedger } from '../ledger/ledger.ts';
import { isSettled } from '../ledger/records/bookings.ts';
import type { OrderEnd } from '../ledger/records/order-end.ts';
import { type OrderEntry, orderEntryOf } from '../ledger/records/product-orders.ts';
import { NotSent, OrderNotReady, Rejected } from '../model/errors.ts';
import type { ProductOrderRef } from '../model/orders.ts';
import type { Clock } from '../platform/clock.ts';
import type { PartnerCall } from '../platform/http.ts';
import { longWaitMs } from '../worker/policy.ts';
import type { WorkAttempt } from '../worker/worker.ts';
import { decideCreation, type FoundProductOrder, type MadeProductOrder } from './decide-creation.ts';
import { errorOfUnnoted, type LinkAttempt, linkCreated, linkInErp } from './link-in-erp.ts';
import { type LookDependencies, lookAtOrder } from './look.ts';

export interface CreateDependencies extends LookDependencies {
  readonly azumuta: AzumutaClient;
  readonly erp: ErpConnector;
  readonly clock: Clock;
  readonly settlingSeconds: number;
  /** What was completed before this (ISO, UTC) is people's; undefined where all is ours. */
  readonly liveFrom: string | undefined;
  /** Has the completion of a product order looked at again. */
  readonly lookAgain: (productOrderNumber: string) => Promise<void>;
  /** Whether an order is known in shadow, of which a message may still be in the queue once the stack is live. */
  readonly isKnownInShadow: (productOrderNumber: string) => Promise<boolean>;
}

/**
 * Creates a product order in Azumuta, once per number, and gives the ERP its id. Azumuta is searched by number before
 * every create: so orders that were typed by hand are adopted if they are open and equal, and the create of an attempt
 * that died is recognised. Creation and link are noted by one write; if only the link failed, the message is retried
 * for that. Of an order that is created already, only the link is repeated, and what is open about it is looked at.
 * @throws RetryLater, Rejected
 */
export async function createProductOrder(
  number: string,
  attempt: WorkAttempt,
  dependencies: CreateDependencies,
): Promise<void> {
  const { partners, ledger } = dependencies;
  await partners.ready('azumuta');
  const claimed = await ledger.claims.claim(orderKey(number), attempt);
  switch (claimed.outcome) {
    case 'claimed':
      await createClaimed(claimed.claim, attempt, dependencies);
      return;
    case 'done':
      await linkCreated(orderEntryOf(claimed.held), attempt, dependencies);
      await lookAtOrder(number, attempt, dependencies);
      return;
    case 'rejected': {
      const { reason } = claimed;
      attempt.log.info('It was withdrawn, or another message of it is a dead letter', { reason });
      return;
    }
    case 'busy':
      throw new OrderNotReady(`Product order ${number} is being created by another attempt.`, {
        afterSeconds: attempt.secondsUntil(claimed.untilMs),
      });
    case 'unknown': {
      if (await dependencies.isKnownInShadow(number)) {
        attempt.log.info('It is not created, as the message was sent in shadow');
        return;
      }
      const sentence = `The ledger does not know product order ${number}: send the order again from the ERP.`;
      throw new Rejected(sentence, { causeCode: 'unknown-order' });
    }
    default:
      return claimed satisfies never;
  }
}

async function createClaimed(
  claim: Claim,
  attempt: WorkAttempt,
  dependencies: CreateDependencies,
): Promise<void> {
  const entry = orderEntryOf(claim.held);
  if (entry.end) {
    await refuseEnded(claim, entry.end, attempt, dependencies.ledger);
    return;
  }
  const made = await createOrRecord(claim, entry, attempt, dependencies);
  if (made === wouldBeCreated) {
    await dependencies.ledger.claims.complete(claim, waitsForCompletion, {
      event: made,
      note: entry.draft.article,
    });
    return;
  }
  const link = await linkInErp({ ...entry, productOrder: made.productOrder }, attempt, dependencies);
  try {
    await writeCreationReceipt({ claim, entry, made, link }, attempt, dependencies);
    // If its hint is lost, the reconciliation asks about it once it is overdue.
    if (made.wasIgnored) await dependencies.lookAgain(entry.number);
  } catch (error) {
    throw errorOfUnnoted(link, error);
  }
  if (link.error !== undefined) throw link.error;
}

/**
 * 0.3.0 gave an order up without changing its step, so that its message could make it all the same. It is refused as an
 * order that is given up today, also for 0.3.0 after a rollback; it needs no dead letter, as a person has ended it.
 */
async function refuseEnded(
  claim: Claim,
  { how, because }: OrderEnd,
  { log }: WorkAttempt,
  { claims }: Pick<OrdersLedger, 'claims'>,
): Promise<void> {
  const error = new Rejected(because, { causeCode: 'order-state' });
  await claims.giveBack(claim, { error, sent: false });
  log.info('It is not created, as it has ended', { how, because });
}

/** In shadow: it is nowhere, and its creation was not sent. */
const wouldBeCreated = 'would be created';

/** Reads, decides, and creates it if it is nowhere. If that fails, the claim is given back. */
async function createOrRecord(
  claim: Claim,
  entry: OrderEntry,
  { signal }: WorkAttempt,
  dependencies: CreateDependencies,
): Promise<MadeProductOrder | typeof wouldBeCreated> {
  const { azumuta, erp, partners, ledger, liveFrom } = dependencies;
  const { draft } = entry;
  let sent = false;
  const making = async (guarded: PartnerCall): Promise<MadeProductOrder> => {
    const found = await findProductOrder(claim, entry, guarded, dependencies);
    const decision = decideCreation({ entry, again: claim.again, found, liveFrom });
    switch (decision.to) {
      case 'refuse':
        throw new Rejected(decision.reason, { causeCode: decision.cause });
      case 'record':
        return decision.made;
      case 'create': {
        guarded.signal.throwIfAborted();
        sent = true;
        const productOrder = await azumuta.createProductOrder(
          draft,
          decision.article,
          guarded,
          placeInBatchOf(entry),
        );
        return { productOrder, event: 'created', isBuilt: false, wasIgnored: false };
      }
      default:
        return decision satisfies never;
    }
  };
  try {
    return await partners.call('azumuta', signal, making, draft.number);
  } catch (cause) {
    if (cause instanceof NotSent) return wouldBeCreated;
    const error = adviseToPostAgain(cause, erp);
    await ledger.claims.giveBack(claim, { error, sent, waits: waitsForCompletion });
    throw error;
  }
}

function placeInBatchOf({ part: { index, batch } }: OrderEntry): PlaceInBatch | undefined {
  return batch && { batch: { number: batch.number }, part: { index, of: batch.of } };
}

/** A replay maps an order again only where the ERP can be asked for it. */
function adviseToPostAgain(failure: unknown, erp: ErpConnector): unknown {
  if (!(failure instanceof Rejected) || erp.readOrder) return failure;
  const advice = 'If the order or its mapping was corrected, post the order again instead of replaying.';
  const { message, causeCode, wrote } = failure;
  return new Rejected(`${message} ${advice}`, { causeCode, wrote, cause: failure });
}

/** Reads what there is of a product order: in Azumuta, else in the ledger, else only its article in Azumuta. */
async function findProductOrder(
  claim: Claim,
  entry: OrderEntry,
  guarded: PartnerCall,
  { azumuta, ledger }: CreateDependencies,
): Promise<FoundProductOrder> {
  const { draft } = entry;
  // One that a person has made again may be there, whatever operators call it by now.
  const known = { id: entry.productOrder?.id, number: draft.number };
  const existing = await readByIdOrNumber(known, guarded, azumuta);
  if (existing) return readExisting(existing, draft.number, ledger);
  // An earlier attempt may have created it: built and removed since, it must not be built again.
  const built = claim.again ? await findBuiltProductOrder(entry, ledger) : undefined;
  if (built) return { where: 'among what is built', productOrder: built };
  return { where: 'nowhere', article: await azumuta.findArticle(draft.article, guarded) };
}

async function readExisting(
  existing: AzumutaProductOrder,
  number: string,
  { knownOrders }: OrdersLedger,
): Promise<FoundProductOrder> {
  const owner = await findOtherOwner(existing.id, number, knownOrders);
  const isBookable = owner === undefined && existing.completed;
  const { bookings } = isBookable ? await knownOrders.read(number) : { bookings: [] };
  return { where: 'in Azumuta', existing, owner, bookings };
}

/** An Azumuta id belongs to one order: an operator may have given this number to the product order of another one. */
async function findOtherOwner(
  id: string,
  number: string,
  knownOrders: OrdersLedger['knownOrders'],
): Promise<string | undefined> {
  const owner = await knownOrders.numberOfAzumutaId(id);
  if (owner === undefined || owner === number) return undefined;
  // Either another order of ours has it, or a booking of one that was typed by hand, which may be in the ERP.
  const { entry, bookings } = await knownOrders.read(owner);
  const isTaken = entry !== undefined || bookings.some((one) => one.productOrder.id === id && isSettled(one));
  return isTaken ? owner : undefined;
}

/** What the ledger knows to be completed under the number of an order: its quantity is planned or booked, or waits for other parts. */
async function findBuiltProductOrder(
  { number, part, erpOrder }: OrderEntry,
  { knownOrders, erpOrders }: OrdersLedger,
): Promise<ProductOrderRef | undefined> {
  const { bookings } = await knownOrders.read(number);
  const planned = bookings.find(({ kind, parts }) => kind === 'quantity' && parts.includes(part.index));
  if (planned) return planned.productOrder;
  const record = await erpOrders.find(erpOrder);
  const completed = record && (await erpOrders.partsOf(record)).completed.get(part.index);
  return completed && { id: completed.productOrderId, number };
}

/** As it does since it came; not what 0.3.0 has put. */
const waitsForCompletion = { awaiting: 'completion' };

interface Creation {
  readonly claim: Claim;
  readonly entry: OrderEntry;
  readonly made: MadeProductOrder;
  readonly link: LinkAttempt;
}

/** Notes creation and link by one write. What was refused before is outdated then. */
async function writeCreationReceipt(
  { claim, entry, made, link }: Creation,
  attempt: WorkAttempt,
  { ledger, clock }: CreateDependencies,
): Promise<void> {
  const { productOrder, event, isBuilt } = made;
  const azumutaId = productOrder.id;
  const receipt = {
    productOrder,
    azumutaId,
    ...link.fields,
    ...(isBuilt ? {} : waitsForCompletion),
    remove: ['sentAgainAt', ...(isBuilt ? Object.keys(waitsForCompletion) : [])],
  };
  const created = { event, note: `Azumuta id ${azumutaId}` };
  await ledger.claims.complete(claim, receipt, created, ...link.events);
  attempt.log.info('Product order created', { event, azumutaId }, { OrdersCreated: 1 });
  if (mayHaveDeadLetter(entry, clock)) await ledger.deadLetters.settleOfCreation(entry.number);
}

/** Another message of it may have failed, or waited until it was a dead letter; not where it is made as soon as it came. */
function mayHaveDeadLetter({ attempts, history }: OrderEntry, clock: Clock): boolean {
  if (attempts > 1) return true;
  const queued = history.findLast(({ event }) => event === 'queued');
  return queued === undefined || clock.now().getTime() - Date.parse(queued.at) > longWaitMs;
}
