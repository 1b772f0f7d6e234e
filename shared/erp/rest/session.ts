import { RetryLater, type Wrote } from '../../model/errors.ts';
import type { Clock } from '../../platform/clock.ts';
import { sentenceOf } from '../../platform/error-message.ts';
import { createHttp, type Http, type HttpResponse, partnerFailure } from '../../platform/http.ts';
import { isForeignAnswer, stopIfAborted } from '../booking-rules.ts';
import type { ErpEnvironment } from '../connector.ts';
import { createLogin } from '../login.ts';
import type { RestAnswer, RestConnection, RestCsrf, RestQuestion, RestRequest } from './options.ts';

/** What is being asked or done. */
export interface Call {
  /** For messages: `the booking of order MO/0001`. */
  readonly what: string;
  readonly signal: AbortSignal;
  /** Statuses, beside 200 to 299, that are an answer to look at. */
  readonly accepts?: readonly number[] | undefined;
}

/** The calls that a look may make, logged in. */
export type Reader = Pick<Session, 'partner' | 'read' | 'said'>;

interface SentCall extends Call {
  /** Whether it can change anything at the ERP. */
  readonly writes: boolean;
}

/** All calls to one ERP. */
export class Session {
  readonly partner: string;
  readonly #options: RestConnection;
  readonly #clock: Clock;
  readonly #http: Http;
  readonly #login: ReturnType<typeof createLogin>;
  readonly #cookies = new Map<string, string>();
  #csrfToken: string | undefined;

  constructor(options: RestConnection, environment: ErpEnvironment<unknown>) {
    const { clock } = environment;
    this.partner = options.name ?? 'ERP';
    this.#options = options;
    this.#clock = clock;
    const httpOptions = { ...options, partner: this.partner, clock };
    this.#http = createHttp(httpOptions);
    this.#login = createLogin(options.auth, httpOptions, environment);
  }

  /**
   * One question, which changes nothing, even by POST. A refused login is renewed once.
   * @returns An answer of the ERP itself: a success, an accepted status or a refusal (4xx).
   * @throws RetryLater scope `partner` without such an answer, scope `order` when the time is up or for a 403.
   */
  async read(question: RestQuestion, call: Call): Promise<RestAnswer> {
    const reading = { ...call, writes: false };
    const answer = await this.#send(question, reading);
    const accepted = call.accepts?.includes(answer.status) ?? false;
    const failure = accepted ? undefined : this.#failureOf(answer, reading);
    if (failure) throw failure;
    // Not even an accepted 404 may be a web page: it would mean "not booked yet" while a proxy is rolled out.
    const isForeign = accepted ? isWebPage(answer) : isForeignAnswer(answer);
    const isNoJson = answer.json === undefined && answer.status < 300 && !accepted;
    if (isNoJson || (answer.status === 404 && isForeign)) throw notTheErp(answer, this.partner, call.what);
    return answer;
  }

  /**
   * One call that may change something. Any status but a refused login or CSRF token is an answer, and those are
   * renewed once: they did nothing.
   * @throws RetryLater scope `partner` without an answer, scope `order` when the time is up.
   */
  write(request: RestRequest, call: Call): Promise<RestAnswer> {
    return this.#send(request, { ...call, writes: true });
  }

  /** The failure of the ERP as a whole, or of our rights, that an answer to a write means. */
  partnerFailure(answer: RestAnswer, call: Call): RetryLater | undefined {
    return this.#failureOf(answer, { ...call, writes: true });
  }

  /** ` (409): the order is closed`: status and the ERP's own sentence, without secrets. */
  said(answer: RestAnswer): string {
    const sentence = sentenceOf(answer, this.#login.secrets);
    return ` (${answer.status})${sentence === undefined ? '' : `: ${sentence}`}`;
  }

  #send(request: RestRequest, call: SentCall): Promise<RestAnswer> {
    const { csrf } = this.#options;
    // The ERP decides by method: a question by POST needs the token, too.
    const { method = 'GET' } = request;
    if (!csrf || method === 'GET' || method === 'HEAD') return this.#sendLoggedIn(request, call);
    return this.#sendWithCsrf(request, call, csrf);
  }

  async #sendWithCsrf(request: RestRequest, call: SentCall, csrf: RestCsrf): Promise<RestAnswer> {
    const withToken = async () => {
      this.#csrfToken ??= await this.#fetchCsrfToken(call, csrf);
      const headers = { ...request.headers, [headerOf(csrf)]: this.#csrfToken };
      return this.#sendLoggedIn({ ...request, headers }, call);
    };
    const answer = await withToken();
    if (answer.status !== 403) return answer;
    // The token expired with its session; after a 403 for missing rights this costs one read.
    this.#csrfToken = undefined;
    return withToken();
  }

  async #fetchCsrfToken(call: SentCall, csrf: RestCsrf): Promise<string> {
    const reading = { ...call, what: 'its CSRF token', writes: false };
    const header = headerOf(csrf);
    const request = { path: csrf.fetchPath, headers: { [header]: csrf.value ?? 'Fetch' } };
    const given = await this.#sendLoggedIn(request, reading);
    const failure = this.#failureOf(given, reading);
    if (failure) throw failure;
    const token = given.headers.get(header);
    if (token) return token;
    throw new RetryLater(
      `${this.partner} gave no ${header} at ${csrf.fetchPath} (${given.status}): check csrf.fetchPath.`,
      { scope: 'partner' },
    );
  }

  #sendLoggedIn(request: RestRequest, { what, signal, writes }: SentCall): Promise<RestAnswer> {
    return this.#login.send(async (authentication) => {
      stopIfAborted(signal, this.partner, what);
      const cookie = [...this.#cookies].map(([key, content]) => `${key}=${content}`).join('; ');
      const headers = {
        ...this.#options.headers,
        ...request.headers,
        ...(cookie ? { cookie } : {}),
        ...authentication,
      };
      const response = await this.#http.send({ ...request, headers, signal, writes });
      if (this.#options.csrf) keepCookies(response, this.#cookies);
      return response;
    }, signal);
  }

  #failureOf(answer: RestAnswer, { what, writes }: SentCall): RetryLater | undefined {
    const wrote = writes ? 'perhaps' : 'nothing';
    return partnerFailure(answer, { partner: this.partner, what, wrote, now: this.#clock.now() });
  }
}

function headerOf({ header = 'X-CSRF-Token' }: RestCsrf): string {
  return header;
}

/** Something between us and the ERP has answered in its place, which says nothing of the order. */
export function notTheErp(
  { status }: RestAnswer,
  partner: string,
  what: string,
  wrote: Wrote = 'nothing',
): RetryLater {
  const hint =
    status === 404 ? ': check the address; if it is how the ERP says so, let a look-up accept it' : '';
  return new RetryLater(`${partner} answered ${what} with something that is no JSON (${status})${hint}.`, {
    scope: 'partner',
    wrote,
  });
}

export function isWebPage({ headers }: RestAnswer): boolean {
  return headers.get('content-type')?.includes('html') ?? false;
}

function keepCookies({ headers }: HttpResponse, cookies: Map<string, string>): void {
  for (const cookie of headers.getSetCookie()) {
    const pair = cookie.split(';', 1)[0] ?? '';
    const at = pair.indexOf('=');
    if (at > 0) cookies.set(pair.slice(0, at).trim(), pair.slice(at + 1).trim());
  }
}
