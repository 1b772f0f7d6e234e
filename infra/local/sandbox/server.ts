import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from '../emulator/process/http.ts';
import {
  accepted,
  createApi,
  errorBody,
  failure,
  type Guard,
  Refusal,
  type Reply,
  type Route,
  route,
} from './api.ts';
import { callRoutes, countCall, type Database, logFault } from './database.ts';
import { createFaults, type Fault, type Faults, faultsSchema } from './faults.ts';

export interface SandboxServerOptions {
  /** The partner's own API: guarded, counted, and subject to faults. */
  readonly api: readonly Route[];
  /** Routes below `/sandbox/`: for tests and the demo; neither guarded nor counted nor faulty. */
  readonly control: readonly Route<Reply | Promise<Reply>>[];
  readonly guard: Guard;
  readonly database: Database;
}

const maxBodyBytes = 5 * 1024 * 1024;

/** What a sandbox answers over HTTP: its routes, with call counts and faults. */
export function createSandboxServer({ guard, database, ...options }: SandboxServerOptions) {
  const faults = createFaults();
  const api = createApi(options.api, guard);
  const control = createApi([...options.control, ...faultRoutes(faults), ...callRoutes(database)]);

  return {
    /** Closes its books. */
    close: database.close,
    async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
      try {
        await serve(request, response);
      } catch (error) {
        const unexpected = failure(500, 'internal', String(error));
        if (!response.headersSent) send(response, error instanceof Refusal ? error.reply : unexpected);
      }
    },
  };

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? '/', `http://${incoming.headers.host ?? '127.0.0.1'}`);
    const { method = 'GET', headers } = incoming;
    const body = await readBody(incoming, maxBodyBytes);
    if (!body) throw new Refusal(413, 'too-large', 'The body is too large.');
    const request = { method, url, headers, body: body.toString('utf8') };
    if (url.pathname.startsWith('/sandbox/')) return send(response, await control.answer(request));
    const name = api.routeOf(request);
    if (name === undefined) return send(response, api.answer(request));

    countCall(database, name, url.pathname + url.search);
    const { hits, delayMs, fault } = faults.hit(name);
    for (const each of hits) logFault(database, each, method, url.pathname);
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    answerWith(fault, response, () => api.answer(request));
  }
}

function answerWith(fault: Fault | undefined, response: ServerResponse, work: () => Reply) {
  switch (fault?.kind) {
    case 'status': {
      const message = fault.message ?? `The sandbox was configured to answer ${fault.status}.`;
      return send(response, { ...failure(fault.status, 'fault', message), headers: retryAfterOf(fault) });
    }
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
      if (fault.as === 'wrong-shape') return send(response, { status: 200, body: { unexpected: [1, 2, 3] } });
      response.writeHead(200, { 'content-type': 'text/html' });
      return void response.end('<html><body>Please log in.</body></html>');
    }
    default:
      return send(response, work());
  }
}

function faultRoutes(faults: Faults): Route[] {
  const pattern = '/sandbox/faults';
  return [
    route('GET', pattern, faults.current),
    route('PUT', pattern, ({ body }) => {
      faults.set(accepted(faultsSchema, body));
      return faults.current();
    }),
  ];
}

function retryAfterOf(fault: Extract<Fault, { kind: 'status' }>): Record<string, string> {
  if (fault.retryAfter === undefined) return {};
  const date = new Date(Date.now() + fault.retryAfter * 1000);
  return { 'retry-after': fault.retryAfterAs === 'date' ? date.toUTCString() : String(fault.retryAfter) };
}

function send(response: ServerResponse, reply: Reply): void {
  response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
  response.end(JSON.stringify(reply.body ?? {}));
}
