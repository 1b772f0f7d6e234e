import type { BuiltProductOrder } from '../partners/azumuta.ts';
import type { World } from '../world/world.ts';
import type { Find } from './finding.ts';

/** Clocks of containers are apart by less. */
const clocksDifferMs = 5000;

type Item = Readonly<Record<string, unknown>>;

/** Whether the ledger tells of product orders what became of them in both partners. */
export function judgeJourneys(
  { plant, erp }: World,
  made: readonly BuiltProductOrder[],
  marks: ReadonlySet<string | undefined>,
  isReopened: boolean,
  find: Find,
): void {
  const items: readonly Item[] = plant.table.items();
  for (const { id, number, status, completedAt } of made) {
    const entry = items.find((one) => one.sk === 'ORDER' && one.azumutaId === id);
    if (!entry || !tells(entry, ['created', 'adopted']))
      find('journey', `${number} (${id}) is in Azumuta, and its journey does not tell so.`);
    const key = `${id}#quantity`;
    const booking = items.find((one) => one.sk === `BOOKING#${key}`);
    if (marks.has(erp.markOf(key)) && (booking?.state !== 'done' || !tells(booking, ['booked'])))
      find('journey', `${number} (${id}) is booked, and its journey does not tell so.`);
    if (!booking || isReopened) continue;
    if (
      status !== 'completed' ||
      Date.parse(String(booking.plannedAt)) + clocksDifferMs < Date.parse(completedAt ?? '')
    )
      find('nothingElse', `${number} (${id}) was to be booked before it was completed.`);
    if (booking.state === 'done' && entry?.awaiting !== undefined)
      find('waiting', `${number} (${id}) is booked, and its completion is still awaited.`);
  }
}

/** A history that was full has lost its oldest entries, and counts them. */
function tells({ history, historyLeft }: Item, events: readonly string[]): boolean {
  if (Number(historyLeft ?? 0) > 0) return true;
  return (
    Array.isArray(history) &&
    history.some((one: { readonly event?: unknown }) => events.includes(String(one.event)))
  );
}
