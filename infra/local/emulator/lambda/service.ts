import { randomUUID } from 'node:crypto';
import { createWriteStream, mkdirSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { prepareAccess } from '../iam/authorize.ts';
import { createGrantLog, grantLogSchema } from '../iam/grant-log.ts';
import { type Principal, principalSchema } from '../iam/principals.ts';
import { runService } from '../process/child-process.ts';
import { listen, readBody } from '../process/http.ts';
import { functionSchema, type LocalFunction, resourcePolicySchema } from '../template/local-stack.ts';
import { type Containers, createContainers, failed, type Outcome } from './containers.ts';
import { containerEnvironment } from './environment.ts';

/**
 * Lambda: its Invoke API in front, the Runtime API behind. An invocation that was accepted with type Event is
 * held in memory only and is not tried again after a failure, unlike Lambda's two more attempts.
 */
const configurationSchema = z.object({
  port: z.number(),
  node: z.string(),
  region: z.string(),
  accountId: z.string(),
  awsEndpoint: z.string(),
  logDirectory: z.string(),
  /** Program that every container runs. */
  runtimeFile: z.string(),
  /** Whether the functions' lines are also passed on to the platform's log. */
  passLinesOn: z.boolean(),
  maxContainers: z.number(),
  /** Concurrency limit of the account, per function; a reserved concurrency goes before it. */
  concurrencyLimit: z.number(),
  idleSeconds: z.number(),
  /** How far the clocks of the containers are off: each takes the next, round and round. */
  clockOffsetsMs: z.array(z.number()),
  functions: z.array(z.object({ lambda: functionSchema, principal: principalSchema })),
  resourcePolicies: z.array(resourcePolicySchema),
  grantLog: z.optional(grantLogSchema),
});

/** Lambda's quota for what goes in and comes out of a synchronous invocation. */
const maxPayloadBytes = 6 * 1024 * 1024;

const logStream = (containerId: string) => `local/[$LATEST]${containerId}`;

interface Deployed {
  readonly name: string;
  readonly arn: string;
  readonly concurrencyLimit: number;
  readonly containers: Containers;
  readonly log: (line: string) => void;
}

runService(configurationSchema, async (configuration, report) => {
  mkdirSync(configuration.logDirectory, { recursive: true });
  const noteGrant = createGrantLog(configuration.grantLog);

  /** Lambda writes a function's output with the function's role; without its grants the output is lost. */
  function mayLog({ name, logGroup }: LocalFunction, principal: Principal): boolean {
    const access = prepareAccess(principal, configuration.resourcePolicies);
    const { region, accountId } = configuration;
    const resource = `arn:aws:logs:${region}:${accountId}:log-group:${logGroup}:log-stream:${logStream('1')}`;
    for (const action of ['logs:CreateLogStream', 'logs:PutLogEvents']) {
      const decision = access({ action, resource });
      if (!decision.allowed) {
        report({ kind: 'log', line: `lambda: what ${name} writes is lost. ${decision.reason}.` });
        return false;
      }
      noteGrant(principal, decision.grant, 'logs');
    }
    return true;
  }

  let launched = 0;
  function nextClockOffset(name: string): number {
    const { clockOffsetsMs } = configuration;
    const offset = clockOffsetsMs[launched++ % clockOffsetsMs.length] ?? 0;
    if (offset !== 0)
      report({ kind: 'log', line: `lambda: a container of ${name} has a clock that is ${offset} ms off.` });
    return offset;
  }

  const deployed = configuration.functions.map(({ lambda, principal }): Deployed => {
    const file = createWriteStream(join(configuration.logDirectory, `${lambda.name}.log`), { flags: 'a' });
    let allowed: boolean | undefined;
    const log = (line: string) => {
      allowed ??= mayLog(lambda, principal);
      if (!allowed) return;
      file.write(`${line}\n`);
      if (configuration.passLinesOn) report({ kind: 'log', line: `${lambda.name}: ${line}` });
    };
    const containers = createContainers({
      functionName: lambda.name,
      node: configuration.node,
      runtimeFile: configuration.runtimeFile,
      timeoutSeconds: lambda.timeoutSeconds,
      memoryMegabytes: lambda.memoryMegabytes,
      cwd: lambda.assetDirectory,
      environment: (id) =>
        containerEnvironment(lambda, principal.credentials, {
          region: configuration.region,
          awsEndpoint: configuration.awsEndpoint,
          runtimeApi: `127.0.0.1:${configuration.port}/containers/${lambda.name}/${id}`,
          logStream: logStream(id),
          clockOffsetMs: nextClockOffset(lambda.name),
        }),
      maxContainers: configuration.maxContainers,
      idleSeconds: configuration.idleSeconds,
      newId: randomUUID,
      now: Date.now,
      log,
      onProcess: (state, pid) => report({ kind: 'container', state, pid, name: lambda.name }),
    });
    const concurrencyLimit = lambda.reservedConcurrency ?? configuration.concurrencyLimit;
    return { name: lambda.name, arn: lambda.arn, concurrencyLimit, containers, log };
  });

  const server = await listen(configuration.port, async (request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    const invoke = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(path);
    const runtime = /^\/containers\/([^/]+)\/([^/]+)\/2018-06-01\/runtime\/(.+)$/.exec(path);
    const wanted = decodeURIComponent(invoke?.[1] ?? runtime?.[1] ?? '');
    const lambda = deployed.find(({ name, arn }) => wanted === name || wanted === arn);
    if (!lambda) {
      refuse(response, 404, 'ResourceNotFoundException', `Function not found: ${wanted}`);
    } else if (invoke) {
      await answerInvoke(lambda, request, response);
    } else {
      await answerRuntime(lambda, runtime?.[2] ?? '', runtime?.[3] ?? '', request, response);
    }
  });

  const killAll = () => Promise.all(deployed.map(({ containers }) => containers.kill()));
  return {
    async stop() {
      await killAll();
      await server.close();
    },
    abandon: () => void killAll(),
  };
});

async function answerInvoke(
  { containers, concurrencyLimit, log }: Deployed,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request, maxPayloadBytes);
  if (!body) {
    return refuse(
      response,
      413,
      'RequestTooLargeException',
      `The payload is larger than ${maxPayloadBytes} bytes.`,
    );
  }
  const payload = body.length === 0 ? '{}' : body.toString('utf8');
  if (!isJson(payload)) {
    return refuse(response, 400, 'InvalidRequestContentException', 'Could not parse request body into json.');
  }
  if (containers.load() >= concurrencyLimit) {
    return refuse(response, 429, 'TooManyRequestsException', 'Rate Exceeded.');
  }
  const requestId = randomUUID();
  const began = performance.now();
  const settled = new Promise<Outcome>((settle) => containers.invoke({ requestId, payload, settle })).then(
    (outcome) => {
      const how = outcome.functionError ? 'failed' : 'succeeded';
      log(`REPORT RequestId: ${requestId} ${how} after ${(performance.now() - began).toFixed(0)} ms`);
      return outcome;
    },
  );
  if (request.headers['x-amz-invocation-type'] === 'Event') {
    response.writeHead(202, { 'x-amzn-requestid': requestId }).end();
    return;
  }
  // The caller may be gone by then: the invocation goes on all the same.
  const outcome = await settled;
  response
    .writeHead(200, {
      'content-type': 'application/json',
      'x-amzn-requestid': requestId,
      'x-amz-executed-version': '$LATEST',
      ...(outcome.functionError ? { 'x-amz-function-error': outcome.functionError } : {}),
    })
    .end(outcome.payload);
}

async function answerRuntime(
  { containers, arn }: Deployed,
  id: string,
  operation: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (operation === 'invocation/next') {
    const known = containers.next(id, ({ invocation, deadline }) => {
      response
        .writeHead(200, {
          'content-type': 'application/json',
          'lambda-runtime-aws-request-id': invocation.requestId,
          'lambda-runtime-deadline-ms': String(deadline),
          'lambda-runtime-invoked-function-arn': arn,
        })
        .end(invocation.payload);
    });
    if (!known) response.writeHead(410).end();
    return;
  }
  const body = await readBody(request, Number.POSITIVE_INFINITY);
  const payload = body?.toString('utf8') ?? '';
  const [, requestId = '', kind] = /^invocation\/([^/]+)\/(response|error)$/.exec(operation) ?? [];
  let accepted = false;
  if (operation === 'init/error')
    accepted = containers.initFailed(id, { payload, functionError: 'Unhandled' });
  else if (kind === 'error')
    accepted = containers.answer(id, requestId, { payload, functionError: 'Unhandled' });
  else if (kind === 'response') accepted = containers.answer(id, requestId, sized(payload));
  response.writeHead(accepted ? 202 : 403).end();
}

function sized(payload: string): Outcome {
  if (Buffer.byteLength(payload) <= maxPayloadBytes) return { payload };
  return failed(
    'Function.ResponseSizeTooLarge',
    `Response payload size exceeded maximum allowed payload size (${maxPayloadBytes} bytes).`,
  );
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function refuse(response: ServerResponse, status: number, type: string, message: string): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': type })
    .end(JSON.stringify({ Type: 'User', message }));
}
