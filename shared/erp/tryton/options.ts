import * as z from 'zod/mini';
import { strictObject } from '../../platform/validation.ts';
import { erpOptionsShape, readonlyList } from '../options.ts';

export const optionsSchema = strictObject(
  {
    /** Base URL of trytond, `https://tryton.example.com`. */
    url: z.url(),
    /** Name of its database. */
    database: z.string().check(z.minLength(1)),
    /** Id of the company to work in; by default that of the user's preferences. */
    company: z.optional(z.int().check(z.positive())),
    /** States in which a production is released to the shop floor. Default `waiting` and `assigned`. */
    states: z.optional(readonlyList(z.enum(['request', 'draft', 'waiting', 'assigned', 'running']), 1)),
    /** Further fields of `production` for the mapping; names may be dotted (`['origin', 'warehouse.code']`). */
    orderFields: z.optional(
      readonlyList(z.string().check(z.regex(/^\w+(\.\w+)*$/, 'a field name, perhaps dotted'))),
    ),
    /**
     * What to do with components that nobody reserved yet: `try` reserves them and lets the booking wait while
     * there are too few in stock (default); `force` then takes them all the same, which may make stock negative
     * and needs the group *Stock Force Assignment*; `never` leaves reserving to a person.
     */
    assign: z.optional(z.enum(['try', 'force', 'never'])),
    /** Name or code of the waste location that takes scrap; needed when the warehouse has several. */
    scrapLocation: z.optional(z.string().check(z.minLength(1))),
    /** Whether works that nobody finished are finished with the production: Tryton refuses to complete it otherwise. */
    finishWorks: z.optional(z.boolean()),
    /** Productions read per call. Default 50. */
    pageSize: z.optional(z.int().check(z.positive())),
    ...erpOptionsShape,
    /**
     * Most calls under way at once, over all functions and containers (1 to 100). Default 1, as several bookings that
     * reserve components hold each other up; more where productions are assigned before they are booked.
     */
    atOnce: erpOptionsShape.atOnce,
  },
  {
    link: 'the product order is an attachment of its production, with the page that Azumuta names',
    workTimes: 'working time is in the note of the production',
  },
);

/** How this plant's Tryton is reached and used. Written for Tryton 7.0 with the module `production`. */
export type TrytonOptions = Readonly<z.input<typeof optionsSchema>>;

/** The Tryton secret: a separate user, in the groups *Production* and *Stock*. */
export const trytonCredentialsSchema = z.object({
  username: z.string().check(z.minLength(1)),
  password: z.string().check(z.minLength(1)),
});
export type TrytonCredentials = z.infer<typeof trytonCredentialsSchema>;
