import * as z from 'zod/mini';
import { strictObject } from '../platform/strict-object.ts';

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
