import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod/mini';
import { sentenceOf } from '../platform/error-message.ts';
import {
  createHttp,
  type Http,
  type HttpOptions,
  type HttpRequest,
  type HttpResponse,
  type PartnerCall,
  partnerFailure,
} from '../platform/http.ts';
import { parse } from '../platform/validation.ts';
import type { Authentication, OAuth2, Sends } from './authentication.ts';
import type { ErpEnvironment, ErpSecret } from './connector.ts';
import { keepCookies } from './cookies.ts';
import { partnerDown } from './failures.ts';
import {
  type LoginParts,
  type Named,
  noProof,
  type Proof,
  type ProofSource,
  proofOf,
  type WhyRefused,
  withProofs,
} from './proof.ts';
import { apiKeyHeader, secretOf, secrets, secretText } from './secrets.ts';
import { sessionLogin } from './session-login.ts';
import { SharedSession, withCredentials } from './shared-session.ts';

export type { Authentication } from './authentication.ts';
export { secrets } from './secrets.ts';
export { SharedSession, withCredentials } from './shared-session.ts';
export type { WhyRefused };

const tokenSchema = z.object({ access_token: secretText, expires_in: z.optional(z.coerce.number()) });

/** A token is not used in its last minute: a call may take that long. */
const marginMs = 60_000;
/** Assumed when a token service does not say how long a token lasts (RFC 6749 §5.1 only recommends it). */
const assumedSeconds = 300;

/** A call of an attempt, without what proves who we are. */
export type ErpRequest = HttpRequest & PartnerCall;
export type Login = ReturnType<typeof createLogin>;

/** Whether it may write comes with the environment, so that no connector can forget it. */
type LoginOptions = Omit<HttpOptions, 'mayWrite'>;

/**
 * Calls an ERP, logged in by a header made from the secret, or a token (OAuth2, RFC 6749 §4.3 and §4.4), with the further
 * secrets that `auth.sends` names.
 * @param encode How client id and secret are written into a Basic header: RFC 6749 §2.3.1 wants them form-encoded.
 * @param whyRefused Asked first of each answer to a login.
 */
export function createLogin(
  auth: Authentication,
  reached: LoginOptions,
  environment: ErpEnvironment<unknown>,
  encode: (text: string) => string = encodeURIComponent,
  whyRefused: WhyRefused = () => undefined,
) {
  const options: HttpOptions = { ...reached, mayWrite: environment.mayWrite };
  const http = createHttp(options);
  const used = new Set<string>();
  const source = loginSource(auth, { http: options, environment, used, encode, whyRefused }, http);
  const isRefused = source.isRefused ?? (({ status }: HttpResponse) => status === 401);

  async function proofsFor(call: PartnerCall, refused?: Proofs): Promise<Proofs> {
    const login = await source.get(call, refused?.login);
    if (!auth.sends) return { login, besides: noProof };
    const secret = await environment.credentials({ refresh: refused !== undefined });
    return { login, besides: proofOf(auth.sends, secret, used) };
  }

  async function sendWith(request: ErpRequest, { login, besides }: Proofs): Promise<HttpResponse> {
    const answer = await http.send({ ...request, ...withProofs(request, [login, besides]) });
    // A server may renew its cookies with any answer.
    if (login.cookies && !isRefused(answer)) keepCookies(login.cookies, answer, used);
    return answer;
  }

  return {
    /** Every secret used so far, to be kept out of messages. */
    secrets: used,
    /**
     * Makes a call. If it is refused (401, or as a session says), the secret, the token or the session is renewed and the
     * call repeated: a refused call did nothing, so repeating a write is safe.
     * @throws PartnerDown, unauthorized, when the login is refused, or a session that was just opened.
     */
    async send(request: ErpRequest): Promise<HttpResponse> {
      const proofs = await proofsFor(request);
      const answer = await sendWith(request, proofs);
      if (!isRefused(answer)) return answer;
      const renewed = await proofsFor(request, proofs);
      const last = isDeepStrictEqual(renewed, proofs) ? answer : await sendWith(request, renewed);
      const failure = isRefused(last) && source.refusedAgain?.(last);
      if (failure) throw failure;
      return last;
    },
    /** Ends a session of the ERP's own, where there is one that can be ended. */
    close: source.close,
  };
}

/** What a call carries: by its login, and besides. */
interface Proofs {
  readonly login: Proof;
  readonly besides: Proof;
}

function loginSource(auth: Authentication, parts: LoginParts, { send }: Http): ProofSource {
  const { environment, used } = parts;
  switch (auth.kind) {
    case 'none':
      return { get: async () => noProof };
    case 'oauth2ClientCredentials':
      return tokenSource(auth, parts);
    case 'session':
      return sessionLogin({ ...parts, auth, send });
    case 'apiKey':
    case 'basic':
    case 'bearer':
      return {
        get: async (_call, refused) => {
          const secret = await environment.credentials({ refresh: refused !== undefined });
          return { headers: headerOf(auth, secret, used), query: {} };
        },
      };
  }
}

type Unchanged = Extract<Authentication, { readonly kind: 'apiKey' | 'basic' | 'bearer' }>;

/** The header of a secret that is sent unchanged. */
function headerOf(auth: Unchanged, secret: unknown, used: Set<string>): Named {
  if (auth.kind === 'basic') {
    const { username, password } = z.parse(secrets.basic.schema, secret);
    return { Authorization: basicHeader(username, password, used) };
  }
  const { header = apiKeyHeader, prefix = '' } =
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
function tokenSource(auth: OAuth2, parts: LoginParts): ProofSource {
  const { http, environment, used } = parts;
  const { credentials, clock } = environment;
  const partner = `${http.partner}'s token service`;
  const { origin, pathname, search } = new URL(auth.tokenUrl);
  const { send } = createHttp({ ...http, partner, baseUrl: origin });
  const tokens = new SharedSession(({ signal, guard }: PartnerCall) =>
    withCredentials(credentials, async (secret) => {
      const response = await send({
        method: 'POST',
        path: `${pathname}${search}`,
        signal,
        guard,
        writes: false,
        ...tokenRequest(auth, secret, parts),
      });
      const now = clock.now();
      const { access_token, expires_in = assumedSeconds } = tokenIn(response, partner, parts, now);
      used.add(access_token);
      const proof: Proof = { headers: { Authorization: `Bearer ${access_token}` }, query: {} };
      return { proof, until: now.getTime() + expires_in * 1000 - marginMs };
    }),
  );
  return {
    async get(call, refused) {
      // Another call may have renewed a refused one in the meantime.
      const { proof } = await tokens.get(
        call,
        (kept) => clock.now().getTime() < kept.until && !isDeepStrictEqual(kept.proof, refused),
      );
      return proof;
    },
  };
}

function tokenRequest(
  { scope, parameters, credentialsIn = 'body', grant = 'client_credentials' }: OAuth2,
  secret: unknown,
  { used, encode }: LoginParts,
) {
  const { clientId, clientSecret } = z.parse(secrets.oauth2ClientCredentials.schema, secret);
  used.add(clientSecret);
  const form = { grant_type: grant, ...(scope ? { scope } : {}), ...parameters };
  const client = { client_id: clientId, client_secret: clientSecret };
  const isInBody = credentialsIn === 'body';
  const authorization = isInBody
    ? {}
    : { authorization: basicHeader(encode(clientId), encode(clientSecret), used) };
  const user = grant === 'password' ? userOf(secret, used) : {};
  return {
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...authorization },
    body: new URLSearchParams({ ...form, ...user, ...(isInBody ? client : {}) }).toString(),
  };
}

function userOf(secret: unknown, used: Set<string>) {
  const { username, password } = z.parse(secrets.oauth2Password.schema, secret);
  used.add(password);
  return { username, password };
}

function tokenIn(response: HttpResponse, partner: string, { used, whyRefused }: LoginParts, now: Date) {
  const said = whyRefused(response, partner);
  if (said) throw said;
  const failure = partnerFailure(response, { partner, what: 'the token request', now });
  if (failure) throw failure;
  const token = parse(tokenSchema, response.json);
  if (token.ok) return token.value;
  const sentence = sentenceOf(response, used);
  throw partnerDown(
    `${partner} gave no token (${response.status})${sentence ? `: ${sentence}` : ''}: check client, secret and scope.`,
    // RFC 6749 §5.2: an unknown client is a 400 or a 401.
    { unauthorized: response.status === 400 },
  );
}

/** The secret that a login needs, with the fields that it sends besides. */
export function secretFor(auth: Authentication): ErpSecret<unknown> {
  const isPassword = auth.kind === 'oauth2ClientCredentials' && auth.grant === 'password';
  const example: Readonly<Record<string, string>> =
    secrets[isPassword ? 'oauth2Password' : auth.kind].example;
  return secretOf({ ...example, ...fieldsSent(auth.sends), ...example });
}

/** Each field of the secret that a call carries besides its login, with where. */
function fieldsSent({ headers = {}, query = {} }: Sends = {}): Record<string, string> {
  const shown =
    (place: string) =>
    ([name, field]: [string, string]) => [field, `what the ${place} ${name} takes`];
  return Object.fromEntries([
    ...Object.entries(headers).map(shown('header')),
    ...Object.entries(query).map(shown('query parameter')),
  ]);
}
