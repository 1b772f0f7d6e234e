import type { Answer, Received } from '../../../../support/server.ts';
import { OdooError } from './odoo-domain.ts';
import { us } from './odoo-masters.ts';
import { OdooBooks, type OdooVersion } from './odoo-models.ts';

/**
 * A stateful Odoo, for tests: `/jsonrpc` (all versions; errors with HTTP 200) and `/json/2` (19 only; errors with real
 * statuses, seen on 19 and in http.py:2617, 19.0, `Json2Dispatcher.handle_error`).
 *
 * Comments name lines of Odoo's community source, here, in the files next to this one and in shared/erp/odoo. They are
 * those of github.com/odoo/odoo for 19.0 at 647373b7b3d9e95de52b9d5a3375c4526965f244 (December 2025) and for 18.0 at
 * d737e896100cc5c7ffa62c7d13935001715c40f2 (April 2025), and for 17.0, of which no commit could be had there, of
 * github.com/eriklehnsher/odoo-17.0 at ae3c6b309b2299c837fdb00861fdbdb6f309c453 (January 2025). A line of one version
 * stands for all where the code is the same.
 * @param login Checked at each call, so that a key can be replaced.
 * @param time The database's clock. Default: a clock by which every write is later than the one before.
 */
export function createOdoo(
  version: OdooVersion,
  login: { readonly database: string; readonly username: string; readonly apiKey: string },
  time?: () => Date,
) {
  const books = new OdooBooks(version, time);

  function answer(call: Received): Answer {
    const path = call.url.pathname;
    if (call.method !== 'POST') return { status: 405 };
    if (path === '/jsonrpc') return { body: jsonRpc(JSON.parse(call.body)) };
    const [, model, method] = /^\/json\/2\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
    if (version >= 19 && model && method) return json2(call, model, method);
    return { status: 404, headers: { 'content-type': 'text/html' }, body: '<h1>Not Found</h1>' };
  }

  function json2({ headers, body }: Received, model: string, method: string): Answer {
    if (!/^application\/json\b/.test(headers['content-type'] ?? '')) return { status: 415 };
    if (headers['x-odoo-database'] !== login.database) return { status: 404 };
    if (headers.authorization !== `bearer ${login.apiKey}`) {
      return { status: 401, body: errorBody('werkzeug.exceptions.Unauthorized', 'Invalid apikey') };
    }
    try {
      const { ids = [], context = {}, ...named } = JSON.parse(body);
      return { body: books.call(model, method, { ids, named, context }) };
    } catch (error) {
      if (!(error instanceof OdooError)) throw error;
      return { status: error.status, body: errorBody(error.json2Name, error.message) };
    }
  }

  function jsonRpc(call: JsonRpcCall): unknown {
    const envelope = { jsonrpc: '2.0', id: call.id ?? null };
    try {
      const result = execute(call.params);
      // Seen in http.py:2050 (17.0), :2214 (18.0), :2578 (19.0): a method that returns None leaves `result` out.
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
    const onModel = ['search_read', 'fields_get', 'context_get', 'check_access_rights', 'create'].includes(
      String(name),
    );
    const ids = onModel ? [] : list.shift();
    // Both take their values by position (`call_kw`: api.py:445 (17.0), :536 (18.0), service/model.py:98 (19.0)).
    const [values] = list;
    const written = name === 'create' ? { vals_list: values } : name === 'write' && { vals: values };
    return books.call(String(model), String(name), { ids: ids ?? [], named: written || rest, context });
  }

  return { books, answer };
}

interface JsonRpcCall {
  readonly id?: number;
  readonly params: { readonly service: string; readonly method: string; readonly args: unknown[] };
}

const denied = () => new OdooError('odoo.exceptions.AccessDenied', 'Access Denied', 403);

/**
 * As `serialize_exception` writes it (http.py:396 (17.0), :418 (18.0), :459 (19.0)); the traceback is there in
 * production, too.
 */
function errorBody(name: string, message: string): unknown {
  return {
    name,
    message,
    arguments: [message],
    context: {},
    debug: `Traceback (most recent call last):\n  File "odoo/http.py"\n${name}: ${message}`,
  };
}
