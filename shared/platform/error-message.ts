import { shorten } from '../model/text.ts';
import { withoutSecrets } from './aws/credentials.ts';
import type { HttpResponse } from './http.ts';
import { leavesOf } from './json.ts';
import { type Place, valueAt } from './places.ts';

/**
 * Where partners put the sentence of an error: OData V4 and V2, RFC 9457, OAuth2, common in-house forms, AFAS
 * (`externalMessage`: AFASSoftware/OASContent, MarkdownPages/Profit/nl), Epicor (`ErrorMessage`) and Infor's IDOs (`Message`).
 */
export const usualPlaces = [
  'error.message',
  'error.message.value',
  'error.description',
  'errors.0.message',
  'errors.0.detail',
  'errors.0',
  'error_description',
  'detail',
  'message',
  'message.value',
  'title',
  'reason',
  'error.reason',
  'error',
  'errors',
  'externalMessage',
  'ErrorMessage',
  'Message',
  '',
];
const longest = 300;

/** A partner's own sentence about a refusal, on one line, without these secrets; undefined when it gives none. */
export function sentenceOf(
  { json, text }: HttpResponse,
  secrets: Iterable<string>,
  place: Place = usualPlaces,
): string | undefined {
  const found = [place]
    .flat()
    .map((each) => valueAt(json, each))
    .find(isSentence);
  const plain =
    found?.toString() ?? longestWords(json) ?? (json === undefined && !/<\w/.test(text) ? text : '');
  // Before it is cut, as half a secret would not be found.
  const line = withoutSecrets(plain, secrets).replace(/\s+/g, ' ').trim().replace(/\.$/, '');
  return line === '' ? undefined : shorten(line, longest);
}

const deepest = 4;

function longestWords(json: unknown): string | undefined {
  return leavesOf(json, deepest)
    .filter((leaf) => typeof leaf === 'string' && /\S\s+\S/.test(leaf))
    .map(String)
    .toSorted((one, other) => other.length - one.length)[0];
}

function isSentence(value: unknown): value is string | number {
  return typeof value === 'number' || (typeof value === 'string' && value !== '');
}

/** Whether a value found at the place of an error is one: not null, false, empty or an empty list. */
export function isError(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}
