import { callConfigured } from '../model/configured.ts';
import type { ProductOrderDraft } from '../model/orders.ts';
import type { HttpRequest } from '../platform/http.ts';
import { isRecord } from '../platform/json.ts';
import { segmentOf, valueAt } from '../platform/places.ts';
import type { AzumutaContract } from './contract.ts';
import { allPlaceholders, isGraphql, type Operation } from './operations.ts';
import { type Article, variantIdsOf } from './resources.ts';

/** @param values Of its placeholders. @throws Rejected for a value that cannot be part of an address. */
export function requestOf(
  { method, path, query, body }: Operation,
  values: object,
  signal: AbortSignal | undefined,
): HttpRequest {
  const parameters = Object.entries(query).map(([name, template]) => [name, filledText(template, values)]);
  return {
    method,
    path: filledText(path, values, segmentOf),
    query: Object.fromEntries(parameters),
    ...(body === undefined || typeof body === 'function' ? {} : { body: filled(body, values) }),
    writes: false,
    signal,
  };
}

/** Fills in the placeholders of a template. A text that is one placeholder takes its value with its type. */
function filled(template: unknown, values: object): unknown {
  if (typeof template === 'string') {
    if (isGraphql(template)) return template;
    const alone = /^\{([^{}]*)\}$/.exec(template)?.[1];
    return alone === undefined ? filledText(template, values) : valueAt(values, alone);
  }
  if (Array.isArray(template)) return template.map((entry) => filled(entry, values));
  if (!isRecord(template)) return template;
  return Object.fromEntries(Object.entries(template).map(([name, value]) => [name, filled(value, values)]));
}

function filledText(template: string, values: object, write = (value: unknown) => String(value ?? '')) {
  return template.replaceAll(allPlaceholders, (_, name: string) => write(valueAt(values, name)));
}

/** The request that creates a product order. @throws Rejected naming a variant that the article does not have. */
export function creationOf(
  { operations: { createProductOrder } }: AzumutaContract,
  draft: ProductOrderDraft,
  article: Article,
  signal: AbortSignal,
): HttpRequest {
  const variantIds = variantIdsOf(draft, article);
  const { number, parameters, variants: variantNames } = draft;
  const parameterList = Object.entries(parameters).map(([key, value]) => ({ key, value }));
  const values = { number, article, parameters, parameterList, variantIds, variantNames };
  const request = { ...requestOf(createProductOrder, values, signal), writes: true };
  const { body } = createProductOrder;
  if (typeof body !== 'function') return request;
  const failed = `azumuta.contract.operations.createProductOrder.body failed for ${number}`;
  return { ...request, body: callConfigured(failed, () => body(draft, article, variantIds)) };
}
