import type { Concern } from '../ledger/records/concerns.ts';
import type { EachField } from '../model/completions.ts';
import { Rejected, type Rejection, rejectionOf } from '../model/errors.ts';
import { textsOfFacts } from '../model/order-facts.ts';
import type { ErpOrder } from '../model/orders.ts';
import { formatQuantity } from '../model/quantity.ts';
import { maxTextLength, problemOfText, shorten } from '../model/text.ts';
import { definedFields } from '../model/unread.ts';
import { atOnce, mapConcurrently } from '../platform/map-concurrently.ts';
import { type AcceptDependencies, type Accepted, acceptWanted } from './accept-wanted.ts';
import { productOrderMessage } from './messages.ts';
import { readKnown, type Via, type WantedOrder } from './wanted-order.ts';
import { type FirstOrAgain, writeRefused } from './write-decision.ts';

/** Messages that are collected before they are sent: a call that is cut short leaves about as many unsent. */
const maxUnsent = 100;
/** A change time that is further ahead than this is wrong: clocks of servers differ by seconds. */
const aheadMs = 3_600_000;
/** An order that cannot be mapped may have any number; with so many characters it surely fits into a key of the ledger. */
const maxKeyCharacters = 500;

/**
 * Accepts ERP orders, including cancelled ones, and enqueues what is to be created. One bad order never blocks the others.
 * One that is not created yet is enqueued again while it is unknown whether its message was sent, and for a caller; one that
 * Azumuta is looked at for, too: once a day at most while that message waits, as a pull lists the same orders, and a caller
 * posts them, again and again. A post without a change time may be undone by a
 * pull that read the order before, until the next pull.
 * @throws when SQS or the ledger does not answer: what was written by then is sent now, or once it is accepted again.
 */
export async function acceptOrders(
  orders: readonly ErpOrder[],
  via: Via,
  dependencies: AcceptDependencies,
): Promise<Accepted[]> {
  const underWay = new Map<string, Promise<unknown>>();
  const unsent = new Map<string, FirstOrAgain>();
  try {
    return await mapConcurrently(orders, atOnce, async (order) => {
      const { messages = [], ...accepted } = await acceptInSequence(order, via, underWay, dependencies);
      for (const [number, message] of messages) if (!unsent.has(number)) unsent.set(number, message);
      if (unsent.size >= maxUnsent) await sendAll(unsent, via, dependencies);
      return accepted;
    });
  } finally {
    await sendAll(unsent, via, dependencies);
  }
}

async function sendAll(
  unsent: Map<string, FirstOrAgain>,
  via: Via,
  { ledger, queues, queueUrl, log }: AcceptDependencies,
): Promise<void> {
  const sending = [...unsent];
  unsent.clear();
  if (sending.length === 0) return;
  const messages = sending.map(([number]) => ({ body: productOrderMessage(number) }));
  const refused = new Set(await queues.sendAll(queueUrl, messages));
  const sent = sending.filter((_, index) => !refused.has(index));
  if (sent.length > 0) log.info('Orders accepted', { via }, { OrdersAccepted: sent.length });
  const noted = sent.filter(([, message]) => message === 'again');
  await mapConcurrently(noted, atOnce, ([number]) => ledger.orders.markMessageSentAgain(number));
  if (refused.size > 0)
    throw new Error(`SQS did not take ${refused.size} of ${sending.length} product orders.`);
}

/** One that is listed twice, under whichever of its names, is accepted twice, one after the other: the last one counts. */
async function acceptInSequence(
  listed: ErpOrder,
  via: Via,
  underWay: Map<string, Promise<unknown>>,
  dependencies: AcceptDependencies,
): Promise<Accepted> {
  const wanted = wantedOf(listed, via, dependencies);
  if ('reason' in wanted) return refuseErpOrder(listed, wanted, via, dependencies);
  const { id, number } = wanted.order;
  const names = [
    `number ${number}`,
    ...(id === undefined ? [] : [`id ${id}`]),
    ...(wanted.mapped ? [`product order ${wanted.mapped.split.number}`] : []),
  ];
  const before = Promise.allSettled(names.map((name) => underWay.get(name)));
  const accepting = before.then(() => acceptWanted(wanted, dependencies));
  for (const name of names) underWay.set(name, accepting);
  return accepting;
}

export function wantedOf(
  listed: ErpOrder,
  via: Via,
  { clock, map, accept, askedFor }: Pick<AcceptDependencies, 'clock' | 'map' | 'accept' | 'askedFor'>,
): WantedOrder | Rejection {
  const now = clock.now();
  const { changedAt } = listed;
  const isAhead = changedAt !== undefined && Date.parse(changedAt) > now.getTime() + aheadMs;
  const order = isAhead ? { ...listed, changedAt: now.toISOString() } : listed;
  const wanted = { order, via, askedFor, now, changedAhead: isAhead ? changedAt : undefined };
  const problem = problemOfErpOrder(order);
  if (problem) return problem;
  try {
    const ended = order.state === 'released' ? undefined : endedStateWords[order.state];
    if (ended ?? !accept(order))
      return { ...wanted, mapped: undefined, ended: ended ?? 'productOrders.accept does not want it' };
    return { ...wanted, mapped: map(order) };
  } catch (error) {
    if (error instanceof Rejected) return rejectionOf(error);
    throw error;
  }
}

/** A connector passes on any text of the ERP; one that cannot be a key of the ledger must not stop other orders. */
function problemOfErpOrder(order: ErpOrder): Rejection | undefined {
  const { number, id = number } = order;
  const tooLong = textsOfFacts(order).filter(([, text]) => text.length > maxTextLength);
  for (const [field, text] of [['number', number], ['id', id], ...tooLong] as const) {
    const problem = problemOfText(text);
    const sentence = `The ${field} of ERP order ${shorten(number, 100)} ${problem}: correct it in the ERP.`;
    if (problem !== undefined) return { reason: sentence, cause: 'order-data' };
  }
  return undefined;
}

const endedStateWords = {
  cancelled: 'It was cancelled in the ERP',
  other: 'The ERP does not release it any more',
  deleted: 'The ERP does not have it any more',
} as const;

/** It cannot be mapped to product orders now, and those that were made of it before are kept: it needs a person. */
async function refuseErpOrder(
  order: ErpOrder,
  why: Rejection,
  via: Via,
  dependencies: AcceptDependencies,
): Promise<Accepted> {
  const { ledger } = dependencies;
  const hasKey = problemOfErpOrder(order) === undefined;
  const { record } = hasKey ? await readKnown({ order }, ledger) : {};
  // What was made of it has its own date.
  const isMade = record !== undefined && record.mostParts > 0;
  const isNews = await recordUnmapped(
    isMade ? { ...order, dueDate: undefined } : order,
    why,
    via,
    dependencies,
  );
  // Whoever accepts it later finds its record, and ends the concern.
  if (isNews && hasKey) await writeRefused(record, order, ledger);
  const { number } = order;
  return { number, status: 'rejected', productOrders: [], ...why, news: isNews ? 1 : 0, isEnded: false };
}

/** @returns whether it was noted for the first time. */
export async function recordUnmapped(
  { number, article, quantity, dueDate }: Pick<ErpOrder, 'number'> & Partial<ErpOrder>,
  { reason, cause }: Rejection,
  via: Via,
  { ledger, log }: Pick<AcceptDependencies, 'ledger' | 'log'>,
): Promise<boolean> {
  const short = (text: string) => shorten(text, maxTextLength);
  const isKnown = article !== undefined && quantity !== undefined;
  const facts: EachField<NonNullable<Concern['about']>> | undefined = isKnown
    ? {
        article: short(article),
        quantity: short(formatQuantity(quantity)),
        dueDate: dueDate && short(dueDate),
      }
    : undefined;
  const about = facts ? { about: definedFields(facts) } : {};
  const concern = { kind: 'refused', content: reason, note: reason, cause, ...about } as const;
  const begun = await ledger.concerns.begin(shorten(number, maxKeyCharacters), concern);
  const isNews = begun === 'news';
  const fields = { order: number, reason, cause, via };
  if (isNews) log.warn('Order of the ERP cannot be mapped', fields, { OrdersUnmapped: 1 });
  return isNews;
}

/** Stops mapping as soon as they do: a list of large orders would keep a call busy before it is refused. */
export function becomeMoreThan(
  most: number,
  orders: readonly ErpOrder[],
  dependencies: AcceptDependencies,
): boolean {
  let productOrders = 0;
  return orders.some((order) => {
    const wanted = wantedOf(order, 'endpoint', dependencies);
    productOrders += 'reason' in wanted ? 0 : (wanted.mapped?.split.of ?? 0);
    return productOrders > most;
  });
}
