import * as z from 'zod/mini';
import { toDecimal } from '../../model/quantity.ts';
import { hasLostDigits } from '../../platform/json.ts';
import type { Lacks } from '../connector.ts';

// What the functions of a configuration make of answers to look-ups and steps; an order of the list is in row-schema.ts.

export const absent = <T extends z.ZodMiniType>(schema: T) => z.optional(z.nullable(schema));
export const exactNumber = z
  .number()
  .check(z.refine((value) => !hasLostDigits(value), 'text, as a JSON number of so many digits is rounded'));
/** A number or id of the ERP, as text. */
export const numberOrIdSchema = z.pipe(
  z.union([z.string().check(z.minLength(1)), exactNumber]),
  z.transform(String),
);
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
    takes.includes(name) ? false : `erp.takes does not name ${name}, so no step sends them`;
  return {
    components: why('components'),
    operations: why('operations'),
    checks: why('checks'),
  };
}
