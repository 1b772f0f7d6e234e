import * as z from 'zod/mini';
import type { ErpOrder } from '../../model/orders.ts';
import { toDecimal } from '../../model/quantity.ts';
import { maxTextLength, problemOfText } from '../../model/text.ts';
import { isDate, utcInstant } from '../../model/time.ts';

const about = (description: string, ...examples: unknown[]) =>
  z.meta(examples.length === 0 ? { description } : { description, examples });

/** A number, a code or an id, kept unchanged. */
const postedCode = z.string().check(
  z.minLength(1),
  z.maxLength(maxTextLength),
  z.refine(
    (text) => text.length > maxTextLength || problemOfText(text) === undefined,
    'whole characters without control characters and surrounding white space',
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

/** A time becomes one in UTC. */
const dateOrInstant = (description: string, ...examples: string[]) =>
  z.pipe(
    z.string().check(
      z.maxLength(40),
      z.refine(
        (text) => isDate(text) || utcInstant(text) !== undefined,
        'a date that exists (2026-12-24), or such a time with its zone (2026-12-24T10:00:00+01:00)',
      ),
      about(description, ...examples),
    ),
    z.transform((text) => utcInstant(text) ?? text),
  );

/** Deeper than the data of any ERP, and not too deep for a mapping to walk. */
const maxAttributeLevels = 20;

function isAtMostDeep(value: unknown, levels: number): boolean {
  if (value === null || typeof value !== 'object') return true;
  return levels > 0 && Object.values(value).every((inner) => isAtMostDeep(inner, levels - 1));
}

/** An order as an ERP posts it to `POST /product-orders`. */
export const postedOrderSchema = z.strictObject({
  number: postedCode.check(about('Number that people read in the ERP.', 'MO/0001')),
  id: z.exactOptional(postedCode.check(about("The ERP's internal id, when it differs from the number."))),
  article: postedCode.check(about('Code of the article to build.', 'GEAR-01')),
  quantity: z._default(
    positiveDecimal.check(about('A decimal above 0, as text or as a number.', '5', 2.5)),
    '1',
  ),
  unit: z.exactOptional(postedCode.check(about('Unit of the quantity.', 'u'))),
  dueDate: z.exactOptional(dateOrInstant('ISO date, or a time with its zone.', '2026-12-24')),
  changedAt: z.exactOptional(
    dateOrInstant(
      'When the ERP changed it, with its zone: of two calls that overtake each other, the newer one counts.',
    ),
  ),
  attributes: z._default(
    z.record(z.string().check(z.maxLength(maxTextLength)), z.unknown()).check(
      z.refine(
        (attributes) => isAtMostDeep(attributes, maxAttributeLevels),
        `at most ${maxAttributeLevels} levels`,
      ),
      about(
        `Whatever else the mapping wants: customer, options, colour …; at most ${maxAttributeLevels} levels deep.`,
        { colour: 'red' },
      ),
    ),
    {},
  ),
});

export function erpOrderOfPosted(posted: z.output<typeof postedOrderSchema>): ErpOrder {
  // In the order in which a person reads them.
  const { number, article, quantity, unit, dueDate, ...order } = posted;
  return {
    number,
    article,
    ...order,
    dueDate,
    state: 'released',
    quantity: unit === undefined ? { amount: quantity } : { amount: quantity, unit },
  };
}
