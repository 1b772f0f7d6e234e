import * as z from 'zod/mini';
import { Rejected } from '../../model/errors.ts';
import { type Quantity, toDecimal } from '../../model/quantity.ts';
import { fieldOf, isRecord } from '../../platform/json.ts';
import { describeMismatches, parse, showFound } from '../../platform/validation.ts';
import { codeOf } from './validate.ts';

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
