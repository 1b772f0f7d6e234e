import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ContainerWork } from './containers.ts';

/**
 * The runtime inside a container: loads the function's bundle, takes one event at a time from the Lambda service over
 * the IPC channel, and sends back what the handler returned or threw. Unlike Lambda, an idle container is not frozen:
 * timers go on between two invocations. It imports nothing but types, as every cold start pays for it.
 */
const { _HANDLER = '', LAMBDA_TASK_ROOT = '' } = process.env;

// The Lambda service has the other end of the channel: without it there will be no more work.
process.on('disconnect', () => process.exit(0));
process.on('SIGINT', () => {});

type Handler = (event: unknown, context: unknown) => unknown;

async function loadHandler(): Promise<Handler> {
  const [, file = '', exported = ''] = /^(.*)\.([^.]+)$/.exec(_HANDLER) ?? [];
  const path = join(LAMBDA_TASK_ROOT, `${file}.mjs`);
  const loaded: Partial<Record<string, Handler>> = await import(pathToFileURL(path).href);
  const handler = loaded[exported];
  if (typeof handler !== 'function') throw new Error(`${_HANDLER} is undefined or not exported`);
  return handler;
}

/** How Lambda writes a thrown value. */
function errorPayload(thrown: unknown) {
  if (thrown instanceof Error) {
    return { errorType: thrown.name, errorMessage: thrown.message, trace: (thrown.stack ?? '').split('\n') };
  }
  return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] };
}

/** A failure is `Unhandled`, as Lambda calls it. */
function sendResult(result: unknown, functionError?: 'Unhandled', sent = () => {}): void {
  process.send?.({ payload: result ?? null, functionError }, sent);
}

async function runHandler(handler: Handler, { requestId, payload, deadline }: ContainerWork): Promise<void> {
  const { env } = process;
  const context = {
    awsRequestId: requestId,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
  try {
    sendResult(await handler(JSON.parse(payload), context));
  } catch (error) {
    console.error(error);
    sendResult(errorPayload(error), 'Unhandled');
  }
}

function isWork(message: unknown): message is ContainerWork {
  return typeof Object(message).requestId === 'string';
}

try {
  const handler = await loadHandler();
  process.on('message', (message) => {
    if (isWork(message)) void runHandler(handler, message);
  });
  process.send?.('ready');
} catch (error) {
  console.error(error);
  sendResult(errorPayload(error), 'Unhandled', () => process.exit(1));
}
