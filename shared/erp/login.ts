import * as z from 'zod/mini';
import { RetryLater } from '../model/errors.ts';
import { sentenceOf } from '../platform/error-message.ts';
import { createHttp, type HttpOptions, type HttpResponse, partnerFailure } from '../platform/http.ts';
import { describeMismatches, parse } from '../platform/validation.ts';
import { stopIfAborted } from './booking-rules.ts';
import type { ErpEnvironment } from './connector.ts';
import type { RestAuthentication } from './rest/options.ts';

export interface Authentication {
  /** Header that proves who we are. */
  readonly header: (signal: AbortSignal) => Promise<Header>;
  /** Another one after `refused` was refused; undefined when there is none to try. */
  readonly renewed: (refused: Header, signal: AbortSignal) => Promise<Header | undefined>;
  /** Every secret used so far, to be kept out of messages. */
  readonly secrets: ReadonlySet<string>;
}

export interface Header {
  readonly name: string;
  readonly value: string;
}

const text = z.string().check(z.minLength(1));
const apiKeySchema = z.object({ apiKey: text });
const loginSchema = z.object({ username: text, password: text });
const bearerSchema = z.object({ token: text });
const clientSchema = z.object({ clientId: text, clientSecret: text });
const tokenSchema = z.object({ access_token: text, expires_in: z.optional(z.coerce.number()) });

/** Shape of the secret for each kind, with what to write there. */
export const secrets = {
  apiKey: { schema: apiKeySchema, example: { apiKey: 'the API key' } },
  basic: { schema: loginSchema, example: { username: 'the integration user', password: 'its password' } },
  bearer: { schema: bearerSchema, example: { token: 'the access token' } },
  oauth2ClientCredentials: {
    schema: clientSchema,
    example: { clientId: 'the OAuth client', clientSecret: 'its secret' },
  },
} as const;

/** A token is not used in its last minute: a call may take that long. */
const marginMs = 60_000;
/** When a token service does not tell how long a token lasts (RFC 6749 §5.1 only recommends it). */
const assumedSeconds = 300;

/**
 * @throws RetryLater scope `partner`, unauthorized, when the secret does not fit or the token service refuses it.
 */
export function createAuthentication(
  auth: RestAuthentication,
  http: HttpOptions,
  { credentials, clock }: ErpEnvironment<unknown>,
): Authentication {
  const used = new Set<string>();

  async function secretOf<T>(schema: z.ZodMiniType<T>, refresh: boolean): Promise<T> {
    const parsed = parse(schema, await credentials({ refresh }));
    if (parsed.ok) return parsed.value;
    throw new RetryLater(
      `${http.partner}: the secret does not fit (${describeMismatches(parsed.mismatches)}); set it anew.`,
      { scope: 'partner', unauthorized: true },
    );
  }

  async function fixedHeader(refresh: boolean): Promise<Header> {
    switch (auth.kind) {
      case 'apiKey': {
        const { apiKey } = await secretOf(apiKeySchema, refresh);
        used.add(apiKey);
        return { name: auth.header ?? 'X-API-Key', value: `${auth.prefix ?? ''}${apiKey}` };
      }
      case 'basic': {
        const { username, password } = await secretOf(loginSchema, refresh);
        const encoded = base64(`${username}:${password}`);
        for (const secret of [password, encoded]) used.add(secret);
        return { name: 'Authorization', value: `Basic ${encoded}` };
      }
      case 'bearer': {
        const { token } = await secretOf(bearerSchema, refresh);
        used.add(token);
        return { name: 'Authorization', value: `Bearer ${token}` };
      }
      default:
        throw new Error(`${auth.kind} has no fixed header`);
    }
  }

  if (auth.kind !== 'oauth2ClientCredentials') {
    return {
      secrets: used,
      header: () => fixedHeader(false),
      async renewed(refused) {
        const fresh = await fixedHeader(true);
        return fresh.value === refused.value ? undefined : fresh;
      },
    };
  }

  const service = `${http.partner}'s token service`;
  const { origin, pathname, search } = new URL(auth.tokenUrl);
  const tokenHttp = createHttp({ ...http, partner: service, baseUrl: origin });
  const { scope, parameters = {}, credentialsIn = 'body' } = auth;
  let kept: { readonly header: Header; readonly until: number } | undefined;
  let fetching: Promise<Header> | undefined;

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
    const header = { name: 'Authorization', value: `Bearer ${access_token}` };
    kept = { header, until: now.getTime() + expires_in * 1000 - marginMs };
    return header;
  }

  async function askForToken(refresh: boolean, signal: AbortSignal): Promise<HttpResponse> {
    stopIfAborted(signal, http.partner, 'asking for a token');
    const { clientId, clientSecret } = await secretOf(clientSchema, refresh);
    const inHeader = base64(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`);
    for (const secret of [clientSecret, inHeader]) used.add(secret);
    const client =
      credentialsIn === 'body' ? { client_id: clientId, client_secret: clientSecret } : undefined;
    const form = { grant_type: 'client_credentials', ...(scope ? { scope } : {}), ...parameters, ...client };
    return tokenHttp.send({
      method: 'POST',
      path: `${pathname}${search}`,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        ...(client ? {} : { authorization: `Basic ${inHeader}` }),
      },
      body: new URLSearchParams(form).toString(),
      signal,
      writes: false,
    });
  }

  /** One request for all who need a token at the same moment. */
  function newToken(signal: AbortSignal): Promise<Header> {
    fetching ??= fetchToken(signal).finally(() => {
      fetching = undefined;
    });
    return fetching;
  }

  return {
    secrets: used,
    async header(signal) {
      return kept && clock.now().getTime() < kept.until ? kept.header : newToken(signal);
    },
    async renewed(refused, signal) {
      // Somebody else may have renewed it in the meantime.
      if (kept && kept.header.value !== refused.value) return kept.header;
      kept = undefined;
      return newToken(signal);
    },
  };
}

function isRefusal({ status }: HttpResponse): boolean {
  return status === 400 || status === 401;
}

function base64(value: string): string {
  return Buffer.from(value).toString('base64');
}
