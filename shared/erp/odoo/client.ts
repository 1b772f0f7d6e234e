import * as z from 'zod/mini';
import { Rejected, RetryLater } from '../../model/errors.ts';
import { createHttp, type Http, type HttpResponse, partnerFailure } from '../../platform/http.ts';
import { describeMismatches, parse } from '../../platform/validation.ts';
import { stopIfAborted } from '../booking-rules.ts';
import type { ErpEnvironment } from '../connector.ts';
import { failureOfOdooError, odooErrorSchema } from './errors.ts';
import { type OdooCredentials, type OdooOptions, protocolOf } from './options.ts';

interface Call<T> {
  readonly model: string;
  readonly method: string;
  /** Records that the method works on; absent for a method of the model itself. */
  readonly ids?: readonly number[];
  readonly named?: Readonly<Record<string, unknown>>;
  readonly context?: Readonly<Record<string, unknown>>;
  readonly answer: z.ZodMiniType<T>;
  /** Number of the order it is about, for the sentences of errors. */
  readonly order?: string;
  readonly signal: AbortSignal;
}

export interface OdooRead<T> extends Call<T> {
  /** Methods that change nothing: a look is handed no others. */
  readonly method: 'search_read' | 'fields_get' | 'context_get';
}

export interface OdooWrite<T> extends Call<T> {
  /** For `create`, whose list of values JSON-RPC wants as the first positional argument (api.py, call_kw). */
  readonly creates?: Readonly<Record<string, unknown>>;
}

/** What a look is handed: it cannot write. */
export interface OdooReader {
  /**
   * One call of a public method, in whichever protocol. Refused credentials are read again once, and used if
   * they have changed.
   * @throws RetryLater or Rejected, by the name of the Odoo exception (errors.ts).
   */
  readonly read: <T>(call: OdooRead<T>) => Promise<T>;
}

export interface OdooClient extends OdooReader {
  /** The same, of any public method. */
  readonly write: <T>(call: OdooWrite<T>) => Promise<T>;
}

/** Either, as it is sent. */
interface OdooCall<T> extends OdooWrite<T> {
  readonly writes: boolean;
}

const rpcAnswerSchema = z.object({
  result: z.optional(z.unknown()),
  error: z.optional(z.object({ data: z.optional(odooErrorSchema), message: z.optional(z.string()) })),
});

export function createOdooClient(
  options: OdooOptions,
  environment: ErpEnvironment<OdooCredentials>,
): OdooClient {
  const http = createHttp({
    partner: 'Odoo',
    baseUrl: options.url,
    allowHttp: options.allowHttp,
    timeoutMs: options.timeoutMs,
    caCertificate: options.caCertificate,
    clock: environment.clock,
  });
  const send = protocolOf(options) === 'json2' ? json2(http, options) : jsonRpc(http, options);

  async function attempt<T>(call: OdooCall<T>, credentials: OdooCredentials): Promise<unknown> {
    const what = `${call.model} ${call.method}`;
    stopIfAborted(call.signal, 'Odoo', what);
    const { response, result, failure } = await send(call, credentials);
    // An exception has rolled back its transaction: the call changed nothing.
    if (failure) throw failure;
    const unwell = partnerFailure(response, {
      partner: 'Odoo',
      what,
      now: environment.clock.now(),
      wrote: call.writes ? 'perhaps' : 'nothing',
    });
    if (unwell) throw unwell;
    if (response.status === 413) {
      throw new Rejected(
        `Odoo, or a proxy before it, takes no call as large as ${what}${call.order ? ` of order ${call.order}` : ''}: shorten what the mapping sends.`,
        { code: 'configuration' },
      );
    }
    // Without an exception of Odoo's in it, it is a proxy's answer or a wrong address: it says nothing of the order.
    if (response.status !== 200) throw notOdoo(what, `status ${response.status}`, call.writes);
    if (response.json === undefined) throw notOdoo(what, 'its answer is no JSON', call.writes);
    return result;
  }

  async function answerOf<T>(call: OdooCall<T>): Promise<T> {
    const credentials = await environment.credentials();
    const result = await attempt(call, credentials).catch(async (error: unknown) => {
      if (!(error instanceof RetryLater && error.unauthorized)) throw error;
      const renewed = await environment.credentials({ refresh: true });
      if (sameCredentials(renewed, credentials)) throw error;
      return attempt(call, renewed);
    });
    const parsed = parse(call.answer, result);
    if (parsed.ok) return parsed.value;
    const { model, method, writes } = call;
    throw notOdoo(`${model} ${method}`, describeMismatches(parsed.mismatches), writes);
  }

  return {
    read: (call) => answerOf({ ...call, writes: false }),
    write: (call) => answerOf({ ...call, writes: true }),
  };
}

interface Sent {
  readonly response: HttpResponse;
  readonly result: unknown;
  readonly failure?: Error;
}

type Send = (call: OdooCall<unknown>, credentials: OdooCredentials) => Promise<Sent>;

/** JSON-2: named arguments in the body, real statuses, exceptions in the body of an error (seen on 19). */
function json2(http: Http, { database }: OdooOptions): Send {
  return async (call, { apiKey }) => {
    const response = await http.send({
      method: 'POST',
      path: `/json/2/${call.model}/${call.method}`,
      headers: { authorization: `bearer ${apiKey}`, 'x-odoo-database': database },
      body: {
        ...(call.ids ? { ids: call.ids } : {}),
        ...(call.creates ? { vals_list: [call.creates] } : {}),
        ...(call.context ? { context: call.context } : {}),
        ...call.named,
      },
      signal: call.signal,
      writes: call.writes,
    });
    // A proxy's 401, 429 or 5xx has no Odoo exception in it, and an unknown key is no exception of a model.
    const error = response.status >= 400 ? odooErrorSchema.safeParse(response.json) : undefined;
    if (error?.success && response.status !== 401 && response.status !== 429) {
      return { response, result: undefined, failure: failureOfOdooError(error.data, namesOf(call)) };
    }
    return { response, result: response.json };
  };
}

/** JSON-RPC: the user's id is asked for once; errors arrive with HTTP 200. */
function jsonRpc(http: Http, { database }: OdooOptions): Send {
  let user: { readonly id: number; readonly of: OdooCredentials } | undefined;

  async function rpc(
    service: string,
    method: string,
    args: readonly unknown[],
    call: OdooCall<unknown>,
  ): Promise<Sent> {
    const response = await http.send({
      method: 'POST',
      path: '/jsonrpc',
      body: { jsonrpc: '2.0', method: 'call', id: 1, params: { service, method, args } },
      signal: call.signal,
      writes: call.writes && service === 'object',
    });
    const answer = rpcAnswerSchema.safeParse(response.json);
    if (!answer.success) return { response, result: undefined };
    const { error, result } = answer.data;
    if (!error) return { response, result: result ?? null };
    const said = error.data ?? { name: 'error', message: error.message ?? '' };
    return { response, result, failure: failureOfOdooError(said, namesOf(call)) };
  }

  return async (call, credentials) => {
    if (!user || !sameCredentials(user.of, credentials)) {
      const { username, apiKey } = credentials;
      if (username === undefined) {
        // As for a secret of the wrong shape: nothing can be booked, and nothing is to be given up.
        throw new RetryLater(
          'Odoo: the secret has no username, which JSON-RPC needs. Add it, or use protocol json2.',
          { scope: 'partner', unauthorized: true },
        );
      }
      const login = await rpc('common', 'login', [database, username, apiKey], call);
      if (login.failure || login.response.status !== 200 || login.response.json === undefined) return login;
      // A wrong login is answered with false.
      if (typeof login.result !== 'number') return { ...login, failure: refusedLogin() };
      user = { id: login.result, of: credentials };
      stopIfAborted(call.signal, 'Odoo', `${call.model} ${call.method}`);
    }
    const positional = call.creates ? [[call.creates]] : call.ids ? [call.ids] : [];
    const named = { ...call.named, ...(call.context ? { context: call.context } : {}) };
    const args = [database, user.id, credentials.apiKey, call.model, call.method, positional, named];
    return rpc('object', 'execute_kw', args, call);
  };
}

function sameCredentials(a: OdooCredentials, b: OdooCredentials): boolean {
  return a.apiKey === b.apiKey && a.username === b.username;
}

function refusedLogin(): RetryLater {
  return new RetryLater('Odoo refused our login: check the username, API key and database.', {
    scope: 'partner',
    unauthorized: true,
  });
}

function namesOf(call: OdooCall<unknown>): { what: string; order: string | undefined } {
  return { what: `${call.model} ${call.method}`, order: call.order };
}

function notOdoo(what: string, why: string, writes: boolean): RetryLater {
  return new RetryLater(
    `Odoo did not answer ${what} as Odoo does (${why}): check the URL, the database and the version in the configuration.`,
    {
      scope: 'partner',
      wrote: writes ? 'perhaps' : 'nothing',
    },
  );
}
