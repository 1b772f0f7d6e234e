import * as z from 'zod/mini';
import { partnerDown } from '../failures.ts';
import type { OdooReader, OdooWriter } from './client.ts';
import type { OdooOptions } from './options.ts';
import { reference } from './records.ts';

/** What a booking knows of this Odoo before it looks at an order. */
interface Facts {
  readonly options: OdooOptions;
  /** By its fields, as a server may be newer than the configuration says. */
  readonly isFrom19: boolean;
  /** Decimals to which every quantity is rounded when it is written. */
  readonly decimals: number;
  readonly user: {
    /** Id of its contact, the author of its messages. */
    readonly partner: number;
    readonly name: string;
    /**
     * Up to 18 Odoo lets nobody post without an e-mail address (mail_thread.py:2857 (17.0), :2871 (18.0),
     * `_message_compute_author`; that of 19.0, :2947, refuses nobody).
     */
    readonly canPost: boolean;
  };
}

/** What a look works with: it cannot write. */
export interface Reader extends OdooReader, Facts {}

export interface Writer extends OdooWriter, Facts {}

/** Reads the facts once; a user who may not post is read again, as a person may add an address at any time. */
export function createFactReader(options: OdooOptions): (odoo: OdooReader) => Promise<Facts> {
  let version: Pick<Facts, 'isFrom19' | 'decimals'> | undefined;
  let user: Facts['user'] | undefined;
  return async (odoo) => {
    version ??= await readVersion(odoo);
    if (!user?.canPost) user = await readUser(odoo, options);
    return { options, ...version, user };
  };
}

const fieldsSchema = z.object({
  lot_producing_ids: z.optional(z.unknown()),
  qty_producing: z.object({ digits: z.optional(z.nullable(z.tuple([z.number(), z.number()]))) }),
});

async function readVersion(odoo: OdooReader): Promise<Pick<Facts, 'isFrom19' | 'decimals'>> {
  const named = { allfields: Object.keys(fieldsSchema.shape), attributes: ['digits'] };
  const known = await odoo.read('mrp.production', 'fields_get', fieldsSchema, { named });
  return {
    isFrom19: known.lot_producing_ids !== undefined,
    // odoo/fields.py:1530 (17.0), :1636 (18.0), orm/fields_numeric.py:127 (19.0), `_description_digits`: the decimals
    // of `Product Unit (of Measure)`, 2 if nobody changed them.
    decimals: known.qty_producing.digits?.[1] ?? 2,
  };
}

const userSchema = z.object({ partner_id: reference, email: z.union([z.string(), z.literal(false)]) });

async function readUser(odoo: OdooReader, { version = 19 }: OdooOptions): Promise<Facts['user']> {
  const { uid } = await odoo.read('res.users', 'context_get', z.object({ uid: z.number() }));
  const [found] = await odoo.search('res.users', { domain: [['id', '=', uid]], row: userSchema });
  const why = 'Odoo does not let our user read its own record: check its rights.';
  if (!found) throw partnerDown(why, { unauthorized: true });
  const [partner, name] = found.partner_id;
  return { partner, name, canPost: version >= 19 || Boolean(found.email) };
}
