import { problemOfText } from '../model/text.ts';
import type { WebhookAliases } from './assumptions.ts';

/** What a trigger's call told: the order, and ids if it had any. */
export interface TriggerContent {
  readonly productOrderNumber: string;
  /** How it reads if a bare `+` in the query was meant as such: some senders mean a space by it. */
  readonly otherNumber?: string;
  readonly workInstructionIds: readonly string[];
  readonly recordingIds: readonly string[];
}

export type ParsedTrigger =
  | { readonly ok: true; readonly content: TriggerContent }
  /** Why it cannot be used, for whoever set the trigger up. */
  | { readonly ok: false; readonly reason: string };

type Field = readonly [name: string, value: unknown];

/** Content of a trigger's call: its query when it is a GET or has no body, else its body. */
export function parseTrigger(
  call: { readonly method: string; readonly rawQueryString: string; readonly body: Buffer },
  aliases: WebhookAliases,
): ParsedTrigger {
  return call.method === 'GET' || call.body.byteLength === 0
    ? parseTriggerQuery(call.rawQueryString, aliases)
    : parseTriggerBody(call.body.toString('utf8'), aliases);
}

/**
 * Content of a GET trigger, from the raw query string (API Gateway's payload 2.0 joins repeated keys with
 * commas, which would split an order number that holds one).
 */
function parseTriggerQuery(rawQueryString: string, aliases: WebhookAliases): ParsedTrigger {
  const asSpace = parseFields([...new URLSearchParams(rawQueryString)], aliases);
  if (!asSpace.ok || !rawQueryString.includes('+')) return asSpace;
  const asPlus = parseFields([...new URLSearchParams(rawQueryString.replaceAll('+', '%2B'))], aliases);
  if (!asPlus.ok || asPlus.content.productOrderNumber === asSpace.content.productOrderNumber) return asSpace;
  return { ok: true, content: { ...asSpace.content, otherNumber: asPlus.content.productOrderNumber } };
}

/** Content of a POST trigger: a JSON object. */
function parseTriggerBody(body: string, aliases: WebhookAliases): ParsedTrigger {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return { ok: false, reason: 'The body is not JSON.' };
  }
  if (json === null || typeof json !== 'object' || Array.isArray(json)) {
    return { ok: false, reason: 'The body must be a JSON object.' };
  }
  return parseFields(Object.entries(json), aliases);
}

function parseFields(fields: readonly Field[], aliases: WebhookAliases): ParsedTrigger {
  const valuesOf = (names: readonly string[]) => {
    const wanted = new Set(names.map(canonical));
    return fields.filter(([name]) => wanted.has(canonical(name))).map(([, value]) => value);
  };
  const refused = (reason: string): ParsedTrigger => ({ ok: false, reason });
  // The first alias that tells anything counts: `number` beside `productOrderNumber` may be anything's.
  const told =
    aliases.productOrderNumber
      .map((alias) => valuesOf([alias]).flatMap((value) => numberOf(value)))
      .find((numbers) => numbers.length > 0) ?? [];
  if (told.includes(inexact)) return refused(mayHaveLostDigits);
  const numbers = [...new Set(told.filter((number) => number !== inexact))];
  const [productOrderNumber, ...others] = numbers;
  if (productOrderNumber === undefined)
    return refused(
      `No product order number: expected one of the fields ${aliases.productOrderNumber.join(', ')}.`,
    );
  if (others.length > 0) return refused(`${numbers.length} different product order numbers in one call.`);
  const problem = problemOfText(productOrderNumber);
  if (problem) return refused(`The product order number ${problem}.`);
  const workInstructionIds = idsIn(valuesOf(aliases.workInstructionIds));
  const recordingIds = idsIn(valuesOf(aliases.recordingIds));
  const [badId] = [...workInstructionIds, ...recordingIds].flatMap((id) => problemOfText(id) ?? []);
  if (badId) return refused(`The id of a recording or work instruction ${badId}.`);
  return { ok: true, content: { productOrderNumber, workInstructionIds, recordingIds } };
}

const mayHaveLostDigits =
  'The product order number is a JSON number that may have lost digits (a fraction, or beyond 2^53): send it as text, in quotation marks.';

/** `Recording_Ids[]` is `recordingids`. */
function canonical(name: string): string {
  return name.replace(/\[\]$/, '').replace(/[_-]/g, '').toLowerCase();
}

/** A JSON number that stands for several: 9007199254740993 is read as …992, and 10.10 as 10.1. */
const inexact = Symbol('inexact');

/** Lists and objects within each other that are looked into: more than any sender has a use for. */
const maxDepth = 8;

/** An order number is never split: whatever it holds is part of it. An object may carry it as its number. */
function numberOf(value: unknown, depth = 0): (string | typeof inexact)[] {
  if (depth > maxDepth) return [];
  if (typeof value === 'number') return [Number.isSafeInteger(value) ? String(value) : inexact];
  if (typeof value === 'string') return value.trim() === '' ? [] : [value.trim()];
  if (Array.isArray(value)) return value.flatMap((each) => numberOf(each, depth + 1));
  if (value !== null && typeof value === 'object' && 'number' in value)
    return numberOf(value.number, depth + 1);
  return [];
}

/** Ids hold no commas (Meteor ids), so a text may list several; objects carry theirs as `id`. */
function idsOf(value: unknown, depth = 0): string[] {
  if (depth > maxDepth) return [];
  if (typeof value === 'string') return value.split(',').flatMap((id) => id.trim() || []);
  if (Array.isArray(value)) return value.flatMap((each) => idsOf(each, depth + 1));
  if (value !== null && typeof value === 'object' && 'id' in value) return idsOf(value.id, depth + 1);
  return [];
}

function idsIn(values: readonly unknown[]): string[] {
  return [...new Set(values.flatMap((value) => idsOf(value)))].slice(0, maxIds);
}

/** More ids than any order has: what is beyond is read from the product order anyway. */
const maxIds = 500;
