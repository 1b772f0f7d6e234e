import * as z from 'zod/mini';
import { describeMismatches, parse } from '../../../../shared/platform/validation.ts';
import type { Call, Reply, Route } from '../api.ts';
import type { Catalogue } from './catalogue.ts';
import { show } from './presenters.ts';
import type { ProductOrderRecord, Store } from './store.ts';

/** What the routes stand on. */
export interface Azumuta {
  readonly catalogue: Catalogue;
  readonly store: Store;
  readonly now: () => Date;
  readonly newId: () => string;
  /** Entries on one page of a list. */
  readonly pageSize: number;
  /** How `next` is written: which one Azumuta uses is unknown. */
  readonly nextAs: 'path' | 'url' | 'cursor';
}

const createSchema = z.object({
  number: z.string().check(z.minLength(1)),
  articleId: z.string(),
  parameters: z._default(
    z.array(z.object({ key: z.string(), value: z.union([z.string(), z.number(), z.boolean()]) })),
    [],
  ),
  variantIds: z._default(z.array(z.string()), []),
});

/** Error bodies are ASSUMED. */
export function errorBody(code: string, message: string): unknown {
  return { error: { code, message } };
}

/**
 * Azumuta's REST API. VERIFIED: base path, key header and the work instruction routes; ASSUMED: all others,
 * that creating the same number twice makes two product orders, and that an unknown article is refused (422).
 */
export function apiRoutes(azumuta: Azumuta): Route[] {
  const { catalogue, store, now, newId } = azumuta;
  const found = (shown: unknown, what: string): Reply =>
    shown === undefined
      ? { status: 404, body: errorBody('not-found', `There is no ${what}.`) }
      : { status: 200, body: shown };

  return [
    get('/api/v1/workinstructions', (call) =>
      listed(azumuta, call, '/api/v1/workinstructions', [...catalogue.workInstructions], (instruction) =>
        show.workInstruction(instruction, call.origin),
      ),
    ),
    get('/api/v1/workinstructions/{id}', ({ parameters: { id = '' }, origin }) => {
      const instruction = catalogue.workInstructions.find((known) => known.id === id);
      return found(instruction && show.workInstruction(instruction, origin), `work instruction ${id}`);
    }),
    get('/api/v1/articles', (call) => {
      const number = call.query.get('number');
      const articles = catalogue.articles.filter((article) => number === null || article.number === number);
      return listed(azumuta, call, '/api/v1/articles', articles, (article) =>
        show.article(article, call.origin),
      );
    }),
    get('/api/v1/articles/{id}', ({ parameters: { id = '' }, origin }) => {
      const article = catalogue.articles.find((known) => known.id === id);
      return found(article && show.article(article, origin), `article ${id}`);
    }),
    get('/api/v1/productorders', (call) => {
      const number = call.query.get('number');
      const orders = number === null ? store.productOrders() : store.productOrdersNumbered(number);
      return listed(azumuta, call, '/api/v1/productorders', orders, (order) =>
        show.productOrder(order, catalogue, store, call.origin),
      );
    }),
    get('/api/v1/productorders/{id}', ({ parameters: { id = '' }, origin }) => {
      const order = store.productOrder(id);
      return found(order && show.productOrder(order, catalogue, store, origin), `product order ${id}`);
    }),
    get('/api/v1/recordings/{id}', ({ parameters: { id = '' }, origin }) => {
      const recording = store.recording(id);
      return found(recording && show.recording(recording, catalogue, origin), `recording ${id}`);
    }),
    { method: 'POST', pattern: '/api/v1/productorders', answer: create },
  ];

  function create({ body, origin }: Call): Reply {
    const parsed = parse(createSchema, body);
    if (!parsed.ok) return refused('malformed', describeMismatches(parsed.mismatches));
    const { number, articleId, parameters, variantIds } = parsed.value;
    const article = catalogue.articles.find(({ id }) => id === articleId);
    if (!article) return refused('unknown-article', `There is no article with id "${articleId}".`);
    const stranger = variantIds.find((id) => !article.variants.some((variant) => variant.id === id));
    if (stranger !== undefined) {
      return refused('unknown-variant', `Article ${article.number} has no variant with id "${stranger}".`);
    }
    const order: ProductOrderRecord = {
      id: newId(),
      number,
      articleId,
      parameters,
      variantIds,
      status: 'open',
      createdAt: now().toISOString(),
      completedAt: null,
    };
    store.save(order);
    return { status: 200, body: show.productOrder(order, catalogue, store, origin) };
  }
}

function refused(code: string, message: string): Reply {
  return { status: 422, body: errorBody(code, message) };
}

function get(pattern: string, answer: Route['answer']): Route {
  return { method: 'GET', pattern, answer };
}

/** One page of a list in the VERIFIED envelope; the cursor is the place of the next entry. */
function listed<T>(
  { pageSize, nextAs }: Azumuta,
  call: Call,
  path: string,
  entries: readonly T[],
  shown: (entry: T) => unknown,
): Reply {
  const from = Number(call.query.get('cursor') ?? 0);
  const cursor = from + pageSize < entries.length ? String(from + pageSize) : null;
  const query = new URLSearchParams(call.query);
  query.set('cursor', cursor ?? '');
  const link = { path: `${path}?${query}`, url: `${call.origin}${path}?${query}`, cursor };
  const body = show.list(
    { origin: call.origin, path, next: cursor && link[nextAs] },
    entries.slice(from, from + pageSize).map(shown),
  );
  return { status: 200, body };
}
