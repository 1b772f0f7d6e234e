import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod/mini';
import { sentenceOf } from '../platform/error-message.ts';
import {
  createHttp,
  type HttpOptions,
  type HttpRequest,
  type HttpResponse,
  type PartnerCall,
  partnerFailure,
} from '../platform/http.ts';
import { parse } from '../platform/validation.ts';
import {
  type Authentication,
  apiKeyHeader,
  type OAuth2,
  type Sends,
  secrets,
  secretText,
} from './authentication.ts';
import type { ErpEnvironment } from './connector.ts';
import { partnerDown } from './failures.ts';
import { SharedSession, withCredentials } from './shared-session.ts';

export { type Authentication, authenticationSchema, secretFor, secrets } from './authentication.ts';
export { SharedSession, withCredentials } from './shared-session.ts';

/** Headers or query parameters by their names. */
type Named = Readonly<Record<string, string>>;

/** What a call carries to prove who we are. */
interface Proof {
  readonly headers: Named;
  readonly query: Named;
}
const noProof: Proof = { headers: {}, query: {} };

/** Where a login takes what each call carries. */
interface ProofSource {
  /** @param refused What the ERP has just refused: then another one, or the same if there is no other. */
  readonly get: (call: PartnerCall, refused?: Proof) => Promise<Proof>;
}

const tokenSchema = z.object({ access_token: secretText, expires_in: z.optional(z.coerce.number()) });
const secretFieldsSchema = z.record(z.string(), z.unknown());

/** A token is not used in its last minute: a call may take that long. */
const marginMs = 60_000;
/** Assumed when a token service does not say how long a token lasts (RFC 6749 §5.1 only recommends it). */
const assumedSeconds = 300;

/** A call of an attempt, without what proves who we are. */
export type ErpRequest = HttpRequest & PartnerCall;
export type Login = ReturnType<typeof createLogin>;

/** Why an answer to a login gives none, where the configuration says so. @param partner How messages name who answered. */
export type WhyRefused = (answer: HttpResponse, partner: string) => Error | undefined;

/** What the parts of one login share. */
interface LoginParts {
  readonly http: HttpOptions;
  readonly environment: ErpEnvironment<unknown>;
  /** Every secret used so far. */
  readonly used: Set<string>;
  readonly encode: (text: string) => string;
  readonly whyRefused: WhyRefused;
}

/**
 * Calls an ERP, logged in by a header made from the secret, or a token (OAuth2, RFC 6749 §4.3 and §4.4), with the further
 * secrets that `auth.sends` names.
 * @param encode How client id and secret are written into a Basic header: RFC 6749 §2.3.1 wants them form-encoded.
 * @param whyRefused Asked first of each answer to a login.
 */
export function createLogin(
  auth: Authentication,
  options: HttpOptions,
  environment: ErpEnvironment<unknown>,
  encode: (text: string) => string = encodeURIComponent,
  whyRefused: WhyRefused = () => undefined,
) {
  const http = createHttp(options);
  const used = new Set<string>();
  const source = loginSource(auth, { http: options, environment, used, encode, whyRefused });

  async function proofsFor(call: PartnerCall, refused?: Proofs): Promise<Proofs> {
    const login = await source.get(call, refused?.login);
    if (!auth.sends) return { login, besides: noProof };
    const secret = await environment.credentials({ refresh: refused !== undefined });
    return { login, besides: proofOf(auth.sends, secret, used) };
  }

  return {
    /** Every secret used so far, to be kept out of messages. */
    secrets: used,
    /**
     * Makes a call. If it is refused (401), the secret or the token is renewed and the call repeated: a
     * refused call did nothing, so repeating a write is safe.
     * @throws PartnerDown, unauthorized, when the token service refuses the secret.
     */
    async send(request: ErpRequest): Promise<HttpResponse> {
      const sendWith = ({ login, besides }: Proofs) =>
        http.send({
          ...request,
          headers: { ...request.headers, ...login.headers, ...besides.headers },
          query: { ...request.query, ...login.query, ...besides.query },
        });
      const proofs = await proofsFor(request);
      const answer = await sendWith(proofs);
      if (answer.status !== 401) return answer;
      const renewed = await proofsFor(request, proofs);
      return isDeepStrictEqual(renewed, proofs) ? answer : sendWith(renewed);
    },
  };
}

/** What a call carries: by its login, and besides. */
interface Proofs {
  readonly login: Proof;
  readonly besides: Proof;
}

function loginSource(auth: Authentication, parts: LoginParts): ProofSource {
  const { environment, used } = parts;
  switch (auth.kind) {
    case 'none':
      return { get: async () => noProof };
    case 'oauth2ClientCredentials':
      return tokenSource(auth, parts);
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

/** The fields of the secret that each call carries besides its login. */
function proofOf({ headers = {}, query = {} }: Sends, secret: unknown, used: Set<string>): Proof {
  const fields = z.parse(secretFieldsSchema, secret);
  const valuesOf = (places: Named): Named =>
    Object.fromEntries(
      Object.entries(places).map(([name, field]) => {
        const value = z.parse(secretText, fields[field]);
        used.add(value);
        return [name, value];
      }),
    );
  return { headers: valuesOf(headers), query: valuesOf(query) };
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
