import { isDeepStrictEqual } from 'node:util';
import type { HttpRequest, HttpResponse } from '../platform/http.ts';
import { valueAt } from '../platform/places.ts';
import type { AzumutaContract } from './contract.ts';
import { requestOf } from './requests.ts';

export type FindOperation = 'findArticle' | 'findProductOrder';

/** A listing by number should have one entry, so it is not followed any further. */
export const maxPages = 5;

interface Page {
  readonly baseUrl: string;
  readonly contract: AzumutaContract;
  readonly name: FindOperation;
  readonly number: string;
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
export function nextPage(page: Page): HttpRequest | 'none' | 'unsaid' {
  const { baseUrl, contract, name, request, answer, entries } = page;
  const links = answer.headers.get('link');
  const target = linked(links, 'next');
  const next = page.next ?? (target && new URL(target, below(request.path, baseUrl)).href);
  if (next !== undefined) {
    const following = pageAt(next, page);
    // Some give the same cursor again once nothing is left.
    return entries.length === 0 && isDeepStrictEqual(following, request) ? 'none' : following;
  }
  const isLast =
    entries.length === 0 ||
    contract.operations[name].endsWithoutNext ||
    valueAt(answer.json, contract.list.next) !== undefined ||
    !Array.isArray(valueAt(answer.json, contract.list.entries)) ||
    ['first', 'prev', 'last'].some((relation) => linked(links, relation) !== undefined);
  return isLast ? 'none' : 'unsaid';
}

function linked(header: string | null, relation: string): string | undefined {
  const isMeant = (one: string) => /^\s*rel\s*=/.test(one) && one.split(/[\s"=]/).includes(relation);
  const links = (header ?? '').split('<').map((link) => link.split('>'));
  return links.find(([, parameters = '']) => parameters.toLowerCase().split(/[;,]/).some(isMeant))?.[0];
}

function pageAt(next: string, { baseUrl, contract, name, number, request }: Page): HttpRequest {
  const operation = contract.operations[name];
  const isFilledIn = JSON.stringify([operation.query, operation.body]).includes('{cursor}');
  const first = requestOf(operation, isFilledIn ? { number, cursor: next } : { number }, request.signal);
  if (isFilledIn) return first;
  if (/^https?:/i.test(next)) return { ...first, path: next, query: {} };
  if (!next.startsWith('/')) return { ...first, query: { ...first.query, [contract.list.cursor]: next } };
  const fromRoot = new URL(next, baseUrl).href;
  return { ...first, path: fromRoot.startsWith(below('', baseUrl)) ? fromRoot : next, query: {} };
}

const below = (path: string, baseUrl: string) =>
  new URL(path.replace(/^\//, ''), `${baseUrl.replace(/\/$/, '')}/`).href;

export function whyNotFound(name: FindOperation, what: string, isUnsaid: boolean): string {
  const line = `azumuta.contract.operations.${name}`;
  const does = `Azumuta does not filter by number when ${what}`;
  if (!isUnsaid) return `${does}: ${maxPages} pages, and more to come. Set ${line}.query to its filter.`;
  return `${does}, and nothing says whether more pages follow. Set ${line}.query to its filter, azumuta.contract.list.next to where the next page is, or ${line}.endsWithoutNext to true if a last page just names no next one.`;
}
