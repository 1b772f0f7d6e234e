import * as z from 'zod/mini';
import { compareDecimals, toDecimal } from '../../model/quantity.ts';
import { absent, exactNumber, numberOrIdSchema } from './schemas.ts';

// What the functions of a configuration make of an order of the list. A function that only books does not have this file.

export const instantWithZone = z.iso.datetime({ offset: true, error: 'an ISO instant with a zone' });

const figureOrAbsent = absent(
  z.union([z.string(), exactNumber]).check(z.refine((value) => toDecimal(value) !== undefined, 'a decimal')),
);

export const restOrderSchema = z
  .object({
    number: numberOrIdSchema,
    /** The ERP's internal id, if a person may change the number. */
    id: absent(numberOrIdSchema),
    article: numberOrIdSchema,
    /** A decimal above 0; any decimal if the order is cancelled. */
    quantity: z
      .union([z.string(), exactNumber])
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
    /**
     * What was produced of it so far, by whomever, where the ERP tells it: good without scrap. It is compared with what people
     * book by hand: in shadow, and of orders that they had begun when the integration went live.
     */
    produced: absent(z.object({ good: figureOrAbsent, scrap: figureOrAbsent })),
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
