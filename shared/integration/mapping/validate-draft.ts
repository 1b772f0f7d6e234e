import * as z from 'zod/mini';
import { Rejected } from '../../model/errors.ts';
import type { ErpOrder, ProductOrderDraft } from '../../model/orders.ts';
import { problemOfText } from '../../model/text.ts';
import { stepInto } from '../../platform/validation.ts';

/** No item of the ledger passes 64 KB (`maxHistoryBytes` says why), and its history needs its place as well. */
export const maxDraftBytes = 40 * 1024;

const bytesOf = (text: string) => Buffer.byteLength(text);
/** DynamoDB takes no other numbers, nor would they be the same when they come back from it. */
const isStorable = (value: number) =>
  value === 0 || (Math.abs(value) <= Number.MAX_SAFE_INTEGER && Math.abs(value) >= 1e-130);

const textNeeded = 'a text is needed';
const listNeeded = 'a list of texts is needed';
const entriesNeeded = 'an object with an entry for each parameter is needed';
const valueNeeded = 'text, a number or true/false is needed';
const numberNeeded = `a number of at most ${Number.MAX_SAFE_INTEGER}, or text, is needed`;

const parametersSchema = z.pipe(
  z.record(z.string(), z.unknown(), entriesNeeded),
  z.pipe(
    // A mapping leaves a parameter out by giving it no value.
    z.transform((given: Record<string, unknown>) =>
      Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined && value !== null)),
    ),
    z.record(
      z.string().check(z.minLength(1)),
      z.union([z.string(), z.boolean(), z.number().check(z.refine(isStorable, numberNeeded))], {
        error: ({ input }) => (typeof input === 'number' ? numberNeeded : valueNeeded),
      }),
      'a name for each parameter is needed',
    ),
  ),
);

/** The same rule as at every other entry: what passes here is found again by a trigger. */
const code = z.string(textNeeded).check(
  z.superRefine((text, { issues }) => {
    const problem = problemOfText(text);
    if (problem) issues.push({ code: 'custom', message: `it ${problem}`, input: text });
  }),
);

const draftSchema = z
  .object({
    number: code,
    article: code,
    variants: z.array(z.string(textNeeded), listNeeded),
    parameters: parametersSchema,
  })
  .check(
    z.refine(
      (draft) => bytesOf(JSON.stringify(draft)) <= maxDraftBytes,
      `all that is sent to Azumuta may have ${maxDraftBytes} bytes: send a link to a large text, a drawing or a picture`,
    ),
  );

/**
 * What the mapping's functions gave, as a draft that the ledger and a message can carry: JavaScript that a plant
 * wrote may give anything, and what DynamoDB refuses would hold up the order's neighbours as well.
 * @throws Rejected naming the mapping's field, what it gave, and what is needed.
 */
export function checkedDraft(given: Readonly<Record<string, unknown>>, order: ErpOrder): ProductOrderDraft {
  const problem = problemOfText(order.number);
  if (problem)
    throw new Rejected(`The number of ERP order ${nameOf(order)} ${problem}.`, { code: 'order-data' });
  const checked = draftSchema.safeParse(given);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  const [field, entry] = issue?.path ?? [];
  const about = ['productOrders', ...(field === undefined ? [] : [String(field)])].join('.');
  const at = entry === undefined ? '' : `${JSON.stringify(entry)} `;
  const found = (issue?.path ?? []).reduce<unknown>(stepInto, given);
  const what = field === undefined ? `${bytesOf(JSON.stringify(given))} bytes` : shown(found);
  throw new Rejected(
    `Mapping ${about} gave ${at}${what} for ERP order ${nameOf(order)}: ${issue?.message}.`,
    { code: 'configuration' },
  );
}

function shown(value: unknown): string {
  if (typeof value === 'number' || value === undefined || value === null) return String(value);
  if (typeof value === 'string') return `a text of ${bytesOf(value)} bytes`;
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function nameOf({ number }: ErpOrder): string {
  return number.length > 100 ? `${number.slice(0, 100)}…` : number;
}
