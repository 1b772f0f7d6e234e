import * as z from 'zod/mini';
import { callConfigured } from '../../model/configured.ts';
import { Rejected } from '../../model/errors.ts';
import type { ErpOrder, ProductOrderDraft } from '../../model/orders.ts';
import { problemOfText } from '../../model/text.ts';
import { describeMismatches, parse, showFound } from '../../platform/validation.ts';

/** No item of the ledger exceeds 64 KB (`maxHistoryBytes` says why), and the order's history takes its part of that. */
export const maxDraftBytes = 40 * 1024;

const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));
/** DynamoDB takes no other numbers, or returns them changed. */
const isStorable = (value: number) =>
  value === 0 || (Math.abs(value) <= Number.MAX_SAFE_INTEGER && Math.abs(value) >= 1e-130);

const numberNeeded = `a number of at most ${Number.MAX_SAFE_INTEGER}`;

/** What a field without a value becomes when it is made text: `${order.number}/${order.attributes.line}`. */
const valueless = /\b(undefined|null|NaN)\b|\[object \w+\]/;
/** Within a variant or a parameter, such a word may be somebody's own: `tolerance undefined`. */
const onlyValueless = /^\s*(undefined|null|NaN)\s*$|\[object \w+\]/;
const madeText =
  'as a field without a value does when it is made text: leave it out, or say what stands in its place';

const textWithout = (words: RegExp, problemOf: typeof problemOfText) =>
  z.superRefine<string>((text, { issues }) => {
    const [found] = words.exec(text) ?? [];
    const problem = problemOf(text) ?? (found && `reads "${found.trim()}", ${madeText}`);
    const message = `another text: it ${problem}`;
    if (problem) issues.push({ code: 'custom', message, input: text, continue: true });
  });

/** A number or code, by the rule of every other entry, so that a trigger finds it again; blanks around it are cut. */
export const codeSchema = z.string('a text').check(z.trim(), textWithout(valueless, problemOfText));
const valueText = z.string('a text').check(textWithout(onlyValueless, () => undefined));

/** Variants, by name or id. */
export const variantsSchema = z.array(valueText, 'a list of texts');

export const parametersSchema = z.pipe(
  z.record(z.string(), z.unknown(), 'an object with an entry for each parameter'),
  z.pipe(
    // A mapping leaves a parameter out by giving it no value.
    z.transform((given: Record<string, unknown>) =>
      Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined && value !== null)),
    ),
    z.record(
      z.string().check(z.minLength(1)),
      z.union([
        valueText,
        z.number(numberNeeded).check(z.refine(isStorable, { error: numberNeeded, params: showFound })),
        z.boolean('true or false'),
      ]),
      'a name for each parameter',
    ),
  ),
);

const draftSchema = z
  .object({ number: codeSchema, article: codeSchema, variants: variantsSchema, parameters: parametersSchema })
  .check(
    z.refine((draft) => bytesOf(draft) <= maxDraftBytes, {
      error: ({ input }) =>
        `at most ${maxDraftBytes} bytes in all, and not ${bytesOf(input)}: send a link to a large text, a drawing or a picture`,
    }),
  );

/**
 * What a function of the mapping answers, checked: a plant's JavaScript may answer anything.
 * @throws Rejected naming the mapping's field, and what it threw, or what it gave and what is needed.
 */
export function callMapping<T>(
  field: string,
  schema: z.ZodMiniType<T>,
  map: () => unknown,
  { number }: { readonly number: string },
): T {
  const parsed = parse(schema, callConfigured(`Mapping ${field} failed for ${number}`, map));
  if (parsed.ok) return parsed.value;
  // Where all of it is wrong, the field says where.
  const wrong = describeMismatches(parsed.mismatches).replace(/^\$: /, '');
  throw new Rejected(`Mapping ${field} gave something wrong for ${number}: ${wrong}.`, {
    causeCode: 'configuration',
  });
}

/** What the mapping gave, as a draft that the ledger can hold: what DynamoDB refuses would hold up other orders as well. */
export function checkedDraft(given: object, order: Pick<ErpOrder, 'number'>): ProductOrderDraft {
  return callMapping('productOrders', draftSchema, () => given, order);
}
