import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod/mini';
import type { Rejected, RetryLater } from '../../model/errors.ts';
import { createHttp, type Http, type HttpResponse, partnerFailure } from '../../platform/http.ts';
import { describeMismatches, parse } from '../../platform/validation.ts';
import type { ErpEnvironment } from '../connector.ts';
import { partnerDown, rejected } from '../failures.ts';
import { withCredentials } from '../login.ts';
import { failureOfOdooError, odooErrorSchema } from './errors.ts';
import type { OdooCredentials, OdooOptions } from './options.ts';

type Named = Readonly<Record<string, unknown>>;

/** What a public method gets. */
interface Given {
  readonly named?: Named;
  /**
   * Values to create or write. JSON-RPC gets them by position, as their name differs: `write` of mail_thread.py takes
   * `values` up to 18 (:309 (17.0), :330 (18.0)) and `vals` in 19 (:382, 19.0), and `create` looks at its first
   * positional argument (`call_kw`: api.py:445 (17.0), :536 (18.0), service/model.py:98 (19.0)).
   */
  readonly values?: Named | readonly Named[];
  readonly context?: Named | undefined;
}

interface OdooCall extends Given {
  readonly model: string;
  readonly method: string;
  /** Records that the method works on; absent for a method of the model itself. */
  readonly ids?: readonly number[];
}

type ReadingMethod = 'search_read' | 'fields_get' | 'context_get';

interface OdooSearch<Row> extends Pick<Given, 'context'> {
  readonly domain: readonly unknown[];
  /** Default: those of `row`. */
  readonly fields?: readonly string[];
  /** `id asc`. */
  readonly sort?: string;
  readonly limit?: number;
  readonly row: z.ZodMiniType<Row>;
}

/** Odoo as one attempt reads it. A look is given only this, so it cannot write. */
export interface OdooReader {
  /**
   * One call, in either protocol. If Odoo refuses the credentials, they are read again once, and used if they
   * have changed.
   * @throws RetryLater or Rejected, by the name of the Odoo exception (errors.ts).
   */
  read<T>(model: string, method: ReadingMethod, answer: z.ZodMiniType<T>, given?: Given): Promise<T>;
  /** `search_read`, with the errors of `read`. */
  search<Row>(model: string, search: OdooSearch<Row>): Promise<Row[]>;
}

/** Odoo as one attempt reads and writes it, with the errors of `read`. */
export interface OdooWriter extends OdooReader {
  write(model: string, method: string, ids: readonly number[], more?: Given): Promise<unknown>;
  /** @returns the ids of the new records. */
  create(model: string, values: readonly Named[]): Promise<[number, ...number[]]>;
}

interface Request extends OdooCall {
  /** `mrp.production button_mark_done`. */
  readonly what: string;
  /** Number of the order that it is about; undefined for a listing. */
  readonly order: string | undefined;
  readonly writes: boolean;
  readonly signal: AbortSignal;
}

/**
 * Odoo over JSON-2 or JSON-RPC, by its version.
 * @returns a function that makes the calls of one attempt, about one order or none; it calls `onWritten` after each write
 * that was answered.
 */
export function createOdooClient(
  options: OdooOptions,
  { clock, credentials }: ErpEnvironment<OdooCredentials>,
) {
  const { version = 19 } = options;
  const http = createHttp({ ...options, partner: 'Odoo', baseUrl: options.url, clock });
  const send = version >= 19 ? json2(http, options) : jsonRpc(http, options);

  async function call<T>(request: Request, answer: z.ZodMiniType<T>): Promise<T> {
    const result = await withCredentials(credentials, async (known) => {
      const sent = await send(request, known);
      const failure = failureOf(sent, request, clock.now());
      if (failure) throw failure;
      return sent.result;
    });
    const parsed = parse(answer, result);
    if (parsed.ok) return parsed.value;
    throw notOdoo(request, describeMismatches(parsed.mismatches));
  }

  return (signal: AbortSignal, order?: string, onWritten = () => {}): OdooWriter => {
    const ask = <T>(sent: OdooCall, writes: boolean, answer: z.ZodMiniType<T>) =>
      call({ ...sent, what: `${sent.model} ${sent.method}`, order, writes, signal }, answer);
    const read: OdooReader['read'] = (model, method, answer, given) =>
      ask({ model, method, ...given }, false, answer);

    async function write<T>(sent: OdooCall, answer: z.ZodMiniType<T>): Promise<T> {
      const answered = await ask(sent, true, answer);
      onWritten();
      return answered;
    }

    return {
      read,
      search: (model, { domain, row, fields = fieldsOf(row), sort, limit, context }) => {
        const named = { domain, fields, limit, order: sort };
        return read(model, 'search_read', z.array(row), { named, context });
      },
      write: (model, method, ids, more) => write({ model, method, ids, ...more }, z.unknown()),
      create: (model, values) =>
        write({ model, method: 'create', values }, z.tuple([z.number()], z.number())),
    };
  };
}

function fieldsOf(row: z.ZodMiniType): string[] {
  return row instanceof z.ZodMiniObject ? Object.keys(row.shape) : [];
}

/** What an answer says that holds no Odoo exception; undefined for one with a result. */
function failureOf(response: HttpResponse, request: Request, now: Date): Rejected | RetryLater | undefined {
  const { what, order, writes } = request;
  const down = partnerFailure(response, {
    partner: 'Odoo',
    what,
    now,
    wrote: writes ? 'perhaps' : 'nothing',
  });
  if (down) return down;
  if (response.status === 413) {
    const about = order ? `${what} of order ${order}` : what;
    const why = `Odoo, or a proxy before it, takes no call as large as ${about}: shorten what the mapping sends.`;
    return rejected('configuration', why);
  }
  // This is a proxy's answer or a wrong address: it says nothing about the order.
  if (response.status !== 200) return notOdoo(request, `status ${response.status}`);
  return response.json === undefined ? notOdoo(request, 'its answer is no JSON') : undefined;
}

type Sent = HttpResponse & { readonly result?: unknown };

/** Throws the failure of an Odoo exception, which has rolled back its transaction: the call changed nothing. */
type Send = (request: Request, credentials: OdooCredentials) => Promise<Sent>;

/** JSON-2: named arguments in the body, real statuses, exceptions in the body of an error (seen on 19). */
function json2(http: Http, { database }: OdooOptions): Send {
  return async (request, { apiKey }) => {
    const { model, method, ids, values, context, named, signal, writes } = request;
    const written = method === 'create' ? { vals_list: values } : { vals: values };
    const response = await http.send({
      method: 'POST',
      path: `/json/2/${model}/${method}`,
      headers: { authorization: `bearer ${apiKey}`, 'x-odoo-database': database },
      body: { ids, context, ...written, ...named },
      ...{ signal, writes },
    });
    // A 401, 429 or 5xx of a proxy holds no Odoo exception, and an unknown key is no exception of a model.
    const error = response.status >= 400 ? odooErrorSchema.safeParse(response.json) : undefined;
    if (error?.success && response.status !== 401 && response.status !== 429)
      throw failureOfOdooError(error.data, request);
    return { ...response, result: response.json };
  };
}

const rpcAnswerSchema = z.object({
  result: z.optional(z.unknown()),
  error: z.optional(z.object({ data: z.optional(odooErrorSchema), message: z.optional(z.string()) })),
});

/** JSON-RPC: the user's id is asked for once; errors arrive with HTTP 200. */
function jsonRpc(http: Http, { database }: OdooOptions): Send {
  let user: { readonly id: number; readonly of: OdooCredentials } | undefined;

  async function rpc(service: string, method: string, args: unknown[], request: Request): Promise<Sent> {
    const response = await http.send({
      method: 'POST',
      path: '/jsonrpc',
      body: { jsonrpc: '2.0', method: 'call', id: 1, params: { service, method, args } },
      signal: request.signal,
      writes: request.writes && service === 'object',
    });
    const answer = rpcAnswerSchema.safeParse(response.json);
    if (!answer.success) return response;
    const { error, result } = answer.data;
    if (!error) return { ...response, result: result ?? null };
    throw failureOfOdooError(error.data ?? { name: 'error', message: error.message ?? '' }, request);
  }

  return async (request, credentials) => {
    if (!user || !isDeepStrictEqual(user.of, credentials)) {
      const { username, apiKey } = credentials;
      // As for a secret of the wrong shape: nothing can be booked, but no order is given up.
      if (username === undefined)
        throw refusedLogin('Odoo: the secret has no username, which JSON-RPC (up to 18) needs: add it.');
      const login = await rpc('common', 'login', [database, username, apiKey], request);
      if (login.status !== 200 || login.json === undefined) return login;
      // A wrong login is answered with false.
      if (typeof login.result !== 'number')
        throw refusedLogin('Odoo refused our login: check the username, API key and database.');
      user = { id: login.result, of: credentials };
    }
    const { model, method, ids, values, named, context } = request;
    const positional = method === 'create' ? [values] : [ids, values].filter((one) => one !== undefined);
    const args = [database, user.id, credentials.apiKey, model, method, positional, { ...named, context }];
    return rpc('object', 'execute_kw', args, request);
  };
}

function refusedLogin(message: string): RetryLater {
  return partnerDown(message, { unauthorized: true });
}

function notOdoo({ what, writes }: Request, why: string): RetryLater {
  return partnerDown(
    `Odoo did not answer ${what} as Odoo does (${why}): check the URL, the database and the version in the configuration.`,
    { wrote: writes ? 'perhaps' : 'nothing' },
  );
}
