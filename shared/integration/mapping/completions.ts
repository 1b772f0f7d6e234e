import {
  type CompletedProductOrder,
  type Completion,
  completionFrom,
  type Link,
  type WorkTime,
} from '../../model/completions.ts';
import { withinTime } from '../../model/configured.ts';
import { Rejected } from '../../model/errors.ts';
import type { Quantity } from '../../model/quantity.ts';
import { shorten } from '../../model/text.ts';
import { dayIn, isDate, utcInstant } from '../../model/time.ts';
import { readOrWhy, Unread } from '../../model/unread.ts';
import type { CompletionMapping } from '../define.ts';
import { callForField, type Given, type GivenField } from './completion-fields.ts';
import { checksWithUnits, componentsOf, operationsOf, totalQuantity } from './details.ts';
import { planned } from './recorded.ts';

/** What of a configuration a completion is mapped with. */
interface MappingOfPlant {
  readonly completions: CompletionMapping;
  readonly timeZone: string;
}

type Parts = readonly [CompletedProductOrder, ...CompletedProductOrder[]];

/**
 * What is to be booked for one product order, or for all parts of a split ERP order, whose quantities are added up.
 * @throws Rejected when a function of the mapping fails or returns what cannot be booked, or a time of Azumuta is none.
 */
export function mapCompletion(
  { completions: mapping, timeZone }: MappingOfPlant,
  kind: Completion['kind'],
  parts: Parts,
): Completion {
  return withinTime(() => {
    const [first] = parts;
    const completedAt = latest(parts.map((part) => part.completedAt));
    const common = {
      kind,
      erpOrder: first.erpOrder,
      productOrder: first.productOrder,
      article: first.article,
      completedAt,
      completedOn: dayAtPlant(timeZone, completedAt, `completion of ${first.productOrder.number}`),
      notes: mapEachPart('notes', mapping.notes ?? defaultNotes, parts).flat(),
      links: distinctLinks(mapEachPart('links', mapping.links ?? defaultLinks, parts).flat()),
      work: parts.flatMap((part) => workOf(timeZone, part)),
      // What it is for is known where it is planned.
      madeFor: undefined,
      beyondOrder: undefined,
    };
    if (kind === 'amendment') return completionFrom({ ...common, ...nothingBooked });
    return completionFrom({
      ...common,
      ...mapCounts(mapping, parts),
      final: mapEachPart('final', mapping.final ?? (() => true), parts).every(Boolean),
      lots: mapEachPart('lots', mapping.lots ?? (() => []), parts).flat(),
      ...mapComponentsAndChecks(mapping, parts),
    });
  });
}

/** An amendment changes no quantity. */
const nothingBooked = {
  final: false,
  lots: [],
  quantity: undefined,
  scrap: undefined,
  scrapReasons: undefined,
  components: undefined,
  operations: undefined,
  checks: undefined,
};

/** The ERP order of a product order that this integration did not create. @throws Rejected */
export function erpOrderNumberOf({ erpOrderNumber }: CompletionMapping, number: string): string {
  if (!erpOrderNumber) return number;
  return withinTime(() => callForField('erpOrderNumber', () => erpOrderNumber(number), { number }));
}

/** What a function of the mapping makes of each part, checked. */
function mapEachPart<Field extends GivenField>(
  field: Field,
  map: (part: CompletedProductOrder) => unknown,
  parts: Parts,
): Given<Field>[] {
  return parts.map((part) => callForField(field, () => map(part), part.productOrder));
}

/**
 * Good quantity, scrap with its reasons, and operations. Either the order counts, or its operations do. What is booked as scrap
 * is decided here, for each way (`completions.scrap` in `schema.ts` says it to integrators).
 */
function mapCounts(mapping: CompletionMapping, parts: Parts) {
  const [{ productOrder }] = parts;
  const reports = mapping.operations ? mapEachPart('operations', mapping.operations.of, parts) : [];
  const recordings = parts.map((part) => part.recordings.length);
  const operations = mapping.operations && operationsOf(reports, recordings, productOrder.number);
  const counted = mapping.operations?.count
    ? countedByOperations(reports)
    : countedByOrder(mapping, parts, reports);
  const totalIn = (field: string, quantities: readonly Quantity[]) =>
    totalQuantity(quantities, (units) => {
      const sentence = `Mapping completions.${field} mixes units for ${productOrder.number}: ${units}.`;
      return new Rejected(sentence, { causeCode: 'configuration' });
    });
  const missing = parts.find((_, at) => counted.good[at] === undefined);
  const quantity = totalIn(
    'quantity',
    counted.good.flatMap((one) => one ?? []),
  );
  if (missing || !quantity) throw noQuantity(missing ?? parts[0], mapping);
  const scrap = totalIn(
    'scrap',
    counted.scrap.map((one) => one.quantity),
  );
  const reasons = counted.scrap.flatMap(({ quantity: of, reason }) =>
    reason === undefined || of.amount === '0' ? [] : [{ quantity: of, reason }],
  );
  return {
    quantity,
    scrap: scrap && scrap.amount !== '0' ? scrap : undefined,
    operations,
    scrapReasons: reasons.length > 0 ? reasons : undefined,
  };
}

/** The last operation closes: what is good there is good. What each has lost is scrap. */
function countedByOperations(reports: readonly Given<'operations'>[]) {
  return {
    good: reports.map((of) => of.at(-1)?.good),
    scrap: reports.flat().flatMap(({ scrap }): Given<'scrap'> => (scrap ? [{ quantity: scrap }] : [])),
  };
}

function countedByOrder(
  { quantity = () => undefined, scrap = () => undefined }: CompletionMapping,
  parts: Parts,
  reports: readonly Given<'operations'>[],
) {
  const both = reports.flat().find((report) => report.good ?? report.scrap);
  if (both)
    throw new Rejected(
      `Mapping completions.operations counts at operation ${both.operation}, and completions.quantity counts the order: leave one out, or set completions.operations.count.`,
      { causeCode: 'configuration' },
    );
  return {
    good: mapEachPart('quantity', quantity, parts),
    scrap: mapEachPart('scrap', scrap, parts).flat(),
  };
}

/** What was used, and what was checked. */
function mapComponentsAndChecks({ components, checks }: CompletionMapping, parts: Parts) {
  const { number } = parts[0].productOrder;
  return {
    components: components && {
      all: components.listed === 'all',
      beyondPlan: components.beyondPlan === 'book',
      used: componentsOf(mapEachPart('components', components.of, parts).flat(), number),
    },
    checks: checks && checksWithUnits(mapEachPart('checks', checks, parts).flat(), number),
  };
}

function noQuantity(
  { productOrder: { number } }: CompletedProductOrder,
  { operations, quantity }: CompletionMapping,
): Rejected {
  const [field, remedy] = operations?.count
    ? ['operations', 'the last one has to count what is good']
    : ['quantity', 'map what was recorded, or planned(completed) where nobody counts'];
  const why = quantity === planned ? ', which has no parameter Quantity' : '';
  return new Rejected(`Mapping completions.${field} gave no quantity for ${number}${why}: ${remedy}.`, {
    causeCode: 'configuration',
  });
}

function defaultNotes({ productOrder, recordings }: CompletedProductOrder): string[] {
  const names = [...new Set(recordings.flatMap(({ workInstruction }) => workInstruction?.name ?? []))];
  return [
    `Azumuta product order ${productOrder.number}: ${recordings.length} recording(s)${names.length > 0 ? ` of ${names.join(', ')}` : ''}.`,
  ];
}

function defaultLinks({ productOrder, recordings }: CompletedProductOrder): Link[] {
  return [
    ...(productOrder.url ? [{ name: `Azumuta ${productOrder.number}`, url: productOrder.url }] : []),
    ...recordings.flatMap(({ id, url, workInstruction }) =>
      url ? [{ name: workInstruction?.name ?? `Recording ${id}`, url }] : [],
    ),
  ];
}

function latest(instants: readonly string[]): string {
  return [...instants].sort((a, b) => Date.parse(a) - Date.parse(b)).at(-1) ?? '';
}

function distinctLinks(links: readonly Link[]): Link[] {
  return [...new Map(links.map((link) => [link.url, link])).values()];
}

/** @throws Rejected when it is no time, as a person must say on which day to book. */
function dayAtPlant(timeZone: string, time: string, what: string): string {
  const instant = utcInstant(time);
  if (instant !== undefined) return dayIn(timeZone, instant);
  // A time without a zone is by the plant's own clock.
  const [, day = ''] = /^([\d-]+)(?:[T ][\d:.,]*)?$/.exec(time) ?? [];
  if (isDate(day)) return day;
  throw new Rejected(
    `Azumuta gives "${shorten(time, 60)}" as the time of the ${what}, where an ISO time such as 2026-12-01T06:00:00Z is expected: book it by hand.`,
    { causeCode: 'completion-unclear' },
  );
}

/** A recording of which a time cannot be understood gives no working time: nothing else depends on it. */
function workOf(timeZone: string, { recordings, completedAt }: CompletedProductOrder): WorkTime[] {
  return recordings.flatMap((recording) => {
    const times = readOrWhy(() => ({ seconds: recording.durationSeconds, at: recording.finishedAt }));
    if (times instanceof Unread || times.seconds === undefined) return [];
    const { id, workInstruction } = recording;
    const date = dayAtPlant(timeZone, times.at ?? completedAt, `recording ${id}`);
    const operation = workInstruction?.name === undefined ? {} : { operation: workInstruction.name };
    return [{ id, seconds: times.seconds, date, ...operation }];
  });
}
