import * as z from 'zod/mini';
import { compareDecimals, toDecimal } from '../../model/quantity.ts';
import { hasLostDigits } from '../../platform/json.ts';
import type { Lacks } from '../connector.ts';

// What the functions of a configuration make of answers: an order of the list, and lists of what a look-up shows of one.

const absent = <T extends z.ZodMiniType>(schema: T) => z.optional(z.nullable(schema));
const exact = z
  .number()
  .check(z.refine((value) => !hasLostDigits(value), 'text, as a JSON number of so many digits is rounded'));
/** A number or id of the ERP, as text. */
export const numberOrIdSchema = z.pipe(
  z.union([z.string().check(z.minLength(1)), exact]),
  z.transform(String),
);
export const instantWithZone = z.iso.datetime({ offset: true, error: 'an ISO instant with a zone' });

export const restOrderSchema = z
  .object({
    number: numberOrIdSchema,
    /** The ERP's internal id, if a person may change the number. */
    id: absent(numberOrIdSchema),
    article: numberOrIdSchema,
    /** A decimal above 0; any decimal if the order is cancelled. */
    quantity: z
      .union([z.string(), exact])
      .check(z.refine((value) => toDecimal(value) !== undefined, 'a decimal')),
    unit: absent(z.string()),
    /** ISO date, or date-time with zone. */
    dueDate: absent(z.union([z.iso.date(), instantWithZone])),
    /** `other` for an order that is neither, and is skipped. */
    state: z.enum(['released', 'cancelled', 'other']),
    /** ISO instant with zone; null for an order that has not changed since `createdAt`. */
    changedAt: absent(instantWithZone),
    /** ISO instant with zone; needed where `changedAt` may be null. */
    createdAt: absent(instantWithZone),
    /** Further fields for the mapping. */
    attributes: z.optional(z.record(z.string(), z.unknown())),
  })
  .check(
    // Some ERPs set the quantity of a cancelled order to 0.
    z.refine(
      ({ state, quantity }) => state !== 'released' || compareDecimals(toDecimal(quantity) ?? '1', '0') > 0,
      { path: ['quantity'], error: 'a decimal above 0' },
    ),
  );

/**
 * A row as an order. Numbers may be JSON numbers, but whole ones beyond 2^53 are refused, as they have lost digits; where
 * the ERP gives decimals as text, quantities are text. Its time of change cannot be forgotten: it is at least undefined.
 */
export type RestOrder = z.input<typeof restOrderSchema> & { readonly changedAt: unknown };
export type ParsedRestOrder = z.infer<typeof restOrderSchema>;

const decimal = z.pipe(z.transform(toDecimal), z.string('a decimal'));

/** What a look-up can list of an order, besides its figures: each entry as the configuration reads it. */
const forms = {
  /** Lines of one article have to be one entry. */
  components: z.array(
    z.object({
      article: numberOrIdSchema,
      /** For the whole order. */
      planned: decimal,
      /** Of that, by earlier bookings. Default: none. */
      used: absent(decimal),
      unit: absent(z.string()),
      /** For the steps: what the ERP calls the line. */
      id: absent(numberOrIdSchema),
    }),
  ),
  operations: z.array(
    z.object({
      /** By which a mapping can name it: number, code, name. */
      names: z.array(numberOrIdSchema),
      id: absent(numberOrIdSchema),
    }),
  ),
  lots: z.array(
    z.object({
      article: numberOrIdSchema,
      number: numberOrIdSchema,
      /** What is left of it. Default: it is not counted. */
      open: absent(decimal),
      blocked: absent(z.boolean()),
    }),
  ),
  used: z.array(z.object({ article: numberOrIdSchema, quantity: decimal })),
};

export type ListName = keyof typeof forms;
export type LookUpList<Name extends ListName> = z.output<(typeof forms)[Name]>;
export const listSchemas: { readonly [Name in ListName]: z.ZodMiniType<LookUpList<Name>> } = forms;
/** What a look-up's function answers. What it finds in an answer is checked when it is read; a decimal is text or a number. */
export type RestList<Name extends ListName> = readonly {
  readonly [Field in keyof LookUpList<Name>[number]]: unknown;
}[];

/** What the answer of a step proves that books by its key: the key, what the other side calls the booking, and its figures. */
export const proofSchema = z.object({
  key: numberOrIdSchema,
  reference: numberOrIdSchema,
  good: absent(numberOrIdSchema),
  scrap: absent(numberOrIdSchema),
});
export type BookingProof = z.output<typeof proofSchema>;
/** The same as a configuration reads it: what it does not find is undefined. */
export type RestProof = { readonly [Field in keyof BookingProof]?: unknown };

/** What the first look-up lists that has such a list; undefined where none has one. */
export type Lists = <Name extends ListName>(name: Name) => LookUpList<Name> | undefined;

export const detailNames = ['components', 'operations', 'checks', 'reasons'] as const;
export type DetailName = (typeof detailNames)[number];

/** What no step says that it sends is refused, as it would be lost. */
export function lacksOf(takes: readonly DetailName[] = []): Lacks {
  const why = (name: DetailName) =>
    takes.includes(name) ? undefined : `erp.takes does not name ${name}, so no step sends them`;
  return {
    components: why('components'),
    operations: why('operations'),
    checks: why('checks'),
  };
}
