import * as z from 'zod/mini';
import { compareDecimals, toDecimal } from '../../model/quantity.ts';
import { hasLostDigits } from '../../platform/json.ts';

export const absent = <T extends z.ZodMiniType>(schema: T) => z.optional(z.nullable(schema));
const exact = z
  .number()
  .check(z.refine((value) => !hasLostDigits(value), 'text, as a JSON number of so many digits is rounded'));
/** A number or id of the ERP, as text. */
export const name = z.pipe(z.union([z.string().check(z.minLength(1)), exact]), z.transform(String));
const isoInstant = z.iso.datetime({ offset: true });
export const instant = z
  .string()
  .check(z.refine((text) => isoInstant.safeParse(text).success, 'an ISO instant with a zone'));

export const mappedSchema = z
  .object({
    number: name,
    /** The ERP's internal id, if a person may change the number. */
    id: absent(name),
    article: name,
    /** A decimal above 0; any decimal if the order is cancelled. */
    quantity: z
      .union([z.string(), exact])
      .check(z.refine((value) => toDecimal(value) !== undefined, 'a decimal')),
    unit: absent(z.string()),
    /** ISO date, or date-time with zone. */
    dueDate: absent(z.union([z.iso.date(), instant])),
    /** `other` for an order that is neither, and is skipped. */
    state: z.enum(['released', 'cancelled', 'other']),
    /** ISO instant with zone; null for an order that has not changed since `createdAt`. */
    changedAt: absent(instant),
    /** ISO instant with zone; needed where `changedAt` may be null. */
    createdAt: absent(instant),
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
export type RestOrder = z.input<typeof mappedSchema> & { readonly changedAt: unknown };
export type MappedOrder = z.infer<typeof mappedSchema>;
