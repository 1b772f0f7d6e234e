import * as z from 'zod/mini';
import { problemOfText, shorten } from '../model/text.ts';
import { isRecord, jsonOf, nameIn, typeName } from '../platform/json.ts';

const nameListSchema = z.array(z.string());

/**
 * How triggers name their fields: `azumuta.contract.trigger`, as the webhook endpoint gets it from the stack, since it
 * does not load the configuration. Upper and lower case, `_`, `-` and a trailing `[]` make no difference.
 */
export const triggerNamesSchema = z.object({
  productOrderNumber: nameListSchema,
  recordingIds: nameListSchema,
  id: nameListSchema,
  events: nameListSchema,
});

export type TriggerNames = z.output<typeof triggerNamesSchema>;

export interface TriggerContent {
  readonly productOrderNumber: string;
  /** The number if a bare `+` in the query was meant as a plus: most senders mean a space. */
  readonly otherNumber?: string;
  readonly recordingIds: readonly string[];
}

export type ParsedTrigger =
  | { readonly ok: true; readonly content: TriggerContent }
  /** Why it cannot be used, for the person who sets up the trigger. */
  | { readonly ok: false; readonly reason: string };

/** A field by its path: in `{ data: { order: … } }` there are `data` and `data.order`. */
interface Field {
  readonly name: string;
  readonly value: unknown;
}

/** Parses a trigger: its query when it is a GET or has no body, else its body. */
export function parseTrigger(
  call: { readonly method: string; readonly rawQueryString: string; readonly body: Buffer },
  names: TriggerNames,
): ParsedTrigger {
  if (call.method === 'GET' || call.body.byteLength === 0) return parseQuery(call.rawQueryString, names);
  const json = jsonOf(call.body.toString('utf8'));
  if (json === undefined) return { ok: false, reason: 'The body is not JSON.' };
  if (!isRecord(json)) return { ok: false, reason: 'The body must be a JSON object.' };
  return parseFields(flattenFields(json), names);
}

/**
 * Parses a GET trigger from the raw query string. API Gateway's payload 2.0 joins repeated keys with commas, which nothing
 * distinguishes from a comma in an order number.
 */
function parseQuery(rawQueryString: string, names: TriggerNames): ParsedTrigger {
  const parse = (query: string) =>
    parseFields(
      [...new URLSearchParams(query)].map(([name, value]) => ({ name, value })),
      names,
    );
  const asSpace = parse(rawQueryString);
  if (!asSpace.ok || !rawQueryString.includes('+')) return asSpace;
  const asPlus = parse(rawQueryString.replaceAll('+', '%2B'));
  if (!asPlus.ok || asPlus.content.productOrderNumber === asSpace.content.productOrderNumber) return asSpace;
  return { ok: true, content: { ...asSpace.content, otherNumber: asPlus.content.productOrderNumber } };
}

/** Depth of nested objects whose fields get a path: more than any sender needs. */
const deepestFieldPath = 4;

function flattenFields(json: object, before = '', nesting = 0): Field[] {
  return Object.entries(json).flatMap(([name, value]) => [
    { name: before + name, value },
    ...(isRecord(value) && nesting < deepestFieldPath
      ? flattenFields(value, `${before + name}.`, nesting + 1)
      : []),
  ]);
}

function parseFields(fields: readonly Field[], names: TriggerNames): ParsedTrigger {
  const content = readTriggerContent(fields, names);
  if (typeof content !== 'string') return { ok: true, content };
  return { ok: false, reason: `${content} ${describeFields(fields, names)}` };
}

function readTriggerContent(fields: readonly Field[], names: TriggerNames): TriggerContent | string {
  // The first name with a value counts: a `number` next to `productOrderNumber` may belong to anything.
  const given =
    names.productOrderNumber
      .map((name) => scalarsOf(fields, [name], names.productOrderNumber).filter(isNumberOrText))
      .find((values) => values.length > 0) ?? [];
  if (given.some((value) => nameIn(value) === undefined)) return mayBeRounded;
  // An order number is never split, even at commas and spaces.
  const numbers = [...new Set(given.flatMap((value) => nameIn(value)?.trim() ?? []))];
  const [productOrderNumber, ...others] = numbers;
  if (productOrderNumber === undefined)
    return `No product order number: expected one of the fields ${names.productOrderNumber.join(', ')}.`;
  if (others.length > 0) return `${numbers.length} different product order numbers in one call.`;
  const problem = problemOfText(productOrderNumber);
  if (problem) return `The product order number ${problem}.`;
  const recordingIds = idsIn(fields, names.recordingIds, names);
  const [badId] = recordingIds.flatMap((id) => problemOfText(id) ?? []);
  if (badId) return `The id of a recording ${badId}.`;
  return { productOrderNumber, recordingIds };
}

const mayBeRounded =
  'The product order number is a JSON number that may have lost digits (a fraction, or beyond 2^53): send it as text, in quotation marks.';

/** More fields do not help the person who sets up the trigger. */
const mostTriggerFieldsNamed = 12;

/** Names of the fields and how each was understood, never a value. */
function describeFields(fields: readonly Field[], names: TriggerNames): string {
  const meanings = (['productOrderNumber', 'recordingIds'] as const).map(
    (meaning) => [meaning, new Set(names[meaning].map(canonical))] as const,
  );
  const seen = fields.flatMap(({ name, value }) => {
    const [meaning] = meanings.find(([, wanted]) => wanted.has(canonical(name))) ?? [];
    // The fields of an object are listed themselves.
    if (meaning === undefined && isRecord(value)) return [];
    return `${shorten(name, 60)} (${typeName(value)}) was taken for ${meaning ?? 'nothing'}`;
  });
  if (seen.length === 0) return 'It has no fields.';
  const more =
    seen.length > mostTriggerFieldsNamed
      ? `, and there are ${seen.length - mostTriggerFieldsNamed} more`
      : '';
  return `${seen.slice(0, mostTriggerFieldsNamed).join(', ')}${more}. Name the right field in azumuta.contract.trigger.`;
}

/** `Recording_Ids[]` is `recordingids`. */
function canonical(name: string): string {
  return name.replace(/\[\]$/, '').replace(/[_-]/g, '').toLowerCase();
}

function isNumberOrText(value: unknown): boolean {
  return typeof value === 'number' || (typeof value === 'string' && value.trim() !== '');
}

/** More ids than any order has; further ones are read from the product order anyway. */
const mostRecordingIds = 500;

/** Ids have no commas (Meteor ids), so a text may list several. */
function idsIn(fields: readonly Field[], wanted: readonly string[], { id }: TriggerNames): string[] {
  const values = scalarsOf(fields, wanted, [...id, ...wanted]);
  const ids = values.flatMap((value) => (nameIn(value) ?? '').split(',')).flatMap((one) => one.trim() || []);
  return [...new Set(ids)].slice(0, mostRecordingIds);
}

/** The values of the fields with one of the wanted names; in objects, those under one of the inner names. */
function scalarsOf(fields: readonly Field[], wanted: readonly string[], inner: readonly string[]): unknown[] {
  const known = new Set(wanted.map(canonical));
  return fields
    .filter(({ name }) => known.has(canonical(name)))
    .flatMap(({ value }) => scalarsIn(value, inner.map(canonical)));
}

/** Depth of nested lists and objects that are searched: more than any sender needs. */
const deepestValueSearched = 8;

function scalarsIn(value: unknown, names: readonly string[], depth = 0): unknown[] {
  if (depth > deepestValueSearched) return [];
  if (Array.isArray(value)) return value.flatMap((each) => scalarsIn(each, names, depth + 1));
  if (!isRecord(value)) return [value];
  const fields = Object.entries(value);
  const [named] = names.flatMap((name) => fields.filter(([key]) => canonical(key) === name));
  return scalarsIn(named?.[1], names, depth + 1);
}
