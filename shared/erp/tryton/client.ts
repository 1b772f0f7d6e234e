import * as z from 'zod/mini';
import { RetryLater } from '../../model/errors.ts';
import { createHttp, type HttpResponse, partnerFailure } from '../../platform/http.ts';
import { describeMismatches, parse } from '../../platform/validation.ts';
import { stopIfAborted } from '../booking-rules.ts';
import type { ErpEnvironment } from '../connector.ts';
import { failureOfTrytonError } from './errors.ts';
import { createTrytonLogin, type TrytonSession } from './login.ts';
import type { TrytonCredentials, TrytonOptions } from './options.ts';
import { plainValue } from './wire.ts';

export interface TrytonCall<T> {
  readonly model: string;
  readonly method: string;
  /** Arguments without the context, which is always the last one. */
  readonly params: readonly unknown[];
  /** Beside the user's own context. */
  readonly context?: Readonly<Record<string, unknown>>;
  /** What is being done, for the sentences of errors: `completing production 17`. */
  readonly what: string;
  /** Shape of the answer, in plain JSON (`plainValue`). */
  readonly answer: z.ZodMiniType<T>;
  readonly signal: AbortSignal;
}

/** Methods that change nothing, on whatever model. */
export type ReadMethod = 'search_read' | 'fields_get' | 'get_access';

/** What can only read. */
export interface TrytonReader {
  /**
   * One call of a model's method. A session that Tryton no longer knows (401) is renewed once, and the call
   * sent again: a call with an unknown session was not executed.
   * @throws RetryLater or Rejected (errors.ts)
   */
  read<T>(call: TrytonCall<T> & { readonly method: ReadMethod }): Promise<T>;
  /** What the user's preferences say: company and employee. Logs in if need be. */
  preferences(signal: AbortSignal): Promise<TrytonSession['preferences']>;
}

export interface TrytonClient extends TrytonReader {
  /** As `read`; whether it was done may be unknown after a failure. */
  write<T>(call: TrytonCall<T>): Promise<T>;
}

const answerSchema = z.object({ result: z.optional(z.unknown()), error: z.optional(z.unknown()) });

/** Tryton 7.0 over JSON-RPC with a session: Basic would hash the password at every call. */
export function createTrytonClient(
  options: TrytonOptions,
  environment: ErpEnvironment<TrytonCredentials>,
): TrytonClient {
  const { url: baseUrl, allowHttp, timeoutMs, caCertificate } = options;
  const { clock } = environment;
  const http = createHttp({ partner: 'Tryton', baseUrl, allowHttp, timeoutMs, caCertificate, clock });
  const path = `/${encodeURIComponent(options.database)}/`;
  const login = createTrytonLogin({ http, path, options, environment });

  function send(call: TrytonCall<unknown>, session: TrytonSession, writes: boolean): Promise<HttpResponse> {
    stopIfAborted(call.signal, 'Tryton', call.what);
    return http.send({
      method: 'POST',
      path,
      headers: { authorization: session.authorization },
      body: {
        id: 1,
        method: `model.${call.model}.${call.method}`,
        params: [...call.params, { ...session.context, ...call.context }],
      },
      signal: call.signal,
      writes,
    });
  }

  async function ask<T>(call: TrytonCall<T>, writes: boolean): Promise<T> {
    stopIfAborted(call.signal, 'Tryton', call.what);
    const session = await login.session(call.signal);
    let response = await send(call, session, writes);
    if (response.status === 401) {
      login.forget(session);
      const renewed = await login.session(call.signal);
      response = await send(call, renewed, writes);
      if (response.status === 401) login.forget(renewed);
    }
    return resultOf(response, call, writes, clock.now());
  }

  return {
    async preferences(signal) {
      return (await login.session(signal)).preferences;
    },
    read: (call) => ask(call, false),
    write: (call) => ask(call, true),
  };
}

function resultOf<T>(response: HttpResponse, call: TrytonCall<T>, writes: boolean, now: Date): T {
  const { what } = call;
  const wrote = writes ? 'perhaps' : 'nothing';
  const unwell = partnerFailure(response, { partner: 'Tryton', what, now, wrote });
  if (unwell) throw unwell;
  const envelope = parse(answerSchema, response.json);
  if (response.status !== 200 || !envelope.ok) {
    throw new RetryLater(
      `Tryton answered ${response.status} without a usable answer at ${what}: check the URL and the database name.`,
      { scope: 'partner', wrote },
    );
  }
  if (envelope.value.error) throw failureOfTrytonError(envelope.value.error, what, writes);
  const answer = parse(call.answer, plainValue(envelope.value.result));
  if (answer.ok) return answer.value;
  throw new RetryLater(
    `Tryton's answer at ${what} does not look like Tryton 7.0: ${describeMismatches(answer.mismatches)}.`,
    { scope: 'partner', wrote },
  );
}
