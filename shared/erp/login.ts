import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod/mini';
import { RetryLater } from '../model/errors.ts';
import type { Clock } from '../platform/clock.ts';
import { sentenceOf } from '../platform/error-message.ts';
import { createHttp, type HttpOptions, type HttpResponse, partnerFailure } from '../platform/http.ts';
import { describeMismatches, parse, strictObject } from '../platform/validation.ts';
import type { ErpEnvironment } from './connector.ts';
import { partnerDown } from './failures.ts';

/** How an ERP wants to be logged in at. */
export const authenticationSchema = z.discriminatedUnion('kind', [
  /** Secret `{ apiKey }`, sent in this header (default `X-API-Key`), after `prefix` (default: nothing). */
  strictObject({
    kind: z.literal('apiKey'),
    header: z.optional(z.string()),
    prefix: z.optional(z.string()),
  }),
  /** Secret `{ username, password }`. */
  strictObject({ kind: z.literal('basic') }),
  /** Secret `{ token }`. */
  strictObject({ kind: z.literal('bearer') }),
  /** Secret `{ clientId, clientSecret }`, for which `tokenUrl` gives a token (RFC 6749 §4.4). */
  strictObject({
    kind: z.literal('oauth2ClientCredentials'),
    tokenUrl: z.url(),
    scope: z.optional(z.string()),
    /** Further fields of the token request (`audience`, `resource`). */
    parameters: z.optional(z.record(z.string(), z.string())),
    /** Where the client's id and secret are sent: in the body, or in a Basic header. Default `body`. */
    credentialsIn: z.optional(z.enum(['body', 'basic'])),
  }),
]);
export type Authentication = z.input<typeof authenticationSchema>;

/** The header that proves who we are, by its name. */
type Header = Readonly<Record<string, string>>;

/** The header to send; after one was refused another one, or the same if there is no other. */
type HeaderSource = (signal: AbortSignal, refused?: Header) => Promise<Header>;

type OAuth2 = Extract<Authentication, { readonly kind: 'oauth2ClientCredentials' }>;

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

/** How the secret is read, and every secret used so far, to be kept out of messages. */
interface Access {
  readonly partner: string;
  readonly credentials: ErpEnvironment<unknown>['credentials'];
  readonly used: Set<string>;
}

/**
 * Our login at an ERP: a header made from the secret, or a token (OAuth2 client credentials, RFC 6749 §4.4).
 * @param encode How client id and secret are written into a Basic header: RFC 6749 §2.3.1 wants them form-encoded.
 */
export function createLogin(
  auth: Authentication,
  http: HttpOptions,
  { credentials, clock }: ErpEnvironment<unknown>,
  encode: (text: string) => string = encodeURIComponent,
) {
  const access = { partner: http.partner, credentials, used: new Set<string>() };
  const headerFor =
    auth.kind === 'oauth2ClientCredentials'
      ? tokenSource(tokenRequest(auth, http, access, encode), access, clock)
      : secretSource(auth, access);
  return {
    secrets: access.used,
    /**
     * Makes a call with the header that proves who we are. If it is refused (401), the secret or the token is renewed and
     * the call made once more: a refused call did nothing, so repeating a write is safe.
     * @throws RetryLater scope `partner`, unauthorized, when the secret is invalid or the token service refuses it.
     */
    async send(call: (header: Header) => Promise<HttpResponse>, signal: AbortSignal): Promise<HttpResponse> {
      const header = await headerFor(signal);
      const answer = await call(header);
      if (answer.status !== 401) return answer;
      const renewed = await headerFor(signal, header);
      return isDeepStrictEqual(renewed, header) ? answer : call(renewed);
    },
  };
}

async function secretOf<T>(
  { partner, credentials }: Access,
  schema: z.ZodMiniType<T>,
  refresh: boolean,
): Promise<T> {
  const parsed = parse(schema, await credentials({ refresh }));
  if (parsed.ok) return parsed.value;
  throw partnerDown(
    `${partner}: the secret is invalid (${describeMismatches(parsed.mismatches)}); set it anew.`,
    { unauthorized: true },
  );
}

function basicHeader({ used }: Access, user: string, password: string): string {
  const encoded = Buffer.from(`${user}:${password}`).toString('base64');
  for (const secret of [password, encoded]) used.add(secret);
  return `Basic ${encoded}`;
}

function secretSource(auth: Exclude<Authentication, OAuth2>, access: Access): HeaderSource {
  return async (_signal, refused) => {
    const read = <T>({ schema }: { readonly schema: z.ZodMiniType<T> }) =>
      secretOf(access, schema, refused !== undefined);
    if (auth.kind === 'basic') {
      const { username, password } = await read(secrets.basic);
      return { Authorization: basicHeader(access, username, password) };
    }
    if (auth.kind === 'bearer') {
      const { token } = await read(secrets.bearer);
      access.used.add(token);
      return { Authorization: `Bearer ${token}` };
    }
    const { apiKey } = await read(secrets.apiKey);
    access.used.add(apiKey);
    return { [auth.header ?? 'X-API-Key']: `${auth.prefix ?? ''}${apiKey}` };
  };
}

/** Keeps a token for as long as it lasts. */
function tokenSource(
  ask: (refresh: boolean, signal: AbortSignal) => Promise<HttpResponse>,
  { partner, used }: Access,
  clock: Clock,
): HeaderSource {
  const tokens = new SharedSession(async (signal) => {
    let response = await ask(false, signal);
    // RFC 6749 §5.2: an unknown client is a 400 or a 401. Its secret may have been rotated: read it again, once.
    if (isRefusal(response)) response = await ask(true, signal);
    const now = clock.now();
    const { access_token, expires_in = assumedSeconds } = tokenIn(response, partner, used, now);
    used.add(access_token);
    const header: Header = { Authorization: `Bearer ${access_token}` };
    return { header, until: now.getTime() + expires_in * 1000 - marginMs };
  });
  return async (signal, refused) => {
    // Another call may have renewed a refused one in the meantime.
    const { header } = await tokens.get(
      signal,
      (kept) => clock.now().getTime() < kept.until && !isDeepStrictEqual(kept.header, refused),
    );
    return header;
  };
}

/** @returns a function that asks for a token; with `refresh` it reads the secret again before. */
function tokenRequest(
  { tokenUrl, scope, parameters, credentialsIn = 'body' }: OAuth2,
  http: HttpOptions,
  access: Access,
  encode: (text: string) => string,
) {
  const { origin, pathname, search } = new URL(tokenUrl);
  const { send } = createHttp({ ...http, partner: tokenServiceOf(http.partner), baseUrl: origin });
  return async (refresh: boolean, signal: AbortSignal): Promise<HttpResponse> => {
    const { clientId, clientSecret } = await secretOf(
      access,
      secrets.oauth2ClientCredentials.schema,
      refresh,
    );
    access.used.add(clientSecret);
    const isInBody = credentialsIn === 'body';
    const form = {
      grant_type: 'client_credentials',
      ...(scope ? { scope } : {}),
      ...parameters,
      ...(isInBody ? { client_id: clientId, client_secret: clientSecret } : {}),
    };
    return send({
      method: 'POST',
      path: `${pathname}${search}`,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        ...(isInBody ? {} : { authorization: basicHeader(access, encode(clientId), encode(clientSecret)) }),
      },
      body: new URLSearchParams(form).toString(),
      signal,
      writes: false,
    });
  };
}

function tokenIn(response: HttpResponse, partner: string, used: ReadonlySet<string>, now: Date) {
  const service = tokenServiceOf(partner);
  const failure = partnerFailure(response, { partner: service, what: 'the token request', now });
  if (failure) throw failure;
  const token = parse(tokenSchema, response.json);
  if (token.ok) return token.value;
  const said = sentenceOf(response, used);
  throw partnerDown(
    `${service} gave no token (${response.status})${said ? `: ${said}` : ''}: check client, secret and scope.`,
    { unauthorized: isRefusal(response) },
  );
}

function tokenServiceOf(partner: string): string {
  return `${partner}'s token service`;
}

/** One session of an ERP's own, or token, for all calls: calls that need it at the same moment share one login. */
export class SharedSession<Session> {
  readonly #open: (signal: AbortSignal) => Promise<Session>;
  #current: Promise<Session> | undefined;
  #known: Session | undefined;

  constructor(open: (signal: AbortSignal) => Promise<Session>) {
    this.#open = open;
  }

  /** The current session, or a new one if there is none that `isGood`. */
  get(signal: AbortSignal, isGood: (known: Session) => boolean = () => true): Promise<Session> {
    if (this.#known !== undefined && !isGood(this.#known)) this.forget(this.#known);
    this.#current ??= this.#open(signal).then(
      (session) => {
        this.#known = session;
        return session;
      },
      (error) => {
        this.#current = undefined;
        throw error;
      },
    );
    return this.#current;
  }

  /** Called when the ERP does not know this session (any more); one that was opened since stays. */
  forget(session: Session): void {
    if (session !== this.#known) return;
    this.#current = this.#known = undefined;
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
