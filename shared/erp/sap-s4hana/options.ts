import * as z from 'zod/mini';
import { strictObject } from '../../platform/validation.ts';
import type { Lacks } from '../connector.ts';
import { erpOptionsShape, readonlyList, timeZoneSchema } from '../options.ts';

const fieldName = z.string().check(z.regex(/^\w+$/));
const activity = z.int().check(z.minimum(1), z.maximum(6));

export const optionsSchema = strictObject({
  /** Base URL of the system, `https://my300000-api.s4hana.cloud.sap`. */
  url: z.url(),
  /** SAP client (`sap-client`, three digits), where the communication user is not bound to one. */
  client: z.optional(z.string().check(z.regex(/^\d{3}$/))),
  /** `basic`: a communication user. An object: OAuth2 client credentials, with the token from `tokenUrl`. */
  auth: z.union([
    z.literal('basic'),
    strictObject({
      /** Token endpoint of the authorization server. */
      tokenUrl: z.url(),
      /** Scope to ask for, if the server wants one. */
      scope: z.optional(z.string()),
    }),
  ]),
  /** Only orders of this production plant. Default: of all that the user may see. */
  plant: z.optional(z.string()),
  /** Only orders of these types, `['YBM1']`. Default: of all. */
  orderTypes: z.optional(readonlyList(z.string(), 1)),
  /**
   * Operation that is confirmed (four digits): the last one or a milestone. The automatic goods receipt and the
   * confirmation of earlier operations follow from its control key. Default `0010`; with `completions.operations` the last
   * one of the routing.
   */
  operation: z.optional(z.string().check(z.regex(/^\d{4}$/))),
  /** Sequence of that operation. Default `0`. */
  sequence: z.optional(z.string()),
  /**
   * `backflush`: the movements that SAP plans (backflush, automatic receipt). `receipt`: a goods receipt (101)
   * of the good quantity, one per lot, and what `completions.components` says was used (261). `none`: no movement.
   */
  goodsMovements: z.enum(['backflush', 'receipt', 'none']),
  /** Storage location of a receipt. Default: the order's own. */
  storageLocation: z.optional(z.string()),
  /**
   * Activities that take the time worked, in minutes: the standard value key of the work centres says which is which. Needed
   * with `completions.operations`, whose times they take then. Default: time is not booked.
   */
  activities: z.optional(
    strictObject({
      /** Activity (1 to 6) that takes the setup. Default: it is part of `run`. */
      setup: z.optional(activity),
      /** Activity (1 to 6) that takes all other time. */
      run: activity,
    }),
  ),
  /**
   * A long text field of A_ProductionOrder_2 that may be changed (`OrderLongText` in recent releases, or a
   * custom YY1_… one): notes, links and the product order go there. Without it there is only the confirmation
   * text of 40 characters, amendments are rejected and orders are not linked.
   */
  notesField: z.optional(fieldName),
  /** Further fields of A_ProductionOrder_2 for the mapping, `['SalesOrder']`. */
  orderFields: z.optional(readonlyList(fieldName)),
  /**
   * Zone of the SAP system's clock, by which orders are created and changed: `Europe/Brussels`. With a
   * wrong zone, changes are noticed hours late, or never. Default `UTC`, as in the cloud.
   */
  timeZone: z.optional(timeZoneSchema),
  /** Orders read per call. Default 100. */
  pageSize: z.optional(z.int().check(z.positive())),
  ...erpOptionsShape,
});

/** How this plant's S/4HANA is reached and used. */
export type SapOptions = Readonly<z.input<typeof optionsSchema>>;

/** The operation that is confirmed. */
export function configuredOperation({ operation = '0010', sequence = '0' }: SapOptions) {
  return { operation, sequence };
}

/** What these options leave no place for. */
export function lacksOfSapOptions({ goodsMovements, activities, notesField }: SapOptions): Lacks {
  return {
    components: goodsMovements === 'receipt' ? false : "only goodsMovements: 'receipt' posts them",
    operations: activities ? false : 'activities does not say which activity takes their times',
    checks: notesField ? false : 'a confirmation has none, and no notesField is configured',
  };
}
