import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod/mini';
import type { RetryLater } from '../../model/errors.ts';
import type { Clock } from '../../platform/clock.ts';
import {
  createHttp,
  type Http,
  type HttpResponse,
  type PartnerCall,
  partnerFailure,
} from '../../platform/http.ts';
import { describeMismatches, parse } from '../../platform/validation.ts';
import type { ErpEnvironment } from '../connector.ts';
import { partnerDown, rejected } from '../failures.ts';
import { withCredentials } from '../login.ts';
import { failureOfOdooError, odooErrorSchema } from './errors.ts';
import type { OdooCredentials, OdooOptions } from './options.ts';
import { reference } from './records.ts';

type ValuesByName = Readonly<Record<string, unknown>>;

/** What a method gets. */
interface OdooArguments {
  readonly named?: ValuesByName;
  /**
   * Values to create or write. JSON-RPC gets them by position, as their name differs: `write` of mail_thread.py takes
   * `values` up to 18 (:309 (17.0), :330 (18.0)) and `vals` in 19 (:382, 19.0), and `create` looks at its first
   * positional argument (`call_kw`: api.py:445 (17.0), :536 (18.0), service/model.py:98 (19.0)).
   */
  readonly values?: ValuesByName | readonly ValuesByName[];
  readonly context?: ValuesByName | undefined;
}

interface OdooCall extends OdooArguments {
  readonly model: string;
  readonly method: string;
  /** Records that the method works on; absent for a method of the model itself. */
  readonly ids?: readonly number[];
  readonly writes: boolean;
}

interface OdooRequest extends OdooCall, PartnerCall {
  /** `mrp.production button_mark_done`. */
  readonly what: string;
  /** Number of the order that it is about; undefined for a listing. */
  readonly order: string | undefined;
}

type ReadingMethod = 'search_read' | 'fields_get' | 'context_get' | 'check_access_rights';

interface OdooSearch<Row> extends Pick<OdooArguments, 'context'> {
  readonly domain: readonly unknown[];
  /** Default: those of `row`. */
  readonly fields?: readonly string[];
  /** `id asc`. */
  readonly sort?: string;
  readonly limit?: number;
  readonly row: z.ZodMiniType<Row>;
}

interface OdooReader {
  readonly options: OdooOptions;
  /**
   * One call, in either protocol. If Odoo refuses the credentials, they are read again once, and used if they
   * have changed.
   * @throws RetryLater or Rejected, by the name of the Odoo exception (errors.ts).
   */
  read<T>(model: string, method: ReadingMethod, answer: z.ZodMiniType<T>, given?: OdooArguments): Promise<T>;
  /** `search_read`, with the errors of `read`. */
  search<Row>(model: string, search: OdooSearch<Row>): Promise<Row[]>;
}

/** What a booking knows of this Odoo before it looks at an order. */
interface OdooFacts {
  /** By its fields, as a server may be newer than the configuration says. */
  readonly isFrom19: boolean;
  /** Decimals to which every quantity is rounded when it is written. */
  readonly decimals: number;
  /** Up to 17 a scrap order has no reason, so reasons stand in the note. */
  readonly keepsReasons: boolean;
  /** Id of our user's contact, the author of its messages. */
  readonly author: number;
}

/** Odoo as one attempt looks at it: it cannot write. */
export interface Reader extends OdooReader, OdooFacts {}

/** With the errors of `read`. */
export interface Writer extends Reader {
  write(model: string, method: string, ids: readonly number[], given?: OdooArguments): Promise<unknown>;
  /** @returns the ids of the new records. */
  create(model: string, values: readonly ValuesByName[]): Promise<[number, ...number[]]>;
}

/** Odoo as a listing reads it, which needs the facts only when an order was split. */
export interface Source extends OdooReader {
  connect(): Promise<Writer>;
}

/**
 * Odoo over JSON-2 or JSON-RPC, by its version.
 * @returns a function that makes the calls of one attempt, about one order or none; it calls `onWritten` after each write
 * that was answered.
 */
export function createOdooClient(options: OdooOptions, environment: ErpEnvironment<OdooCredentials>) {
  const { clock, credentials, mayWrite } = environment;
  const http = createHttp({ ...options, partner: 'Odoo', baseUrl: options.url, clock, mayWrite });
  const { version = 19 } = options;
  const send = version >= 19 ? json2(http, options, clock) : jsonRpc(http, options, clock);
  let facts: OdooFacts | undefined;

  return function attempt({ signal, guard }: PartnerCall, order?: string, onWritten = () => {}): Source {
    async function ask<T>(call: OdooCall, answer: z.ZodMiniType<T>): Promise<T> {
      const request = { ...call, what: `${call.model} ${call.method}`, order, signal, guard };
      const parsed = parse(answer, await withCredentials(credentials, (known) => send(request, known)));
      if (!parsed.ok) throw notOdoo(request, describeMismatches(parsed.mismatches));
      if (call.writes) onWritten();
      return parsed.value;
    }
    const read: OdooReader['read'] = (model, method, answer, given) =>
      ask({ model, method, writes: false, ...given }, answer);
    const odoo: Omit<Writer, keyof OdooFacts> = {
      options,
      read,
      search: (model, { domain, row, fields = schemaFieldNames(row), sort, limit, context }) => {
        const named = { domain, fields, limit, order: sort };
        return read(model, 'search_read', z.array(row), { named, context });
      },
      write: (model, method, ids, given) => ask({ model, method, ids, writes: true, ...given }, z.unknown()),
      create: (model, values) =>
        ask({ model, method: 'create', values, writes: true }, z.tuple([z.number()], z.number())),
    };
    return {
      ...odoo,
      async connect() {
        facts ??= await readOdooFacts(attempt({ signal, guard }));
        return { ...odoo, ...facts };
      },
    };
  };
}

function schemaFieldNames(row: z.ZodMiniType): string[] {
  return row instanceof z.ZodMiniObject ? Object.keys(row.shape) : [];
}

const fieldsSchema = z.object({
  lot_producing_ids: z.optional(z.unknown()),
  qty_producing: z.object({ digits: z.optional(z.nullable(z.tuple([z.number(), z.number()]))) }),
});

/** These calls are about no order. */
async function readOdooFacts({ read, search, options: { version = 19 } }: OdooReader): Promise<OdooFacts> {
  const named = { allfields: Object.keys(fieldsSchema.shape), attributes: ['digits'] };
  const known = await read('mrp.production', 'fields_get', fieldsSchema, { named });
  const { uid } = await read('res.users', 'context_get', z.object({ uid: z.number() }));
  const row = z.object({ partner_id: reference });
  const [user] = await search('res.users', { domain: [['id', '=', uid]], row });
  const why = 'Odoo does not let our user read its own record: check its rights.';
  if (!user) throw partnerDown(why, { unauthorized: true });
  return {
    isFrom19: known.lot_producing_ids !== undefined,
    // odoo/fields.py:1530 (17.0), :1636 (18.0), orm/fields_numeric.py:127 (19.0), `_description_digits`: the decimals
    // of `Product Unit (of Measure)`, 2 if nobody changed them.
    decimals: known.qty_producing.digits?.[1] ?? 2,
    keepsReasons: version >= 18,
    author: user.partner_id[0],
  };
}

/**
 * Makes a call, and gives its result.
 * @throws the failure of an Odoo exception, which has rolled back its transaction: the call changed nothing; or of an answer
 * that is not Odoo's.
 */
type SendOdooCall = (request: OdooRequest, credentials: OdooCredentials) => Promise<unknown>;

/** JSON-2: named arguments in the body, real statuses, exceptions in the body of an error (seen on 19). */
function json2(http: Http, { database }: OdooOptions, clock: Clock): SendOdooCall {
  return async (request, { apiKey }) => {
    const { model, method, ids, values, context, named, signal, guard, writes } = request;
    const written = method === 'create' ? { vals_list: values } : { vals: values };
    const response = await http.send({
      method: 'POST',
      path: `/json/2/${model}/${method}`,
      headers: { authorization: `bearer ${apiKey}`, 'x-odoo-database': database },
      body: { ids, context, ...written, ...named },
      signal,
      guard,
      writes,
    });
    // A 401, 429 or 5xx of a proxy holds no Odoo exception, and an unknown key is no exception of a model.
    const error = response.status >= 400 ? odooErrorSchema.safeParse(response.json) : undefined;
    const isAboutAccess = response.status === 401 || response.status === 429;
    if (error?.success && !isAboutAccess) throw failureOfOdooError(error.data, request);
    return requireAnswer(response, request, clock.now()).json;
  };
}

const rpcAnswerSchema = z.object({
  result: z.optional(z.unknown()),
  error: z.optional(z.object({ data: z.optional(odooErrorSchema), message: z.optional(z.string()) })),
});

/** JSON-RPC: the user's id is asked for once; errors arrive with HTTP 200. */
function jsonRpc(http: Http, { database }: OdooOptions, clock: Clock): SendOdooCall {
  let user: { readonly id: number; readonly of: OdooCredentials } | undefined;

  async function rpc(
    service: string,
    method: string,
    args: unknown[],
    request: OdooRequest,
  ): Promise<unknown> {
    const response = await http.send({
      method: 'POST',
      path: '/jsonrpc',
      body: { jsonrpc: '2.0', method: 'call', id: 1, params: { service, method, args } },
      signal: request.signal,
      guard: request.guard,
      writes: request.writes && service === 'object',
    });
    const answer = parse(rpcAnswerSchema, requireAnswer(response, request, clock.now()).json);
    if (!answer.ok) throw notOdoo(request, describeMismatches(answer.mismatches));
    const { error, result = null } = answer.value;
    if (!error) return result;
    throw failureOfOdooError(error.data ?? { name: 'error', message: error.message ?? '' }, request);
  }

  return async (request, credentials) => {
    if (!user || !isDeepStrictEqual(user.of, credentials)) {
      const { username, apiKey } = credentials;
      // As for a secret of the wrong shape: nothing can be booked, but no order is given up.
      if (username === undefined)
        throw refusedLogin('Odoo: the secret has no username, which JSON-RPC (up to 18) needs: add it.');
      const id = await rpc('common', 'login', [database, username, apiKey], request);
      // A wrong login is answered with false.
      if (typeof id !== 'number')
        throw refusedLogin('Odoo refused our login: check the username, API key and database.');
      user = { id, of: credentials };
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

/** @throws the failure of an answer that holds no Odoo exception, and no result. */
function requireAnswer(response: HttpResponse, request: OdooRequest, now: Date): HttpResponse {
  const { what, order, writes } = request;
  const wrote = writes ? 'perhaps' : 'nothing';
  const down = partnerFailure(response, { partner: 'Odoo', what, now, wrote });
  if (down) throw down;
  if (response.status === 413) {
    const about = order ? `${what} of order ${order}` : what;
    const why = `Odoo, or a proxy before it, takes no call as large as ${about}: shorten what the mapping sends.`;
    throw rejected('configuration', why);
  }
  // This is a proxy's answer or a wrong address: it says nothing about the order.
  if (response.status !== 200) throw notOdoo(request, `status ${response.status}`);
  if (response.json === undefined) throw notOdoo(request, 'its answer is no JSON');
  return response;
}

function notOdoo({ what, writes }: OdooRequest, why: string): RetryLater {
  return partnerDown(
    `Odoo did not answer ${what} as Odoo does (${why}): check the URL, the database and the version in the configuration.`,
    { wrote: writes ? 'perhaps' : 'nothing' },
  );
}
