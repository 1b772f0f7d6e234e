import type { IncomingHttpHeaders } from 'node:http';
import { TrieRouter } from 'hono/router/trie-router';
import type * as z from 'zod/mini';
import { describeMismatches, parse } from '../../../shared/platform/validation.ts';

/** One request as it came, whole. */
export interface ApiRequest {
  readonly method: string;
  /** With the origin that the caller reached us by. */
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  /** Text; empty without a body. */
  readonly body: string;
}

/** One request to a sandbox, read and decoded. */
export interface Call {
  readonly method: string;
  /** What stood in the place of `{name}` in the pattern, decoded. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Parsed JSON; undefined without a body. */
  readonly body: unknown;
  /** `http://127.0.0.1:<port>`, as the caller reached us. */
  readonly origin: string;
}

export interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** `{name}` in a pattern stands for one path segment; the text of the pattern is what calls are counted under. */
export interface Route<Given extends Reply | Promise<Reply> = Reply> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly pattern: string;
  readonly answer: (call: Call) => Given;
}

/** Thrown inside a route to answer with an error. */
export class Refusal extends Error {
  readonly reply: Reply;
  constructor(reply: Reply, message: string) {
    super(message);
    this.reply = reply;
  }
}

/** What a guard sees of a call: it may not depend on the body, which is not read yet. */
export type Guard = (call: Call) => Reply | undefined;

export interface ApiOptions<Given extends Reply | Promise<Reply>> {
  readonly routes: readonly Route<Given>[];
  /** The reply to a caller who may not (wrong key, too fast); undefined lets the call in. Default: all may. */
  readonly guard?: Guard;
  /** Body of an error in this API. */
  readonly errorBody: (code: string, message: string) => unknown;
}

/** Routes without a network before them. */
export interface Api<Given extends Reply | Promise<Reply>> {
  /** Method and pattern of the route that the request is for; undefined if there is none. */
  readonly routeOf: (request: Pick<ApiRequest, 'method' | 'url'>) => string | undefined;
  /** @throws Refusal, of which the reply is the answer. */
  readonly answer: (request: ApiRequest) => Given | Reply;
}

export function createApi<Given extends Reply | Promise<Reply>>({
  routes,
  guard,
  errorBody,
}: ApiOptions<Given>): Api<Given> {
  const known = new TrieRouter<Route<Given>>();
  for (const route of routes) known.add(route.method, route.pattern.replaceAll(/\{(\w+)\}/g, ':$1'), route);

  function bodyOf(text: string): unknown {
    if (text === '') return undefined;
    try {
      return JSON.parse(text);
    } catch {
      const message = 'The body is not JSON.';
      throw new Refusal({ status: 400, body: errorBody('malformed', message) }, message);
    }
  }

  return {
    routeOf({ method, url }) {
      const route = matching(known, method, url.pathname)?.route;
      return route && `${method} ${route.pattern}`;
    },
    answer({ method, url, headers, body }) {
      const found = matching(known, method, url.pathname);
      if (!found)
        return { status: 404, body: errorBody('not-found', `There is no ${method} ${url.pathname}.`) };
      const { route, parameters } = found;
      const call = { method, parameters, query: url.searchParams, headers, origin: url.origin };
      return guard?.({ ...call, body: undefined }) ?? route.answer({ ...call, body: bodyOf(body) });
    },
  };
}

/** The body in the shape a route asks for; otherwise a 400 that names what is wrong. */
export function accepted<T>(schema: z.ZodMiniType<T>, body: unknown): T {
  const parsed = parse(schema, body);
  if (parsed.ok) return parsed.value;
  const message = describeMismatches(parsed.mismatches);
  throw new Refusal({ status: 400, body: { error: { code: 'malformed', message } } }, message);
}

function matching<R>(router: TrieRouter<R>, method: string, path: string) {
  const [found] = router.match(method, path)[0];
  if (!found) return undefined;
  const [route, given] = found;
  const parameters = Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, decodeURIComponent(String(value))]),
  );
  return { route, parameters };
}
