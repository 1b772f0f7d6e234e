import * as z from 'zod/mini';
import type { HttpRequest, HttpResponse } from '../platform/http.ts';
import { placeSchema } from '../platform/places.ts';
import { strictObject } from '../platform/validation.ts';
import { fn, optionalFn, textThat } from './options.ts';
import { apiKeyHeader } from './secrets.ts';

/** The name of a field of the secret. A wrong one is never repeated, as it may be the secret itself. */
const secretField = z
  .string()
  .check(
    z.refine(
      (name) => /^[A-Za-z]\w{0,39}$/.test(name),
      'the name of a field of the secret, such as apiKey, and not its value',
    ),
  );
const headerName = textThat((text) => /^[A-Za-z][\w-]*$/.test(text), 'the name of a header');
const parameterName = textThat((text) => text.trim() !== '', 'the name of a query parameter');

/** Further secrets that each call carries: by the name of a header or a query parameter, the field of the secret. */
const sendsSchema = strictObject({
  /** `{ 'x-api-key': 'apiKey' }`: the header's name, and the field of the secret that it takes. */
  headers: z.optional(z.record(headerName, secretField)),
  /** `{ sig: 'signature' }`: the same for parameters of the address. No message shows them. */
  query: z.optional(z.record(parameterName, secretField)),
});
export type Sends = z.output<typeof sendsSchema>;

/** A call that logs in or out, below the base URL. A body that is not text is sent as JSON. */
type LoginRequest = Pick<HttpRequest, 'method' | 'path' | 'query' | 'headers' | 'body'>;

/** In addition to any login. Default: nothing. */
const sends = z.optional(sendsSchema);

/** How an ERP wants to be logged in at. */
export const authenticationSchema = z
  .discriminatedUnion('kind', [
    /** Secret `{ apiKey }`, sent in this header (default `X-API-Key`), after `prefix` (default: nothing). */
    strictObject({
      kind: z.literal('apiKey'),
      header: z.optional(z.string()),
      prefix: z.optional(z.string()),
      sends,
    }),
    /** Secret `{ username, password }`. */
    strictObject({ kind: z.literal('basic'), sends }),
    /** Secret `{ token }`. */
    strictObject({ kind: z.literal('bearer'), sends }),
    /** No login but what `sends` names, as for an address that holds its secret. */
    strictObject({ kind: z.literal('none'), sends: sendsSchema }),
    /**
     * Secret `{ clientId, clientSecret }`, for which `tokenUrl` gives a token (RFC 6749 §4.4). With `grant: 'password'` also
     * `username` and `password` (RFC 6749 §4.3), as for Infor's service accounts.
     */
    strictObject({
      kind: z.literal('oauth2ClientCredentials'),
      tokenUrl: z.url(),
      scope: z.optional(z.string()),
      /** Further fields of the token request (`audience`, `resource`). */
      parameters: z.optional(z.record(z.string(), z.string())),
      /** Where the client's id and secret are sent: in the body, or in a Basic header. Default `body`. */
      credentialsIn: z.optional(z.enum(['body', 'basic'])),
      /** `password`: a user's name and password are sent with the client's. Default `client_credentials`. */
      grant: z.optional(z.enum(['client_credentials', 'password'])),
      sends,
    }),
    /**
     * Secret `{ username, password }`, for a session of the ERP's own: one for all calls of a container, opened by the first
     * of them, and again when the ERP does not know it any more. A refused login is not tried again at once.
     */
    strictObject({
      kind: z.literal('session'),
      /** The call that logs in, with the fields of the secret; no other function gets them. Default method: `POST`. */
      login: fn<(secret: Readonly<Record<string, string>>) => LoginRequest>(),
      /**
       * What its answer brings, and each call carries: `cookies`; or a value in `header`, from the answer's header of that
       * name, or from a place in its body.
       */
      carries: z.union([
        z.literal('cookies'),
        strictObject({
          header: headerName,
          /** Where the body has the value: `Token`. Default: the answer's header of the same name. */
          from: z.optional(placeSchema),
          /** Text before the value, such as `Bearer `. Default: nothing. */
          prefix: z.optional(z.string()),
        }),
      ]),
      /** Whether an answer says that the session has ended. Such a call did nothing: it is made again. Default: a 401. */
      expired: optionalFn<(answer: HttpResponse) => boolean>(),
      /** After so many seconds without a call, the session is opened again. Default: as long as the ERP takes it. */
      idleSeconds: z.optional(z.int().check(z.positive())),
      /** The call that ends the session: one that was idle, and that of a command. Default: it ends by itself. */
      logout: optionalFn<() => LoginRequest>(),
      /** One session for all containers is not there yet: where a server allows each user only one, they would end each other's. */
      oneForAll: z.optional(
        z.literal(
          false,
          'false: each container opens a session, and a server that allows a user only one cannot be connected so; see Needs in shared/erp/rest/README.md',
        ),
      ),
      sends,
    }),
  ])
  .check(
    z.superRefine((auth, { issues }) => {
      const taken = headersOf(auth).map((name) => name.toLowerCase());
      const twice = Object.keys(auth.sends?.headers ?? {}).find((name) => taken.includes(name.toLowerCase()));
      if (twice === undefined) return;
      issues.push({
        code: 'custom',
        path: ['sends', 'headers', twice],
        message: `another header, as auth.kind ${auth.kind} sends this one itself`,
        input: undefined,
      });
    }),
  );
export type Authentication = z.input<typeof authenticationSchema>;
export type SessionAuthentication = Extract<Authentication, { readonly kind: 'session' }>;
export type OAuth2 = Extract<Authentication, { readonly kind: 'oauth2ClientCredentials' }>;

/** The headers in which a login proves who we are. */
function headersOf(auth: Authentication): string[] {
  switch (auth.kind) {
    case 'apiKey':
      return [auth.header ?? apiKeyHeader];
    case 'basic':
    case 'bearer':
    case 'oauth2ClientCredentials':
      return ['Authorization'];
    case 'session':
      return [auth.carries === 'cookies' ? 'cookie' : auth.carries.header];
    case 'none':
      return [];
  }
}
