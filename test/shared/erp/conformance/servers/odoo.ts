import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { listenOnLoopback } from '../../../../support/loopback.ts';
import { OdooError } from './odoo-domain.ts';
import { us } from './odoo-masters.ts';
import { OdooBooks, type OdooVersion } from './odoo-models.ts';

export interface OdooServer {
  readonly url: string;
  readonly books: OdooBooks;
  close(): Promise<void>;
}

export interface OdooLogin {
  readonly database: string;
  readonly username: string;
  readonly apiKey: string;
}

/**
 * A stateful Odoo on loopback, for tests: `/jsonrpc` (all versions; errors with HTTP 200) and `/json/2` (19
 * only; errors with real statuses, seen on 19 and in http.py, Json2Dispatcher.handle_error).
 */
export async function startOdoo(version: OdooVersion, login: OdooLogin): Promise<OdooServer> {
  const books = new OdooBooks(version);

  const { url, close } = await listenOnLoopback((request, response) => {
    answer(request, response).catch((error) => {
      response.writeHead(500).end(`the test server broke: ${error}`);
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<ServerResponse> {
    const body = await text(request);
    const path = request.url ?? '';
    if (request.method !== 'POST') return send(response, 405, {});
    if (path === '/jsonrpc') return send(response, 200, jsonRpc(JSON.parse(body)));
    const route = /^\/json\/2\/([^/]+)\/([^/]+)$/.exec(path);
    if (version >= 19 && route) return json2(request, response, route[1] ?? '', route[2] ?? '', body);
    return response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>Not Found</h1>');
  }

  function json2(
    request: IncomingMessage,
    response: ServerResponse,
    model: string,
    method: string,
    body: string,
  ): ServerResponse {
    if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) return send(response, 415, {});
    if (request.headers['x-odoo-database'] !== login.database) return send(response, 404, {});
    if (request.headers.authorization !== `bearer ${login.apiKey}`) {
      return send(response, 401, errorBody('werkzeug.exceptions.Unauthorized', 'Invalid apikey'));
    }
    try {
      const { ids = [], context = {}, ...named } = JSON.parse(body);
      return send(response, 200, books.call(model, method, { ids, named, context }));
    } catch (error) {
      if (!(error instanceof OdooError)) throw error;
      return send(response, error.status, errorBody(error.odooName, error.message));
    }
  }

  function jsonRpc(call: JsonRpcCall): unknown {
    const envelope = { jsonrpc: '2.0', id: call.id ?? null };
    try {
      const result = execute(call.params);
      // Seen in http.py: a method that returns None leaves `result` out.
      return result === null ? envelope : { ...envelope, result };
    } catch (error) {
      if (!(error instanceof OdooError)) throw error;
      const message =
        error.odooName === 'odoo.exceptions.AccessDenied' ? 'Access Denied' : 'Odoo Server Error';
      return { ...envelope, error: { code: 200, message, data: errorBody(error.odooName, error.message) } };
    }
  }

  function execute({ service, method, args }: JsonRpcCall['params']): unknown {
    if (service === 'common' && method === 'login') {
      const [database, username, key] = args;
      const right = database === login.database && username === login.username && key === login.apiKey;
      return right ? us.uid : false;
    }
    if (service !== 'object' || method !== 'execute_kw') throw denied();
    const [database, user, key, model, name, positional, named = {}] = args;
    if (database !== login.database || user !== us.uid || key !== login.apiKey) throw denied();
    const list = Array.isArray(positional) ? [...positional] : [];
    const { context = {}, ...rest } = named as Record<string, Record<string, unknown>>;
    const onModel = ['search_read', 'fields_get', 'context_get', 'create'].includes(String(name));
    const ids = onModel ? [] : list.shift();
    // `create` looks at its first positional argument (api.py, call_kw).
    const arguments_ = name === 'create' ? { vals_list: list.shift() } : rest;
    return books.call(String(model), String(name), { ids: ids ?? [], named: arguments_, context });
  }

  return { url, books, close };
}

interface JsonRpcCall {
  readonly id?: number;
  readonly params: { readonly service: string; readonly method: string; readonly args: unknown[] };
}

const denied = () => new OdooError('odoo.exceptions.AccessDenied', 'Access Denied', 403);

/** As `serialize_exception` writes it; the traceback is there in production, too. */
function errorBody(name: string, message: string): unknown {
  return {
    name,
    message,
    arguments: [message],
    context: {},
    debug: `Traceback (most recent call last):\n  File "odoo/http.py"\n${name}: ${message}`,
  };
}

function send(response: ServerResponse, status: number, body: unknown): ServerResponse {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  return response.end(JSON.stringify(body));
}
