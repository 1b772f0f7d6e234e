import * as z from 'zod/mini';
import { Rejected } from '../../model/errors.ts';
import { createHttp, type HttpResponse, type PartnerCall, partnerFailure } from '../../platform/http.ts';
import { describeMismatches, parse } from '../../platform/validation.ts';
import type { ErpEnvironment, UserRight } from '../connector.ts';
import { partnerDown } from '../failures.ts';
import { failureOfTrytonError } from './errors.ts';
import { type Send, trytonSessions } from './login.ts';
import type { TrytonCredentials, TrytonOptions } from './options.ts';
import { fieldsFor, plainValue } from './wire.ts';

/** One call of a model's method. */
interface Call<T> {
  readonly model: string;
  readonly method: string;
  /** Arguments without the context, which is always the last one. */
  readonly params: readonly unknown[];
  /** Besides the user's own context. */
  readonly context?: Readonly<Record<string, unknown>> | undefined;
  /** What is being done, for error messages: `reading production 17`. */
  readonly what: string;
  /** Shape of the answer, in plain JSON (`plainValue`). */
  readonly answer: z.ZodMiniType<T>;
}

export interface TrytonSearch<Row> extends Pick<Call<unknown>, 'context' | 'what'> {
  readonly domain: readonly unknown[];
  /** Default: those of `row`. */
  readonly fields?: readonly string[];
  /** `[['id', 'ASC']]`. */
  readonly sort?: readonly (readonly [field: string, direction: 'ASC' | 'DESC'])[];
  readonly limit?: number;
  readonly row: z.ZodMiniType<Row>;
  /**
   * Another attempt may be deleting these records: Tryton searches and then reads, and refuses to read a record that
   * is gone by then. Such a refused search is repeated.
   */
  readonly mayVanish?: boolean;
}

/**
 * Tryton as one attempt reads it. A session that Tryton no longer knows (401) is renewed once, and the call sent again: a
 * call with an unknown session was not executed. All calls throw RetryLater or Rejected (errors.ts).
 */
export interface TrytonReader {
  readonly options: TrytonOptions;
  read<T>(call: Call<T>): Promise<T>;
  search<Row>(model: string, search: TrytonSearch<Row>): Promise<Row[]>;
  /** Company to work in, from the options or the user's preferences. Logs in if need be. */
  readCompany(): Promise<number | undefined>;
}

/** What a look works with: it cannot write. */
export interface Reader extends TrytonReader {
  readonly abilities: Abilities;
}

interface TrytonWrite extends Pick<Call<unknown>, 'what'> {
  /** Tryton refuses the write when one of these records has changed since. */
  readonly timestamps?: ReadonlyMap<string, string>;
  /** It may be repeated at will and says nothing about our key, such as reserving components. */
  readonly isRepeatable?: true;
}

interface TrytonWriter extends TrytonReader {
  write(model: string, method: string, args: readonly unknown[], write: TrytonWrite): Promise<unknown>;
  /** @returns the ids of the new records. */
  create(model: string, records: readonly unknown[], what: string): Promise<number[]>;
}

export type Writer = TrytonWriter & Reader;

/**
 * Tryton 7.0 over JSON-RPC with a session: Basic would hash the password at every call.
 * @returns a function that makes the calls of one attempt, and calls `onWritten` after each write that was answered.
 */
export function createTrytonClient(options: TrytonOptions, environment: ErpEnvironment<TrytonCredentials>) {
  const { clock, mayWrite } = environment;
  const http = createHttp({ ...options, partner: 'Tryton', baseUrl: options.url, clock, mayWrite });
  const path = `/${encodeURIComponent(options.database)}/`;
  const send: Send = ({ authorization, ...asked }, { signal, guard, writes }) => {
    const headers = authorization === undefined ? {} : { authorization };
    const body = { id: 1, ...asked };
    return http.send({ method: 'POST', path, headers, body, signal, guard, writes });
  };
  const sessions = trytonSessions(send, options, environment);

  return (
    { signal, guard }: PartnerCall,
    onWritten: (write: TrytonWrite) => void = () => {},
  ): TrytonWriter => {
    async function call<T>(request: Call<T>, writes: boolean): Promise<T> {
      const method = `model.${request.model}.${request.method}`;
      const inSession = async (): Promise<HttpResponse> => {
        const session = await sessions.get({ signal, guard });
        const params = [...request.params, { ...session.context, ...request.context }];
        const { authorization } = session;
        const response = await send({ method, params, authorization }, { signal, guard, writes });
        if (response.status === 401) sessions.forget(session);
        return response;
      };
      const response = await inSession();
      return resultOf(response.status === 401 ? await inSession() : response, request, writes, clock.now());
    }

    const read: TrytonReader['read'] = (asked) => call(asked, false);

    async function write<T>(sent: Call<T> & TrytonWrite): Promise<T> {
      const context = sent.timestamps && { _timestamp: Object.fromEntries(sent.timestamps) };
      const answer = await call({ ...sent, context }, true);
      onWritten(sent);
      return answer;
    }

    return {
      options,
      read,
      async search(model, { domain, row, fields = fieldsFor(row), mayVanish, ...asked }) {
        const { sort = null, limit = null, ...named } = asked;
        const params = [domain, 0, limit, sort, fields];
        const search = () => read({ model, method: 'search_read', params, answer: z.array(row), ...named });
        return search().catch((error: unknown) => {
          if (mayVanish && error instanceof Rejected) return search();
          throw error;
        });
      },
      readCompany: async () => (await sessions.get({ signal, guard })).company,
      write: (model, method, params, asked) =>
        write({ model, method, params, answer: z.unknown(), ...asked }),
      create: (model, records, what) =>
        write({ model, method: 'create', params: [records], answer: z.array(z.int()), what }),
    };
  };
}

const answerSchema = z.object({ result: z.optional(z.unknown()), error: z.optional(z.unknown()) });

function resultOf<T>(response: HttpResponse, { what, answer }: Call<T>, writes: boolean, now: Date): T {
  const wrote = writes ? 'perhaps' : 'nothing';
  const down = partnerFailure(response, { partner: 'Tryton', what, now, wrote });
  if (down) throw down;
  const envelope = parse(answerSchema, response.json);
  if (response.status !== 200 || !envelope.ok) {
    const why = `Tryton answered ${response.status} without a usable answer at ${what}: check the URL and the database name.`;
    throw partnerDown(why, { wrote });
  }
  if (envelope.value.error) throw failureOfTrytonError(envelope.value.error, what, writes);
  const parsed = parse(answer, plainValue(envelope.value.result));
  if (parsed.ok) return parsed.value;
  const why = `Tryton's answer at ${what} does not look like Tryton 7.0: ${describeMismatches(parsed.mismatches)}.`;
  throw partnerDown(why, { wrote });
}

/** Which modules this Tryton has, and which rights our user has, as far as bookings need them. */
export interface Abilities {
  /** Module `stock_lot`: moves have lots. */
  readonly lots: boolean;
  /** Module `production_work`: productions have works. */
  readonly works: boolean;
  may(right: 'write' | 'create', model: string): boolean;
}

/** 1, true and null allow it (`ir.model.access.check`, 7.0). */
const allowed = z.pipe(
  z.nullish(z.union([z.boolean(), z.number()])),
  z.transform((value) => value == null || Boolean(value)),
);
const accessSchema = z.record(z.string(), z.object({ write: allowed, create: allowed }));

export async function readAbilities(reader: TrytonReader): Promise<Abilities> {
  const { read } = reader;
  async function hasField(model: string, field: string): Promise<boolean> {
    const what = `asking whether ${model} has the field ${field}`;
    const answer = z.record(z.string(), z.unknown());
    return field in (await read({ model, method: 'fields_get', params: [[field]], what, answer }));
  }

  const lots = await hasField('stock.move', 'lot');
  const works = await hasField('production', 'works');
  const access = await readAccess(reader, ['production', 'stock.move', ...(lots ? ['stock.lot'] : [])]);
  return { lots, works, may: (right, model) => access[model]?.[right] ?? true };
}

/** What groups allow on whole models: it tells neither record rules nor who may press a button. */
function readAccess({ read }: TrytonReader, models: readonly string[]) {
  return read({
    model: 'ir.model.access',
    method: 'get_access',
    params: [models],
    answer: accessSchema,
    what: 'asking for the rights of our user',
  });
}

/** The last two only where notes or links are booked, and that of lots where Tryton has them. */
export async function readTrytonRights(reader: TrytonReader): Promise<UserRight[]> {
  const { lots, may } = await readAbilities(reader);
  const besides = await readAccess(reader, ['ir.note', 'ir.attachment']);
  return [
    { to: 'write production', isGranted: may('write', 'production') },
    { to: 'write stock.move', isGranted: may('write', 'stock.move') },
    ...(lots ? [{ to: 'create stock.lot', isGranted: may('create', 'stock.lot') }] : []),
    { to: 'create ir.note', isGranted: besides['ir.note']?.create ?? true },
    { to: 'create ir.attachment', isGranted: besides['ir.attachment']?.create ?? true },
  ];
}
