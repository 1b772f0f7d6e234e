import { callConfigured } from '../model/configured.ts';
import type { ProductOrderDraft } from '../model/orders.ts';
import type { HttpRequest } from '../platform/http.ts';
import { readerOf, segmentOf } from '../platform/places.ts';
import type { AzumutaContract } from './contract.ts';
import { type Operation, onlyPlaceholder, placeholder } from './operations.ts';
import { type Article, variantIdsOf } from './resources.ts';

/** Values of the placeholders of an operation. */
type Values = object;

/**
 * Returns a function that makes the requests of an operation. Its templates are parsed here, once.
 * The function throws `Rejected` for a value that cannot be part of an address.
 */
export function requestMaker({ method, path, query, body }: Operation, writes = false) {
  const address = textTemplate(path, segmentOf);
  const parameters = Object.entries(query).map(
    ([name, template]) => [name, textTemplate(template, asText)] as const,
  );
  const makeBody = body === undefined || typeof body === 'function' ? undefined : filled(body);
  return (values: Values, signal: AbortSignal): HttpRequest => ({
    method,
    path: address(values),
    query: Object.fromEntries(parameters.map(([name, value]) => [name, value(values)])),
    ...(makeBody ? { body: makeBody(values) } : {}),
    writes,
    signal,
  });
}

type Fill = (values: Values) => unknown;

/** Fills in the placeholders of a template. A text that is one placeholder takes its value with its type. */
function filled(template: unknown): Fill {
  if (typeof template === 'string') {
    const alone = onlyPlaceholder.exec(template)?.[1];
    return alone === undefined ? textTemplate(template, asText) : readerOf(alone);
  }
  if (Array.isArray(template)) {
    const entries = template.map(filled);
    return (values) => entries.map((entry) => entry(values));
  }
  if (template !== null && typeof template === 'object') {
    const fields = Object.entries(template).map(([name, value]) => [name, filled(value)] as const);
    return (values) => Object.fromEntries(fields.map(([name, value]) => [name, value(values)]));
  }
  return () => template;
}

function asText(value: unknown): string {
  return String(value ?? '');
}

function textTemplate(template: string, write: (value: unknown) => string): (values: Values) => string {
  // Texts and names alternate, as the expression has one group.
  const parts = template.split(placeholder);
  const writers = parts.map((part, at) => {
    if (at % 2 === 0) return () => part;
    const read = readerOf(part);
    return (values: Values) => write(read(values));
  });
  return (values) => writers.map((part) => part(values)).join('');
}

/** The request that creates a product order. @throws Rejected naming a variant that the article does not have. */
export function creation({ operations: { createProductOrder } }: AzumutaContract) {
  const makeRequest = requestMaker(createProductOrder, true);
  const { body } = createProductOrder;
  return (draft: ProductOrderDraft, article: Article, signal: AbortSignal): HttpRequest => {
    const variantIds = variantIdsOf(draft, article);
    const { number, parameters, variants: variantNames } = draft;
    const parameterList = Object.entries(parameters).map(([key, value]) => ({ key, value }));
    const values = { number, article, parameters, parameterList, variantIds, variantNames };
    const request = makeRequest(values, signal);
    if (typeof body !== 'function') return request;
    const field = 'azumuta.contract.operations.createProductOrder.body';
    const made = callConfigured(`${field} failed for ${number}`, () => body(draft, article, variantIds));
    return { ...request, body: made };
  };
}
