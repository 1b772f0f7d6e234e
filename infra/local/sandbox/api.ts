import type { IncomingHttpHeaders } from 'node:http';
import { TrieRouter } from 'hono/router/trie-router';
import type * as z from 'zod/mini';
import { jsonOf } from '../../../shared/platform/json.ts';
import { describeMismatches, parse } from '../../../shared/platform/validation.ts';

/** A request with its whole body. */
interface ApiRequest {
  readonly method: string;
  /** With the origin that the caller used. */
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  /** Text; empty without a body. */
  readonly body: string;
}

/** A request as a route sees it: parsed and decoded. */
export interface Call {
  /** The decoded path segments that matched `{name}` in the pattern. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Parsed JSON; undefined without a body. */
  readonly body: unknown;
  /** `http://127.0.0.1:<port>`, as the caller addressed us. */
  readonly origin: string;
}

export interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** `{name}` in a pattern matches one path segment; calls are counted under the pattern. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly pattern: string;
  readonly answer: (call: Call) => Reply;
}

/** A route that answers with what `body` returns, unless that throws a Refusal. */
export function route(
  method: Route['method'],
  pattern: string,
  body: (call: Call) => unknown,
  status = 200,
): Route {
  return { method, pattern, answer: (call) => ({ status, body: body(call) }) };
}

/** Thrown inside a route to answer with an error. */
export class Refusal extends Error {
  readonly reply: Reply;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.reply = failure(status, code, message);
  }
}

/** The reply that refuses a caller; undefined lets the call in. It cannot see the body. */
export type Guard = (headers: IncomingHttpHeaders) => Reply | undefined;

export type Api = ReturnType<typeof createApi>;

/**
 * Routes without a network.
 * @param guard Default: everybody may call.
 */
export function createApi(routes: readonly Route[], guard?: Guard) {
  const router = new TrieRouter<Route>();
  for (const route of routes) router.add(route.method, route.pattern.replaceAll(/\{(\w+)\}/g, ':$1'), route);

  function matching({ method, url }: Pick<ApiRequest, 'method' | 'url'>) {
    const [found] = router.match(method, url.pathname)[0];
    if (!found) return undefined;
    const [route, given] = found;
    const decoded = Object.entries(given).map(([name, text]) => [name, decodeURIComponent(String(text))]);
    return { route, parameters: Object.fromEntries(decoded) };
  }

  return {
    /** Method and pattern of the route that serves the request; undefined if there is none. */
    routeOf(request: Pick<ApiRequest, 'method' | 'url'>): string | undefined {
      const route = matching(request)?.route;
      return route && `${route.method} ${route.pattern}`;
    },
    /** @throws Refusal, which holds the reply. */
    answer(request: ApiRequest): Reply {
      const { method, url, headers, body } = request;
      const found = matching(request);
      if (!found) return failure(404, 'not-found', `There is no ${method} ${url.pathname}.`);
      const { route, parameters } = found;
      const call = { parameters, query: url.searchParams, origin: url.origin };
      return guard?.(headers) ?? route.answer({ ...call, body: bodyOf(body) });
    },
  };
}

/** An error as both partners write it; for Azumuta this shape is ASSUMED. */
export function failure(status: number, code: string, message: string): Reply {
  return { status, body: { error: { code, message } } };
}

function bodyOf(text: string): unknown {
  const parsed = jsonOf(text);
  if (parsed !== undefined || text === '') return parsed;
  throw new Refusal(400, 'malformed', 'The body is not JSON.');
}

/** The body in the shape that a route needs. @throws Refusal, a 400 that names what is wrong. */
export function accepted<T>(schema: z.ZodMiniType<T>, body: unknown): T {
  const parsed = parse(schema, body);
  if (parsed.ok) return parsed.value;
  throw new Refusal(400, 'malformed', describeMismatches(parsed.mismatches));
}

/** The keys that the sandboxes accept: they open nothing but a sandbox. */
export const azumutaSandboxKey = 'azumuta-sandbox-key';
export const erpSandboxKey = 'erp-sandbox-key';

/**
 * Refuses wrong keys. Of Azumuta it is VERIFIED that the key travels in `X-API-Key`, and ASSUMED that a wrong one gets
 * 401.
 */
export function createApiKeyGuard(key: string): Guard {
  return (headers) =>
    headers['x-api-key'] === key
      ? undefined
      : failure(401, 'unauthorized', 'The API key is missing or wrong.');
}
