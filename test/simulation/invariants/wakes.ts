import type { People } from '../scenario/people.ts';
import { isOvertaken } from '../scenario/released-order.ts';
import type { World } from '../world/world.ts';
import { type Find, type Item, isOpenConcern, isSettledAsUnwanted, partitionsOfErpOrder } from './finding.ts';

/**
 * Checks, after quiet days when the queues are empty, that nothing that is open lacks what wakes it: the index of what
 * waits for its completion, from which the reconciliation asks, or a person who was told.
 */
export function judgeWakes({ plant, azumuta }: World, { orders }: Pick<People, 'orders'>, find: Find): void {
  const items: readonly Item[] = plant.table.items();
  const open = new Set(
    azumuta.productOrders().flatMap(({ id, status }) => (status === 'completed' ? [] : id)),
  );
  const hasInFamily = (item: Item, is: (one: Item) => boolean) => {
    const family = partitionsOfErpOrder(item, items);
    return items.some((one) => family.has(one.pk) && is(one));
  };
  const isAwake = (item: Item) => hasInFamily(item, (one) => isIndexed(one) || isTold(one));
  const idOf = ({ productOrder }: Item): unknown => Object(productOrder).id;
  /** A renamed one that was refused under its new number, as an index lagged, and was booked under its first. */
  const isBookedElsewhere = (item: Item) =>
    items.some((one) => one.pk !== item.pk && one.state === 'done' && idOf(one) === idOf(item) && idOf(one));
  // The person who discarded a letter takes care of its order.
  const discarded = orders
    .filter((order) => order?.changes.includes('dead letter is discarded'))
    .flatMap(({ numbers }) => [...numbers]);
  // What an attempt has planned of an order while that was given up wakes nobody, and need not.
  const isLeft = (item: Item) =>
    orders.some(
      (order) => order?.done.some(({ number }) => item.pk === `ORDER#${number}`) && isOvertaken(order, item),
    );
  // Its command has said that it is open until it is given up.
  const isSettled = ({ pk }: Item) => items.some((one) => one.pk === pk && isSettledAsUnwanted(one));
  const isTakenCareOf = (item: Item) =>
    discarded.some((number) => String(item.pk).startsWith(`ORDER#${number}`)) || isLeft(item);
  for (const item of items.filter((one) => !isTakenCareOf(one))) {
    const name = `${String(item.pk)} ${String(item.sk)}`;
    if (isUnbooked(item) && !isBookedElsewhere(item) && !isAwake(item))
      find('wakes', `${name} is ${String(item.state)}, and nothing wakes it.`);
    if (item.sk !== 'ORDER' || item.withdrawn === true || item.givenUp === true) continue;
    const isBooked = items.some(
      ({ pk, kind, state, productOrder }) =>
        pk === item.pk &&
        kind === 'quantity' &&
        state === 'done' &&
        idOf({ productOrder }) === item.azumutaId,
    );
    const isMade = item.state === 'done' && open.has(String(item.azumutaId)) && !isBooked;
    if (isMade && !isIndexed(item) && !isTold(item) && !isAwake(item))
      find('wakes', `${name} is open in Azumuta, and nothing asks about it.`);
    // It is in the index, as it may be late; but the reconciliation puts it off.
    const isHeardOf = hasInFamily(item, isToldOrAsked) || isSettled(item);
    if (item.state === 'rejected' && !isHeardOf) find('wakes', `${name} is refused, and nobody is told.`);
  }
}

const isIndexed = ({ awaiting, dueAt }: Item) =>
  (awaiting === 'completion' || awaiting === 'window') && Number.isFinite(dueAt);

/** Of a refused order another part may be asked about. */
const isToldOrAsked = (item: Item) => isTold(item) || (isIndexed(item) && item.state !== 'rejected');

const isTold = (item: Item) =>
  isOpenConcern(item) || (String(item.sk).startsWith('DEAD-LETTER#') && item.isDead === true);

/** Planned, under way or refused, and no person has discarded it. */
const isUnbooked = ({ sk, state, discarded }: Item) =>
  String(sk).startsWith('BOOKING#') && state !== 'done' && discarded !== true;
