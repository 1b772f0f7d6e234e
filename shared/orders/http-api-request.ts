import * as z from 'zod/mini';
import type { ErpOrder } from '../model/orders.ts';
import { toDecimal } from '../model/quantity.ts';

/** Numbers people write: text kept as it is; control characters and surrounding space are mistakes. */
const orderNumber = z.string().check(
  z.minLength(1),
  z.maxLength(200),
  z.refine(
    (text) => text.trim() === text && !/\p{Cc}/u.test(text),
    'text without control characters or surrounding space',
  ),
);

const positiveDecimal = z.pipe(
  z.union([z.string(), z.number()]).check(
    z.refine((value) => {
      const decimal = toDecimal(value);
      return decimal !== undefined && !decimal.startsWith('-') && decimal !== '0';
    }, 'a decimal above 0, as text ("12.5") or a number'),
  ),
  z.transform((value) => toDecimal(value) ?? '0'),
);

const dueDate = z
  .string()
  .check(
    z.refine(
      (text) => /^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(Date.parse(text)),
      'an ISO date (2026-12-24) or a time with zone',
    ),
  );

/** An order as an ERP posts it to `POST /product-orders`. */
export const postedOrderSchema = z.strictObject({
  number: orderNumber.check(
    z.meta({ description: 'Number that people read in the ERP.', examples: ['MO/0001'] }),
  ),
  id: z.optional(
    z.string().check(z.minLength(1), z.describe("The ERP's internal id, when it differs from the number.")),
  ),
  article: z
    .string()
    .check(
      z.minLength(1),
      z.maxLength(200),
      z.meta({ description: 'Code of the article to build.', examples: ['GEAR-01'] }),
    ),
  quantity: z._default(
    positiveDecimal.check(
      z.meta({ description: 'A decimal above 0, as text or as a number.', examples: ['5', 2.5] }),
    ),
    '1',
  ),
  unit: z.optional(
    z.string().check(z.minLength(1), z.meta({ description: 'Unit of the quantity.', examples: ['u'] })),
  ),
  dueDate: z.optional(
    dueDate.check(z.meta({ description: 'ISO date, or a time with its zone.', examples: ['2026-12-24'] })),
  ),
  attributes: z._default(
    z.record(z.string(), z.unknown()).check(
      z.meta({
        description: 'Whatever else the mapping wants: customer, options, colour …',
        examples: [{ colour: 'red' }],
      }),
    ),
    {},
  ),
});

export function erpOrderOf({
  number,
  id,
  article,
  quantity,
  unit,
  dueDate: due,
  attributes,
}: z.output<typeof postedOrderSchema>): ErpOrder {
  return {
    number,
    article,
    attributes,
    state: 'released',
    quantity: { amount: quantity, ...(unit === undefined ? {} : { unit }) },
    ...(id === undefined ? {} : { id }),
    ...(due === undefined ? {} : { dueDate: due }),
  };
}
