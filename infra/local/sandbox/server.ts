import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { listen, readBody } from '../emulator/process/http.ts';
import { accepted, createApi, failure, type Reply, type Route, route } from './api.ts';
import { createFaults, type Fault, faultsSchema } from './faults.ts';

export interface SandboxServerOptions {
  /** The partner's own API: counted, and subject to faults. */
  readonly api: readonly Route[];
  /** Routes below `/sandbox/`: for people and the console; neither counted nor faulty. */
  readonly control: readonly Route[];
  /** Which callers of the API must send. */
  readonly key: string;
}

const maxBodyBytes = 5 * 1024 * 1024;

/** Serves a sandbox over HTTP: its routes, with call counts and faults. */
export async function startSandboxServer(options: SandboxServerOptions) {
  const faults = createFaults();
  const calls = { route: new Map<string, number>(), path: new Map<string, number>() };
  const faultLog: string[] = [];
  const api = createApi(options.api, options.key);
  const control = createApi([
    ...options.control,
    route('GET', '/sandbox/faults', faults.current),
    route('PUT', '/sandbox/faults', ({ body }) => faults.set(accepted(faultsSchema, body))),
  ]);

  const server = await listen(0, (request, response) =>
    serve(request, response).catch((error: unknown) => {
      if (!response.headersSent) send(response, failure(500, 'internal', String(error)));
    }),
  );
  return {
    ...server,
    /** All faults that calls met so far: their kinds, or the statuses that they answered. */
    faultLog,
    control: {
      /** Calls so far by `METHOD /route/{pattern}`, or by the real path with its query. */
      calls: (by: keyof typeof calls = 'route'): Readonly<Record<string, number>> =>
        Object.fromEntries(calls[by]),
      forgetCalls() {
        for (const counts of Object.values(calls)) counts.clear();
      },
      /** Replaces all faults. */
      setFaults: faults.set,
    },
  };

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? '/', `http://${incoming.headers.host ?? '127.0.0.1'}`);
    const { method = 'GET', headers } = incoming;
    const body = await readBody(incoming, maxBodyBytes);
    if (!body) return send(response, failure(413, 'too-large', 'The body is too large.'));
    const request = { method, url, headers, body: body.toString('utf8') };
    if (url.pathname.startsWith('/sandbox/')) return send(response, control.answer(request));
    const name = api.routeOf(request);
    if (name === undefined) return send(response, api.answer(request));

    count(calls.route, name);
    count(calls.path, `${method} ${url.pathname}${url.search}`);
    const { hits, delayMs, fault } = faults.hit(name);
    for (const hit of hits) faultLog.push(hit.kind === 'status' ? String(hit.status) : hit.kind);
    if (delayMs > 0) await wait(delayMs);
    answerWith(fault, response, () => api.answer(request));
  }
}

function count(calls: Map<string, number>, name: string): void {
  calls.set(name, (calls.get(name) ?? 0) + 1);
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
      return send(response, failure(200, 'business', fault.message ?? 'It could not be done.'));
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

function retryAfterOf(fault: Extract<Fault, { kind: 'status' }>): Record<string, string> {
  if (fault.retryAfter === undefined) return {};
  const date = new Date(Date.now() + fault.retryAfter * 1000);
  return { 'retry-after': fault.retryAfterAs === 'date' ? date.toUTCString() : String(fault.retryAfter) };
}

function send(response: ServerResponse, reply: Reply): void {
  response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
  response.end(JSON.stringify(reply.body));
}
