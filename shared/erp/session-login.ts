import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod/mini';
import { callConfigured } from '../model/configured.ts';
import { PartnerDown } from '../model/errors.ts';
import { sentenceOf } from '../platform/error-message.ts';
import { type Http, type HttpResponse, type PartnerCall, partnerFailure } from '../platform/http.ts';
import { textAt } from '../platform/places.ts';
import type { SessionAuthentication } from './authentication.ts';
import { type Cookies, keepCookies } from './cookies.ts';
import { partnerDown } from './failures.ts';
import { type LoginParts, noProof, type Proof, type ProofSource, proofOf, withProofs } from './proof.ts';
import { secretText } from './secrets.ts';
import { SharedSession, withCredentials } from './shared-session.ts';

/**
 * After a refused login, this container does not send the same secret again for so long: ERPs lock users, such as Monitor
 * for 30 s after six wrong passwords (help.monitorerp.com, Interface/LogIn.htm).
 */
const refusedSeconds = 60;

/** A session of the ERP's own that is open, as far as we know. */
interface OpenedSession extends Proof {
  usedAt: number;
}

interface SessionParts extends LoginParts {
  readonly auth: SessionAuthentication;
  /** Calls the ERP without a login. */
  readonly send: Http['send'];
}

/**
 * One session of the ERP's own for all calls of this container: opened by the first of them, and again when the ERP does not
 * know it any more.
 */
export function sessionLogin(parts: SessionParts): ProofSource {
  const { auth, environment, http } = parts;
  const idleMs = (auth.idleSeconds ?? Number.POSITIVE_INFINITY) * 1000;
  const now = () => environment.clock.now().getTime();
  let refused:
    | { readonly secret: unknown; readonly until: number; readonly failure: PartnerDown }
    | undefined;
  let idle: OpenedSession | undefined;
  let lastSecret: unknown;

  const remember = (failure: PartnerDown) => {
    refused = { secret: lastSecret, until: now() + refusedSeconds * 1000, failure };
  };

  async function open(secret: unknown, call: PartnerCall): Promise<OpenedSession> {
    const isRefused = refused && now() < refused.until && isDeepStrictEqual(refused.secret, secret);
    if (refused && isRefused) throw refused.failure.with({});
    if (idle) await logOut(parts, idle, call);
    idle = undefined;
    lastSecret = secret;
    try {
      return { ...(await logIn(parts, secret, call)), usedAt: now() };
    } catch (error) {
      if (error instanceof PartnerDown && error.unauthorized) remember(error);
      throw error;
    }
  }
  const sessions = new SharedSession((call: PartnerCall) =>
    withCredentials(environment.credentials, (secret) => open(secret, call)),
  );

  return {
    async get(call, given) {
      const session = await sessions.get(call, (known) => {
        const isIdle = now() - known.usedAt > idleMs;
        if (isIdle) idle = known;
        return known !== given && !isIdle;
      });
      session.usedAt = now();
      return session;
    },
    isRefused: (answer) =>
      callConfigured('erp.auth.expired failed', () => auth.expired?.(answer) ?? answer.status === 401),
    refusedAgain({ status }) {
      const why = `${http.partner} refused a session that it had just given (${status})`;
      const check =
        'check auth.carries and auth.expired, and whether its user may have several sessions at once';
      const failure = partnerDown(`${why}: ${check}.`, { unauthorized: true });
      remember(failure);
      return failure;
    },
    async close(call) {
      const { known } = sessions;
      if (!known) return;
      sessions.forget(known);
      await logOut(parts, known, call);
    },
  };
}

async function logIn(parts: SessionParts, secret: unknown, call: PartnerCall): Promise<Proof> {
  const { auth, used, whyRefused, http } = parts;
  const fields = z.parse(z.record(z.string(), secretText), secret);
  for (const [name, value] of Object.entries(fields)) if (name !== 'username') used.add(value);
  const request = callConfigured('erp.auth.login failed', () => auth.login(fields));
  const besides = auth.sends ? proofOf(auth.sends, secret, used) : noProof;
  const answer = await sendLogin(parts, withProofs(request, [besides]), call);
  const said = whyRefused(answer, http.partner);
  if (said) throw said;
  const proof = answer.status < 400 ? proofIn(parts, answer) : undefined;
  if (proof) return proof;
  throw loginRefusal(parts, answer);
}

/** It writes nothing that an order depends on. A form answers a right login, and a wrong one, with a redirect. */
function sendLogin({ send }: SessionParts, request: Parameters<Http['send']>[0], call: PartnerCall) {
  const { signal, guard } = call;
  return send({ method: 'POST', ...request, signal, guard, writes: false, takesRedirect: true });
}

/** What the answer to a login brings. */
function proofIn({ auth: { carries }, used }: SessionParts, answer: HttpResponse): Proof | undefined {
  if (carries === 'cookies') {
    const cookies: Cookies = new Map();
    keepCookies(cookies, answer, used);
    return cookies.size === 0 ? undefined : { ...noProof, cookies };
  }
  const { header, from, prefix = '' } = carries;
  const value = from === undefined ? answer.headers.get(header) : textAt(answer.json, from);
  if (!value) return undefined;
  used.add(value);
  return { headers: { [header]: `${prefix}${value}` }, query: {} };
}

function loginRefusal({ http, used, environment }: SessionParts, answer: HttpResponse): Error {
  const { partner } = http;
  const { status } = answer;
  const isOurs = status >= 400 && status < 500;
  const isAnother = status === 408 || status === 429 || !isOurs;
  const now = environment.clock.now();
  const failure = isAnother ? partnerFailure(answer, { partner, what: 'the login', now }) : undefined;
  if (failure) return failure;
  const sentence = sentenceOf(answer, used);
  const did = `${isOurs ? 'refused our login' : 'gave no session at the login'} (${status})`;
  const why = sentence === undefined ? '' : `: ${sentence}`;
  const check = isOurs ? 'check the secret' : 'check the secret, and auth.carries';
  const next = 'It is not tried again at once, as ERPs lock users.';
  return partnerDown(`${partner} ${did}${why}: ${check}. ${next}`, { unauthorized: true });
}

/** A session that this does not end, ends by itself. */
async function logOut(parts: SessionParts, session: Proof, call: PartnerCall): Promise<void> {
  const { logout } = parts.auth;
  if (!logout) return;
  const request = callConfigured('erp.auth.logout failed', logout);
  await sendLogin(parts, withProofs(request, [session]), call).catch(() => undefined);
}
