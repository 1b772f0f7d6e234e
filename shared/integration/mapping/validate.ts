import * as z from 'zod/mini';
import { callConfigured } from '../../model/configured.ts';
import { Rejected } from '../../model/errors.ts';
import type { ErpOrder, ProductOrderDraft } from '../../model/orders.ts';
import { type Quantity, toDecimal } from '../../model/quantity.ts';
import { problemOfText, shorten } from '../../model/text.ts';
import { fieldOf, isRecord } from '../../platform/json.ts';
import { describeMismatches, parse, showFound } from '../../platform/validation.ts';

/** No item of the ledger exceeds 64 KB (`maxHistoryBytes` says why), and the order's history takes its part of that. */
export const maxDraftBytes = 40 * 1024;

const bytesOf = (text: string) => Buffer.byteLength(text);
/** DynamoDB takes no other numbers, or returns them changed. */
const isStorable = (value: number) =>
  value === 0 || (Math.abs(value) <= Number.MAX_SAFE_INTEGER && Math.abs(value) >= 1e-130);

const textNeeded = 'a text is needed';
const listNeeded = 'a list of texts is needed';
const entriesNeeded = 'an object with an entry for each parameter is needed';
const valueNeeded = 'text, a number or true/false is needed';
const numberNeeded = `a number of at most ${Number.MAX_SAFE_INTEGER}, or text, is needed`;

/** What a field without a value becomes when it is made text: `${order.number}/${order.attributes.line}`. */
const valueless = /\b(undefined|null|NaN)\b|\[object \w+\]/;
/** Within a variant or a parameter, such a word may be somebody's own: `tolerance undefined`. */
const onlyValueless = /^\s*(undefined|null|NaN)\s*$|\[object \w+\]/;
const madeText =
  'as a field without a value does when it is made text: leave it out, or say what stands in its place';

const textWithout = (words: RegExp, problemOf: typeof problemOfText, expected?: string) =>
  z.string(expected).check(
    z.superRefine((text, { issues }) => {
      const [found] = words.exec(text) ?? [];
      const problem = problemOf(text) ?? (found && `reads "${found.trim()}", ${madeText}`);
      if (problem) issues.push({ code: 'custom', message: `it ${problem}`, input: text, continue: true });
    }),
  );

/** A number or code, by the rule of every other entry, so that a trigger finds it again. */
const codeOf = (expected: string) => textWithout(valueless, problemOfText, expected);
const valueText = textWithout(onlyValueless, () => undefined, textNeeded);

const parametersSchema = z.pipe(
  z.record(z.string(), z.unknown(), entriesNeeded),
  z.pipe(
    // A mapping leaves a parameter out by giving it no value.
    z.transform((given: Record<string, unknown>) =>
      Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined && value !== null)),
    ),
    z.record(
      z.string().check(z.minLength(1)),
      z.union([valueText, z.boolean(), z.number().check(z.refine(isStorable, numberNeeded))], {
        error: ({ input }) => (typeof input === 'number' ? numberNeeded : valueNeeded),
      }),
      'a name for each parameter is needed',
    ),
  ),
);

const draftSchema = z
  .object({
    number: codeOf(textNeeded),
    article: codeOf(textNeeded),
    variants: z.array(valueText, listNeeded),
    parameters: parametersSchema,
  })
  .check(
    z.refine(
      (draft) => bytesOf(JSON.stringify(draft)) <= maxDraftBytes,
      `all that is sent to Azumuta may have ${maxDraftBytes} bytes: send a link to a large text, a drawing or a picture`,
    ),
  );

const text = z.string('a text');
const lotNumber = codeOf('a text');

/** A plant's JavaScript may answer anything. */
export function quantityIn(given: unknown): Quantity | undefined {
  const isObject = given instanceof Object;
  const amount = toDecimal(isObject ? fieldOf(given, 'amount') : given);
  const unit = isObject ? fieldOf(given, 'unit') : undefined;
  if (amount === undefined || amount.startsWith('-')) return undefined;
  if (unit === undefined) return { amount };
  return typeof unit === 'string' ? { amount, unit } : undefined;
}

const amountNeeded = 'a decimal of 0 or more, or such an amount with its unit as text';
const quantity = z.pipe(
  z.transform(quantityIn),
  z.custom<Quantity>((read) => read !== undefined, { error: amountNeeded, params: showFound }),
);

/** An object of a list. A mapping leaves a field out by giving it no value. */
const entryOf = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  z.pipe(
    z.transform((given: unknown) =>
      isRecord(given)
        ? Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
        : given,
    ),
    z.object(shape),
  );

/** Scanners add blanks and line ends, and what was not recorded is no lot. */
const lotsOf = <Shape extends z.core.$ZodLooseShape>(further: Shape) =>
  z.pipe(
    z.pipe(
      z.array(z.unknown()),
      z.transform((lots: unknown[]) => lots.map(trimmedLot).filter((lot) => lot !== '')),
    ),
    z.array(
      z.union([
        z.pipe(
          lotNumber,
          z.transform((number: string) => ({ number })),
        ),
        entryOf({ number: lotNumber, quantity: z.exactOptional(quantity), ...further }),
      ]),
    ),
  );

const place = { recording: z.exactOptional(text), step: z.exactOptional(text) };
const seconds = z.exactOptional(z.number('seconds, 0 or more').check(z.minimum(0, 'seconds, 0 or more')));
const limit = z.exactOptional(z.number());

/** What each function of the completion mapping must return: a plant's JavaScript may return anything. */
export const completionFields = {
  notes: z.array(text),
  links: z.array(z.object({ name: text, url: text })),
  lots: lotsOf({ scrapped: z.exactOptional(z.literal(true)), reason: z.exactOptional(text) }),
  quantity: z.pipe(
    z.transform((given: unknown) => (given === undefined ? given : (quantityIn(given) ?? null))),
    z.custom<Quantity | undefined>((read) => read !== null, { error: amountNeeded, params: showFound }),
  ),
  scrap: z.pipe(
    z.pipe(
      z.transform(sharesOfScrap),
      z.custom<unknown[]>(Array.isArray, { error: amountNeeded, params: showFound }),
    ),
    z.array(entryOf({ quantity, reason: z.exactOptional(text) })),
  ),
  components: z.array(
    entryOf({
      article: codeOf('a text'),
      quantity: z.exactOptional(quantity),
      lots: z._default(lotsOf({}), []),
      ...place,
    }),
  ),
  operations: z.array(
    entryOf({
      operation: codeOf('a text'),
      ...{ good: z.exactOptional(quantity), scrap: z.exactOptional(quantity) },
      ...{ setupSeconds: seconds, runSeconds: seconds },
      finished: z._default(z.boolean('true or false'), true),
      ...place,
    }),
  ),
  checks: z.array(
    entryOf({
      name: text,
      value: z.exactOptional(z.union([text, z.number(), z.boolean()])),
      ...{ unit: z.exactOptional(text), min: limit, max: limit },
      passed: z.boolean('true or false'),
      problem: z.exactOptional(text),
      ...place,
    }),
  ),
  final: z.boolean('true or false'),
  erpOrderNumber: lotNumber,
} as const;

/** A single quantity, or none, is a list as well. */
function sharesOfScrap(given: unknown): unknown {
  if (given === undefined) return [];
  return quantityIn(given) ? [{ quantity: given }] : given;
}

function trimmedLot(lot: unknown): unknown {
  if (typeof lot === 'string') return lot.trim();
  const number = fieldOf(lot, 'number');
  return typeof number === 'string' ? Object.assign({}, lot, { number: number.trim() }) : lot;
}

/**
 * Calls one function of the mapping.
 * @throws Rejected naming the field and what the function threw: the mapping is wrong, and not our code.
 */
export function callMapping<T>(field: string, map: () => T, about: { readonly number: string }): T {
  return callConfigured(`Mapping ${field} failed for ${about.number}`, map);
}

/** @throws Rejected naming the mapping's field, what it gave, and what is needed. */
export function checkedField<T>(
  field: keyof typeof completionFields,
  schema: z.ZodMiniType<T>,
  given: unknown,
  about: { readonly number: string },
): T {
  const parsed = parse(schema, given);
  if (parsed.ok) return parsed.value;
  throw new Rejected(
    `Mapping completions.${field} gave something wrong for ${about.number}: ${describeMismatches(parsed.mismatches)}.`,
    { code: 'configuration' },
  );
}

/**
 * The results of the mapping's functions, as a draft that the ledger and a message can hold: a plant's JavaScript may
 * return anything, and what DynamoDB refuses would hold up the neighbouring orders as well.
 * @throws Rejected naming the mapping's field, what it gave, and what is needed.
 */
export function checkedDraft(given: Readonly<Record<string, unknown>>, order: ErpOrder): ProductOrderDraft {
  const problem = problemOfText(order.number);
  const name = shorten(order.number, 101);
  if (problem) throw new Rejected(`The number of ERP order ${name} ${problem}.`, { code: 'order-data' });
  const checked = draftSchema.safeParse(given);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  const [field, entry] = issue?.path ?? [];
  const about = ['productOrders', ...(field === undefined ? [] : [String(field)])].join('.');
  const at = entry === undefined ? '' : `${JSON.stringify(entry)} `;
  const found = (issue?.path ?? []).reduce<unknown>(fieldOf, given);
  const what = field === undefined ? `${bytesOf(JSON.stringify(given))} bytes` : shown(found);
  throw new Rejected(`Mapping ${about} gave ${at}${what} for ERP order ${name}: ${issue?.message}.`, {
    code: 'configuration',
  });
}

function shown(value: unknown): string {
  if (typeof value === 'number' || value === undefined || value === null) return String(value);
  if (typeof value === 'string') return `a text of ${bytesOf(value)} bytes`;
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
