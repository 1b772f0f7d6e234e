import { hourMs } from '../../../shared/model/time.ts';
import type { People } from '../scenario/people.ts';
import type { World } from '../world/world.ts';
import type { Find, Item } from './finding.ts';

/** Far more than a hint needs after a call that failed, and far less than until the reconciliation asks. */
const patienceMs = hourMs;
/** Of the whole plant: it may be read later, or again. */
const delays =
  /^(outage|flow is paused|plant is closed|order is locked|nothing is received|secret|ERP|indexes|items|configuration|dead letter|article)/;

/**
 * Checks of orders that nobody has changed that what a trigger of a batch order has announced is read because of it, where
 * nothing holds the plant up. Parts that are booked together wait for each other, so of these nothing can be said.
 */
export function judgeBatches(
  { plant, announced, scenario, happened, madeFor }: World,
  { orders }: Pick<People, 'orders'>,
  find: Find,
): void {
  const isDelayed = [...happened].some(({ kind }) => delays.test(kind));
  if (scenario.split === 'when-all-done' || isDelayed) return;
  const items: readonly Item[] = plant.table.items();
  const unchanged = orders.filter((order) => order?.changes.length === 0);
  // Once a person has it replayed, it is read again.
  const wasRefused = ({ number }: { readonly number: string }) =>
    items.some(({ pk, sk }) => pk === `ORDER#${number}` && String(sk).startsWith('DEAD-LETTER#'));
  const made = unchanged.flatMap(({ ref }) => madeFor(ref)).filter((one) => !wasRefused(one));
  const ids = new Set(made.map(({ id }) => id));
  for (const { id, at } of announced.filter((one) => ids.has(one.id))) {
    const booked = items.find(
      ({ kind, productOrder }) => kind === 'quantity' && Object(productOrder).id === id,
    );
    const readAt = Date.parse(String(booked?.readAt));
    if (!(readAt < at + patienceMs))
      find(
        'announced',
        `${id} is completed, as a trigger of its batch order has announced, and is not read.`,
      );
  }
}
