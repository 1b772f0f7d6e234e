import { type DoneAct, isOvertaken, madeAs, type ReleasedOrder } from '../scenario/released-order.ts';
import type { ScenarioEvent } from '../scenario/scenario-event.ts';
import type { World } from '../world/world.ts';
import { type Find, type Item, isOpenConcern } from './finding.ts';
import { sinceOf } from './watch.ts';

/** Checks at the end what is right since a person did something to an order by a command. */
export type Rightness = (done: DoneAct, order: ReleasedOrder, world: World, find: Find) => void;

/** What had begun before a person ended it may still write for so long: a function's timeout, and clocks that differ. */
const attemptMs = 65_000;

/** It is neither made nor booked after that, nor told, nor asked about. */
export const staysEnded: Rightness = (done, order, world, find) => {
  if (done.isTakenBack) return;
  const { number, at, made, booked, index } = done;
  const items: readonly Item[] = world.plant.table.items();
  const own = items.filter(({ pk }) => pk === `ORDER#${number}`);
  const entry = own.find(({ sk }) => sk === 'ORDER');
  for (const { id } of madeAs(number, order, world))
    if (!made.has(id)) find('ended', `${number} was given up, and is made as ${id} after that.`);
  const marks = new Set(world.erp.books(order.ref).bookings.map(({ mark }) => mark));
  for (const { pk, sk, parts } of items.filter((item) => !isOvertaken(order, item))) {
    const mark = markOf(String(sk), world);
    const isOfIt = entry && (pk === `ORDER#${number}` || pk === `ORDER#${String(Object(entry.part).first)}`);
    if (isOfIt && Array.isArray(parts) && parts.includes(index) && marks.has(mark) && !booked.has(mark))
      find('ended', `${number} was given up, and is booked after that.`);
  }
  // The concerns of an order that is mapped to the same number are that one's.
  for (const { sk } of own.filter((item) => isOpenConcern(item) && item.claimant === undefined))
    find('ended', `${number} was given up, and ${String(sk)} is open.`);
  if (own.some((item) => item.awaiting === 'completion'))
    find('ended', `${number} was given up, and is still asked about.`);
  if (own.some((item) => isOfCreation(item) && deadSince(item, at + attemptMs)))
    find('ended', `${number} was given up, and becomes a dead letter after that.`);
};

const isOfCreation = ({ stage }: Item) => stage === 'create-product-orders';

function deadSince({ sk, history }: Item, since: number): boolean {
  return (
    String(sk).startsWith('DEAD-LETTER#') &&
    Array.isArray(history) &&
    history.some(({ at, event }) => event === 'dead-lettered' && Date.parse(at) > since)
  );
}

/** None of what its letter was about is booked after that. */
export const staysDiscarded: Rightness = ({ number, keys, booked, isTakenBack }, order, world, find) => {
  const { ref, changes } = order;
  // Where a part of it was written before it was refused, what people book by hand bears its mark.
  const isBookedByHand =
    changes.includes('person gives up an order') || changes.includes('planner finishes it by hand');
  if (isTakenBack || isBookedByHand) return;
  const marks = new Set(world.erp.books(ref).bookings.map(({ mark }) => mark));
  for (const key of keys) {
    const mark = markOf(`BOOKING#${key}`, world);
    if (marks.has(mark) && !booked.has(mark))
      find('ended', `The letter of ${number} was discarded, and ${key} is booked after that.`);
  }
};

/** Nobody looks earlier; and then the ERP may show what its post did not say. */
const untilLookMs = 3 * 3_600_000;

/** It is told again only if its cause was seen again: the ERP sent its order, or a trigger came. */
export const staysSettled: Rightness = ({ number, event, at, from }, order, world, find) => {
  if (event.kind !== 'person settles') return;
  const { plant, scenario } = world;
  const concern = plant.table
    .items()
    .find(
      (item) =>
        item.pk === `ORDER#${number}` && item.sk === `CONCERN#${event.concern}` && isOpenConcern(item),
    );
  if (!concern) return;
  const since = sinceOf(concern);
  const what = `${event.concern} of ${number}`;
  if (since < from) find('settled', `${what} was settled, and is open as before.`);
  const isUnasked = since > at && since < at + untilLookMs && order.postedAt < from;
  if (event.concern === 'changed' && scenario.via === 'endpoint' && isUnasked)
    find('settled', `${what} was settled, and is open again, though the ERP has not sent its order since.`);
};

/** What decides whether the ERP wants an order, or whether it is in Azumuta. */
const explains: ReadonlySet<ScenarioEvent['kind']> = new Set([
  'planner cancels',
  'planner deletes it',
  'planner puts it back',
  'planner finishes it by hand',
  'planner changes the quantity',
  'planner renames',
  'planner splits',
  'planner shares a number',
  'operator removes it',
  'operator types it by hand',
  'person gives up an order',
  'person gives up a part',
  'dead letter is discarded',
]);

/** It is there once. Where it is not, something explains it, or tells of it. */
export const isMadeOnce: Rightness = ({ number }, order, world, find) => {
  const made = madeAs(number, order, world);
  if (made.length > 1) find('remade', `${number} is made again, and there ${made.length} times.`);
  const last = order.changes.lastIndexOf('person has it made again');
  if (last < 0 || made.length > 0 || order.changes.slice(last).some((one) => explains.has(one))) return;
  // The ERP may have fewer parts by then, or not want it: then it is withdrawn before it is made.
  const isExplained = (item: Item) =>
    isOpenConcern(item) || String(item.sk).startsWith('DEAD-LETTER#') || item.withdrawn === true;
  const isTold = world.plant.table.items().some((item) => item.pk === `ORDER#${number}` && isExplained(item));
  if (!isTold) find('remade', `${number} is to be made again, is not there, and nothing tells of it.`);
};

function markOf(sk: string, { erp }: World): string {
  return sk.startsWith('BOOKING#') ? erp.markOf(sk.slice('BOOKING#'.length)) : '';
}
