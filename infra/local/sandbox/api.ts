import type { IncomingHttpHeaders } from 'node:http';
import type * as z from 'zod/mini';
import { defaultBaseUrl } from '../../../shared/azumuta/contract.ts';
import { jsonOf } from '../../../shared/platform/json.ts';
import { describeMismatches, parse } from '../../../shared/platform/validation.ts';
import { createRouteFinder } from '../emulator/api-gateway/event.ts';

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
export interface SandboxCall {
  /** The decoded path segments that matched `{name}` in the pattern. */
  readonly parameters: Readonly<Record<string, string>>;
  /** As it was called. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Parsed JSON; undefined without a body. */
  readonly body: unknown;
  /** `http://127.0.0.1:<port>`, as the caller addressed us. */
  readonly origin: string;
}

export interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export type SandboxRoute = ReturnType<typeof defineRoute>;

/**
 * A route that answers with what `body` returns, unless that throws a Refusal.
 * @param pattern `{name}` in it matches one path segment; calls are counted under the pattern.
 */
export function defineRoute(
  method: 'GET' | 'POST' | 'PUT' | 'PATCH',
  pattern: string,
  body: (call: SandboxCall) => unknown,
  status = 200,
) {
  return { routeKey: `${method} ${pattern}`, body, status };
}

/** Thrown inside a route to answer with an error. */
export class Refusal extends Error {
  readonly reply: Reply;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.reply = errorReply(status, code, message);
  }
}

export type Api = ReturnType<typeof createApi>;

/**
 * Routes without a network.
 * @param key Which callers must send: of Azumuta it is VERIFIED that the key travels in `X-API-Key`, and ASSUMED that a
 * wrong one gets 401. Default: everybody may call.
 */
export function createApi(routes: readonly SandboxRoute[], key?: string) {
  const routeOf = createRouteFinder(routes);

  return {
    /** Method and pattern of the route that serves the request; undefined if there is none. */
    routeOf: ({ method, url }: Pick<ApiRequest, 'method' | 'url'>) => routeOf(method, url.pathname)?.routeKey,
    /** Rejections are answered; any other error of a route is thrown. */
    answer({ method, url, headers, body }: ApiRequest): Reply {
      try {
        const found = routeOf(method, url.pathname);
        if (!found) throw new Refusal(404, 'not-found', `There is no ${method} ${url.pathname}.`);
        if (key !== undefined && headers['x-api-key'] !== key)
          throw new Refusal(401, 'unauthorized', 'The API key is missing or wrong.');
        const given = Object.entries(found.pathParameters);
        const parameters = Object.fromEntries(given.map(([name, text]) => [name, decodeURIComponent(text)]));
        const call = {
          parameters,
          path: url.pathname,
          query: url.searchParams,
          body: parseJsonBody(body),
          origin: url.origin,
        };
        return { status: found.status, body: found.body(call) ?? {} };
      } catch (error) {
        if (error instanceof Refusal) return error.reply;
        throw error;
      }
    },
  };
}

/** An error as both partners write it; for Azumuta this shape is ASSUMED. */
export function errorReply(status: number, code: string, message: string): Reply {
  return { status, body: { error: { code, message } } };
}

function parseJsonBody(text: string): unknown {
  const parsed = jsonOf(text);
  if (parsed !== undefined || text === '') return parsed;
  throw new Refusal(400, 'malformed', 'The body is not JSON.');
}

/** The body in the shape that a route needs. @throws Refusal, a 400 that names what is wrong. */
export function acceptedBody<T>(schema: z.ZodMiniType<T>, body: unknown): T {
  const parsed = parse(schema, body);
  if (parsed.ok) return parsed.value;
  throw new Refusal(400, 'malformed', describeMismatches(parsed.mismatches));
}

/** The keys that the sandboxes accept: they open nothing but a sandbox. */
export const azumutaSandboxKey = 'azumuta-sandbox-key';
export const erpSandboxKey = 'erp-sandbox-key';

/** Below it the sandbox has the API, as Azumuta does by the contract. */
export const azumutaBasePath = new URL(defaultBaseUrl).pathname;

/** What `azumuta.baseUrl` is for a sandbox. @param url The sandbox's own. */
export function azumutaSandboxBaseUrl(url: string): string {
  return `${url}${azumutaBasePath}`;
}
