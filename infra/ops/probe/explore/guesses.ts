import type { Question } from './account.ts';

/**
 * What the probe guesses about addresses and queries: what web APIs usually call them. A guess counts only when an
 * answer proves it.
 */

/** Paths below the base URL that may list product orders. */
export const orderPaths = [
  '/productorders',
  '/product-orders',
  '/productOrders',
  '/product_orders',
  '/orders',
  '/workorders',
  '/work-orders',
  '/work_orders',
  '/WorkOrders',
  '/ProductOrders',
  '/production-orders',
  '/productionOrders',
  '/manufacturing-orders',
  '/jobs',
  '/builds',
];

/** Paths that may list articles, tried after the name that the product order gives to its article. */
export const articlePaths = ['/articles', '/products', '/items', '/materials', '/parts'];

/**
 * Questions that may be answered with the recordings of a product order that names none.
 * @param path Of the list of product orders.
 */
export function recordingsOfOrder(path: string): Question[] {
  const names = ['recordings', 'executions', 'registrations', 'runs', 'results'];
  const queries = ['productOrderId', 'orderId'].map((name) => ({ [name]: '{productOrder.id}' }));
  return [
    ...names.map((name) => ({ path: `${path}/{productOrder.id}/${name}` })),
    ...queries.map((query) => ({ path: `${parentOf(path)}/recordings`, query })),
  ];
}

/** Makes the query that asks a list for entries by the value of a field. */
export type QueryForm = (field: string, value: string) => Readonly<Record<string, string>>;

/** The form that the contract assumes. */
export const plain: QueryForm = (field, value) => ({ [field]: value });
export const odata: QueryForm = (field, value) => ({ $filter: `${field} eq '${value}'` });
/** The likeliest first. */
export const queryForms: readonly QueryForm[] = [
  plain,
  odata,
  (field, value) => ({ [`filter[${field}]`]: value }),
  (field, value) => ({ filter: `${field} eq '${value}'` }),
  (field, value) => ({ filter: `${field}:${value}` }),
  (_field, value) => ({ search: value }),
  (_field, value) => ({ q: value }),
  (_field, value) => ({ query: value }),
];

/** A question, and how many ids it is tried with at most. */
export type Guess = Question & { readonly tries?: number };

/** Questions that may be answered with an entry of this list: by its path, and by the filter of the list. */
export function waysToRead(path: string, form?: QueryForm): Guess[] {
  const singular = path.replace(/([^s])s$/, '$1');
  return [
    { path: `${path}/{id}` },
    ...(singular === path ? [] : [{ path: `${singular}/{id}`, tries: 1 }]),
    ...(form ? [{ path, query: form('{field}', '{id}'), tries: 3 }] : []),
  ];
}

/** Fields in which a list may name its next page, matched as paths in lower case without `_` and `-`. */
export const nextNames =
  /(^|\.)(next|after|cursor|nextlink|@odata\.nextlink|nextpage|nextcursor|nextpagetoken|nexttoken|continuation|continuationtoken|nextoffset|endcursor)(\.(href|url|cursor))?$/;

/** Query parameters that may take a cursor. */
export const cursorNames = ['cursor', 'page', 'after', 'offset', 'pageToken', 'continuationToken', 'skip'];

/** The suffix of a field that says which value of a thing it has: `product.sku` is of a product, `ItemCode` of an item. */
const suffix =
  /[_-]?(\$?oid|ids?|guids?|uuids?|codes?|numbers?|nos?|nrs?|refs?|references?|keys?|skus?|names?)$/i;

/** Names of envelopes, as in JSON:API and HAL. */
const envelopes =
  /^(data|items?|results?|values?|attributes|relationships|nodes?|edges|_?embedded|_?links|list|rows|entries|content)$/i;

/**
 * Collections that may hold what a field names by its id or number, next to another collection: `/v2/products` next to
 * `/v2/orders` for the field `product.sku`.
 */
export function siblings(path: string, field: string): string[] {
  const names = field.split('.').filter((name) => !envelopes.test(name));
  const stems = names.map((name) => name.replace(suffix, '').replace(/^_+|_+$/g, ''));
  const stem = stems.findLast((each) => each.length >= 3);
  if (stem === undefined) return [];
  const plural = /s$/i.test(stem) ? stem : /[^aeiou]y$/i.test(stem) ? stem.replace(/y$/i, 'ies') : `${stem}s`;
  const dashed = plural.replace(/([a-z0-9])([A-Z])|_/g, '$1-$2').toLowerCase();
  const spellings = [...new Set([plural, dashed, dashed.replaceAll('-', '')])];
  return spellings.filter((name) => /^[\w-]+$/.test(name)).map((name) => `${parentOf(path)}/${name}`);
}

/** A path without its last name. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** The collection of a path: `/v2/builds` of `/v2/builds/search` and `/v2/builds/{id}`. */
export function collectionOf(path: string): string {
  return path.replace(/\/(search|find|query|list|filter|\{id\})$/i, '');
}

/** A number or an id of the same form that nothing has. */
export function unknownLike(name: string): string {
  if (/^\d+$/.test(name)) return '9'.repeat(Math.min(name.length + 1, 15));
  return name
    .replace(/[0-9a-z](?=[^0-9a-z]*$)/i, (last) => {
      const end = /\d/.test(last) ? '0' : 'z';
      return last === end ? '1' : end;
    })
    .replace(/^[a-z]/i, (first) => (first.toLowerCase() === 'q' ? 'x' : 'q'));
}
