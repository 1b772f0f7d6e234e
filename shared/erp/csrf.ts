import { type HttpResponse, type PartnerCall, partnerFailure } from '../platform/http.ts';
import { type Cookies, cookieHeader, keepCookies } from './cookies.ts';
import { partnerDown } from './failures.ts';
import type { ErpRequest, Login, WhyRefused } from './login.ts';

const tokenHeader = 'X-CSRF-Token';
/** Asks for a token, which comes back in the same header. */
export const csrfFetch = { [tokenHeader]: 'Fetch' } as const;

interface CsrfOptions {
  readonly partner: string;
  readonly now: () => Date;
  /** Where a token is fetched. */
  readonly path: string;
  /** Follows the sentence that there is none: `check csrf.fetchPath`. */
  readonly remedy: string;
  readonly isRefused: (answer: HttpResponse) => boolean;
  /** Asked first of an answer without a token. Default: nothing is known of it. */
  readonly whyRefused?: WhyRefused;
}

/** A CSRF token, and the cookies of the session that it belongs to: a server refuses one without the other. */
export class CsrfSession {
  readonly #send: Login['send'];
  readonly #options: CsrfOptions;
  readonly #cookies: Cookies = new Map();
  #token: string | undefined;

  constructor(send: Login['send'], options: CsrfOptions) {
    this.#send = send;
    this.#options = options;
  }

  /** A call within the session. Keeps the cookies of its answer, and the token if it brings one. */
  async send(request: ErpRequest): Promise<HttpResponse> {
    const cookies = cookieHeader(this.#cookies, request.headers?.cookie);
    const answer = await this.#send({ ...request, headers: { ...request.headers, ...cookies } });
    keepCookies(this.#cookies, answer);
    const token = answer.headers.get(tokenHeader);
    if (token && token.toLowerCase() !== 'required') this.#token = token;
    return answer;
  }

  /** A call with the token. If that is refused, a second one with a new token: a refused call did nothing. */
  async write(request: ErpRequest): Promise<HttpResponse> {
    const withToken = async () => {
      this.#token ??= await this.#fetch(request);
      return this.send({ ...request, headers: { ...request.headers, [tokenHeader]: this.#token } });
    };
    const answer = await withToken();
    if (!this.#options.isRefused(answer)) return answer;
    this.#token = undefined;
    return withToken();
  }

  async #fetch({ signal, guard }: PartnerCall): Promise<string> {
    const { partner, now, path, remedy, whyRefused } = this.#options;
    const answer = await this.send({ path, headers: csrfFetch, signal, guard });
    if (this.#token !== undefined) return this.#token;
    const said = whyRefused?.(answer, partner);
    if (said) throw said;
    const none = `${partner} gave no CSRF token at ${path} (${answer.status}): ${remedy}.`;
    throw partnerFailure(answer, { partner, what: 'its CSRF token', now: now() }) ?? partnerDown(none);
  }
}
