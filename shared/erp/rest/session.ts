import { RetryLater } from '../../model/errors.ts';
import { createHttp, type HttpOptions, type HttpResponse, partnerFailure } from '../../platform/http.ts';
import { stopIfAborted } from '../booking-rules.ts';
import type { ErpEnvironment } from '../connector.ts';
import { createAuthentication } from '../login.ts';
import { sentenceOf } from './error-message.ts';
import type { RestAnswer, RestConnection, RestCsrf, RestRequest } from './options.ts';

export interface Call {
  /** What is being done, for messages: `the booking of order MO/0001`. */
  readonly what: string;
  /** Whether it can change anything at the ERP. */
  readonly writes: boolean;
  readonly signal: AbortSignal;
}

/** Calls to one ERP, authenticated. */
export interface Session {
  readonly partner: string;
  /**
   * One call; any status but a refused login or CSRF token is an answer, and those are renewed once.
   * @throws RetryLater scope `partner` without an answer, scope `order` when the time is up.
   */
  readonly send: (request: RestRequest, call: Call) => Promise<RestAnswer>;
  /** The failure of the ERP as a whole that an answer tells of. */
  readonly partnerFailure: (answer: RestAnswer, call: Call) => RetryLater | undefined;
  /** ` (409): the order is closed`: status and the ERP's own sentence, without secrets. */
  readonly said: (answer: RestAnswer) => string;
}

export function createSession(options: RestConnection, environment: ErpEnvironment<unknown>): Session {
  const partner = options.name ?? 'ERP';
  const httpOptions: HttpOptions = {
    partner,
    baseUrl: options.baseUrl,
    ...(options.allowHttp === undefined ? {} : { allowHttp: options.allowHttp }),
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
    ...(options.caCertificate === undefined ? {} : { caCertificate: options.caCertificate }),
  };
  const http = createHttp(httpOptions);
  const authentication = createAuthentication(options.auth, httpOptions, environment);
  const { csrf } = options;
  const cookies = new Map<string, string>();
  let csrfToken: string | undefined;

  /** With our login, which is renewed once if it is refused: a 401 did nothing, so repeating a write is safe. */
  async function sendLoggedIn(request: RestRequest, call: Call): Promise<RestAnswer> {
    const header = await authentication.header(call.signal);
    const answer = await sendWith(header);
    if (answer.status !== 401) return answer;
    const renewed = await authentication.renewed(header, call.signal);
    return renewed ? sendWith(renewed) : answer;

    async function sendWith({ name, value }: { name: string; value: string }): Promise<RestAnswer> {
      stopIfAborted(call.signal, partner, call.what);
      const cookie = [...cookies].map(([key, content]) => `${key}=${content}`).join('; ');
      const response = await http.send({
        ...request,
        headers: { ...options.headers, ...request.headers, ...(cookie ? { cookie } : {}), [name]: value },
        signal: call.signal,
        writes: call.writes,
      });
      if (csrf) keepCookies(response, cookies);
      return response;
    }
  }

  async function sendWithCsrf(
    request: RestRequest,
    call: Call,
    { fetchPath, header, value }: Required<RestCsrf>,
  ) {
    const withToken = async () => {
      csrfToken ??= await fetchCsrfToken();
      return sendLoggedIn({ ...request, headers: { ...request.headers, [header]: csrfToken } }, call);
    };
    const answer = await withToken();
    if (answer.status !== 403) return answer;
    // The token went stale with its session; a 403 for want of rights comes again and costs one read.
    csrfToken = undefined;
    return withToken();

    async function fetchCsrfToken(): Promise<string> {
      const reading = { ...call, what: 'its CSRF token', writes: false };
      const given = await sendLoggedIn({ path: fetchPath, headers: { [header]: value } }, reading);
      const failure = session.partnerFailure(given, reading);
      if (failure) throw failure;
      const token = given.headers.get(header);
      if (token) return token;
      throw new RetryLater(
        `${partner} gave no ${header} at ${fetchPath} (${given.status}): check csrf.fetchPath.`,
        { scope: 'partner' },
      );
    }
  }

  const session: Session = {
    partner,
    send(request, call) {
      // The ERP asks by method: a look-up by POST needs the token, too.
      const { method = 'GET' } = request;
      if (!csrf || method === 'GET' || method === 'HEAD') return sendLoggedIn(request, call);
      return sendWithCsrf(request, call, {
        fetchPath: csrf.fetchPath,
        header: csrf.header ?? 'X-CSRF-Token',
        value: csrf.value ?? 'Fetch',
      });
    },
    partnerFailure: (answer, { what, writes }) =>
      partnerFailure(answer, {
        partner,
        what,
        wrote: writes ? 'perhaps' : 'nothing',
        now: environment.clock.now(),
      }),
    said(answer) {
      const sentence = sentenceOf(answer, authentication.secrets);
      return ` (${answer.status})${sentence === undefined ? '' : `: ${sentence}`}`;
    },
  };
  return session;
}

function keepCookies({ headers }: HttpResponse, cookies: Map<string, string>): void {
  for (const cookie of headers.getSetCookie()) {
    const pair = cookie.split(';', 1)[0] ?? '';
    const at = pair.indexOf('=');
    if (at > 0) cookies.set(pair.slice(0, at).trim(), pair.slice(at + 1).trim());
  }
}
