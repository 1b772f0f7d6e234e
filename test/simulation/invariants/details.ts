import { sumOf } from '../../../shared/model/quantity.ts';
import type { Details } from '../../shared/erp/conformance/target.ts';
import type { BuiltProductOrder, ModelRecording } from '../partners/azumuta.ts';
import type { ReleasedOrder } from '../scenario/released-order.ts';
import { partsOf } from '../scenario/setting.ts';
import type { World } from '../world/world.ts';
import type { Find } from './finding.ts';

/**
 * Checks what the ERP has of an assembly besides its quantity, once all its product orders are booked, and those of its
 * recordings that came later.
 */
export function judgeDetails(
  { erp, scenario }: World,
  { ref, later, quantity }: ReleasedOrder,
  made: readonly BuiltProductOrder[],
  find: Find,
): void {
  const { assembly } = erp;
  const { details, links } = erp.books(ref);
  const completed = made.filter(({ status }) => status === 'completed');
  const all = completed.flatMap(({ recordings }) => recordings);
  const known = all.filter(({ id }) => links.some((url) => url.endsWith(`/${id}`)));
  if (!assembly || !details || !known.some(({ operation }) => assembly.operations.includes(operation)))
    return;
  const { operations: reported = {}, ...rest } = details;
  for (const [part, is] of Object.entries(rest)) {
    const recorded = JSON.stringify(expectedOf(known)[part as keyof typeof rest]);
    if (JSON.stringify(is) !== recorded)
      find('details', `${ref.number}: ${part} ${JSON.stringify(is)} booked, ${recorded} recorded.`);
  }
  // A part of an order does not know whether it is the last one.
  const isPart = scenario.split === 'each';
  // Where parts are booked at times, those that are not made or not built keep them open, unless they were given up.
  const mayBeOpen = scenario.bookAt !== undefined && completed.length < partsOf(scenario, quantity);
  for (const operation of assembly.operations) {
    const of = known.filter((one) => one.operation === operation);
    // What came later counts if it came before the booking.
    const [least, most] = [minutesOf(of.filter(({ id }) => !later.has(id))), minutesOf(of)];
    const { minutes: is = 0, finished = false } = reported[operation] ?? {};
    if (is < least || is > most)
      find('details', `${ref.number}: ${is} min of operation ${operation} booked, ${most} recorded.`);
    if (finished === isPart && !mayBeOpen)
      find('details', `${ref.number}: operation ${operation} is ${finished ? '' : 'not '}finished.`);
  }
}

/**
 * Checks that no minute is booked that nobody has recorded, whatever became of the order. What was recorded of product
 * orders that were removed or opened again since counts, too, as it may have been booked before.
 * @param family The orders whose books the ERP keeps together with this one's.
 */
export function judgeWorkingTime(
  { erp, madeFor }: World,
  { ref }: ReleasedOrder,
  family: readonly ReleasedOrder[],
  find: Find,
): void {
  const { operations = {} } = erp.books(ref).details ?? {};
  const booked = Object.values(operations).reduce((sum, { minutes }) => sum + minutes, 0);
  const built = family.flatMap((one) => [...madeFor(one.ref), ...one.removed]);
  const recorded = minutesOf(built.flatMap(({ recordings }) => recordings));
  if (booked > recorded) find('worked', `${ref.number}: ${booked} min booked, ${recorded} recorded.`);
}

function minutesOf(recordings: readonly ModelRecording[]): number {
  return recordings.reduce((sum, { minutes }) => sum + minutes, 0);
}

function expectedOf(recordings: readonly ModelRecording[]): Omit<Details, 'operations'> {
  const used = recordings.flatMap(({ components }) => components);
  const scrapped = recordings.filter(({ scrap, reason }) => scrap && reason !== undefined);
  const each = <T>(names: readonly string[], make: (name: string) => T) =>
    Object.fromEntries([...new Set(names)].map((name) => [name, make(name)]));
  return {
    components: each(
      used.map(({ article }) => article),
      (article) => {
        const of = used.filter((one) => one.article === article);
        return {
          amount: sumOf(of.map(({ quantity }) => String(quantity))),
          lots: each(
            of.map(({ lot }) => lot),
            (lot) => sumOf(of.flatMap((one) => (one.lot === lot ? String(one.quantity) : []))),
          ),
        };
      },
    ),
    reasons: each(
      scrapped.flatMap(({ reason = '' }) => reason),
      (reason) => sumOf(scrapped.filter((one) => one.reason === reason).map(({ scrap }) => String(scrap))),
    ),
    checks: recordings.flatMap(({ checks }) => checks).sort(),
  };
}
