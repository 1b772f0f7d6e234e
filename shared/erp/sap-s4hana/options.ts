import * as z from 'zod/mini';
import { strictObject } from '../../platform/strict-object.ts';
import { type ErpOptions, erpOptionsShape, timeZoneSchema } from '../options.ts';

/** How this plant's S/4HANA is reached and used. */
export interface SapOptions extends ErpOptions {
  /** Base URL of the system, `https://my300000-api.s4hana.cloud.sap`. */
  readonly url: string;
  /** SAP client (`sap-client`, three digits), where the communication user is not bound to one. */
  readonly client?: string;
  /** `basic`: a communication user. An object: OAuth2 client credentials, with the token from `tokenUrl`. */
  readonly auth:
    | 'basic'
    | {
        /** Token endpoint of the authorization server. */
        readonly tokenUrl: string;
        /** Scope to ask for, if the server wants one. */
        readonly scope?: string;
      };
  /** Only orders of this production plant. Default: of all that the user may see. */
  readonly plant?: string;
  /** Only orders of these types, `['YBM1']`. Default: of all. */
  readonly orderTypes?: readonly string[];
  /**
   * Operation that is confirmed (four digits): the last one or a milestone. The automatic goods receipt and the
   * confirmation of earlier operations follow from its control key. Default `0010`.
   */
  readonly operation?: string;
  /** Sequence of that operation. Default `0`. */
  readonly sequence?: string;
  /**
   * `backflush`: the movements that SAP plans (backflush, automatic receipt). `receipt`: a goods receipt (101)
   * of the good quantity, one per lot, and nothing else. `none`: no movement.
   */
  readonly goodsMovements: 'backflush' | 'receipt' | 'none';
  /** Storage location of a receipt. Default: the order's own. */
  readonly storageLocation?: string;
  /** Activity (1) that takes the time worked, in minutes. Default: time is not booked. */
  readonly workActivity?: 1;
  /**
   * A long text field of A_ProductionOrder_2 that may be changed (`OrderLongText` in recent releases, or a
   * custom YY1_… one): notes, links and the product order go there. Without it there is only the confirmation
   * text of 40 characters, amendments are rejected and orders are not linked.
   */
  readonly notesField?: string;
  /** Further fields of A_ProductionOrder_2 for the mapping, `['SalesOrder']`. */
  readonly orderFields?: readonly string[];
  /**
   * Zone of the SAP system's clock, by which orders are created and changed: `Europe/Brussels`. With a
   * wrong zone, changes are noticed hours late, or never. Default `UTC`, as in the cloud.
   */
  readonly timeZone?: string;
  /** Orders read per call. Default 100. */
  readonly pageSize?: number;
}

const fieldName = z.string().check(z.regex(/^\w+$/));

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
  notesField: z.optional(fieldName),
  orderFields: z.optional(z.array(fieldName)),
  timeZone: z.optional(timeZoneSchema),
  pageSize: z.optional(z.int().check(z.positive())),
  ...erpOptionsShape,
});

/** The operation that is confirmed. */
export function operationOf({ operation = '0010', sequence = '0' }: SapOptions) {
  return { operation, sequence };
}
