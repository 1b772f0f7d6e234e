import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod/mini';
import { RetryLater } from '../model/errors.ts';
import { sentenceOf } from '../platform/error-message.ts';
import { createHttp, type HttpOptions, type HttpResponse, partnerFailure } from '../platform/http.ts';
import { describeMismatches, parse } from '../platform/validation.ts';
import { stopIfAborted } from './booking-rules.ts';
import type { ErpEnvironment } from './connector.ts';
import type { RestAuthentication } from './rest/options.ts';

/** The header that proves who we are, by its name. */
type Header = Readonly<Record<string, string>>;

interface HeaderSource {
  readonly current: (signal: AbortSignal) => Promise<Header>;
  /** Another header after this one was refused; undefined when there is none to try. */
  readonly renewed: (refused: Header, signal: AbortSignal) => Promise<Header | undefined>;
}

type OAuth2 = Extract<RestAuthentication, { readonly kind: 'oauth2ClientCredentials' }>;

const text = z.string().check(z.minLength(1));
const tokenSchema = z.object({ access_token: text, expires_in: z.optional(z.coerce.number()) });

/** Shape of the secret for each kind of login, with what to write there. */
export const secrets = {
  apiKey: { schema: z.object({ apiKey: text }), example: { apiKey: 'the API key' } },
  basic: {
    schema: z.object({ username: text, password: text }),
    example: { username: 'the integration user', password: 'its password' },
  },
  bearer: { schema: z.object({ token: text }), example: { token: 'the access token' } },
  oauth2ClientCredentials: {
    schema: z.object({ clientId: text, clientSecret: text }),
    example: { clientId: 'the OAuth client', clientSecret: 'its secret' },
  },
} as const;

/** A token is not used in its last minute: a call may take that long. */
const marginMs = 60_000;
/** Assumed when a token service does not say how long a token lasts (RFC 6749 §5.1 only recommends it). */
const assumedSeconds = 300;

/**
 * Our login at an ERP: a header made from the secret, or a token (OAuth2 client credentials, RFC 6749 §4.4).
 * @param encode How client id and secret are written into a Basic header: RFC 6749 §2.3.1 wants them form-encoded.
 */
export function createLogin(
  auth: RestAuthentication,
  http: HttpOptions,
  { credentials, clock }: ErpEnvironment<unknown>,
  encode: (text: string) => string = encodeURIComponent,
) {
  const used = new Set<string>();
  const source = auth.kind === 'oauth2ClientCredentials' ? tokenSource(auth) : secretSource(auth);

  return {
    /** Every secret used so far, to be kept out of messages. */
    secrets: used,
    /**
     * Makes a call with the header that proves who we are. If it is refused (401), the secret or the token is renewed and
     * the call made once more: a refused call did nothing, so repeating a write is safe.
     * @throws RetryLater scope `partner`, unauthorized, when the secret does not fit or the token service refuses it.
     */
    async send(call: (header: Header) => Promise<HttpResponse>, signal: AbortSignal): Promise<HttpResponse> {
      const header = await source.current(signal);
      const answer = await call(header);
      if (answer.status !== 401) return answer;
      const renewed = await source.renewed(header, signal);
      return renewed ? call(renewed) : answer;
    },
  };

  async function secretOf<T>(schema: z.ZodMiniType<T>, refresh: boolean): Promise<T> {
    const parsed = parse(schema, await credentials({ refresh }));
    if (parsed.ok) return parsed.value;
    throw new RetryLater(
      `${http.partner}: the secret does not fit (${describeMismatches(parsed.mismatches)}); set it anew.`,
      { scope: 'partner', unauthorized: true },
    );
  }

  function basicHeader(user: string, password: string): string {
    const encoded = Buffer.from(`${user}:${password}`).toString('base64');
    for (const secret of [password, encoded]) used.add(secret);
    return `Basic ${encoded}`;
  }

  function secretSource(fixed: Exclude<RestAuthentication, OAuth2>): HeaderSource {
    async function headerOf(refresh: boolean): Promise<Header> {
      if (fixed.kind === 'apiKey') {
        const { apiKey } = await secretOf(secrets.apiKey.schema, refresh);
        used.add(apiKey);
        return { [fixed.header ?? 'X-API-Key']: `${fixed.prefix ?? ''}${apiKey}` };
      }
      if (fixed.kind === 'basic') {
        const { username, password } = await secretOf(secrets.basic.schema, refresh);
        return { Authorization: basicHeader(username, password) };
      }
      const { token } = await secretOf(secrets.bearer.schema, refresh);
      used.add(token);
      return { Authorization: `Bearer ${token}` };
    }
    return {
      current: () => headerOf(false),
      async renewed(refused) {
        const fresh = await headerOf(true);
        return isDeepStrictEqual(fresh, refused) ? undefined : fresh;
      },
    };
  }

  function tokenSource({ tokenUrl, scope, parameters, credentialsIn = 'body' }: OAuth2): HeaderSource {
    const service = `${http.partner}'s token service`;
    const { origin, pathname, search } = new URL(tokenUrl);
    const tokenHttp = createHttp({ ...http, partner: service, baseUrl: origin });
    let kept: { readonly header: Header; readonly until: number } | undefined;
    let fetching: Promise<Header> | undefined;

    return {
      async current(signal) {
        return kept && clock.now().getTime() < kept.until ? kept.header : newToken(signal);
      },
      async renewed(refused, signal) {
        // Another call may have renewed it in the meantime.
        if (kept && !isDeepStrictEqual(kept.header, refused)) return kept.header;
        kept = undefined;
        return newToken(signal);
      },
    };

    /** One request for all calls that need a token at the same moment. */
    function newToken(signal: AbortSignal): Promise<Header> {
      fetching ??= fetchToken(signal).finally(() => {
        fetching = undefined;
      });
      return fetching;
    }

    async function fetchToken(signal: AbortSignal): Promise<Header> {
      let response = await askForToken(false, signal);
      // RFC 6749 §5.2: an unknown client is a 400 or a 401. Its secret may have been rotated: read it again, once.
      if (isRefusal(response)) response = await askForToken(true, signal);
      const now = clock.now();
      const failure = partnerFailure(response, { partner: service, what: 'the token request', now });
      if (failure) throw failure;
      const token = parse(tokenSchema, response.json);
      if (!token.ok) {
        const said = sentenceOf(response, used);
        throw new RetryLater(
          `${service} gave no token (${response.status})${said ? `: ${said}` : ''}: check client, secret and scope.`,
          { scope: 'partner', unauthorized: isRefusal(response) },
        );
      }
      const { access_token, expires_in = assumedSeconds } = token.value;
      used.add(access_token);
      const header = { Authorization: `Bearer ${access_token}` };
      kept = { header, until: now.getTime() + expires_in * 1000 - marginMs };
      return header;
    }

    async function askForToken(refresh: boolean, signal: AbortSignal): Promise<HttpResponse> {
      stopIfAborted(signal, http.partner, 'asking for a token');
      const { clientId, clientSecret } = await secretOf(secrets.oauth2ClientCredentials.schema, refresh);
      used.add(clientSecret);
      const inBody = credentialsIn === 'body';
      const client = inBody ? { client_id: clientId, client_secret: clientSecret } : {};
      const form = {
        grant_type: 'client_credentials',
        ...(scope ? { scope } : {}),
        ...parameters,
        ...client,
      };
      return tokenHttp.send({
        method: 'POST',
        path: `${pathname}${search}`,
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          ...(inBody ? {} : { authorization: basicHeader(encode(clientId), encode(clientSecret)) }),
        },
        body: new URLSearchParams(form).toString(),
        signal,
        writes: false,
      });
    }
  }
}

/**
 * Makes a call with the secret. If it is refused, the secret is read again, as it may have been rotated, and the call is
 * made once more; the same secret is not sent again.
 */
export async function withCredentials<Credentials, T>(
  read: ErpEnvironment<Credentials>['credentials'],
  call: (credentials: Credentials) => Promise<T>,
): Promise<T> {
  const known = await read();
  try {
    return await call(known);
  } catch (error) {
    if (!(error instanceof RetryLater && error.unauthorized)) throw error;
    const renewed = await read({ refresh: true });
    if (isDeepStrictEqual(renewed, known)) throw error;
    return call(renewed);
  }
}

function isRefusal({ status }: HttpResponse): boolean {
  return status === 400 || status === 401;
}
