import { isDeepStrictEqual } from 'node:util';
import type { HttpRequest, HttpResponse } from '../platform/http.ts';
import { isRecord } from '../platform/json.ts';
import { segmentOf, valueAt } from '../platform/places.ts';
import type { AzumutaContract } from './contract.ts';
import { type AzumutaOperation, addressOf, allPlaceholders, isGraphql } from './operations.ts';

/** @param values Of its placeholders. @throws Rejected for a value that cannot be part of an address. */
export function requestForOperation(
  operation: AzumutaOperation,
  values: object,
  { baseUrl, signal, guard }: Pick<HttpRequest, 'signal' | 'guard'> & { readonly baseUrl: string },
): HttpRequest {
  const { method, path, query, body } = operation;
  const parameters = Object.entries(query).map(([name, template]) => [name, fillInText(template, values)]);
  return {
    method,
    path: addressOf(operation, baseUrl, fillInText(path, values, segmentOf)),
    query: Object.fromEntries(parameters),
    ...(body === undefined || typeof body === 'function' ? {} : { body: fillIn(body, values) }),
    writes: false,
    signal,
    guard,
  };
}

/** Fills in the placeholders of a template. A text that is one placeholder takes its value with its type. */
function fillIn(template: unknown, values: object): unknown {
  if (typeof template === 'string') {
    if (isGraphql(template)) return template;
    const alone = /^\{([^{}]*)\}$/.exec(template)?.[1];
    return alone === undefined ? fillInText(template, values) : valueAt(values, alone);
  }
  if (Array.isArray(template)) return template.map((entry) => fillIn(entry, values));
  if (!isRecord(template)) return template;
  return Object.fromEntries(Object.entries(template).map(([name, value]) => [name, fillIn(value, values)]));
}

function fillInText(template: string, values: object, write = (value: unknown) => String(value ?? '')) {
  return template.replaceAll(allPlaceholders, (_, name: string) => write(valueAt(values, name)));
}

export type FindOperation = 'findArticle' | 'findProductOrder';

/** The operations that answer with a list, page by page. */
export type ListOperation = FindOperation | 'listRecordings';

/** A listing by number should have one entry, so it is not followed any further. */
export const mostPagesSearched = 5;
/** More pages of recordings than any product order has. */
export const mostPagesOfRecordings = 50;

interface AzumutaListPage {
  readonly baseUrl: string;
  readonly contract: AzumutaContract;
  readonly operation: AzumutaOperation;
  /** Of its placeholders, without the cursor. */
  readonly values: object;
  readonly request: HttpRequest;
  readonly answer: Pick<HttpResponse, 'json' | 'headers'>;
  readonly entries: readonly unknown[];
  readonly next: string | undefined;
}

/**
 * The request for the page after this one. HTTP refuses other origins.
 * @returns `none` when the page is empty, or the answer says that it is the last one, as a Link header does that names
 * others only (RFC 8288 §3); `unsaid` when nothing says whether a page follows.
 */
export function nextPage(page: AzumutaListPage): HttpRequest | 'none' | 'unsaid' {
  const { contract, operation, request, answer, entries } = page;
  const links = answer.headers.get('link');
  const target = linkInHeader(links, 'next');
  const next = page.next ?? (target && new URL(target, request.path).href);
  if (next !== undefined) {
    const following = requestForPage(next, page);
    // Some give the same cursor again once nothing is left.
    return entries.length === 0 && isDeepStrictEqual(following, request) ? 'none' : following;
  }
  const isLast =
    entries.length === 0 ||
    operation.endsWithoutNext === true ||
    valueAt(answer.json, contract.list.next) !== undefined ||
    !Array.isArray(valueAt(answer.json, contract.list.entries)) ||
    ['first', 'prev', 'last'].some((relation) => linkInHeader(links, relation) !== undefined);
  return isLast ? 'none' : 'unsaid';
}

function linkInHeader(header: string | null, relation: string): string | undefined {
  const isMeant = (one: string) => /^\s*rel\s*=/.test(one) && one.split(/[\s"=]/).includes(relation);
  const links = (header ?? '').split('<').map((link) => link.split('>'));
  return links.find(([, parameters = '']) => parameters.toLowerCase().split(/[;,]/).some(isMeant))?.[0];
}

function requestForPage(
  next: string,
  { baseUrl, contract, operation, values, request }: AzumutaListPage,
): HttpRequest {
  const isFilledIn = JSON.stringify([operation.query, operation.body]).includes('{cursor}');
  const filledIn = isFilledIn ? { ...values, cursor: next } : values;
  const first = requestForOperation(operation, filledIn, { ...request, baseUrl });
  if (isFilledIn) return first;
  if (/^https?:/i.test(next)) return { ...first, path: next, query: {} };
  if (!next.startsWith('/')) return { ...first, query: { ...first.query, [contract.list.cursor]: next } };
  const base = addressOf(operation, baseUrl, '/');
  const fromRoot = new URL(next, base).href;
  const isBelowBase = fromRoot.startsWith(new URL(base).href);
  return { ...first, path: isBelowBase ? fromRoot : addressOf(operation, baseUrl, next), query: {} };
}

/** Why a listing is not believed to be whole. */
export function whyNotWhole(name: ListOperation, what: string, isUnsaid: boolean): string {
  const line = `azumuta.contract.operations.${name}`;
  const isFound = name !== 'listRecordings';
  const does = isFound
    ? `Azumuta does not filter by number when ${what}`
    : `Azumuta's list does not end when ${what}`;
  const pages = isFound ? mostPagesSearched : mostPagesOfRecordings;
  if (!isUnsaid) return `${does}: ${pages} pages, and more to come. Set ${line}.query to its filter.`;
  const saysNothing = 'nothing says whether more pages follow';
  const ends = `azumuta.contract.list.next to where the next page is, or ${line}.endsWithoutNext to true if a last page just names no next one`;
  return isFound
    ? `${does}, and ${saysNothing}. Set ${line}.query to its filter, ${ends}.`
    : `When ${what}, ${saysNothing}. Set ${ends}.`;
}
