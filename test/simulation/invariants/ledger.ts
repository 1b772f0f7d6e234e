import * as z from 'zod/mini';
import { decompressContent } from '../../../shared/completions/content.ts';
import { bookingPrefix } from '../../../shared/ledger/keys.ts';
import { isJointKey } from '../../../shared/ledger/records/joint-keys.ts';
import type { People } from '../scenario/people.ts';
import { isOvertaken } from '../scenario/released-order.ts';
import { sourceParameter } from '../world/integration.ts';
import type { World } from '../world/world.ts';
import { type Find, isOpenConcern, partitionsOfErpOrder } from './finding.ts';
import { isHeld, operatorName } from './watch.ts';

/** A history keeps 16 KB (shared/ledger/history.ts); the rest of an item takes a few KB for these small orders. */
const maxBytes = 24_000;

/** Checks the ledger once all work has ended. */
export function judgeLedger(world: World, people: Pick<People, 'orders'>, find: Find): void {
  const { plant } = world;
  const isCalm = ![...world.happened].some(({ kind }) => /^(call|outage|ERP ignores)/.test(kind));
  // A product order that was typed by hand has to be removed by hand.
  const typed = new Set(people.orders.flatMap((order) => [...(order?.typed ?? [])]));
  // A product order that was removed in Azumuta cannot be read any more: its planned booking waits forever, and is
  // reported.
  const removed = people.orders
    .filter((order) => order && order.removed.length > 0)
    .flatMap((order) => [...(order?.numbers ?? [])]);
  const isRemoved = ({ pk }: Item) => removed.some((number) => isPartOf(String(pk), number));
  // An ERP does not list what is finished, deleted or put back: an order that was accepted before, but could not be sent, is never
  // listed again. Nobody wants it, and nothing was made. Nor does Odoo list what was split off an order that a person
  // finished then, as it cannot be told from the rest of that booking (shared/erp/odoo/README.md).
  const finished = people.orders
    .filter((order) => unlisted.has(order?.changes.findLast((one) => listing.test(one)) ?? ''))
    .flatMap(({ numbers }) => [...numbers]);
  const isFinished = ({ sk, pk, attempts }: Item) =>
    sk === 'ORDER' &&
    attempts === 0 &&
    finished.some((number) => isPartOf(String(pk), number) || String(pk).startsWith(`ORDER#${number}-`));
  const isLeft = (item: Item) =>
    people.orders.some(
      (order) =>
        order?.done.some(({ number }) => isPartOf(String(item.pk), number)) && isOvertaken(order, item),
    );
  const items = plant.table
    .items()
    .map((item) => ({ ...item, name: `${String(item.pk)} ${String(item.sk)}` }));
  const largest = plant.table.largest();
  if (largest && largest.bytes > maxBytes)
    find('items', `${largest.key.pk} ${largest.key.sk} has ${largest.bytes} bytes.`);
  for (const item of items) {
    judgeHolder(item, world, find);
    if (isCalm && isHeld(item)) find('released', `${item.name} is still held.`);
    if (wholeTextOf(item).includes(operatorName)) find('personal', `${item.name} names an operator.`);
    judgeBooking(item, items, find);
    const isOfNobody =
      isRemoved(item) || isFinished(item) || isLeft(item) || isBookedAndDiscarded(item, items);
    if (!isOfNobody) judgeState(item, world, typed, find);
  }
  judgeRemoved(items, people, find);
  const failed = plant.logged.find((line) => line.includes('"Retried",') && ofWaits.test(line));
  if (failed !== undefined) find('waits', `A wait is noted as a failure: ${failed.slice(0, 200)}`);
  const logged = plant.logged.find((line) => line.includes(operatorName));
  if (logged !== undefined) find('personal', `A log names an operator: ${logged.slice(0, 200)}`);
}

const unlisted: ReadonlySet<string> = new Set([
  'planner finishes it by hand',
  'planner deletes it',
  'planner puts it back',
]);
/** What decides whether an ERP lists an order. */
const listing = /finishes it by hand|deletes it|puts it back|releases it again/;

/** The sentences of waits (`Wait` in shared/model/errors.ts). */
const ofWaits =
  /"reason":"(The booking \S+ is under way|Another booking on ERP order|Another attempt planned|All calls that|Azumuta was asked about)/;

/** With what a booking holds compressed. */
function wholeTextOf(item: Item): string {
  const { content } = item;
  return JSON.stringify(item) + (content instanceof Uint8Array ? decompressContent(content) : '');
}

const historySchema = z.catch(z.array(z.object({ at: z.string(), event: z.string() })), []);
const lastOf = ({ history }: Readonly<Record<string, unknown>>, wanted: string) =>
  historySchema.parse(history).findLast(({ event }) => event === wanted)?.at ?? '';

/** A booking holds what is booked until it is; what a person has discarded, only a person opens again. */
function judgeBooking(item: Item, items: readonly Item[], find: Find): void {
  const { name, state, content } = item;
  if (state === 'done' && content !== undefined)
    find('kept', `${name} is booked, and still holds what was booked.`);
  const discarded = lastOf(item, 'discarded');
  // Who replays one part has all of those looked at that are booked with it.
  const isJoint = isJointKey(String(item.sk).slice(bookingPrefix.length));
  const ofItsParts = isJoint ? partitionsOfErpOrder(item, items) : new Set([item.pk]);
  const isReplayed = items.some((one) => ofItsParts.has(one.pk) && lastOf(one, 'replayed') > discarded);
  // By their places: the clocks of a person and a container differ.
  const events = historySchema.parse(item.history).map(({ event }) => event);
  const isPlannedAgain = events.lastIndexOf('planned') > events.lastIndexOf('discarded');
  if (discarded !== '' && isPlannedAgain && !isReplayed)
    find('nothingElse', `${name} was discarded by a person, and planned again without one.`);
}

/** The reconciliation asks about it until it is completed, and finds that it does not exist; from then on it does not. */
function judgeRemoved(items: readonly Item[], people: Pick<People, 'orders'>, find: Find): void {
  for (const { id, number } of people.orders.flatMap((order) => order?.removed ?? [])) {
    const isSettled = people.orders.some((one) =>
      one?.done.some(({ event, ...act }) => event.kind === 'person settles' && act.number === number),
    );
    const order = items.find(
      (item) =>
        item.sk === 'ORDER' &&
        item.azumutaId === id &&
        item.withdrawn !== true &&
        item.givenUp !== true &&
        (item.awaiting || lastOf(item, 'completed') === '') &&
        // Found when it was built and booked already, it was never waited for.
        !isBooked(item, items),
    );
    if (order && !isSettled && !items.some((item) => item.pk === order.pk && isOpenConcern(item)))
      find('reported', `Nothing reports that ${number} was removed in Azumuta.`);
  }
}

function isBooked(order: Item, items: readonly Item[]): boolean {
  return items.some((one) => one.kind === 'quantity' && one.doneAt !== undefined && isBookingOf(one, order));
}

/** Parts that are booked together have their booking with the first one. */
function isBookingOf({ pk, parts }: Item, order: Item): boolean {
  const { first, index } = Object(order.part);
  return (
    pk === order.pk || (pk === `ORDER#${String(first)}` && Array.isArray(parts) && parts.includes(index))
  );
}

/**
 * A person has discarded the letter of its creation, which was cut off before its receipt was written; and what was made
 * by then is built and booked.
 */
function isBookedAndDiscarded(item: Item, items: readonly Item[]): boolean {
  const isDiscarded = items.some((one) => one.pk === item.pk && lastOf(one, 'discarded') !== '');
  return item.sk === 'ORDER' && isDiscarded && isBooked(item, items);
}

const isPartOf = (partition: string, number: string) =>
  partition === `ORDER#${number}` || partition.startsWith(`ORDER#${number}/`);

interface Item extends Readonly<Record<string, unknown>> {
  readonly name: string;
}

function judgeHolder({ name, leaseUntil = 0 }: Item, { time }: World, find: Find): void {
  const until = Number(leaseUntil);
  if (until > time.now()) find('leases', `${name} is held until ${new Date(until).toISOString()}.`);
}

function judgeState(item: Item, { azumuta }: World, typed: ReadonlySet<string>, find: Find): void {
  const { sk, state, withdrawn, number, name, azumutaId } = item;
  const its = sk === 'ORDER' && azumuta.productOrders().find(({ id }) => id === azumutaId);
  const { article } = Object(item.draft);
  if (its && its.article !== article)
    find('created', `${name} has article ${String(article)} in the ledger, but ${its.article} in Azumuta.`);
  const isStep = sk === 'ORDER' || String(sk).startsWith('BOOKING#');
  if (isStep && (state === 'waiting' || state === 'claimed')) find('waiting', `${name} is ${String(state)}.`);
  if (
    withdrawn === true &&
    azumuta
      .productOrders()
      .some(
        (one) => one.number === number && one.parameters[sourceParameter] !== undefined && !typed.has(one.id),
      )
  )
    find('withdrawn', `${name} is withdrawn, but is in Azumuta.`);
}
