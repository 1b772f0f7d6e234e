import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type * as z from 'zod/mini';
import { describeMismatches, parse } from '../../../shared/platform/validation.ts';
import type { Database } from './database.ts';
import { logFault } from './fault-log.ts';
import { createFaults, type Fault, faultsSchema } from './faults.ts';

/** One request to a sandbox, read and decoded. */
export interface Call {
  readonly method: string;
  /** What stood in the place of `{name}` in the pattern, decoded. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Parsed JSON; undefined without a body. */
  readonly body: unknown;
  /** `http://127.0.0.1:<port>`, as the caller reached us. */
  readonly origin: string;
}

export interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** `{name}` in a pattern stands for one path segment; the text of the pattern is what calls are counted under. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly pattern: string;
  readonly answer: (call: Call) => Reply | Promise<Reply>;
}

/** Thrown inside a route to answer with an error. */
export class Refusal extends Error {
  readonly reply: Reply;
  constructor(reply: Reply, message: string) {
    super(message);
    this.reply = reply;
  }
}

export interface SandboxServerOptions {
  /** The partner's own API: guarded, counted, and subject to faults. */
  readonly api: readonly Route[];
  /** Routes below `/sandbox/`: for tests and the story; neither guarded nor counted nor faulty. */
  readonly control: readonly Route[];
  /** The reply to a caller who may not (wrong key, too fast); undefined lets the call in. */
  readonly guard: (call: Call) => Reply | undefined;
  /** Body of an error in this API. */
  readonly errorBody: (code: string, message: string) => unknown;
  readonly database: Database;
}

/** Table for the counts of calls; belongs into every sandbox's schema. */
export const callsTable =
  'CREATE TABLE IF NOT EXISTS calls (route TEXT, path TEXT, count INTEGER, PRIMARY KEY (route, path));';

const largestBody = 5 * 1024 * 1024;

/** A loopback HTTP server over a sandbox's routes, with call counts and faults. */
export function createSandboxServer(options: SandboxServerOptions): Server {
  const { api, guard, errorBody, database } = options;
  const faults = createFaults();
  const control = [...options.control, ...faultRoutes(), ...callRoutes(database)];
  const apiRoutes = api.map(compiled);
  const controlRoutes = control.map(compiled);

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      const reply =
        error instanceof Refusal ? error.reply : { status: 500, body: errorBody('internal', String(error)) };
      if (!response.headersSent) send(response, reply);
    });
  });
  // An idle connection is not cut under the hands of a caller that a busy machine holds up.
  server.keepAliveTimeout = 60_000;
  return server;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', `http://${request.headers.host ?? '127.0.0.1'}`);
    const method = request.method ?? 'GET';
    const routes = url.pathname.startsWith('/sandbox/') ? controlRoutes : apiRoutes;
    const found = matching(routes, method, url.pathname);
    const text = await readBody(request);
    if (!found) {
      send(response, { status: 404, body: errorBody('not-found', `There is no ${method} ${url.pathname}.`) });
      return;
    }
    const { route, parameters } = found;
    const name = `${method} ${route.pattern}`;
    const work = async () => {
      const call = {
        method,
        parameters,
        query: url.searchParams,
        headers: request.headers,
        origin: url.origin,
      };
      const refused = routes === apiRoutes ? guard({ ...call, body: undefined }) : undefined;
      return refused ?? route.answer({ ...call, body: bodyOf(text) });
    };
    if (routes === controlRoutes) return send(response, await work());

    database.run(
      'INSERT INTO calls VALUES (?, ?, 1) ON CONFLICT (route, path) DO UPDATE SET count = count + 1',
      name,
      url.pathname + url.search,
    );
    const { struck, delayMs, fault } = faults.strike(name);
    for (const each of struck) logFault(database, each, method, url.pathname);
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    await answerWith(fault, response, work);
  }

  async function answerWith(fault: Fault | undefined, response: ServerResponse, work: () => Promise<Reply>) {
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
        await work();
        return void response.socket?.resetAndDestroy();
      case 'timeout-after':
        await work();
        return;
      case 'malformed': {
        await work();
        if (fault.as === 'wrong-shape')
          return send(response, { status: 200, body: { unexpected: [1, 2, 3] } });
        response.writeHead(200, { 'content-type': 'text/html' });
        return void response.end('<html><body>Please log in.</body></html>');
      }
      default:
        return send(response, await work());
    }
  }

  function faultRoutes(): Route[] {
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

  function bodyOf(text: string): unknown {
    if (text === '') return undefined;
    try {
      return JSON.parse(text);
    } catch {
      const message = 'The body is not JSON.';
      throw new Refusal({ status: 400, body: errorBody('malformed', message) }, message);
    }
  }
}

/** The body in the shape a control route asks for; otherwise a 400 that names what is wrong. */
export function accepted<T>(schema: z.ZodMiniType<T>, body: unknown): T {
  const parsed = parse(schema, body);
  if (parsed.ok) return parsed.value;
  const message = describeMismatches(parsed.mismatches);
  throw new Refusal({ status: 400, body: { error: { code: 'malformed', message } } }, message);
}

function callRoutes(database: Database): Route[] {
  return [
    {
      method: 'GET',
      pattern: '/sandbox/calls',
      answer: ({ query }) => {
        const rows =
          query.get('by') === 'path'
            ? database.all(
                "SELECT substr(route, 1, instr(route, ' ')) || path AS name, count FROM calls ORDER BY name",
              )
            : database.all(
                'SELECT route AS name, sum(count) AS count FROM calls GROUP BY route ORDER BY route',
              );
        return { status: 200, body: Object.fromEntries(rows.map(({ name, count }) => [name, count])) };
      },
    },
    {
      method: 'DELETE',
      pattern: '/sandbox/calls',
      answer: () => {
        database.run('DELETE FROM calls');
        return { status: 200, body: {} };
      },
    },
  ];
}

interface CompiledRoute {
  readonly route: Route;
  readonly expression: RegExp;
}

function compiled(route: Route): CompiledRoute {
  const source = route.pattern
    .split(/(\{\w+\})/)
    .map((part) => part.replace(/^\{(\w+)\}$/, '(?<$1>[^/]+)'))
    .join('');
  return { route, expression: new RegExp(`^${source}$`) };
}

function matching(routes: readonly CompiledRoute[], method: string, path: string) {
  for (const { route, expression } of routes) {
    const match = route.method === method ? expression.exec(path) : null;
    if (!match) continue;
    const parameters: Record<string, string> = {};
    for (const [name, value] of Object.entries(match.groups ?? {}))
      parameters[name] = decodeURIComponent(value);
    return { route, parameters };
  }
  return undefined;
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
