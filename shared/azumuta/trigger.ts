import * as z from 'zod/mini';
import { problemOfText, shorten } from '../model/text.ts';
import { isRecord, jsonOf, typeName } from '../platform/validation.ts';

const names = z.array(z.string());

/**
 * How triggers name their fields: `azumuta.contract.trigger`, as the webhook endpoint gets it from the stack, since it
 * does not load the configuration. Upper and lower case, `_`, `-` and a trailing `[]` make no difference.
 */
export const triggerNamesSchema = z.object({
  productOrderNumber: names,
  workInstructionIds: names,
  recordingIds: names,
  id: names,
  events: names,
});

export type TriggerNames = z.output<typeof triggerNamesSchema>;

/** The content of a trigger: the order, and ids if there are any. */
export interface TriggerContent {
  readonly productOrderNumber: string;
  /** The number if a bare `+` in the query was meant as a plus: most senders mean a space. */
  readonly otherNumber?: string;
  readonly workInstructionIds: readonly string[];
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
  return parseFields(fieldsIn(json), names);
}

/**
 * Parses a GET trigger from the raw query string. API Gateway's payload 2.0 joins repeated keys with commas, which could
 * not be told from a comma in an order number.
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
const maxNesting = 4;

function fieldsIn(json: object, before = '', nesting = 0): Field[] {
  return Object.entries(json).flatMap(([name, value]) => [
    { name: before + name, value },
    ...(isRecord(value) && nesting < maxNesting ? fieldsIn(value, `${before + name}.`, nesting + 1) : []),
  ]);
}

function parseFields(fields: readonly Field[], names: TriggerNames): ParsedTrigger {
  const valuesOf = (wanted: readonly string[]) => {
    const known = new Set(wanted.map(canonical));
    return fields.filter(({ name }) => known.has(canonical(name))).map(({ value }) => value);
  };
  const refused = (reason: string): ParsedTrigger => ({
    ok: false,
    reason: `${reason} ${describeFields(fields, names)}`,
  });
  // The first name with a value counts: a `number` next to `productOrderNumber` may belong to anything.
  const told =
    names.productOrderNumber
      .map((name) => valuesOf([name]).flatMap((value) => numbersIn(value, names.productOrderNumber)))
      .find((numbers) => numbers.length > 0) ?? [];
  if (told.includes(inexact)) return refused(mayBeRounded);
  const numbers = [...new Set(told.filter((number) => number !== inexact))];
  const [productOrderNumber, ...others] = numbers;
  if (productOrderNumber === undefined)
    return refused(
      `No product order number: expected one of the fields ${names.productOrderNumber.join(', ')}.`,
    );
  if (others.length > 0) return refused(`${numbers.length} different product order numbers in one call.`);
  const problem = problemOfText(productOrderNumber);
  if (problem) return refused(`The product order number ${problem}.`);
  const idsNamed = (wanted: readonly string[]) => {
    const ids = valuesOf(wanted).flatMap((value) => idsIn(value, [...names.id, ...wanted]));
    return [...new Set(ids)].slice(0, maxIds);
  };
  const workInstructionIds = idsNamed(names.workInstructionIds);
  const recordingIds = idsNamed(names.recordingIds);
  const [badId] = [...workInstructionIds, ...recordingIds].flatMap((id) => problemOfText(id) ?? []);
  if (badId) return refused(`The id of a recording or work instruction ${badId}.`);
  return { ok: true, content: { productOrderNumber, workInstructionIds, recordingIds } };
}

const mayBeRounded =
  'The product order number is a JSON number that may have lost digits (a fraction, or beyond 2^53): send it as text, in quotation marks.';

/** More fields do not help the person who sets up the trigger. */
const maxFields = 12;

/** Names of the fields and how each was understood, never a value. */
function describeFields(fields: readonly Field[], names: TriggerNames): string {
  const meanings = (['productOrderNumber', 'workInstructionIds', 'recordingIds'] as const).map(
    (meaning) => [meaning, new Set(names[meaning].map(canonical))] as const,
  );
  const told = fields.flatMap(({ name, value }) => {
    const [meaning] = meanings.find(([, wanted]) => wanted.has(canonical(name))) ?? [];
    // The fields of an object are listed themselves.
    if (meaning === undefined && isRecord(value)) return [];
    return `${shorten(name, 60)} (${typeName(value)}) was taken for ${meaning ?? 'nothing'}`;
  });
  if (told.length === 0) return 'It has no fields.';
  const more = told.length > maxFields ? `, and there are ${told.length - maxFields} more` : '';
  return `${told.slice(0, maxFields).join(', ')}${more}. Name the right field in azumuta.contract.trigger.`;
}

/** `Recording_Ids[]` is `recordingids`. */
function canonical(name: string): string {
  return name.replace(/\[\]$/, '').replace(/[_-]/g, '').toLowerCase();
}

/** A JSON number that may have been rounded: 9007199254740993 is read as …992, and 10.10 as 10.1. */
const inexact = Symbol('inexact');

/** Depth of nested lists and objects that are searched: more than any sender needs. */
const maxDepth = 8;

/** An order number is never split, even at commas and spaces. */
function numbersIn(value: unknown, names: readonly string[]): (string | typeof inexact)[] {
  return scalarsIn(value, names).flatMap((each) => {
    if (typeof each === 'number') return Number.isSafeInteger(each) ? String(each) : inexact;
    return typeof each === 'string' ? each.trim() || [] : [];
  });
}

/** Ids have no commas (Meteor ids), so a text may list several. */
function idsIn(value: unknown, names: readonly string[]): string[] {
  return scalarsIn(value, names).flatMap((each) => {
    if (typeof each === 'number') return Number.isSafeInteger(each) ? String(each) : [];
    return typeof each === 'string' ? each.split(',').flatMap((id) => id.trim() || []) : [];
  });
}

/** The values in lists, and those that objects have under one of these names. */
function scalarsIn(value: unknown, names: readonly string[], depth = 0): unknown[] {
  if (depth > maxDepth) return [];
  if (Array.isArray(value)) return value.flatMap((each) => scalarsIn(each, names, depth + 1));
  return isRecord(value) ? scalarsIn(fieldIn(value, names), names, depth + 1) : [value];
}

/** The field of an object with the first of these names that it has. */
function fieldIn(value: object, names: readonly string[]): unknown {
  const fields = Object.entries(value);
  const found = names.flatMap((name) => fields.filter(([key]) => canonical(key) === canonical(name)));
  return found[0]?.[1];
}

/** More ids than any order has; further ones are read from the product order anyway. */
const maxIds = 500;
