import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as z from 'zod/mini';
import { call } from '../process/http.ts';

/**
 * The runtime inside a container: loads the function's bundle, takes one event at a time from the Runtime
 * API (2018-06-01) and posts what the handler returned or threw. Unlike Lambda, an idle container is not
 * frozen: timers go on between two invocations.
 */
const environment = z
  .object({
    AWS_LAMBDA_RUNTIME_API: z.string(),
    AWS_LAMBDA_FUNCTION_NAME: z.string(),
    AWS_LAMBDA_FUNCTION_VERSION: z.string(),
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: z.string(),
    AWS_LAMBDA_LOG_GROUP_NAME: z.string(),
    AWS_LAMBDA_LOG_STREAM_NAME: z.string(),
    LAMBDA_TASK_ROOT: z.string(),
    _HANDLER: z.string(),
    /** How far this container's clock is off. Only local runs have this. */
    LOCAL_CLOCK_OFFSET_MS: z._default(z.coerce.number(), 0),
  })
  .parse(process.env);

const nextHeaders = z.object({
  'lambda-runtime-aws-request-id': z.string(),
  'lambda-runtime-deadline-ms': z.coerce.number(),
  'lambda-runtime-invoked-function-arn': z.string(),
});

// Before the function is loaded, so that it sees this clock only, and cannot see that it is off.
delete process.env.LOCAL_CLOCK_OFFSET_MS;
const trueNow = shiftClock(environment.LOCAL_CLOCK_OFFSET_MS);

const runtime = `http://${environment.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;

// The Lambda service has the other end of the channel: without it there will be no more work.
process.on('disconnect', () => process.exit(0));
process.on('SIGINT', () => {});

type Handler = (event: unknown, context: unknown) => unknown;

async function loadHandler(): Promise<Handler> {
  const [, file = '', exported = ''] = /^(.*)\.([^.]+)$/.exec(environment._HANDLER) ?? [];
  const candidates = ['.mjs', '.js', '.cjs'].map((ending) =>
    join(environment.LAMBDA_TASK_ROOT, file + ending),
  );
  const path = candidates.find((candidate) => existsSync(candidate));
  if (path === undefined) throw named('Runtime.ImportModuleError', `Error: Cannot find module '${file}'`);
  const loaded: Record<string, unknown> = await import(pathToFileURL(path).href);
  const handler = loaded[exported];
  if (!isHandler(handler)) {
    throw named('Runtime.HandlerNotFound', `${environment._HANDLER} is undefined or not exported`);
  }
  return handler;
}

function isHandler(value: unknown): value is Handler {
  return typeof value === 'function';
}

/**
 * Shifts the clock of this process by `offsetMs`, as if the container were on a machine of its own. Timers and
 * `performance.now()` measure durations, and are left alone.
 * @returns a function that tells the true time in milliseconds since 1970.
 */
function shiftClock(offsetMs: number): () => number {
  // Through a proxy, asking for the time costs more than on Lambda, so only a clock that is off gets one.
  if (offsetMs === 0) return Date.now;
  const TrueDate = Date;
  const now = () => TrueDate.now() + offsetMs;
  globalThis.Date = new Proxy(TrueDate, {
    construct: (target, parts: unknown[], asWhat) =>
      Reflect.construct(target, parts.length === 0 ? [now()] : parts, asWhat),
    get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
  });
  return () => TrueDate.now();
}

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

/** How Lambda writes a thrown value. */
function errorPayload(thrown: unknown): { errorType: string; errorMessage: string; trace: string[] } {
  if (thrown instanceof Error) {
    return { errorType: thrown.name, errorMessage: thrown.message, trace: (thrown.stack ?? '').split('\n') };
  }
  return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] };
}

async function post(path: string, body: unknown): Promise<void> {
  await call(`${runtime}${path}`, { method: 'POST', body: JSON.stringify(body ?? null), patienceMs: 0 });
}

let handler: Handler;
try {
  handler = await loadHandler();
} catch (error) {
  console.error(error);
  await post('/init/error', errorPayload(error));
  process.exit(1);
}

for (;;) {
  const next = await call(`${runtime}/invocation/next`, { patienceMs: 0 });
  if (next.status !== 200) process.exit(0);
  const headers = nextHeaders.parse(next.headers);
  const requestId = headers['lambda-runtime-aws-request-id'];
  const deadline = headers['lambda-runtime-deadline-ms'];
  const context = {
    awsRequestId: requestId,
    callbackWaitsForEmptyEventLoop: true,
    functionName: environment.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: environment.AWS_LAMBDA_FUNCTION_VERSION,
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    logGroupName: environment.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: environment.AWS_LAMBDA_LOG_STREAM_NAME,
    memoryLimitInMB: environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    // The deadline is in true time, whatever this container's clock says.
    getRemainingTimeInMillis: () => Math.max(0, deadline - trueNow()),
  };
  try {
    const result = await handler(JSON.parse(next.body.toString('utf8')), context);
    await post(`/invocation/${requestId}/response`, result);
  } catch (error) {
    console.error(error);
    await post(`/invocation/${requestId}/error`, errorPayload(error));
  }
}
