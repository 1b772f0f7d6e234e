import type { HttpResponse } from '../platform/http.ts';

type Headers = Readonly<Record<string, string>>;

const tokenHeader = 'X-CSRF-Token';
/** Asks for a token, which comes back in the same header. */
export const csrfFetch: Headers = { [tokenHeader]: 'Fetch' };

/** A CSRF token, and the cookies of the session that it belongs to: a server refuses one without the other. */
export class CsrfSession {
  readonly #cookies = new Map<string, string>();
  #token: string | undefined;

  /** For every call, whatever it does. */
  get cookies(): Headers {
    const pairs = [...this.#cookies].map(([name, content]) => `${name}=${content}`);
    return pairs.length === 0 ? {} : { cookie: pairs.join('; ') };
  }

  get hasToken(): boolean {
    return this.#token !== undefined;
  }

  /** Keeps the cookies of an answer, and its token if it brings one. */
  keep({ headers }: HttpResponse): void {
    for (const cookie of headers.getSetCookie()) {
      const pair = cookie.split(';', 1)[0] ?? '';
      const at = pair.indexOf('=');
      if (at > 0) this.#cookies.set(pair.slice(0, at).trim(), pair.slice(at + 1).trim());
    }
    const token = headers.get(tokenHeader);
    if (token && token.toLowerCase() !== 'required') this.#token = token;
  }

  /**
   * Makes a call with the token. If that is refused, once more with a new one: it ends with its session, and a refused call
   * did nothing.
   * @param fetch Has a token brought; throws when there is none.
   */
  async write(
    fetch: () => Promise<void>,
    send: (token: Headers) => Promise<HttpResponse>,
    isRefused: (answer: HttpResponse) => boolean,
  ): Promise<HttpResponse> {
    const withToken = async () => {
      if (this.#token === undefined) await fetch();
      return send({ [tokenHeader]: this.#token ?? '' });
    };
    const answer = await withToken();
    if (!isRefused(answer)) return answer;
    this.#token = undefined;
    return withToken();
  }
}
