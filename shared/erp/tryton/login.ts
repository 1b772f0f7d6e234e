import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod/mini';
import { RetryLater } from '../../model/errors.ts';
import type { Clock } from '../../platform/clock.ts';
import { type HttpResponse, partnerFailure } from '../../platform/http.ts';
import { parse } from '../../platform/validation.ts';
import { stopIfAborted } from '../booking-rules.ts';
import type { ErpEnvironment } from '../connector.ts';
import { partnerDown } from '../failures.ts';
import { SharedSession, withCredentials } from '../login.ts';
import { failureOfTrytonError } from './errors.ts';
import type { TrytonCredentials, TrytonOptions } from './options.ts';

/**
 * Tryton counts wrong logins per user and refuses even the right password after the sixth, for as long as its
 * `[session] timeout` says (seen, 7.0; 5 minutes by default). So a refused password is not sent again before then.
 */
const lockSeconds = 300;

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

/** Keeps one session, and logs in again when it is gone. */
export class TrytonLogin {
  readonly #send: Send;
  readonly #company: number | undefined;
  readonly #clock: Clock;
  readonly #sessions: SharedSession<TrytonSession>;
  #refused: { readonly credentials: TrytonCredentials; readonly at: number } | undefined;

  constructor(
    send: Send,
    { company }: Pick<TrytonOptions, 'company'>,
    { credentials, clock }: ErpEnvironment<TrytonCredentials>,
  ) {
    this.#send = send;
    this.#company = company;
    this.#clock = clock;
    this.#sessions = new SharedSession((signal) =>
      withCredentials(credentials, (known) => this.#open(known, signal)),
    );
  }

  /**
   * The current session, or a new one.
   * @throws RetryLater scope `partner`, `unauthorized` when Tryton refuses the credentials.
   */
  session(signal: AbortSignal): Promise<TrytonSession> {
    return this.#sessions.get(signal);
  }

  /** Called when Tryton does not know this session (any more). */
  forget(session: TrytonSession): void {
    this.#sessions.forget(session);
  }

  async #open(credentials: TrytonCredentials, signal: AbortSignal): Promise<TrytonSession> {
    const { username } = credentials;
    const granted = await this.#logIn(credentials, signal);
    const login = parse(loginSchema, granted.json);
    if (!login.ok) throw unusable(granted);
    const authorization = sessionHeader(username, login.value.result);
    const answer = await this.#post(
      { method: 'model.res.user.get_preferences', params: [true, {}], authorization },
      signal,
    );
    const preferences = parse(preferencesSchema, answer.json);
    if (!preferences.ok) throw unusable(answer);
    const own = preferences.value.result;
    const company = this.#company ?? own.company ?? undefined;
    return { authorization, company, context: { ...own, company: company ?? own.company } };
  }

  /** Sends the name and password, but not again while Tryton would count them as wrong once more. */
  async #logIn(credentials: TrytonCredentials, signal: AbortSignal): Promise<HttpResponse> {
    const now = () => this.#clock.now().getTime();
    if (this.#refused && isDeepStrictEqual(this.#refused.credentials, credentials)) {
      const left = lockSeconds - (now() - this.#refused.at) / 1000;
      if (left > 0) throw refusedFailure(Math.ceil(left));
    }
    const { username, password } = credentials;
    try {
      return await this.#post({ method: 'common.db.login', params: [username, { password }, 'en'] }, signal);
    } catch (error) {
      if (!(error instanceof RetryLater && error.unauthorized)) throw error;
      this.#refused = { credentials, at: now() };
      throw error.afterSeconds === undefined ? refusedFailure(lockSeconds) : error;
    }
  }

  async #post(call: Parameters<Send>[0], signal: AbortSignal): Promise<HttpResponse> {
    stopIfAborted(signal, 'Tryton', 'logging in');
    const response = await this.#send(call, { signal, writes: false });
    const now = this.#clock.now();
    const down = partnerFailure(response, { partner: 'Tryton', what: 'logging in', now });
    // Without Retry-After, a 429 means that Tryton has locked the user after too many wrong logins.
    if (down && response.status === 429 && down.afterSeconds === undefined) {
      throw partnerDown(
        'Tryton has locked our user after too many wrong logins (429): check the secret; the lock ends by itself.',
        { unauthorized: true, afterSeconds: lockSeconds },
      );
    }
    if (down) throw down;
    return response;
  }
}

/** trytond/protocols/wrappers.py, parse_session. */
function sessionHeader(username: string, [userId, token]: readonly [number, string]): string {
  return `Session ${Buffer.from(`${username}:${userId}:${token}`).toString('base64')}`;
}

function refusedFailure(afterSeconds: number): RetryLater {
  return partnerDown(
    "Tryton refused our user's name or password: check the secret. It is not tried again for a while, because Tryton locks users.",
    { unauthorized: true, afterSeconds },
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
