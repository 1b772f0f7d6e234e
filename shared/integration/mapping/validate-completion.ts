import * as z from 'zod/mini';
import { Rejected } from '../../model/errors.ts';
import { problemOfText } from '../../model/text.ts';
import { describeMismatches, parse } from '../../platform/validation.ts';

const text = z.string('a text');
const lotNumber = text.check(
  z.superRefine((given, { issues }) => {
    const problem = problemOfText(given);
    if (problem) issues.push({ code: 'custom', message: `it ${problem}`, input: given });
  }),
);
const quantity = z.object({ amount: text, unit: z.exactOptional(text) });

/** What each function of the completion mapping must give: JavaScript that a plant wrote may give anything. */
export const completionFields = {
  notes: z.array(text),
  links: z.array(z.object({ name: text, url: text })),
  lots: z.pipe(
    // What was not recorded is no lot.
    z.pipe(
      z.array(z.unknown()),
      z.transform((lots: unknown[]) => lots.filter((lot) => lot !== '')),
    ),
    z.array(
      z.union([
        lotNumber,
        z.object({
          number: lotNumber,
          quantity: z.exactOptional(quantity),
          scrapped: z.exactOptional(z.literal(true)),
        }),
      ]),
    ),
  ),
  final: z.boolean('true or false'),
} as const;

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
    `Mapping completions.${field} gave something else than it should for ${about.number}: ${describeMismatches(parsed.mismatches)}.`,
    { code: 'configuration' },
  );
}
