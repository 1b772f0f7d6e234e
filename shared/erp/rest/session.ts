import { sentenceOf } from '../../platform/error-message.ts';
import { createHttp, partnerFailure } from '../../platform/http.ts';
import type { ErpEnvironment } from '../connector.ts';
import { CsrfSession, csrfFetch } from '../csrf.ts';
import { partnerDown } from '../failures.ts';
import { createLogin } from '../login.ts';
import { type Call, type Erp, failureOfReading } from './errors.ts';
import type { RestAnswer, RestConnection, RestQuestion, RestRequest } from './options.ts';

/** The calls that a look may make, logged in. */
export type Reader = Omit<Session, 'write'>;
export type Session = ReturnType<typeof createSession>;

export function createSession(options: RestConnection, environment: ErpEnvironment<unknown>) {
  const { csrf, name: partner = 'ERP' } = options;
  const httpOptions = { ...options, partner, clock: environment.clock };
  const http = createHttp(httpOptions);
  const login = createLogin(options.auth, httpOptions, environment);
  const tokens = csrf && new CsrfSession();
  const erp: Erp = {
    partner,
    now: environment.clock.now,
    said(answer) {
      const sentence = sentenceOf(answer, login.secrets);
      return ` (${answer.status})${sentence === undefined ? '' : `: ${sentence}`}`;
    },
  };

  function sendLoggedIn(request: RestRequest, { signal }: Call, writes: boolean): Promise<RestAnswer> {
    return login.send(async (authentication) => {
      const headers = { ...options.headers, ...request.headers, ...tokens?.cookies, ...authentication };
      const answer = await http.send({ ...request, headers, signal, writes });
      tokens?.keep(answer);
      return answer;
    }, signal);
  }

  async function fetchToken(call: Call): Promise<void> {
    const path = csrf?.fetchPath ?? '/';
    const answer = await sendLoggedIn({ path, headers: csrfFetch }, call, false);
    if (tokens?.hasToken) return;
    const asked = { partner, what: 'its CSRF token', now: erp.now() };
    const none = `${partner} gave no X-CSRF-Token at ${path} (${answer.status}): check csrf.fetchPath.`;
    throw partnerFailure(answer, asked) ?? partnerDown(none);
  }

  function send(request: RestRequest, call: Call, writes: boolean): Promise<RestAnswer> {
    // The ERP decides by method: a question by POST needs the token, too.
    const { method = 'GET' } = request;
    if (!tokens || method === 'GET' || method === 'HEAD') return sendLoggedIn(request, call, writes);
    return tokens.write(
      () => fetchToken(call),
      (token) => sendLoggedIn({ ...request, headers: { ...request.headers, ...token } }, call, writes),
      // After a 403 for missing rights this costs a read.
      ({ status }) => status === 403,
    );
  }

  return {
    ...erp,
    /**
     * One question, which changes nothing, even by POST. A refused login is renewed once.
     * @returns An answer of the ERP itself: a success, an accepted status or a refusal (4xx).
     * @throws RetryLater scope `partner` without such an answer, scope `order` when the time is up or for a 403.
     */
    async read(question: RestQuestion, call: Call): Promise<RestAnswer> {
      const answer = await send(question, call, false);
      const failure = failureOfReading(answer, erp, call);
      if (failure) throw failure;
      return answer;
    },
    /**
     * One call that may change something. Any status but a refused login or CSRF token is an answer, and those are
     * renewed once: they did nothing.
     * @throws RetryLater scope `partner` without an answer, scope `order` when the time is up.
     */
    write: (request: RestRequest, call: Call) => send(request, call, true),
  };
}
