import { completionHint } from '../../../shared/completions/messages.ts';
import { isNothingSent } from '../../../shared/ledger/claims.ts';
import type { Ledger } from '../../../shared/ledger/ledger.ts';
import type { BookingEntry } from '../../../shared/ledger/records/bookings.ts';
import { type Concern, concernRules, orderConcernKinds } from '../../../shared/ledger/records/concerns.ts';
import type { DeadLetter } from '../../../shared/ledger/records/dead-letters.ts';
import { partsTogether } from '../../../shared/ledger/records/erp-orders.ts';
import type { Standing } from '../../../shared/ledger/records/known-orders.ts';
import {
  asMade,
  isBookedTogether,
  type OrderEntry,
  partIndexOf,
} from '../../../shared/ledger/records/product-orders.ts';
import { lifeOf } from '../../../shared/life/life.ts';
import { whatAPersonDoes } from '../../../shared/life/what-a-person-does.ts';
import { erpOrderRefOf, partNumber } from '../../../shared/model/orders.ts';
import { productOrderMessage } from '../../../shared/orders/messages.ts';
import type { Queues } from '../../../shared/platform/aws/queue.ts';
import { oneOf, UsageError } from '../cli/command.ts';
import { definedLines } from '../cli/output.ts';

export interface EndDependencies {
  readonly ledger: Pick<
    Ledger,
    'orders' | 'erpOrders' | 'bookings' | 'concerns' | 'knownOrders' | 'deadLetters'
  >;
  readonly queues: Pick<Queues, 'send'>;
  readonly queueUrls: Readonly<Record<'product-orders' | 'completions', string>>;
}

export interface EndRequest {
  readonly number: string;
  /** Of the concern that is settled. */
  readonly kind?: string | undefined;
  readonly go: boolean;
  /** Why, and who: kept with the order. */
  readonly note: string;
}

/** What a person ends, by its name. Each resolves to what was or would be done, by line. */
export const endings = {
  settle: settleConcern,
  'give-up': giveUpProductOrder,
  remake: remakeProductOrder,
} as const;

/** A concern has ended until its cause is seen again, or, where it says what differs, until something else does. @throws UsageError */
async function settleConcern({ number: asked, kind, go, note }: EndRequest, { ledger }: EndDependencies) {
  if (kind === undefined) throw new UsageError(`Say which concern: ${orderConcernKinds.join(', ')}.`);
  const known = await ledger.knownOrders.readStanding(asked);
  const { number, concerns } = known;
  const wanted = oneOf(orderConcernKinds, kind, 'concern');
  const open = concerns.filter((concern) => concern.kind === wanted);
  if (open.length === 0)
    throw new UsageError(`${number} has no open concern ${kind}${listOpenConcerns(concerns)}.`);
  const left = { ...known, concerns: concerns.filter((concern) => !open.includes(concern)) };
  const { stage } = lifeOf(left);
  // An order that does not wait counts as completed without it, so the waiting is given back with its end.
  const isAskedAgain = concernRules[wanted].stopsAsking && stage === 'completed';
  const isLeftUnmade = wanted === 'unwanted' && stage === 'wanted';
  if (go) for (const concern of open) await ledger.concerns.settle(number, concern, note);
  if (go && isAskedAgain) await ledger.orders.awaitCompletion(number);
  return definedLines(
    open.map((concern) => `ends "${concern.kind}": ${concern.note}`),
    isAskedAgain &&
      `product order ${number} is asked about again once it is overdue: if nobody shall ask, give it up instead`,
    isLeftUnmade &&
      `product order ${number} is not made, and is open all the same: if nobody shall make it, give it up instead`,
  );
}

/** Nothing more is created, asked or booked for an order. @throws UsageError */
async function giveUpProductOrder(request: EndRequest, dependencies: EndDependencies) {
  const { go, note } = request;
  const { ledger } = dependencies;
  const known = await requireKnownOrder(request, ledger);
  const { number, entry, bookings, concerns, home } = known;
  const outcome = whatAPersonDoes['give up'][lifeOf(known).stage];
  if (outcome.to === 'nothing') throw new UsageError(`${number}: ${outcome.because}.`);
  const index = partIndexOf(entry);
  // Bookings of other parts may be kept at the same home.
  const left = bookings.filter(({ state, parts }) => state !== 'done' && parts.includes(index));
  const deadLetters = deadLettersOfPart(known, index);
  if (left.some(isUnderWay)) throw underWayError(number, 'booked');
  if (go) {
    if (entry && !(await ledger.orders.end(entry, { how: 'given up', because: note })))
      throw underWayError(number, 'changed');
    const planned = isBookedTogether(entry) ? await stopJointPlanning(entry, note, ledger) : left;
    for (const booking of planned) await giveUpBooking(home, booking, note, ledger);
    if (isBookedTogether(entry)) await sendHintForOtherParts(entry, dependencies);
    for (const concern of concerns) await ledger.concerns.end(number, concern, note);
    for (const { messageId, orderNumber } of deadLetters)
      await ledger.deadLetters.markSettled({ messageId, orderNumber });
  }
  return definedLines(
    entry && `gives up product order ${number}: nobody asks about it any more`,
    left.map(({ key }) => `gives up the booking ${key}: it is booked only if somebody replays the order`),
    concerns.map(({ kind, note: why }) => `ends "${kind}": ${why}`),
    deadLetters.map(
      ({ messageId }) => `ends the dead letter ${messageId}; discard its message with the console`,
    ),
  );
}

/** What was refused of other parts may be kept at the same home, and still needs a person. */
function deadLettersOfPart(
  { number, home, bookings, deadLetters }: Standing,
  index: number,
): readonly Omit<DeadLetter, 'isDead'>[] {
  return deadLetters.filter(({ messageId, orderNumber }) => {
    const refused = bookings.filter(({ rejectedBy }) => rejectedBy === messageId);
    if (refused.length > 0) return refused.some(({ parts }) => parts.includes(index));
    return orderNumber !== home || number === home;
  });
}

/** What is in doubt together with other parts is booked or refused as it was planned, with all of them. */
function isUnderWay(booking: BookingEntry): boolean {
  return booking.state === 'claimed' || (booking.parts.length > 1 && !isNothingSent(booking));
}

/**
 * What is planned of a part that has ended. Whoever has read before that it goes on plans nothing more: the key for it is
 * used up, so they read again. @throws UsageError when it is too late
 */
async function stopJointPlanning(
  { number, erpOrder, productOrder = { id: '', number } }: OrderEntry,
  note: string,
  { bookings, knownOrders }: EndDependencies['ledger'],
): Promise<BookingEntry[]> {
  const of = { erpOrder: erpOrderRefOf(erpOrder), productOrder, note: `${number} was given up: ${note}` };
  let known = await knownOrders.readStanding(number);
  while (!(await bookings.useUpKey(known.home, known.nextJointKey, of)))
    known = await knownOrders.readStanding(number);
  const { entry, bookings: all } = await knownOrders.readStanding(number);
  const planned = all.filter(({ parts }) => parts.includes(partIndexOf(entry)));
  if (planned.some((one) => isUnderWay(one) || one.state === 'done'))
    throw new UsageError(
      `${number} is given up, but it is being booked with the other parts at this moment: trace shows in a few minutes what was booked.`,
    );
  return planned;
}

/** One of several parts is planned again without it; any other is a person's from now on. */
async function giveUpBooking(
  home: string,
  booking: BookingEntry,
  note: string,
  { bookings }: EndDependencies['ledger'],
): Promise<void> {
  if (booking.parts.length === 1) await bookings.giveUp(home, booking, note);
  else if (!(await bookings.withdrawPlan(home, booking))) throw underWayError(home, 'booked');
}

/** The other parts of its ERP order are booked without it, once they are completed: they may be. */
async function sendHintForOtherParts(entry: OrderEntry, dependencies: EndDependencies): Promise<void> {
  const { ledger, queues, queueUrls } = dependencies;
  const record = await ledger.erpOrders.find(entry.erpOrder);
  if (!record) return;
  const { completed } = partsTogether(await ledger.erpOrders.partsOf(record), record.split.of);
  const [other] = completed.keys();
  if (other === undefined) return;
  const productOrderNumber = partNumber(record.split, other);
  const hint = completionHint('reconciliation', { productOrderNumber }, `without ${entry.number}`);
  await queues.send(queueUrls.completions, { body: JSON.stringify(hint) });
}

/** Has a product order that was removed in Azumuta created there again. @throws UsageError */
async function remakeProductOrder(request: EndRequest, dependencies: EndDependencies) {
  const { go, note } = request;
  const { ledger, queues, queueUrls } = dependencies;
  const known = await requireKnownOrder(request, ledger);
  const { number, entry, bookings, concerns } = known;
  const outcome = whatAPersonDoes.remake[lifeOf(known).stage];
  if (outcome.to === 'nothing')
    throw new UsageError(`${number} is not made again: ${outcome.because}${listOpenConcerns(concerns)}.`);
  // A booking that a person has discarded is one that he takes care of.
  if (!entry || bookings.some(({ parts }) => parts.includes(entry.part.index)))
    throw new UsageError(`${number} has a booking already: a second one would need another number.`);
  const removed = concerns.find(({ kind }) => kind === 'removed');
  if (go) {
    // What was given up may be there still, under another number, or built by now: it is looked for before it is created.
    const inAzumuta = removed ? 'removed' : 'perhaps';
    const withdrawn = await ledger.orders.end(entry, { how: 'withdrawn', because: note, inAzumuta });
    const again = withdrawn && (await ledger.orders.replace(withdrawn, { ...asMade(entry), via: note }));
    if (!again) throw underWayError(number, 'changed');
    if (removed) await ledger.concerns.end(number, removed, note);
    const send = (body: string) => queues.send(queueUrls['product-orders'], { body });
    await send(productOrderMessage(number));
    // The ERP may have changed its order since: it is made so, or a person hears of it.
    await send(productOrderMessage(number, { asksErp: 'daily look' }));
  }
  return [`creates product order ${number} in Azumuta again, as it was made: article ${entry.draft.article}`];
}

const underWayError = (number: string, what: string) =>
  new UsageError(`${number} is being ${what} at this moment: try it again in a few minutes.`);

async function requireKnownOrder(
  { number }: EndRequest,
  { knownOrders }: EndDependencies['ledger'],
): Promise<Standing> {
  const known = await knownOrders.readStanding(number);
  const { entry, bookings, concerns, deadLetters } = known;
  if (entry || bookings.length + concerns.length + deadLetters.length > 0) return known;
  throw new UsageError(`The ledger has no product order ${number}: trace names those of an ERP order.`);
}

function listOpenConcerns(concerns: readonly Concern[]): string {
  return concerns.length === 0 ? '' : `; open are: ${concerns.map(({ kind }) => kind).join(', ')}`;
}
