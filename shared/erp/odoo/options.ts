import * as z from 'zod/mini';
import { strictObject } from '../../platform/validation.ts';
import { erpOptionsShape, readonlyList } from '../options.ts';

export const optionsSchema = strictObject(
  {
    /** Base URL of the Odoo server, `https://example.odoo.com`. */
    url: z.url(),
    /** Name of its database. */
    database: z.string().check(z.minLength(1)),
    /** Major version. Default 19. Calls go over JSON-2 from 19 on, and over JSON-RPC before. */
    version: z.optional(z.literal([17, 18, 19])),
    /**
     * What becomes of the rest when less than planned is booked and the completion is not final: `keep` lets
     * Odoo make a backorder, on which later parts are booked (Odoo renames the order to …-001, …-002); `skip`
     * rejects such a completion, because booking it would close the order. A final completion leaves nothing, unless
     * the order is for another quantity than its product orders were made for.
     */
    backorder: z.enum(['skip', 'keep']),
    /**
     * States in which an order is released to the shop floor. Default `confirmed` and `progress`: one that is `to_close`
     * is built.
     */
    states: z.optional(readonlyList(z.string(), 1)),
    /** Further fields of mrp.production for the mapping, `['x_drawing']`. */
    orderFields: z.optional(readonlyList(z.string())),
    /** Orders read per call. Default 80. */
    pageSize: z.optional(z.int().check(z.positive())),
    ...erpOptionsShape,
  },
  { linkField: 'the product order is in the chatter', protocol: 'the version decides it' },
);

/** How this plant's Odoo is reached and used. */
export type OdooOptions = Readonly<z.input<typeof optionsSchema>>;

/** The Odoo secret. */
export const odooCredentialsSchema = z.object({
  /** Login of the user: JSON-RPC needs it, JSON-2 does not. */
  username: z.optional(z.string()),
  apiKey: z.string().check(z.minLength(1)),
});
export type OdooCredentials = z.infer<typeof odooCredentialsSchema>;
