import type { World } from '../world/world.ts';
import { type Find, type Item, isOpenConcern } from './finding.ts';
import { isOfGroup, lagMs, sinceOf } from './watch.ts';

/** A group is told at most once an hour; after the busy hours there is a run every four. */
const toldWithinMs = 6 * 3_600_000;

/** Checks what people were told, if they are alerted at all. */
export function judgeAlerts({ scenario, plant, alerts, time }: World, find: Find): void {
  if (!scenario.events.some(({ kind }) => kind === 'alert run')) return;
  const lags = scenario.events.flatMap((one) => (one.kind === 'indexes lag' ? [one.seconds * 1000] : []));
  const mostLagMs = Math.max(lagMs, ...lags);
  if (lags.length === 0)
    for (const { title, open } of alerts.told.filter(({ event }) => event === 'over'))
      if (open.length > 0) find('told', `"${title}" is told, and ${open.join(', ')} is open.`);
  const items: readonly Item[] = plant.table.items();
  for (const item of items.filter(isOpenConcern)) {
    const since = sinceOf(item);
    const number = String(item.pk).slice('ORDER#'.length);
    // The numbers that nobody knows are those of an hour, which belongs to no order; others belong to two.
    if (number === 'unknown' || item.claimant !== undefined || since > time.now() - toldWithinMs) continue;
    const told = alerts.told.filter(
      (one) =>
        one.event === 'new' && isOfGroup(item, one) && one.troubles.some(({ order }) => order === number),
    );
    const timesAfter = (from: number) => told.filter(({ at }) => Date.parse(at) > from).length;
    const times = timesAfter(since - lagMs);
    // What was told right then, or as long as the index may have shown what was before, may be what it said then: other figures
    // are told once more.
    if (times === 0 || timesAfter(since + mostLagMs) > 1)
      find('told', `${item.pk} ${item.sk} is open for hours, and is told ${times} times.`);
  }
}
