import * as z from 'zod/mini';
import {
  type Component,
  checkSchema,
  componentSchema,
  linkSchema,
  lotSchema,
  type Operation,
  operationSchema,
  usedLotSchema,
} from '../../model/completions.ts';
import { type Quantity, toDecimal } from '../../model/quantity.ts';
import { fieldOf, isRecord } from '../../platform/json.ts';
import { showFound } from '../../platform/validation.ts';
import { callMapping, codeSchema } from './validate.ts';

/** A plant's JavaScript may answer anything. */
function quantityIn(given: unknown): Quantity | undefined {
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
const schemaOfEntry = <Shape extends z.core.$ZodLooseShape>(schema: z.ZodMiniObject<Shape>) =>
  z.pipe(
    z.transform((given: unknown) =>
      isRecord(given)
        ? Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
        : given,
    ),
    schema,
  );

/** What was not recorded is no lot. */
const schemaOfLots = <Shape extends z.core.$ZodLooseShape>(schema: z.ZodMiniObject<Shape>) =>
  z.pipe(
    z.pipe(
      z.array(z.unknown()),
      z.transform((lots: unknown[]) => lots.filter((lot) => typeof lot !== 'string' || lot.trim() !== '')),
    ),
    z.array(
      z.union([
        z.pipe(
          codeSchema,
          z.transform((number: string) => ({ number })),
        ),
        schemaOfEntry(z.extend(schema, { number: codeSchema, quantity: z.exactOptional(quantity) })),
      ]),
    ),
  );

const optionalSeconds = z.exactOptional(
  z.number('seconds, 0 or more').check(z.minimum(0, 'seconds, 0 or more')),
);

/** How a mapping may give each field of a line: one that is added would be taken as it is given, and does not compile until it is here. */
type EachGiven<Line> = Readonly<Record<keyof Required<Line>, z.ZodMiniType>>;

/** What each function of the completion mapping must return: a plant's JavaScript may return anything. */
const completionFields = {
  notes: z.array(z.string('a text')),
  links: z.array(linkSchema),
  lots: schemaOfLots(lotSchema),
  quantity: z.pipe(
    z.transform((given: unknown) => (given === undefined ? given : (quantityIn(given) ?? null))),
    z.custom<Quantity | undefined>((read) => read !== null, { error: amountNeeded, params: showFound }),
  ),
  scrap: z.pipe(
    z.pipe(
      z.transform(sharesOfScrap),
      z.custom<unknown[]>(Array.isArray, { error: amountNeeded, params: showFound }),
    ),
    z.array(schemaOfEntry(z.object({ quantity, reason: z.exactOptional(z.string('a text')) }))),
  ),
  components: z.array(
    schemaOfEntry(
      z.object({
        article: codeSchema,
        quantity: z.exactOptional(quantity),
        lots: z._default(schemaOfLots(usedLotSchema), []),
        recording: componentSchema.shape.recording,
        step: componentSchema.shape.step,
      } satisfies EachGiven<Component>),
    ),
  ),
  operations: z.array(
    schemaOfEntry(
      z.object({
        operation: codeSchema,
        good: z.exactOptional(quantity),
        scrap: z.exactOptional(quantity),
        setupSeconds: optionalSeconds,
        runSeconds: optionalSeconds,
        finished: z._default(operationSchema.shape.finished, true),
        recording: operationSchema.shape.recording,
        step: operationSchema.shape.step,
      } satisfies EachGiven<Operation>),
    ),
  ),
  checks: z.array(schemaOfEntry(checkSchema)),
  final: z.boolean('true or false'),
  erpOrderNumber: codeSchema,
} as const;

export type GivenField = keyof typeof completionFields;
/** What a function of the mapping has given, checked. */
export type Given<Field extends GivenField> = z.output<(typeof completionFields)[Field]>;

/** A single quantity, or none, is a list as well. */
function sharesOfScrap(given: unknown): unknown {
  if (given === undefined) return [];
  return quantityIn(given) ? [{ quantity: given }] : given;
}

/** What a function of the mapping gives, checked. @throws Rejected as `callMapping` does. */
export function callForField<Field extends GivenField>(
  field: Field,
  map: () => unknown,
  about: { readonly number: string },
): Given<Field> {
  const schemas: { readonly [Name in GivenField]: z.ZodMiniType<Given<Name>> } = completionFields;
  return callMapping<Given<Field>>(`completions.${field}`, schemas[field], map, about);
}
