import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { authorize } from '../iam/authorize.ts';
import type { Lambda } from '../lambda/service.ts';
import { type Answer, jsonAnswer, listen } from '../process/http.ts';
import type { Services } from '../services.ts';
import { createRouteFinder, httpAnswer, httpEvent, splitTarget } from './event.ts';

/**
 * Matches the route, and invokes its function with payload format 2.0. It does not throttle, nor end a wait after 30 s:
 * functions that it calls have less time.
 */
export function startGateway({ ports, stack, log }: Services, lambda: Lambda) {
  const { region, accountId, apiId, routes } = stack;
  const routeOf = createRouteFinder(routes);
  const caller = { arn: 'apigateway.amazonaws.com', statements: [] };

  async function serve(request: IncomingMessage, body: Buffer, requestId: string): Promise<Answer> {
    const match = routeOf(request.method ?? 'GET', splitTarget(request.url).path);
    if (!match) return messageAnswer(404, 'Not Found');
    const { routeKey, functionName, functionArn } = match;
    /** Logs the route and never the path, which may hold a token. */
    const failed = (why: string): Answer => {
      log(`gateway: ${routeKey} was answered 500. ${why}`);
      return messageAnswer(500, 'Internal Server Error');
    };
    // Whether the function's policy lets this route call it; the source ARN names API, stage, method and route.
    const source = `${apiId}/$default/${routeKey.replace(' ', '')}`;
    const decision = authorize(caller, stack.resourcePolicies, {
      action: 'lambda:InvokeFunction',
      resource: functionArn,
      context: { 'aws:SourceArn': `arn:aws:execute-api:${region}:${accountId}:${source}` },
    });
    if (!decision.allowed) return failed(`It may not invoke ${functionName}. ${decision.reason}.`);
    const event = JSON.stringify(httpEvent(request, body, match, requestId));
    const invoked = await lambda.invoke(functionName, event);
    if (invoked.functionError) return failed(`${functionName} failed.`);
    return httpAnswer(invoked.payload) ?? failed(`${functionName} returned no valid answer.`);
  }

  return listen(ports.gateway, async (request, sent) => {
    const requestId = randomUUID();
    const { status, headers, body } = await serve(request, sent, requestId);
    const own = { 'apigw-requestid': requestId, 'content-length': String(Buffer.byteLength(body)) };
    return { status, headers: { ...headers, ...own }, body };
  });
}

const messageAnswer = (status: number, text: string) => jsonAnswer(status, { message: text });
