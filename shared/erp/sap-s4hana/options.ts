import * as z from 'zod/mini';
import { isTimeZone } from '../../model/time.ts';
import { strictObject } from '../../platform/strict-object.ts';
import { showFound } from '../../platform/validation.ts';
import { type ErpOptions, erpOptionsShape } from '../options.ts';

/** How this plant's S/4HANA is reached and used. */
export interface SapOptions extends ErpOptions {
  /** Base URL of the system, `https://my300000-api.s4hana.cloud.sap`. */
  readonly url: string;
  /** SAP client (`sap-client`), where the communication user is not bound to one. */
  readonly client?: string;
  /** `basic`: a communication user. `oauth2`: client credentials, with the token from `tokenUrl`. */
  readonly auth:
    | 'basic'
    | {
        /** Token endpoint of the authorization server. */
        readonly tokenUrl: string;
        /** Scope to ask for, if it wants one. */
        readonly scope?: string;
      };
  /** Only orders of this production plant. */
  readonly plant?: string;
  /** Only orders of these types, `['YBM1']`. */
  readonly orderTypes?: readonly string[];
  /**
   * Operation that is confirmed, the last one or a milestone. Default `0010`. The automatic goods receipt and
   * the confirmation of earlier operations follow from its control key.
   */
  readonly operation?: string;
  /** Default `0`. */
  readonly sequence?: string;
  /**
   * `backflush`: the movements that SAP plans (backflush, automatic receipt). `receipt`: a goods receipt (101)
   * of the good quantity, one per lot, and nothing else. `none`: no movement.
   */
  readonly goodsMovements: 'backflush' | 'receipt' | 'none';
  /** Where a receipt goes; default the order's own. */
  readonly storageLocation?: string;
  /** Activity (1) that takes the time worked, in minutes; without it, time is not booked. */
  readonly workActivity?: 1;
  /**
   * A long text field of A_ProductionOrder_2 that may be changed (`OrderLongText` in recent releases, or a
   * custom YY1_… one). Notes, links and the product order go there; without it there is only the confirmation
   * text of 40 characters, amendments are rejected and orders are not linked.
   */
  readonly notesField?: string;
  /** Further fields of A_ProductionOrder_2 for the mapping, `['SalesOrder']`. */
  readonly orderFields?: readonly string[];
  /**
   * Zone of the SAP system's clock, in which it tells when orders were created and changed: `Europe/Brussels`. Default
   * `UTC`, as in the cloud. In another zone than it has, changes are heard of hours late, or never.
   */
  readonly timeZone?: string;
  /** Orders read per call. Default 100. */
  readonly pageSize?: number;
  readonly timeoutMs?: number;
  readonly allowHttp?: boolean;
  readonly caCertificate?: string;
}

const zoneNeeded = 'an IANA time zone such as Europe/Brussels';

export const sapOptionsSchema = strictObject({
  url: z.url(),
  client: z.optional(z.string().check(z.regex(/^\d{3}$/))),
  auth: z.union([z.literal('basic'), strictObject({ tokenUrl: z.url(), scope: z.optional(z.string()) })]),
  plant: z.optional(z.string()),
  orderTypes: z.optional(z.array(z.string()).check(z.minLength(1))),
  operation: z.optional(z.string().check(z.regex(/^\d{4}$/))),
  sequence: z.optional(z.string()),
  goodsMovements: z.enum(['backflush', 'receipt', 'none']),
  storageLocation: z.optional(z.string()),
  workActivity: z.optional(z.literal(1)),
  notesField: z.optional(z.string().check(z.regex(/^\w+$/))),
  orderFields: z.optional(z.array(z.string().check(z.regex(/^\w+$/)))),
  timeZone: z.optional(
    z.string(zoneNeeded).check(z.refine(isTimeZone, { error: zoneNeeded, params: showFound })),
  ),
  pageSize: z.optional(z.int().check(z.positive())),
  timeoutMs: z.optional(z.int().check(z.positive())),
  allowHttp: z.optional(z.boolean()),
  caCertificate: z.optional(z.string()),
  ...erpOptionsShape,
});

/** The SAP secret: the communication user, or the OAuth client. */
export type SapCredentials =
  | { readonly username: string; readonly password: string }
  | { readonly clientId: string; readonly clientSecret: string };

export const sapCredentialsSchema = z.union([
  z.object({ username: z.string(), password: z.string().check(z.minLength(1)) }),
  z.object({ clientId: z.string(), clientSecret: z.string().check(z.minLength(1)) }),
]);
