import type { IncomingMessage } from 'node:http';
import { TrieRouter } from 'hono/router/trie-router';
import * as z from 'zod/mini';
import type { HttpApiEvent } from '../../../../shared/platform/aws/lambda.ts';
import type { Answer } from '../process/http.ts';

/** What functions may read of a request. */
export type HttpCall = Pick<IncomingMessage, 'method' | 'url' | 'headersDistinct'> & {
  readonly socket: Pick<IncomingMessage['socket'], 'remoteAddress'>;
};

/**
 * What functions read of the event of payload format 2.0 ("Create AWS Lambda proxy integrations for HTTP APIs in API
 * Gateway"). Cookies, and the headers that API Gateway adds, are left out.
 */
export function httpEvent(
  { method = 'GET', url, headersDistinct, socket }: HttpCall,
  body: Buffer,
  { routeKey, pathParameters }: Match,
  requestId: string,
): HttpApiEvent & Pick<Match, 'routeKey'> {
  const headers = gatewayHeaders(headersDistinct);
  const binary = body.length > 0 && !isText(headers['content-type']);
  return {
    routeKey,
    rawQueryString: splitTarget(url).query,
    headers,
    requestContext: {
      requestId,
      http: { method, sourceIp: socket.remoteAddress ?? '127.0.0.1' },
    },
    ...(Object.keys(pathParameters).length > 0 ? { pathParameters } : {}),
    ...(body.length > 0 ? { body: body.toString(binary ? 'base64' : 'utf8') } : {}),
    isBase64Encoded: binary,
  };
}

/** Path, percent-decoded, and query, as it was sent. A path that cannot be decoded is kept as it came. */
export function splitTarget(target = '/'): { path: string; query: string } {
  const [, raw = '', query = ''] = /^([^?]*)\??(.*)$/s.exec(target) ?? [];
  try {
    return { path: decodeURIComponent(raw), query };
  } catch {
    return { path: raw, query };
  }
}

/** Names in lower case, repeated ones joined by commas. */
function gatewayHeaders(sent: HttpCall['headersDistinct']): Record<string, string> {
  const own = Object.entries(sent).flatMap(([name, values]) =>
    values === undefined || ['cookie', 'connection', 'transfer-encoding'].includes(name)
      ? []
      : [[name, values.join(',')]],
  );
  return Object.fromEntries(own);
}

/** Observed on AWS: only these arrive as text; forms, `+json` and bodies without a type arrive as base64. */
function isText(contentType: string | undefined): boolean {
  return /^(text\/|application\/(json|xml|javascript)\s*(;|$))/i.test(contentType ?? '');
}

const resultSchema = z.strictObject({
  statusCode: z.int().check(z.minimum(100), z.maximum(599)),
  headers: z.nullish(z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))),
  body: z.nullish(z.string()),
});

/** Undefined for what has no status code, and for what local runs do not know: cookies, and a body in base64. */
export function httpAnswer(result: unknown): Answer | undefined {
  const parsed = z.safeParse(resultSchema, result);
  if (!parsed.success) return undefined;
  const { statusCode, headers, body } = parsed.data;
  const named = Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]);
  return { status: statusCode, headers: Object.fromEntries(named), body: body ?? '' };
}

interface KeyedRoute {
  /** `GET /product-orders/{number}`. */
  readonly routeKey: string;
}

interface Match extends KeyedRoute {
  readonly pathParameters: Readonly<Record<string, string>>;
}

/**
 * Finds the route that serves a request; of those here, no two serve the same one. The path is percent-decoded, as API
 * Gateway decodes before it matches: an encoded slash separates, also in a greedy `{parameter+}`.
 */
export function createRouteFinder<R extends KeyedRoute>(routes: readonly R[]) {
  const router = new TrieRouter<R>();
  for (const route of routes) {
    const [method = '', path = ''] = route.routeKey.split(' ');
    const pattern = path.replaceAll(/\{(\w+)(\+?)\}/g, (_, name, greedy) => `:${name}${greedy && '{.+}'}`);
    router.add(method, pattern, route);
  }
  return (method: string, path: string): (R & Match) | undefined => {
    const [[route, pathParameters] = []] = router.match(method, path)[0];
    return route && { ...route, pathParameters: Object.fromEntries(Object.entries(pathParameters ?? {})) };
  };
}
