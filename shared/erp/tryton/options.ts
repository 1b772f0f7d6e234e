import * as z from 'zod/mini';
import type { ProductOrderRef } from '../../model/orders.ts';
import { strictObject } from '../../platform/strict-object.ts';
import { type ErpOptions, erpOptionsShape } from '../options.ts';

/** How this plant's Tryton is reached and used. Written for Tryton 7.0 with the module `production`. */
export interface TrytonOptions extends ErpOptions {
  /** Base URL of trytond, `https://tryton.example.com`. */
  readonly url: string;
  /** Name of its database. */
  readonly database: string;
  /** Id of the company to work in; by default that of the user's preferences. */
  readonly company?: number;
  /** States in which a production is released to the shop floor. Default `waiting` and `assigned`. */
  readonly states?: readonly string[];
  /** Further fields of `production` for the mapping; names may be dotted (`['origin', 'warehouse.code']`). */
  readonly orderFields?: readonly string[];
  /**
   * What to do with components that nobody reserved yet: `try` reserves them and lets the booking wait while
   * there are too few in stock (default); `force` then takes them all the same, which may make stock negative
   * and needs the group *Stock Force Assignment*; `never` leaves reserving to a person.
   */
  readonly assign?: 'try' | 'force' | 'never';
  /** Name or code of the waste location that takes scrap; needed when the warehouse has several. */
  readonly scrapLocation?: string;
  /**
   * Whether working time is booked as timesheet lines of our user's employee (module
   * `production_work_timesheet`). Time without a work to book it on, and all time by default, goes into the note.
   */
  readonly workTimes?: boolean;
  /** Whether works that nobody finished are finished with the production: Tryton refuses to complete it otherwise. */
  readonly finishWorks?: boolean;
  /** How the product order is attached to its production; `false` attaches nothing. */
  readonly link?:
    | false
    | {
        /** Address of the attachment. Default: the page that Azumuta names. */
        readonly url?: (productOrder: ProductOrderRef) => string;
      };
  /** Productions read per call. Default 50. */
  readonly pageSize?: number;
}

export const trytonOptionsSchema = strictObject({
  url: z.url(),
  database: z.string().check(z.minLength(1)),
  company: z.optional(z.int().check(z.positive())),
  states: z.optional(
    z.array(z.enum(['request', 'draft', 'waiting', 'assigned', 'running'])).check(z.minLength(1)),
  ),
  orderFields: z.optional(
    z.array(z.string().check(z.regex(/^\w+(\.\w+)*$/, 'a field name, perhaps dotted'))),
  ),
  assign: z.optional(z.enum(['try', 'force', 'never'])),
  scrapLocation: z.optional(z.string().check(z.minLength(1))),
  workTimes: z.optional(z.boolean()),
  finishWorks: z.optional(z.boolean()),
  link: z.optional(z.union([z.literal(false), strictObject({ url: z.optional(z.any()) })])),
  pageSize: z.optional(z.int().check(z.positive())),
  ...erpOptionsShape,
});

/** The Tryton secret: a user of its own, in the groups *Production* and *Stock*. */
export const trytonCredentialsSchema = z.object({
  username: z.string().check(z.minLength(1)),
  password: z.string().check(z.minLength(1)),
});
export type TrytonCredentials = z.infer<typeof trytonCredentialsSchema>;
