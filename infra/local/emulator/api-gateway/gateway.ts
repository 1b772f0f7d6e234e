import { randomUUID } from 'node:crypto';
import { createWriteStream, mkdirSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { prepareAccess } from '../iam/authorize.ts';
import { invoke } from '../lambda/invoke.ts';
import { runService } from '../process/child-process.ts';
import { listen, readBody } from '../process/http.ts';
import { apiSchema, resourcePolicySchema } from '../template/local-stack.ts';
import { accessLogLine } from './access-log.ts';
import { type HttpAnswer, httpAnswer, httpEvent, splitTarget } from './event.ts';
import { matchRoute } from './routes.ts';
import { createThrottle } from './throttle.ts';

/** The HTTP API: matches the route, invokes its function with payload format 2.0, answers what it returned. */
const configurationSchema = z.object({
  port: z.number(),
  region: z.string(),
  accountId: z.string(),
  lambdaUrl: z.string(),
  logDirectory: z.string(),
  api: apiSchema,
  functions: z.array(z.object({ name: z.string(), arn: z.string() })),
  resourcePolicies: z.array(resourcePolicySchema),
});

/** API Gateway's quota for a request's body. */
const maxBodyBytes = 10 * 1024 * 1024;

/** What became of a request, beside its answer. */
interface Served {
  readonly answer: HttpAnswer;
  readonly routeKey: string;
  readonly integrationError?: string;
  readonly latencyMs?: number;
}

/** What API Gateway writes to its log when the function's policy does not let it in (observed wording). */
const notPermitted =
  "The IAM role configured on the integration or API Gateway doesn't have permissions to call the integration. Check the permissions and try again.";

runService(configurationSchema, async (configuration, report) => {
  const { port, region, accountId, lambdaUrl, logDirectory, api } = configuration;
  mkdirSync(logDirectory, { recursive: true });
  const accessLog = createWriteStream(join(logDirectory, 'access.log'), { flags: 'a' });
  const throttleOf = (limits: typeof api.throttling) =>
    limits && createThrottle(limits, () => performance.now());
  const ofStage = throttleOf(api.throttling);
  const throttles = new Map(
    api.routes.map(({ routeKey, throttling }) => [routeKey, throttling ? throttleOf(throttling) : ofStage]),
  );
  const routeKeys = api.routes.map(({ routeKey }) => routeKey);
  const access = prepareAccess(
    { arn: 'apigateway.amazonaws.com', statements: [] },
    configuration.resourcePolicies,
    { 'aws:SourceAccount': accountId, 'aws:SecureTransport': 'true' },
  );

  /** Whether the function's policy lets this route call it; the source is named by API, stage, method and route. */
  function mayInvoke(functionName: string, method: string, routeKey: string): boolean {
    // `GET /orders`; or `$default`, which is a route of any method and path.
    const [, path] = routeKey.split(' ');
    const source = `${api.apiId}/$default/${path === undefined ? routeKey : `${method}${path}`}`;
    const decision = access({
      action: 'lambda:InvokeFunction',
      resource: configuration.functions.find(({ name }) => name === functionName)?.arn ?? '*',
      context: { 'aws:SourceArn': `arn:aws:execute-api:${region}:${accountId}:${source}` },
    });
    if (!decision.allowed) {
      report({
        kind: 'log',
        line: `gateway: ${routeKey} may not invoke ${functionName}. ${decision.reason}.`,
      });
    }
    return decision.allowed;
  }

  async function serve(request: IncomingMessage, requestId: string, now: Date): Promise<Served> {
    const method = request.method ?? 'GET';
    const target = request.url ?? '/';
    const body = await readBody(request, maxBodyBytes);
    const match = matchRoute(routeKeys, method, splitTarget(target).path);
    const route = api.routes.find(({ routeKey }) => routeKey === match?.routeKey);
    if (!match || !route) return { answer: message(404, 'Not Found'), routeKey: '-' };
    const { routeKey } = match;
    if (throttles.get(routeKey)?.() === false) return { answer: message(429, 'Too Many Requests'), routeKey };
    if (!body) return { answer: message(413, 'Request Entity Too Large'), routeKey };

    const call = {
      method,
      target,
      body,
      protocol: `HTTP/${request.httpVersion}`,
      sourceAddress: request.socket.remoteAddress ?? '127.0.0.1',
      headers: request.headers,
      allHeaders: request.headersDistinct,
    };
    const event = JSON.stringify(httpEvent(call, match, { accountId, apiId: api.apiId, requestId, now }));
    const began = performance.now();
    const failed = (status: number, text: string, integrationError: string): Served => ({
      answer: message(status, text),
      routeKey,
      integrationError,
      latencyMs: performance.now() - began,
    });
    if (!mayInvoke(route.functionName, method, routeKey)) {
      return failed(500, 'Internal Server Error', notPermitted);
    }
    const timeout = AbortSignal.timeout(route.timeoutMilliseconds);
    try {
      const invoked = await invoke(lambdaUrl, route.functionName, event, { signal: timeout });
      if (invoked.status !== 200)
        return failed(500, 'Internal Server Error', `Lambda answered ${invoked.status}`);
      if (invoked.functionError) return failed(500, 'Internal Server Error', 'The function failed');
      const answer = httpAnswer(invoked.payload);
      if (!answer) return failed(500, 'Internal Server Error', 'The function returned no valid answer');
      return { answer, routeKey, latencyMs: performance.now() - began };
    } catch {
      if (timeout.aborted) return failed(503, 'Service Unavailable', 'The function did not answer in time');
      return failed(500, 'Internal Server Error', 'Lambda is out of reach');
    }
  }

  const server = await listen(port, async (request, response) => {
    const requestId = randomUUID();
    const now = new Date();
    const served = await serve(request, requestId, now);
    send(response, requestId, served.answer);
    const line = accessLogLine(api.accessLogFormat, {
      requestId,
      now,
      routeKey: served.routeKey,
      status: served.answer.status,
      responseBytes: served.answer.body.length,
      method: request.method ?? 'GET',
      sourceAddress: request.socket.remoteAddress ?? '',
      integrationError: served.integrationError,
      latencyMs: served.latencyMs,
    });
    accessLog.write(`${line}\n`);
  });
  return { stop: server.close };
});

function message(status: number, text: string): HttpAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    cookies: [],
    body: Buffer.from(JSON.stringify({ message: text })),
  };
}

function send(
  response: ServerResponse,
  requestId: string,
  { status, headers, cookies, body }: HttpAnswer,
): void {
  response.writeHead(status, {
    ...headers,
    ...(cookies.length > 0 ? { 'set-cookie': [...cookies] } : {}),
    'apigw-requestid': requestId,
    'content-length': body.length,
  });
  response.end(body);
}
