import { hourMs } from '../../../shared/model/time.ts';
import type { World } from '../world/world.ts';
import type { Find, Item } from './finding.ts';

/** Far more than a hint needs where nothing fails, and far less than until the reconciliation asks. */
const patienceMs = hourMs;

/**
 * Checks, where no more than single calls have failed, that what a trigger of a batch order has announced is read because of
 * it. Parts that are booked together wait for each other, so of these nothing can be said.
 */
export function judgeBatches({ plant, announced, scenario, happened }: World, find: Find): void {
  const isDisturbed = [...happened].some(({ kind }) => !/^(trigger|call|message|delete)/.test(kind));
  if (scenario.split === 'when-all-done' || isDisturbed) return;
  const items: readonly Item[] = plant.table.items();
  for (const { id, at } of announced) {
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
