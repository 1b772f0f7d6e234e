import * as z from 'zod/mini';
import { RetryLater } from '../../model/errors.ts';
import type { OdooReader } from './client.ts';
import type { FieldNames, OdooUser } from './records.ts';

const fieldsSchema = z.record(
  z.string(),
  z.object({ digits: z.optional(z.nullable(z.tuple([z.number(), z.number()]))) }),
);

/** Which of the fields that differ between versions this Odoo has, and how exact its quantities are. */
export async function discoverFields(client: OdooReader, signal: AbortSignal): Promise<FieldNames> {
  const groups = ['production_group_id', 'procurement_group_id'] as const;
  const allfields = [...groups, 'lot_producing_id', 'lot_producing_ids', 'qty_producing'];
  const known = await client.read({
    model: 'mrp.production',
    method: 'fields_get',
    named: { allfields, attributes: ['digits'] },
    answer: fieldsSchema,
    signal,
  });
  return {
    group: groups.find((field) => field in known),
    lot: 'lot_producing_ids' in known ? 'lot_producing_ids' : 'lot_producing_id',
    // fields_float.py, `_description_digits`: the decimals of `Product Unit (of Measure)`, 2 if nobody changed them.
    decimals: known.qty_producing?.digits?.[1] ?? 2,
  };
}

/** Who we are: the author of our marks, who must have an e-mail address to post (mail_thread.py, 17 to 19). */
export async function discoverUser(client: OdooReader, signal: AbortSignal): Promise<OdooUser> {
  const { uid } = await client.read({
    model: 'res.users',
    method: 'context_get',
    answer: z.object({ uid: z.number() }),
    signal,
  });
  const [found] = await client.read({
    model: 'res.users',
    method: 'search_read',
    named: { domain: [['id', '=', uid]], fields: ['partner_id', 'email'] },
    answer: z.array(
      z.object({
        partner_id: z.tuple([z.number(), z.string()]),
        email: z.union([z.string(), z.literal(false)]),
      }),
    ),
    signal,
  });
  if (!found) {
    throw new RetryLater('Odoo does not let our user read its own record: check its rights.', {
      scope: 'partner',
      unauthorized: true,
    });
  }
  const [partner, name] = found.partner_id;
  return { partner, name, canPost: Boolean(found.email) };
}
