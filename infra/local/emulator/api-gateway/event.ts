import type { IncomingHttpHeaders } from 'node:http';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import * as z from 'zod/mini';
import type { Match } from './routes.ts';

export interface HttpCall {
  readonly method: string;
  /** As sent, percent-encoded, with the query. */
  readonly target: string;
  readonly protocol: string;
  readonly sourceAddress: string;
  readonly headers: IncomingHttpHeaders;
  /** Repeated headers keep all their values here. */
  readonly allHeaders: Readonly<Record<string, readonly string[] | undefined>>;
  readonly body: Buffer;
}

export interface HttpApiPlace {
  readonly accountId: string;
  readonly apiId: string;
  readonly requestId: string;
  readonly now: Date;
}

/**
 * The event of payload format 2.0 ("Create AWS Lambda proxy integrations for HTTP APIs in API Gateway").
 * Observed on AWS beyond its guide: `rawPath` arrives percent-decoded, while `rawQueryString` does not.
 */
export function httpEvent(call: HttpCall, match: Match, place: HttpApiPlace): APIGatewayProxyEventV2 {
  const { path, query } = splitTarget(call.target);
  const headers = gatewayHeaders(call, place);
  const cookies = call.headers.cookie?.split('; ');
  const parameters = queryParameters(query);
  const domainName = call.headers.host ?? '127.0.0.1';
  const binary = call.body.length > 0 && !isText(call.headers['content-type']);
  return {
    version: '2.0',
    routeKey: match.routeKey,
    rawPath: path,
    rawQueryString: query,
    ...(cookies ? { cookies } : {}),
    headers,
    ...(Object.keys(parameters).length > 0 ? { queryStringParameters: parameters } : {}),
    requestContext: {
      accountId: place.accountId,
      apiId: place.apiId,
      domainName,
      domainPrefix: domainName.split('.')[0] ?? '',
      http: {
        method: call.method,
        path,
        protocol: call.protocol,
        sourceIp: call.sourceAddress,
        userAgent: call.headers['user-agent'] ?? '',
      },
      requestId: place.requestId,
      routeKey: match.routeKey,
      stage: '$default',
      time: commonLogTime(place.now),
      timeEpoch: place.now.getTime(),
    },
    ...(Object.keys(match.pathParameters).length > 0 ? { pathParameters: match.pathParameters } : {}),
    ...(call.body.length > 0 ? { body: call.body.toString(binary ? 'base64' : 'utf8') } : {}),
    isBase64Encoded: binary,
  };
}

/** Path, percent-decoded, and query, as it was sent. A path that cannot be decoded is kept as it is. */
export function splitTarget(target: string): { path: string; query: string } {
  const at = target.indexOf('?');
  const raw = at < 0 ? target : target.slice(0, at);
  const query = at < 0 ? '' : target.slice(at + 1);
  try {
    return { path: decodeURIComponent(raw), query };
  } catch {
    return { path: raw, query };
  }
}

/** Names in lower case, repeated ones joined by commas; cookies are a list of their own in the event. */
function gatewayHeaders(call: HttpCall, place: HttpApiPlace): Record<string, string> {
  const own = Object.entries(call.allHeaders).flatMap(([name, values]) =>
    values === undefined || ['cookie', 'connection', 'transfer-encoding'].includes(name)
      ? []
      : [[name, values.join(',')] as const],
  );
  const epoch = Math.floor(place.now.getTime() / 1000).toString(16);
  return {
    ...Object.fromEntries(own),
    'content-length': String(call.body.length),
    'x-amzn-trace-id': `Root=1-${epoch}-${place.requestId.replaceAll('-', '').slice(0, 24)}`,
    'x-forwarded-for': [call.headers['x-forwarded-for'], call.sourceAddress].filter(Boolean).join(', '),
    'x-forwarded-port': call.headers.host?.split(':')[1] ?? '80',
    'x-forwarded-proto': 'http',
  };
}

function queryParameters(query: string): Record<string, string> {
  const parameters: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(query)) {
    parameters[name] = Object.hasOwn(parameters, name) ? `${parameters[name]},${value}` : value;
  }
  return parameters;
}

/** Observed on AWS: only these arrive as text; forms, `+json` and bodies without a type arrive as base64. */
function isText(contentType: string | undefined): boolean {
  return /^(text\/|application\/(json|xml|javascript)\s*(;|$))/i.test(contentType ?? '');
}

/** `12/Mar/2020:19:03:58 +0000` */
function commonLogTime(now: Date): string {
  // `Thu, 12 Mar 2020 19:03:58 GMT`
  const [, day, month, year, time] = now.toUTCString().split(' ');
  return `${day}/${month}/${year}:${time} +0000`;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const resultSchema = z.strictObject({
  statusCode: z.int().check(z.minimum(100), z.maximum(599)),
  headers: z.nullish(z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))),
  body: z.nullish(z.string()),
  isBase64Encoded: z.nullish(z.boolean()),
});

/** The HTTP answer that a function's result describes; undefined for one without a status code, or with cookies. */
export function httpAnswer(result: unknown): HttpAnswer | undefined {
  const parsed = z.safeParse(resultSchema, result);
  if (!parsed.success) return undefined;
  const { statusCode, headers, body, isBase64Encoded } = parsed.data;
  const named = Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]);
  return {
    status: statusCode,
    headers: {
      ...(body ? { 'content-type': 'text/plain;charset=utf-8' } : {}),
      ...Object.fromEntries(named),
    },
    body: Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8'),
  };
}
