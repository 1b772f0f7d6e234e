import type { RetryLater } from '../../model/errors.ts';
import type { Clock } from '../../platform/clock.ts';
import { sentenceOf } from '../../platform/error-message.ts';
import { createHttp, type Http, type HttpResponse, partnerFailure } from '../../platform/http.ts';
import { isForeignAnswer, stopIfAborted } from '../booking-rules.ts';
import type { ErpEnvironment } from '../connector.ts';
import { partnerDown } from '../failures.ts';
import { createLogin } from '../login.ts';
import { isWebPage, notTheErp } from './errors.ts';
import type { RestAnswer, RestConnection, RestCsrf, RestQuestion, RestRequest } from './options.ts';

/** What is being asked or done. */
export interface Call {
  /** For messages: `the booking of order MO/0001`. */
  readonly what: string;
  readonly signal: AbortSignal;
  /** Statuses, besides 200 to 299, that are an answer to look at. */
  readonly accepts?: readonly number[] | undefined;
}

/** The calls that a look may make, logged in. */
export type Reader = Pick<Session, 'partner' | 'read' | 'said'>;
export type Session = ReturnType<typeof createSession>;

/** What calls are made with. */
interface Connection {
  readonly options: RestConnection;
  readonly partner: string;
  readonly clock: Clock;
  readonly http: Http;
  readonly login: ReturnType<typeof createLogin>;
  readonly cookies: Map<string, string>;
}

interface SentCall extends Call {
  /** Whether it can change anything at the ERP. */
  readonly writes: boolean;
}

/** All calls to one ERP. */
export function createSession(options: RestConnection, environment: ErpEnvironment<unknown>) {
  const { csrf, name: partner = 'ERP' } = options;
  const { clock } = environment;
  const httpOptions = { ...options, partner, clock };
  const http = createHttp(httpOptions);
  const login = createLogin(options.auth, httpOptions, environment);
  const connection: Connection = { options, partner, clock, http, login, cookies: new Map() };
  const sendWithCsrf = csrf && withCsrf(connection, csrf);

  function send(request: RestRequest, call: SentCall): Promise<RestAnswer> {
    // The ERP decides by method: a question by POST needs the token, too.
    const { method = 'GET' } = request;
    if (!sendWithCsrf || method === 'GET' || method === 'HEAD')
      return sendLoggedIn(connection, request, call);
    return sendWithCsrf(request, call);
  }

  return {
    partner,
    /**
     * One question, which changes nothing, even by POST. A refused login is renewed once.
     * @returns An answer of the ERP itself: a success, an accepted status or a refusal (4xx).
     * @throws RetryLater scope `partner` without such an answer, scope `order` when the time is up or for a 403.
     */
    async read(question: RestQuestion, call: Call): Promise<RestAnswer> {
      const reading = { ...call, writes: false };
      const answer = await send(question, reading);
      const accepted = call.accepts?.includes(answer.status) ?? false;
      const failure = accepted ? undefined : failureOf(connection, answer, reading);
      if (failure) throw failure;
      // Not even an accepted 404 may be a web page: it would mean "not booked yet" while a proxy is rolled out.
      const isForeign = accepted ? isWebPage(answer) : isForeignAnswer(answer);
      const isNoJson = answer.json === undefined && answer.status < 300 && !accepted;
      if (isNoJson || (answer.status === 404 && isForeign)) throw notTheErp(answer, partner, call.what);
      return answer;
    },
    /**
     * One call that may change something. Any status but a refused login or CSRF token is an answer, and those are
     * renewed once: they did nothing.
     * @throws RetryLater scope `partner` without an answer, scope `order` when the time is up.
     */
    write: (request: RestRequest, call: Call) => send(request, { ...call, writes: true }),
    /** The failure of the ERP as a whole, or of our rights, that an answer to a write means. */
    partnerFailure: (answer: RestAnswer, call: Call) =>
      failureOf(connection, answer, { ...call, writes: true }),
    /** ` (409): the order is closed`: status and the ERP's own sentence, without secrets. */
    said(answer: RestAnswer): string {
      const sentence = sentenceOf(answer, login.secrets);
      return ` (${answer.status})${sentence === undefined ? '' : `: ${sentence}`}`;
    },
  };
}

function sendLoggedIn(
  { options, partner, http, login, cookies }: Connection,
  request: RestRequest,
  { what, signal, writes }: SentCall,
): Promise<RestAnswer> {
  return login.send(async (authentication) => {
    stopIfAborted(signal, partner, what);
    const cookie = [...cookies].map(([key, content]) => `${key}=${content}`).join('; ');
    const headers = { ...options.headers, ...request.headers, ...(cookie ? { cookie } : {}) };
    const response = await http.send({
      ...request,
      headers: { ...headers, ...authentication },
      signal,
      writes,
    });
    if (options.csrf) keepCookies(response, cookies);
    return response;
  }, signal);
}

/** @returns a function that sends a call with a CSRF token, which it keeps. */
function withCsrf(connection: Connection, { fetchPath, header = 'X-CSRF-Token', value = 'Fetch' }: RestCsrf) {
  let token: string | undefined;
  return async (request: RestRequest, call: SentCall): Promise<RestAnswer> => {
    const withToken = async () => {
      token ??= await fetchToken(call);
      return sendLoggedIn(connection, { ...request, headers: { ...request.headers, [header]: token } }, call);
    };
    const answer = await withToken();
    if (answer.status !== 403) return answer;
    // The token expired with its session; after a 403 for missing rights this costs one read.
    token = undefined;
    return withToken();
  };

  async function fetchToken(call: SentCall): Promise<string> {
    const reading = { ...call, what: 'its CSRF token', writes: false };
    const request = { path: fetchPath, headers: { [header]: value } };
    const given = await sendLoggedIn(connection, request, reading);
    const failure = failureOf(connection, given, reading);
    if (failure) throw failure;
    const fetched = given.headers.get(header);
    if (fetched) return fetched;
    throw partnerDown(
      `${connection.partner} gave no ${header} at ${fetchPath} (${given.status}): check csrf.fetchPath.`,
    );
  }
}

function failureOf(
  { partner, clock }: Connection,
  answer: RestAnswer,
  { what, writes }: SentCall,
): RetryLater | undefined {
  return partnerFailure(answer, { partner, what, wrote: writes ? 'perhaps' : 'nothing', now: clock.now() });
}

function keepCookies({ headers }: HttpResponse, cookies: Map<string, string>): void {
  for (const cookie of headers.getSetCookie()) {
    const pair = cookie.split(';', 1)[0] ?? '';
    const at = pair.indexOf('=');
    if (at > 0) cookies.set(pair.slice(0, at).trim(), pair.slice(at + 1).trim());
  }
}
