import type { HttpResponse } from '../../platform/http.ts';
import { textAt } from './places.ts';

/** Where ERPs write the sentence of an error: OData V4 and V2, RFC 9457, OAuth2, and what in-house ones do. */
const places = [
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
  'error',
];
const longest = 300;

/** The ERP's own sentence about a refusal, on one line; undefined when it gives none. */
export function sentenceOf({ json, text }: HttpResponse): string | undefined {
  const found = places.map((place) => textAt(json, place)).find((sentence) => sentence !== undefined);
  const plain = found ?? (json === undefined && !/<\w/.test(text) ? text : '');
  const line = plain.replace(/\s+/g, ' ').trim().replace(/\.$/, '');
  if (line === '') return undefined;
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
}

/** The text without these secrets: an ERP may echo what it was sent. */
export function withoutSecrets(text: string, secrets: Iterable<string>): string {
  let clean = text;
  for (const secret of secrets) if (secret.length > 3) clean = clean.replaceAll(secret, '•••');
  return clean;
}
