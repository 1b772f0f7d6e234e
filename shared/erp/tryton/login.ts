import * as z from 'zod/mini';
import { RetryLater } from '../../model/errors.ts';
import { type HttpResponse, partnerFailure } from '../../platform/http.ts';
import { parse } from '../../platform/validation.ts';
import type { ErpEnvironment } from '../connector.ts';
import { partnerDown } from '../failures.ts';
import { SharedSession, withCredentials } from '../login.ts';
import { failureOfTrytonError } from './errors.ts';
import type { TrytonCredentials, TrytonOptions } from './options.ts';

/**
 * Tryton counts wrong logins per user and refuses even the right password after the sixth, for as long as its
 * `[session] timeout` says (seen, 7.0; 5 minutes by default). So the circuit breaker lets nobody log in before then.
 */
const refusal = { unauthorized: true, afterSeconds: 300 } as const;

export interface TrytonSession {
  readonly authorization: string;
  /** Last argument of every call: company, employee, language. */
  readonly context: Readonly<Record<string, unknown>>;
  readonly company: number | undefined;
}

const loginSchema = z.object({ result: z.tuple([z.int(), z.string()]) });
const preferencesSchema = z.object({
  result: z.looseObject({ company: z.optional(z.nullable(z.int())) }),
});

/** Sends one call of a method, with or without a session. */
export type Send = (
  call: { readonly method: string; readonly params: readonly unknown[]; readonly authorization?: string },
  how: { readonly signal: AbortSignal; readonly writes: boolean },
) => Promise<HttpResponse>;

/**
 * Keeps one session, and logs in again when it is gone.
 * @throws RetryLater scope `partner`, `unauthorized` when Tryton refuses the credentials.
 */
export function trytonSessions(
  send: Send,
  { company: chosen }: Pick<TrytonOptions, 'company'>,
  { credentials, clock }: ErpEnvironment<TrytonCredentials>,
): SharedSession<TrytonSession> {
  async function post(call: Parameters<Send>[0], signal: AbortSignal): Promise<HttpResponse> {
    const response = await send(call, { signal, writes: false });
    const down = partnerFailure(response, { partner: 'Tryton', what: 'logging in', now: clock.now() });
    // Without Retry-After, a 429 means that Tryton has locked the user after too many wrong logins.
    if (down && response.status === 429 && down.afterSeconds === undefined) throw locked();
    if (down) throw down;
    return response;
  }

  async function open(
    { username, password }: TrytonCredentials,
    signal: AbortSignal,
  ): Promise<TrytonSession> {
    const logIn = { method: 'common.db.login', params: [username, { password }, 'en'] };
    const granted = await post(logIn, signal).catch((error: unknown) => {
      const isRefused = error instanceof RetryLater && error.unauthorized && error.afterSeconds === undefined;
      throw isRefused ? refused() : error;
    });
    const login = parse(loginSchema, granted.json);
    if (!login.ok) throw unusable(granted);
    const authorization = sessionHeader(username, login.value.result);
    const asked = { method: 'model.res.user.get_preferences', params: [true, {}], authorization };
    const answer = await post(asked, signal);
    const preferences = parse(preferencesSchema, answer.json);
    if (!preferences.ok) throw unusable(answer);
    const own = preferences.value.result;
    const company = chosen ?? own.company ?? undefined;
    return { authorization, company, context: { ...own, company: company ?? own.company } };
  }

  return new SharedSession((signal) => withCredentials(credentials, (known) => open(known, signal)));
}

/** trytond/protocols/wrappers.py:165, 7.0.30, parse_session. */
function sessionHeader(username: string, [userId, token]: readonly [number, string]): string {
  return `Session ${Buffer.from(`${username}:${userId}:${token}`).toString('base64')}`;
}

function refused(): RetryLater {
  return partnerDown(
    "Tryton refused our user's name or password: check the secret. It is not tried again for a while, because Tryton locks users.",
    refusal,
  );
}

function locked(): RetryLater {
  return partnerDown(
    'Tryton has locked our user after too many wrong logins (429): check the secret; the lock ends by itself.',
    refusal,
  );
}

/** Its text is never repeated: an answer to a login may echo the login. */
function unusable({ json, status }: HttpResponse): Error {
  const error = z.looseObject({ error: z.array(z.unknown()) }).safeParse(json).data?.error;
  if (error?.[0] === 'LoginException') return failureOfTrytonError(['LoginException'], 'logging in');
  return partnerDown(
    `Tryton did not answer the login as Tryton 7.0 does (${status}): check the URL and the database name.`,
  );
}
