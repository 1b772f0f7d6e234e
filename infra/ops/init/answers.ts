import * as z from 'zod/mini';
import { isTimeZone } from '../../../shared/model/time.ts';

/** Each has an example to copy. */
export const erps = ['odoo', 'tryton', 'sap-s4hana', 'rest'] as const;

const says = (test: (text: string) => boolean, expected: string) =>
  z.string().check(z.refine(test, expected));

/** Those that have several databases, one of them for trying out. */
export const withDatabase: ReadonlySet<string> = new Set(['odoo', 'tryton']);

/** What a plant's configuration is begun with: the answers of `npm run init`, or the file of `--answers`. */
export const answersSchema = z
  .strictObject({
    plant: says(
      (text) => /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(text),
      'small letters, digits and dashes: ghent',
    ),
    timeZone: says(isTimeZone, 'a time zone such as Europe/Brussels'),
    erp: z.enum(erps),
    /** Of the ERP. */
    url: z.url({ protocol: /^https?$/ }),
    /** Of Odoo or Tryton; that of the test stage is called `<database>-test` until somebody corrects it. */
    database: z.optional(z.string().check(z.minLength(1))),
    /** How orders come: listed by us every so many minutes, or posted by the ERP. */
    orders: z.union([
      z.literal('posted'),
      z.strictObject({ everyMinutes: z.int().check(z.minimum(1), z.maximum(1440)) }),
    ]),
    /** What stands before the ERP order's number in Azumuta. */
    numberPrefix: z._default(z.string().check(z.maxLength(20)), ''),
    /** Who is mailed when a person must act; nobody if empty. */
    emails: z._default(z.array(z.email()), []),
  })
  .check(
    z.refine(({ erp, database }) => (database !== undefined) === withDatabase.has(erp), {
      path: ['database'],
      error: 'the name of its database, for odoo and tryton only',
    }),
  );
export type Answers = z.output<typeof answersSchema>;
