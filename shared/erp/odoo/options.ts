import * as z from 'zod/mini';
import { strictObject } from '../../platform/strict-object.ts';
import { type ErpOptions, erpOptionsShape } from '../options.ts';

/** How this plant's Odoo is reached and used. */
export interface OdooOptions extends ErpOptions {
  /** Base URL of the Odoo server, `https://example.odoo.com`. */
  readonly url: string;
  /** Name of its database. */
  readonly database: string;
  /** Major version. Default 19. */
  readonly version?: 17 | 18 | 19;
  /** `json2` exists from 19 on, and is the default there; `jsonrpc` is for 18 and older. */
  readonly protocol?: 'json2' | 'jsonrpc';
  /**
   * What becomes of the rest when less than planned is booked and the completion is not final: `keep` lets
   * Odoo make a backorder, on which later parts are booked (Odoo renames the order to …-001, …-002); `skip`
   * rejects such a completion, because booking it would close the order. A final completion never leaves a
   * backorder.
   */
  readonly backorder: 'skip' | 'keep';
  /**
   * States in which an order is released to the shop floor. Default `confirmed` and `progress`: one that is `to_close`
   * is built.
   */
  readonly states?: readonly string[];
  /** Further fields of mrp.production for the mapping, `['x_drawing']`. */
  readonly orderFields?: readonly string[];
  /**
   * A text field of mrp.production that takes the product order (its URL, or number), one a line. Without it, the
   * product order is written into the chatter.
   */
  readonly linkField?: string;
  /** Orders read per call. Default 80. */
  readonly pageSize?: number;
}

export const odooOptionsSchema = strictObject({
  url: z.url(),
  database: z.string().check(z.minLength(1)),
  version: z.optional(z.literal([17, 18, 19])),
  protocol: z.optional(z.enum(['json2', 'jsonrpc'])),
  backorder: z.enum(['skip', 'keep']),
  states: z.optional(z.array(z.string()).check(z.minLength(1))),
  orderFields: z.optional(z.array(z.string())),
  linkField: z.optional(z.string()),
  pageSize: z.optional(z.int().check(z.positive())),
  ...erpOptionsShape,
});

/** The Odoo secret. */
export const odooCredentialsSchema = z.object({
  /** Login of the user: JSON-RPC needs it, JSON-2 does not. */
  username: z.optional(z.string()),
  apiKey: z.string().check(z.minLength(1)),
});
export type OdooCredentials = z.infer<typeof odooCredentialsSchema>;

export function protocolOf({ protocol, version = 19 }: OdooOptions): 'json2' | 'jsonrpc' {
  return protocol ?? (version >= 19 ? 'json2' : 'jsonrpc');
}
