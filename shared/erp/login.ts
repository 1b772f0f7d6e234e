import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod/mini';
import { PartnerDown } from '../model/errors.ts';
import { sentenceOf } from '../platform/error-message.ts';
import {
  createHttp,
  type HttpOptions,
  type HttpRequest,
  type HttpResponse,
  type PartnerCall,
  partnerFailure,
} from '../platform/http.ts';
import { parse, strictObject } from '../platform/validation.ts';
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
type HeaderSource = (call: PartnerCall, refused?: Header) => Promise<Header>;

type OAuth2 = Extract<Authentication, { readonly kind: 'oauth2ClientCredentials' }>;

const secretText = z.string().check(z.minLength(1));
const tokenSchema = z.object({ access_token: secretText, expires_in: z.optional(z.coerce.number()) });

/** Shape of the secret for each kind of login, with what to write there. */
export const secrets = {
  apiKey: { schema: z.object({ apiKey: secretText }), example: { apiKey: 'the API key' } },
  basic: {
    schema: z.object({ username: secretText, password: secretText }),
    example: { username: 'the integration user', password: 'its password' },
  },
  bearer: { schema: z.object({ token: secretText }), example: { token: 'the access token' } },
  oauth2ClientCredentials: {
    schema: z.object({ clientId: secretText, clientSecret: secretText }),
    example: { clientId: 'the OAuth client', clientSecret: 'its secret' },
  },
} as const;

/** A token is not used in its last minute: a call may take that long. */
const marginMs = 60_000;
/** Assumed when a token service does not say how long a token lasts (RFC 6749 §5.1 only recommends it). */
const assumedSeconds = 300;

/** A call of an attempt, without what proves who we are. */
export type ErpRequest = HttpRequest & PartnerCall;
export type Login = ReturnType<typeof createLogin>;

/**
 * Calls an ERP, logged in by a header made from the secret, or a token (OAuth2 client credentials, RFC 6749 §4.4).
 * @param encode How client id and secret are written into a Basic header: RFC 6749 §2.3.1 wants them form-encoded.
 */
export function createLogin(
  auth: Authentication,
  options: HttpOptions,
  environment: ErpEnvironment<unknown>,
  encode: (text: string) => string = encodeURIComponent,
) {
  const http = createHttp(options);
  const used = new Set<string>();
  const headerFor: HeaderSource =
    auth.kind === 'oauth2ClientCredentials'
      ? tokenSource(auth, options, environment, (secret) => tokenRequest(auth, secret, used, encode), used)
      : async (_call, refused) =>
          headerOf(auth, await environment.credentials({ refresh: refused !== undefined }), used);
  return {
    /** Every secret used so far, to be kept out of messages. */
    secrets: used,
    /**
     * Makes a call. If it is refused (401), the secret or the token is renewed and the call repeated: a
     * refused call did nothing, so repeating a write is safe.
     * @throws PartnerDown, unauthorized, when the token service refuses the secret.
     */
    async send(request: ErpRequest): Promise<HttpResponse> {
      const sendWith = (header: Header) =>
        http.send({ ...request, headers: { ...request.headers, ...header } });
      const header = await headerFor(request);
      const answer = await sendWith(header);
      if (answer.status !== 401) return answer;
      const renewed = await headerFor(request, header);
      return isDeepStrictEqual(renewed, header) ? answer : sendWith(renewed);
    },
  };
}

/** The header of a secret that is sent unchanged. */
function headerOf(auth: Exclude<Authentication, OAuth2>, secret: unknown, used: Set<string>): Header {
  if (auth.kind === 'basic') {
    const { username, password } = z.parse(secrets.basic.schema, secret);
    return { Authorization: basicHeader(username, password, used) };
  }
  const { header = 'X-API-Key', prefix = '' } =
    auth.kind === 'bearer' ? { header: 'Authorization', prefix: 'Bearer ' } : auth;
  const [key = ''] = Object.values(z.parse(secrets[auth.kind].schema, secret));
  used.add(key);
  return { [header]: `${prefix}${key}` };
}

function basicHeader(user: string, password: string, used: Set<string>): string {
  const encoded = Buffer.from(`${user}:${password}`).toString('base64');
  for (const secret of [password, encoded]) used.add(secret);
  return `Basic ${encoded}`;
}

/** Keeps a token for as long as it lasts. */
function tokenSource(
  { tokenUrl }: OAuth2,
  http: HttpOptions,
  { credentials, clock }: ErpEnvironment<unknown>,
  requestWith: (secret: unknown) => Pick<HttpRequest, 'headers' | 'body'>,
  used: Set<string>,
): HeaderSource {
  const partner = `${http.partner}'s token service`;
  const { origin, pathname, search } = new URL(tokenUrl);
  const { send } = createHttp({ ...http, partner, baseUrl: origin });
  const tokens = new SharedSession(({ signal, guard }: PartnerCall) =>
    withCredentials(credentials, async (secret) => {
      const response = await send({
        method: 'POST',
        path: `${pathname}${search}`,
        signal,
        guard,
        writes: false,
        ...requestWith(secret),
      });
      const now = clock.now();
      const { access_token, expires_in = assumedSeconds } = tokenIn(response, partner, used, now);
      used.add(access_token);
      const header: Header = { Authorization: `Bearer ${access_token}` };
      return { header, until: now.getTime() + expires_in * 1000 - marginMs };
    }),
  );
  return async (call, refused) => {
    // Another call may have renewed a refused one in the meantime.
    const { header } = await tokens.get(
      call,
      (kept) => clock.now().getTime() < kept.until && !isDeepStrictEqual(kept.header, refused),
    );
    return header;
  };
}

function tokenRequest(
  { scope, parameters, credentialsIn = 'body' }: OAuth2,
  secret: unknown,
  used: Set<string>,
  encode: (text: string) => string,
) {
  const { clientId, clientSecret } = z.parse(secrets.oauth2ClientCredentials.schema, secret);
  used.add(clientSecret);
  const form = { grant_type: 'client_credentials', ...(scope ? { scope } : {}), ...parameters };
  const client = { client_id: clientId, client_secret: clientSecret };
  const isInBody = credentialsIn === 'body';
  const authorization = isInBody
    ? {}
    : { authorization: basicHeader(encode(clientId), encode(clientSecret), used) };
  return {
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...authorization },
    body: new URLSearchParams({ ...form, ...(isInBody ? client : {}) }).toString(),
  };
}

function tokenIn(response: HttpResponse, partner: string, used: ReadonlySet<string>, now: Date) {
  const failure = partnerFailure(response, { partner, what: 'the token request', now });
  if (failure) throw failure;
  const token = parse(tokenSchema, response.json);
  if (token.ok) return token.value;
  const said = sentenceOf(response, used);
  throw partnerDown(
    `${partner} gave no token (${response.status})${said ? `: ${said}` : ''}: check client, secret and scope.`,
    // RFC 6749 §5.2: an unknown client is a 400 or a 401.
    { unauthorized: response.status === 400 },
  );
}

/**
 * One session of an ERP's own, or token, for all calls: calls that need it at the same moment share one login, which is
 * made with the call, or the signal, of the first.
 */
export class SharedSession<Session, Call extends PartnerCall | AbortSignal = AbortSignal> {
  readonly #open: (call: Call) => Promise<Session>;
  #current: Promise<Session> | undefined;
  #known: Session | undefined;

  constructor(open: (call: Call) => Promise<Session>) {
    this.#open = open;
  }

  /** The current session, or a new one if there is none that `isGood`. */
  get(call: Call, isGood: (known: Session) => boolean = () => true): Promise<Session> {
    if (this.#known !== undefined && !isGood(this.#known)) this.forget(this.#known);
    this.#current ??= this.#open(call).then(
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

  /** Called when the ERP does not know this session (any more); one that was opened since is kept. */
  forget(session: Session): void {
    if (session !== this.#known) return;
    this.#current = this.#known = undefined;
  }
}

/**
 * Makes a call with the secret. If it is refused, the secret is read again, as it may have been rotated, and the call is
 * repeated; the same secret is not sent again.
 */
export async function withCredentials<Credentials, T>(
  read: ErpEnvironment<Credentials>['credentials'],
  call: (credentials: Credentials) => Promise<T>,
): Promise<T> {
  const known = await read();
  try {
    return await call(known);
  } catch (error) {
    if (!(error instanceof PartnerDown && error.unauthorized)) throw error;
    const renewed = await read({ refresh: true });
    if (isDeepStrictEqual(renewed, known)) throw error;
    return call(renewed);
  }
}
