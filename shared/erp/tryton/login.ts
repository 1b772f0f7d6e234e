import * as z from 'zod/mini';
import { type HttpResponse, type PartnerCall, partnerFailure } from '../../platform/http.ts';
import { parse } from '../../platform/validation.ts';
import type { ErpEnvironment } from '../connector.ts';
import { partnerDown } from '../failures.ts';
import { SharedSession, withCredentials } from '../login.ts';
import { failureOfTrytonError, loginRefused } from './errors.ts';
import type { TrytonCredentials, TrytonOptions } from './options.ts';

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

export type Send = (
  call: { readonly method: string; readonly params: readonly unknown[]; readonly authorization?: string },
  how: PartnerCall & { readonly writes: boolean },
) => Promise<HttpResponse>;

/** One session; a new one when it is gone. @throws PartnerDown, `unauthorized`. */
export function trytonSessions(
  send: Send,
  { company: chosen }: Pick<TrytonOptions, 'company'>,
  { credentials, clock }: ErpEnvironment<TrytonCredentials>,
): SharedSession<TrytonSession, PartnerCall> {
  async function ask<T>(
    call: Parameters<Send>[0],
    answer: z.ZodMiniType<T>,
    { signal, guard }: PartnerCall,
  ): Promise<T> {
    const response = await send(call, { signal, guard, writes: false });
    const down = partnerFailure(response, { partner: 'Tryton', what: 'logging in', now: clock.now() });
    // Without Retry-After, a 429 means that Tryton has locked the user after too many wrong logins.
    if (response.status === 429 && down?.afterSeconds === undefined)
      throw loginRefused(
        'Tryton has locked our user after too many wrong logins (429): check the secret; the lock ends by itself.',
      );
    if (response.status === 401 && call.authorization === undefined)
      throw loginRefused(
        "Tryton refused our user's name or password: check the secret. It is not tried again for a while, because Tryton locks users.",
      );
    if (down) throw down;
    const parsed = parse(answer, response.json);
    if (!parsed.ok) throw unusableLoginAnswer(response);
    return parsed.value;
  }

  async function open({ username, password }: TrytonCredentials, call: PartnerCall) {
    const logIn = { method: 'common.db.login', params: [username, { password }, 'en'] };
    const { result: login } = await ask(logIn, loginSchema, call);
    const authorization = sessionHeader(username, login);
    const asked = { method: 'model.res.user.get_preferences', params: [true, {}], authorization };
    const { result: own } = await ask(asked, preferencesSchema, call);
    const company = chosen ?? own.company ?? undefined;
    return { authorization, company, context: { ...own, company: company ?? own.company } };
  }

  return new SharedSession((call) => withCredentials(credentials, (known) => open(known, call)));
}

/** trytond/protocols/wrappers.py:165, 7.0.30, parse_session. */
function sessionHeader(username: string, [userId, token]: readonly [number, string]): string {
  return `Session ${Buffer.from(`${username}:${userId}:${token}`).toString('base64')}`;
}

/** Its text is never repeated: an answer to a login may echo the login. */
function unusableLoginAnswer({ json, status }: HttpResponse): Error {
  const error = z.looseObject({ error: z.array(z.unknown()) }).safeParse(json).data?.error;
  if (error?.[0] === 'LoginException') return failureOfTrytonError(['LoginException'], 'logging in');
  return partnerDown(
    `Tryton did not answer the login as Tryton 7.0 does (${status}): check the URL and the database name.`,
  );
}
