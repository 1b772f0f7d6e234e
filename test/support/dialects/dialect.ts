import type * as z from 'zod/mini';
import { azumutaBasePath } from '../../../infra/local/sandbox/api.ts';
import type { showObject } from '../../../infra/local/sandbox/azumuta/routes.ts';
import type { contractSchema } from '../../../shared/azumuta/contract.ts';
import { listAt } from '../../../shared/platform/places.ts';
import type { Answer, Received } from '../server.ts';

type Shown = { readonly [Name in keyof typeof showObject]: ReturnType<(typeof showObject)[Name]> };
export type ShownRecording = Shown['recording'];

/** A request to the sandbox's own API, below its base path. */
export interface Asked {
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | null | undefined>>;
  readonly body?: unknown;
}

/** A request in the dialect, after a route's pattern has matched it. */
export interface Asking {
  /** Named groups of the pattern, decoded. */
  readonly named: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly url: URL;
  /** Parsed JSON; undefined without a body. */
  // biome-ignore lint/suspicious/noExplicitAny: its type depends on how our own client was configured
  readonly body: any;
  /** Sends another request to the sandbox first. */
  readonly ask: (asked: Asked) => Answer;
}

interface DialectRoute {
  readonly method: string;
  /** Matches the path below the base URL, with named groups. */
  readonly path: RegExp;
  /** Translates the request to one for the sandbox, or answers it. */
  readonly asks: (asking: Asking) => Asked | { readonly answer: Answer };
  /** The answer after success. Default: the resource as it is shown elsewhere. */
  readonly shows?: (shown: unknown) => Answer;
}

/** Another possible API of Azumuta: the same product orders, with other names and forms. */
export interface Dialect {
  readonly name: string;
  /** The `azumuta.contract` of its plant's configuration. */
  readonly contract: z.input<typeof contractSchema>;
  /** Creates ids of product orders and recordings. Default: as in the sandbox. */
  readonly newId?: () => string;
  readonly routes: readonly DialectRoute[];
  readonly article: (article: Shown['article']) => unknown;
  readonly productOrder: (order: Shown['productOrder']) => unknown;
  /** @param shown How often it was shown before. */
  readonly recording: (recording: ShownRecording, shown: number) => unknown;
  readonly workInstruction: (instruction: Shown['workInstruction']) => unknown;
  /** @param next Cursor of the next page. */
  readonly list: (entries: readonly unknown[], next: string | null, url: URL) => unknown;
  /** A product order in a list. Default: all of it. */
  readonly summary?: (order: Shown['productOrder']) => unknown;
  /** Headers of a list. @param next Cursor of the next page. */
  readonly headers?: (next: string | null, url: URL) => Readonly<Record<string, string>>;
  /** @param object What it is, as the sandbox names it: `product-order`. */
  readonly resource?: (resource: unknown, object: string) => unknown;
  readonly refusal: (status: number, sentence: string) => Answer;
  readonly trigger: (content: {
    readonly productOrderNumber: string;
    readonly workInstructionIds?: readonly string[];
    readonly recordingIds?: readonly string[];
  }) => unknown;
}

/** The route of one thing. @param idOf The sandbox's id for the dialect's. */
export const oneOf = (path: RegExp, name: string, idOf = (id: string) => id): DialectRoute => ({
  method: 'GET',
  path,
  asks: ({ named: { id = '' } }) => ({ path: `/${name}/${encodeURIComponent(idOf(id))}` }),
});

/** The route of a list. @param number Name of the parameter that holds a number; `cursor` is that of the cursor. */
export const listOf = (path: RegExp, name: string, number: string, cursor: string): DialectRoute => ({
  method: 'GET',
  path,
  asks: ({ query }) => ({
    path: `/${name}`,
    query: { number: query.get(number), cursor: query.get(cursor) },
  }),
});

/** The sandbox's create request. @param variants Their names. */
export function creating(
  ask: Asking['ask'],
  number: string,
  article: string,
  parameters: unknown,
  variants: readonly string[],
): Asked {
  const found = ask({ path: '/articles', query: { number: article } });
  const [{ id = '', variants: known = [] } = {}] = listAt(found.body, 'data').map((one) => Object(one));
  const variantIds = variants.map((name) => known.find((one: { name: string }) => one.name === name)?.id);
  return { method: 'POST', path: '/productorders', body: { number, articleId: id, parameters, variantIds } };
}

/** A list of parameters, of a map. */
export const listed = (parameters: object) =>
  Object.entries(parameters).map(([key, value]) => ({ key, value }));

/** The recordings of a product order, of which its own answer says nothing: some on a page, and the cursor of the next one. */
export function recordingsOn(
  ask: Asking['ask'],
  id: string,
  cursor: string | number | null | undefined,
  most = 1,
): { readonly page: readonly ShownRecording[]; readonly next: string | null } | { readonly refused: number } {
  const { status = 200, body } = ask({ path: `/productorders/${encodeURIComponent(id)}` });
  if (status >= 300) return { refused: status };
  const ids = listAt(body, 'recordings').map((one) => String(Object(one).id));
  const from = Number(cursor ?? 0);
  const page = ids
    .slice(from, from + most)
    .map((one) => Object(ask({ path: `/recordings/${encodeURIComponent(one)}` }).body));
  return { page, next: from + most < ids.length ? String(from + most) : null };
}

/** The sandbox's API in a dialect. */
export function inDialect(dialect: Dialect, sandbox: (call: Received) => Answer): (call: Received) => Answer {
  const timesShown = new Map<string, number>();
  return (call) => {
    const path = call.url.pathname.slice(azumutaBasePath.length);
    const key = call.headers[(dialect.contract.apiKeyHeader ?? 'x-api-key').toLowerCase()];
    const [before = '', after = ''] = (dialect.contract.apiKeyFormat ?? '{key}').split('{key}');
    const isWhole = typeof key === 'string' && key.startsWith(before) && key.endsWith(after);
    const headers = isWhole ? { 'x-api-key': key.slice(before.length, key.length - after.length) } : {};
    const ask = ({ method = 'GET', path: at, query = {}, body }: Asked) => {
      const url = new URL(`${azumutaBasePath}${at}`, call.url.origin);
      for (const [name, value] of Object.entries(query)) if (value) url.searchParams.set(name, value);
      return sandbox({ method, url, headers, body: body === undefined ? '' : JSON.stringify(body) });
    };
    for (const route of dialect.routes) {
      const found = route.method === call.method ? route.path.exec(path) : null;
      if (!found) continue;
      const named = Object.fromEntries(
        Object.entries(found.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]),
      );
      const body = call.body === '' ? undefined : JSON.parse(call.body);
      const asked = route.asks({ named, query: call.url.searchParams, url: call.url, body, ask });
      if ('answer' in asked) return asked.answer;
      const answer = ask(asked);
      const { status = 200 } = answer;
      if (status >= 300) return { ...answer, ...dialect.refusal(status, sentenceIn(answer)) };
      return route.shows?.(answer.body) ?? shownIn(dialect, answer.body, call.url, timesShown);
    }
    return dialect.refusal(404, `There is no ${call.method} ${path}.`);
  };
}

function sentenceIn({ body }: Answer): string {
  return String(Object(Object(body).error).message ?? '');
}

function shownIn(dialect: Dialect, body: unknown, url: URL, timesShown: Map<string, number>): Answer {
  const { object, data, next } = Object(body);
  if (object === 'list') {
    const cursor = typeof next === 'string' ? new URL(next, url).searchParams.get('cursor') : null;
    const entries = data.map((entry: unknown) => {
      const isOrder = Object(entry).object === 'product-order';
      return isOrder && dialect.summary
        ? dialect.summary(Object(entry))
        : entryIn(dialect, entry, timesShown);
    });
    return { body: dialect.list(entries, cursor, url), headers: dialect.headers?.(cursor, url) ?? {} };
  }
  const entry = entryIn(dialect, body, timesShown);
  return { body: dialect.resource ? dialect.resource(entry, object) : entry };
}

function entryIn(dialect: Dialect, body: unknown, timesShown: Map<string, number>): unknown {
  const shown = Object(body);
  const times = timesShown.get(shown.id) ?? 0;
  timesShown.set(shown.id, times + 1);
  switch (shown.object) {
    case 'article':
      return dialect.article(shown);
    case 'product-order':
      return dialect.productOrder(shown);
    case 'recording':
      return dialect.recording(shown, times);
    default:
      return dialect.workInstruction(shown);
  }
}

/** A trigger's body in the dialect. */
export function triggerIn(dialect: Dialect, body: string): string {
  return JSON.stringify(dialect.trigger(JSON.parse(body)));
}
