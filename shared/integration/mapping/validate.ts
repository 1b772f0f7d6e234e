import * as z from 'zod/mini';
import { callConfigured } from '../../model/configured.ts';
import { Rejected } from '../../model/errors.ts';
import type { ErpOrder, ProductOrderDraft } from '../../model/orders.ts';
import { problemOfText, shorten } from '../../model/text.ts';
import { fieldOf } from '../../platform/json.ts';

/** No item of the ledger exceeds 64 KB (`maxHistoryBytes` says why), and the order's history takes its part of that. */
export const maxDraftBytes = 40 * 1024;

const bytesOf = (text: string) => Buffer.byteLength(text);
/** DynamoDB takes no other numbers, or returns them changed. */
const isStorable = (value: number) =>
  value === 0 || (Math.abs(value) <= Number.MAX_SAFE_INTEGER && Math.abs(value) >= 1e-130);

const textNeeded = 'a text is needed';
const listNeeded = 'a list of texts is needed';
const entriesNeeded = 'an object with an entry for each parameter is needed';
const valueNeeded = 'text, a number or true/false is needed';
const numberNeeded = `a number of at most ${Number.MAX_SAFE_INTEGER}, or text, is needed`;

/** What a field without a value becomes when it is made text: `${order.number}/${order.attributes.line}`. */
const valueless = /\b(undefined|null|NaN)\b|\[object \w+\]/;
/** Within a variant or a parameter, such a word may be somebody's own: `tolerance undefined`. */
const onlyValueless = /^\s*(undefined|null|NaN)\s*$|\[object \w+\]/;
const madeText =
  'as a field without a value does when it is made text: leave it out, or say what stands in its place';

const textWithout = (words: RegExp, problemOf: typeof problemOfText, expected?: string) =>
  z.string(expected).check(
    z.superRefine((text, { issues }) => {
      const [found] = words.exec(text) ?? [];
      const problem = problemOf(text) ?? (found && `reads "${found.trim()}", ${madeText}`);
      if (problem) issues.push({ code: 'custom', message: `it ${problem}`, input: text, continue: true });
    }),
  );

/** A number or code, by the rule of every other entry, so that a trigger finds it again. */
export const codeOf = (expected: string) => textWithout(valueless, problemOfText, expected);
const valueText = textWithout(onlyValueless, () => undefined, textNeeded);

const parametersSchema = z.pipe(
  z.record(z.string(), z.unknown(), entriesNeeded),
  z.pipe(
    // A mapping leaves a parameter out by giving it no value.
    z.transform((given: Record<string, unknown>) =>
      Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined && value !== null)),
    ),
    z.record(
      z.string().check(z.minLength(1)),
      z.union([valueText, z.boolean(), z.number().check(z.refine(isStorable, numberNeeded))], {
        error: ({ input }) => (typeof input === 'number' ? numberNeeded : valueNeeded),
      }),
      'a name for each parameter is needed',
    ),
  ),
);

const draftSchema = z
  .object({
    number: codeOf(textNeeded),
    article: codeOf(textNeeded),
    variants: z.array(valueText, listNeeded),
    parameters: parametersSchema,
  })
  .check(
    z.refine(
      (draft) => bytesOf(JSON.stringify(draft)) <= maxDraftBytes,
      `all that is sent to Azumuta may have ${maxDraftBytes} bytes: send a link to a large text, a drawing or a picture`,
    ),
  );

/** Calls one function of the mapping. @throws Rejected naming the field and what the function threw. */
export function callMapping<T>(field: string, map: () => T, about: { readonly number: string }): T {
  return callConfigured(`Mapping ${field} failed for ${about.number}`, map);
}

/**
 * What the mapping gave, as a draft that the ledger can hold: what DynamoDB refuses would hold up other orders as well.
 * @throws Rejected naming the mapping's field, what it gave, and what is needed.
 */
export function checkedDraft(given: Readonly<Record<string, unknown>>, order: ErpOrder): ProductOrderDraft {
  const problem = problemOfText(order.number);
  const name = shorten(order.number, 101);
  if (problem) throw new Rejected(`The number of ERP order ${name} ${problem}.`, { code: 'order-data' });
  const checked = draftSchema.safeParse(given);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  const [field, entry] = issue?.path ?? [];
  const about = ['productOrders', ...(field === undefined ? [] : [String(field)])].join('.');
  const at = entry === undefined ? '' : `${JSON.stringify(entry)} `;
  const found = (issue?.path ?? []).reduce<unknown>(fieldOf, given);
  const what = field === undefined ? `${bytesOf(JSON.stringify(given))} bytes` : shown(found);
  throw new Rejected(`Mapping ${about} gave ${at}${what} for ERP order ${name}: ${issue?.message}.`, {
    code: 'configuration',
  });
}

function shown(value: unknown): string {
  if (typeof value === 'number' || value === undefined || value === null) return String(value);
  if (typeof value === 'string') return `a text of ${bytesOf(value)} bytes`;
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
