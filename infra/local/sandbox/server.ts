import type { IncomingMessage, ServerResponse } from 'node:http';
import { accepted, createApi, type Guard, Refusal, type Reply, type Route } from './api.ts';
import { callRoutes, countCall } from './call-counts.ts';
import type { Database } from './database.ts';
import { logFault } from './fault-log.ts';
import { createFaults, type Fault, type Faults, faultsSchema } from './faults.ts';

export interface SandboxServerOptions {
  /** The partner's own API: guarded, counted, and subject to faults. */
  readonly api: readonly Route[];
  /** Routes below `/sandbox/`: for tests and the story; neither guarded nor counted nor faulty. */
  readonly control: readonly Route<Reply | Promise<Reply>>[];
  /** The reply to a caller who may not (wrong key, too fast); undefined lets the call in. */
  readonly guard: Guard;
  /** Body of an error in this API. */
  readonly errorBody: (code: string, message: string) => unknown;
  readonly database: Database;
}

const largestBody = 5 * 1024 * 1024;

export interface SandboxServer {
  /** Answers one request. */
  readonly answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  /** Closes its books. */
  readonly close: () => void;
}

/** What a sandbox answers over HTTP: its routes, with call counts and faults. */
export function createSandboxServer(options: SandboxServerOptions): SandboxServer {
  const { guard, errorBody, database } = options;
  const faults = createFaults();
  const api = createApi({ routes: options.api, guard, errorBody });
  const control = createApi({
    routes: [...options.control, ...faultRoutes(faults), ...callRoutes(database)],
    errorBody,
  });

  return {
    close: database.close,
    async answer(request, response) {
      try {
        await serve(request, response);
      } catch (error) {
        const unexpected = { status: 500, body: errorBody('internal', String(error)) };
        if (!response.headersSent) send(response, error instanceof Refusal ? error.reply : unexpected);
      }
    },
  };

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? '/', `http://${incoming.headers.host ?? '127.0.0.1'}`);
    const { method = 'GET', headers } = incoming;
    const request = { method, url, headers, body: await readBody(incoming) };
    if (url.pathname.startsWith('/sandbox/')) return send(response, await control.answer(request));
    const name = api.routeOf(request);
    if (name === undefined) return send(response, api.answer(request));

    countCall(database, name, url.pathname + url.search);
    const { struck, delayMs, fault } = faults.strike(name);
    for (const each of struck) logFault(database, each, method, url.pathname);
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    answerWith(fault, response, () => api.answer(request));
  }

  function answerWith(fault: Fault | undefined, response: ServerResponse, work: () => Reply) {
    switch (fault?.kind) {
      case 'status':
        return send(response, {
          status: fault.status,
          body: errorBody('fault', fault.message ?? `The sandbox was told to answer ${fault.status}.`),
          headers: retryAfterOf(fault),
        });
      case 'reset-before':
        return void response.socket?.resetAndDestroy();
      case 'business-error':
        return send(response, {
          status: 200,
          body: errorBody('business', fault.message ?? 'It could not be done.'),
        });
      case 'silent-no-op':
        return send(response, { status: 200, body: {} });
      case 'reset-after':
        work();
        return void response.socket?.resetAndDestroy();
      case 'timeout-after':
        return void work();
      case 'malformed': {
        work();
        if (fault.as === 'wrong-shape')
          return send(response, { status: 200, body: { unexpected: [1, 2, 3] } });
        response.writeHead(200, { 'content-type': 'text/html' });
        return void response.end('<html><body>Please log in.</body></html>');
      }
      default:
        return send(response, work());
    }
  }
}

function faultRoutes(faults: Faults): Route[] {
  return [
    { method: 'GET', pattern: '/sandbox/faults', answer: () => ({ status: 200, body: faults.current() }) },
    {
      method: 'PUT',
      pattern: '/sandbox/faults',
      answer: ({ body }) => {
        faults.set(accepted(faultsSchema, body));
        return { status: 200, body: faults.current() };
      },
    },
  ];
}

function retryAfterOf(fault: Extract<Fault, { kind: 'status' }>): Record<string, string> {
  if (fault.retryAfter === undefined) return {};
  const date = new Date(Date.now() + fault.retryAfter * 1000);
  return { 'retry-after': fault.retryAfterAs === 'date' ? date.toUTCString() : String(fault.retryAfter) };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const piece of request) {
    const chunk: Uint8Array = piece;
    size += chunk.byteLength;
    if (size > largestBody) throw new Refusal({ status: 413, body: {} }, 'The body is too large.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, reply: Reply): void {
  response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
  response.end(JSON.stringify(reply.body ?? {}));
}
