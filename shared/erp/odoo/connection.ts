import * as z from 'zod/mini';
import { partnerDown } from '../failures.ts';
import type { OdooReader, OdooWriter } from './client.ts';
import type { OdooOptions } from './options.ts';

/** What a booking knows of this Odoo before it looks at an order. */
interface Facts {
  readonly options: OdooOptions;
  readonly names: FieldNames;
  readonly user: OdooUser;
}

/** What a look works with: it cannot write. */
export interface Reader extends OdooReader, Facts {}

/** What a booking works with once it has looked. */
export interface Writer extends OdooWriter, Facts {}

/** What differs between versions and installations. */
export interface FieldNames {
  readonly group: 'procurement_group_id' | 'production_group_id' | undefined;
  readonly lot: 'lot_producing_id' | 'lot_producing_ids';
  /** Decimals to which every quantity is rounded when it is written. */
  readonly decimals: number;
}

/** Our user in Odoo. */
export interface OdooUser {
  /** Id of its contact, the author of its messages. */
  readonly partner: number;
  readonly name: string;
  /**
   * Up to 18 Odoo lets nobody post without an e-mail address (mail_thread.py:2857 (17.0), :2871 (18.0),
   * `_message_compute_author`; that of 19.0, :2947, refuses nobody).
   */
  readonly canPost: boolean;
}

/** Reads the facts once; a user who may not post is read again, as a person may add an address at any time. */
export function createFactReader(options: OdooOptions): (odoo: OdooReader) => Promise<Facts> {
  let names: FieldNames | undefined;
  let user: OdooUser | undefined;
  return async (odoo) => {
    names ??= await readNames(odoo);
    if (!user?.canPost) user = await readUser(odoo, options);
    return { options, names, user };
  };
}

const fieldsSchema = z.record(
  z.string(),
  z.object({ digits: z.optional(z.nullable(z.tuple([z.number(), z.number()]))) }),
);

async function readNames(odoo: OdooReader): Promise<FieldNames> {
  const groups = ['production_group_id', 'procurement_group_id'] as const;
  const allfields = [...groups, 'lot_producing_id', 'lot_producing_ids', 'qty_producing'];
  const known = await odoo.read({
    model: 'mrp.production',
    method: 'fields_get',
    named: { allfields, attributes: ['digits'] },
    answer: fieldsSchema,
  });
  return {
    group: groups.find((field) => field in known),
    lot: 'lot_producing_ids' in known ? 'lot_producing_ids' : 'lot_producing_id',
    // odoo/fields.py:1530 (17.0), :1636 (18.0), orm/fields_numeric.py:127 (19.0), `_description_digits`: the decimals
    // of `Product Unit (of Measure)`, 2 if nobody changed them.
    decimals: known.qty_producing?.digits?.[1] ?? 2,
  };
}

const userSchema = z.object({
  partner_id: z.tuple([z.number(), z.string()]),
  email: z.union([z.string(), z.literal(false)]),
});

async function readUser(odoo: OdooReader, { version = 19 }: OdooOptions): Promise<OdooUser> {
  const { uid } = await odoo.read({
    model: 'res.users',
    method: 'context_get',
    answer: z.object({ uid: z.number() }),
  });
  const [found] = await odoo.search('res.users', {
    domain: [['id', '=', uid]],
    row: userSchema,
  });
  if (!found) {
    throw partnerDown('Odoo does not let our user read its own record: check its rights.', {
      unauthorized: true,
    });
  }
  const [partner, name] = found.partner_id;
  return { partner, name, canPost: version >= 19 || Boolean(found.email) };
}
