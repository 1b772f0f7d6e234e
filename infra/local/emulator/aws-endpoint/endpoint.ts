import type { IncomingMessage, ServerResponse } from 'node:http';
import { codeOf } from '../../../../shared/platform/system-errors.ts';
import type { Mappings } from '../lambda/event-source-mappings.ts';
import type { Lambda } from '../lambda/service.ts';
import { call, listen, readBody } from '../process/http.ts';
import { type Services, urlOf } from '../services.ts';
import { type AwsCall, awsCallOf, signerOf } from './request.ts';

export interface LocalAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** DynamoDB's limit, which is the largest of all services. */
const maxBytes = 16 * 1024 * 1024;

/** Checks who may call, and passes the call on. @param local What is kept in this process, by its SigV4 name. */
export function startEndpoint(
  { ports, stack, access }: Services,
  lambda: Lambda,
  mappings: Mappings,
  local: Readonly<Record<string, (operation: string, body: string) => LocalAnswer>>,
) {
  return listen(ports.endpoint, async (request, response) => {
    const signer = signerOf(request.headers.authorization);
    if (!signer) {
      return refuse(response, 403, 'MissingAuthenticationToken', 'The request is not signed with SigV4.');
    }
    const principal = access.principalOf(signer.accessKeyId);
    if (!principal) {
      const why = 'The security token included in the request is invalid.';
      return refuse(response, 403, 'UnrecognizedClientException', why);
    }
    const body = await readBody(request, maxBytes);
    if (!body) return refuse(response, 413, 'RequestEntityTooLargeException', 'The request is too large.');
    const { service } = signer;
    const [target] = request.headersDistinct['x-amz-target'] ?? [];
    const { method, url: path } = request;
    const asked = awsCallOf({ service, target, method, path, body }, stack);
    const decision = access.decide(principal, asked);
    if (!decision.allowed) {
      // DynamoDB and Secrets Manager answer a refusal with 400, the others with 403.
      const status = service === 'dynamodb' || service === 'secretsmanager' ? 400 : 403;
      return refuse(response, status, 'AccessDeniedException', decision.reason);
    }
    const text = body.toString('utf8');
    if (service === 'lambda') return answerLambda({ ...asked, path, text }, response, lambda, mappings);
    const here = local[service]?.(asked.action.replace(/^.*:/, ''), text);
    if (here)
      return void response.writeHead(here.status, { 'content-type': here.contentType }).end(here.body);
    if (service !== 'sqs' && service !== 'dynamodb')
      return refuse(response, 400, 'UnknownServiceException', `Local runs have no ${service}.`);
    await passOn(`${urlOf(ports, service)}${request.url ?? '/'}`, request, body, response);
  });
}

async function answerLambda(
  {
    action,
    resource,
    path = '',
    text,
  }: AwsCall & { readonly path?: string | undefined; readonly text: string },
  response: ServerResponse,
  lambda: Lambda,
  mappings: Mappings,
): Promise<void> {
  const answer = (status: number, body: unknown) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  switch (action) {
    case 'lambda:InvokeFunction': {
      const { status, payload, functionError } = await lambda.invoke(resource, text || '{}');
      if (functionError !== undefined) response.setHeader('x-amz-function-error', functionError);
      return answer(status, payload);
    }
    case 'lambda:ListEventSourceMappings':
      return answer(200, mappings.list(new URL(path, 'http://local').searchParams.get('FunctionName')));
    case 'lambda:UpdateEventSourceMapping': {
      const known = mappings.update(resource.split(':').at(-1) ?? '', text);
      if (known) return answer(202, known);
    }
  }
  answer(404, { Type: 'User', Message: `Local runs have no ${action} of ${resource}.` });
}

async function passOn(url: string, request: IncomingMessage, body: Buffer, response: ServerResponse) {
  // A caller that hangs up while it waits for messages must not receive any: they would be hidden for nothing.
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  try {
    const answer = await call(url, {
      method: 'POST',
      headers: passed(Object.entries(request.headers)),
      body,
      signal: gone.signal,
    });
    const text = Buffer.from(await answer.arrayBuffer());
    response.writeHead(answer.status, passed(answer.headers)).end(text);
  } catch (error) {
    if (gone.signal.aborted) return;
    const code = codeOf(error) ? ` (${codeOf(error)})` : '';
    // AWS clients try again after a 500.
    const why = `The local service did not answer${code}; it may be restarting.`;
    refuse(response, 500, 'InternalFailure', why);
  }
}

const hopByHop = /^(host|connection|keep-alive|transfer-encoding|content-length|expect)$/;

function passed(headers: Iterable<readonly [string, unknown]>): Record<string, string> {
  return Object.fromEntries(
    [...headers].filter(([name]) => !hopByHop.test(name)).map(([name, value]) => [name, String(value)]),
  );
}

function refuse(response: ServerResponse, status: number, type: string, message: string) {
  response
    .writeHead(status, {
      'content-type': 'application/x-amz-json-1.0',
      'x-amzn-errortype': type,
      'x-amzn-query-error': `${type};Sender`,
    })
    .end(JSON.stringify({ __type: type, message }));
}
