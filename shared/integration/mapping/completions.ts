import { inspect } from 'node:util';
import type * as z from 'zod/mini';
import type { CompletedProductOrder, Completion, Link, Lot, WorkTime } from '../../model/completions.ts';
import { withinTime } from '../../model/configured.ts';
import { Rejected } from '../../model/errors.ts';
import { type Decimal, type Quantity, sumOf, toDecimal } from '../../model/quantity.ts';
import { shorten } from '../../model/text.ts';
import { dayIn, isDate, utcInstant } from '../../model/time.ts';
import { readOrWhy, Unread } from '../../model/unread.ts';
import type { CompleteIntegration, CompletionMapping } from '../define.ts';
import { callMapping, checkedField, completionFields } from './validate.ts';

/**
 * What is to be booked for completed product orders: one, or all parts of a split ERP order (their quantities
 * are added up). Its days are those of the plant's time zone.
 * @throws Rejected when a function of the mapping fails or returns what cannot be booked, or when Azumuta gives a time
 *   that is none.
 */
export function mapCompletion(
  integration: Pick<CompleteIntegration, 'completions' | 'timeZone'>,
  kind: Completion['kind'],
  parts: readonly [CompletedProductOrder, ...CompletedProductOrder[]],
): Completion {
  return withinTime(() => mapped(integration, kind, parts));
}

/** The ERP order of a product order that this integration did not create. @throws Rejected */
export function erpOrderNumberOf({ erpOrderNumber }: CompletionMapping, number: string): string {
  if (!erpOrderNumber) return number;
  const map = () => callMapping('completions.erpOrderNumber', () => erpOrderNumber(number), { number });
  return checkedField('erpOrderNumber', completionFields.erpOrderNumber, withinTime(map), { number });
}

function mapped(
  { completions: mapping, timeZone }: Pick<CompleteIntegration, 'completions' | 'timeZone'>,
  kind: Completion['kind'],
  parts: readonly [CompletedProductOrder, ...CompletedProductOrder[]],
): Completion {
  const [first] = parts;
  const about = first.productOrder;
  const each = <T>(field: string, map: (part: CompletedProductOrder) => T) =>
    parts.map((part) => callMapping(`completions.${field}`, () => map(part), about));
  const checked = <T>(
    field: keyof typeof completionFields,
    schema: z.ZodMiniType<T>,
    map: (part: CompletedProductOrder) => unknown,
  ) => each(field, map).map((given) => checkedField(field, schema, given, about));
  const { notes, links, lots, final } = completionFields;
  const completedAt = latest(parts.map((part) => part.completedAt));
  const common = {
    erpOrder: first.erpOrder,
    productOrder: first.productOrder,
    ...(first.article === undefined ? {} : { article: first.article }),
    completedAt,
    completedOn: dayOf(timeZone, completedAt, `completion of ${about.number}`),
    notes: checked('notes', notes, mapping.notes ?? defaultNotes).flat(),
    links: distinct(checked('links', links, mapping.links ?? defaultLinks).flat()),
    work: parts.flatMap((part) => workOf(timeZone, part)),
  };
  if (kind === 'amendment') return { ...common, kind, final: false, lots: [] };

  const built = each('quantity', mapping.quantity ?? planned);
  const unknown = parts.find((_, at) => built[at] === undefined);
  const quantity = total('quantity', built, about.number);
  if (unknown || !quantity) throw noQuantity(unknown ?? first, mapping);
  const scrap = total('scrap', each('scrap', mapping.scrap ?? (() => undefined)), about.number);
  return {
    ...common,
    kind,
    quantity,
    ...(scrap && scrap.amount !== '0' ? { scrap } : {}),
    final: checked('final', final, mapping.final ?? (() => true)).every(Boolean),
    lots: checked('lots', lots, mapping.lots ?? (() => []))
      .flat()
      .map((lot): Lot => (typeof lot === 'string' ? { number: lot } : lot)),
  };
}

/**
 * The value of a recorded step, the last one when it was recorded several times.
 * @param stepName Its name in Azumuta, in any case.
 * @returns undefined when nothing was recorded.
 * @example
 * recorded(completed, 'Good quantity') ?? planned(completed);
 */
export function recorded(completed: CompletedProductOrder, stepName: string): string | undefined {
  return recordedAll(completed, stepName).at(-1);
}

/**
 * All values of a recorded step, in the order of the recordings, without empty ones.
 * @param stepName Its name in Azumuta, in any case.
 * @example
 * recordedAll(completed, 'Serial number').map((number) => ({ number, scrapped: true }));
 */
export function recordedAll({ recordings }: CompletedProductOrder, stepName: string): string[] {
  const wanted = stepName.toLowerCase();
  return recordings
    .flatMap(({ steps }) => steps)
    .filter(({ name }) => name?.toLowerCase() === wanted)
    .flatMap(({ value }) => (Array.isArray(value) ? value : [value]))
    .filter((value) => value !== undefined && value !== '')
    .map(String);
}

type GivenQuantity = Quantity | string | number | undefined;

function total(field: string, given: readonly GivenQuantity[], number: string): Quantity | undefined {
  const quantities = given.flatMap((one) => (one === undefined ? [] : [quantityOf(field, one, number)]));
  if (quantities.length === 0) return undefined;
  const [unit, ...others] = new Set(quantities.map((one) => one.unit));
  if (others.length > 0) {
    const units = [unit, ...others].join(', ');
    throw new Rejected(`Mapping completions.${field} mixes units for ${number}: ${units}.`, {
      code: 'configuration',
    });
  }
  return { amount: sumOf(quantities.map(({ amount }) => amount)), ...(unit === undefined ? {} : { unit }) };
}

function noQuantity(
  { productOrder: { number } }: CompletedProductOrder,
  { quantity }: CompletionMapping,
): Rejected {
  const why = quantity ? '' : ', which has no parameter Quantity';
  return new Rejected(
    `Mapping completions.quantity gave no quantity for ${number}${why}: map what was recorded, or planned(completed).`,
    { code: 'configuration' },
  );
}

function quantityOf(
  field: string,
  given: Quantity | string | number,
  number: string,
): { amount: Decimal; unit?: string } {
  // A plant's JavaScript may answer anything.
  const { amount: told, unit }: { amount: unknown; unit?: unknown } =
    given instanceof Object ? given : { amount: given };
  const amount = toDecimal(told);
  const isUnit = unit === undefined || typeof unit === 'string';
  if (amount !== undefined && !amount.startsWith('-') && isUnit)
    return { amount, ...(unit === undefined ? {} : { unit }) };
  const found = typeof given === 'string' ? JSON.stringify(given) : inspect(given, { breakLength: Infinity });
  throw new Rejected(
    `Mapping completions.${field} gave ${shorten(found, 200)} for ${number}: a decimal of 0 or more is needed, or such an amount with its unit as text.`,
    { code: 'configuration' },
  );
}

/**
 * The planned quantity: the parameter `Quantity`. Undefined without it, as a guess could be wrong.
 * @example
 * Number(planned(completed) ?? 1);
 */
export function planned({ parameters }: CompletedProductOrder): string | number | undefined {
  const { Quantity } = parameters;
  return typeof Quantity === 'number' || typeof Quantity === 'string' ? Quantity : undefined;
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

function distinct(links: readonly Link[]): Link[] {
  return [...new Map(links.map((link) => [link.url, link])).values()];
}

/** @throws Rejected when it is no time, as a person must say on which day to book. */
function dayOf(timeZone: string, time: string, what: string): string {
  const instant = utcInstant(time);
  if (instant !== undefined) return dayIn(timeZone, instant);
  // A time without a zone is by the plant's own clock.
  const [, day = ''] = /^([\d-]+)(?:[T ][\d:.,]*)?$/.exec(time) ?? [];
  if (isDate(day)) return day;
  throw new Rejected(
    `Azumuta gives "${shorten(time, 60)}" as the time of the ${what}, where an ISO time such as 2026-12-01T06:00:00Z is expected: book it by hand.`,
    { code: 'completion-unclear' },
  );
}

/** Of a recording of which a time cannot be understood, no working time is told: nothing else depends on it. */
function workOf(timeZone: string, { recordings, completedAt }: CompletedProductOrder): WorkTime[] {
  return recordings.flatMap((recording) => {
    const times = readOrWhy(() => ({ seconds: recording.durationSeconds, at: recording.finishedAt }));
    if (times instanceof Unread || times.seconds === undefined) return [];
    const { id, workInstruction } = recording;
    const date = dayOf(timeZone, times.at ?? completedAt, `recording ${id}`);
    const operation = workInstruction?.name === undefined ? {} : { operation: workInstruction.name };
    return [{ id, seconds: times.seconds, date, ...operation }];
  });
}
