import { OdooError, type OdooRow, type OdooVersion } from './odoo-domain.ts';
import { us } from './odoo-masters.ts';

// Odoo has five wordings for what a user may not do; all come as an AccessError.

const accessError = (message: string) => new OdooError('odoo.exceptions.AccessError', message, 403);

/** A record rule on writes: base/models/ir_rule.py:202 (17.0), :203 (18.0), :206 (19.0), `_make_access_error`. */
const byRule = () =>
  accessError(
    "Uh-oh! Looks like you have stumbled upon some top-secret records.\n\nSorry, Azumuta (id=2) doesn't have 'write' access to:\n- Manufacturing Order (mrp.production)\n\nIf you really, really need access, perhaps you can win over your friendly administrator with a batch of freshly baked cookies.",
  );

/**
 * The same rule, when a message is posted: mail/models/mail_message.py:588 (17.0, `check_access_rule`), :554 (18.0), :626
 * (19.0, `_make_access_error`).
 */
const byRuleOfDocument = (version: OdooVersion) => {
  const records = `Records: [1], User: ${us.uid}`;
  return accessError(
    `The requested operation cannot be completed due to security restrictions. Please contact your system administrator.\n\n(Document type: Message, Operation: create)${version < 18 ? ` - (${records})` : `\n\n${records}`}`,
  );
};

/**
 * A model: base/models/ir_model.py:26 (18.0, 19.0), `ACCESS_ERROR_HEADER`, `ACCESS_ERROR_GROUPS`,
 * `ACCESS_ERROR_RESOLUTION`; the same words in 17 (:2046, 17.0, `check`).
 */
export const byModel = (kind: string, model: string, ...groups: readonly string[]) =>
  accessError(
    `You are not allowed to modify '${kind}' (${model}) records.\n\nThis operation is allowed for the following groups:\n${groups.map((group) => `\t- ${group}`).join('\n')}\n\nContact your administrator to request access if necessary.`,
  );

/**
 * A field: odoo/orm/models.py:3383, 19.0, `_check_field_access`; 17 and 18 write *the fields* (odoo/models.py:3462
 * (17.0), :3757 (18.0), `check_field_access_rights`). The groups are named to those who have `base.group_no_one` (:3494
 * (17.0), :3794 (18.0), :3409 (19.0)), which every internal user has (base/security/base_groups.xml:50 (17.0), :51
 * (18.0), :58 (19.0)).
 */
const byField = (field: string, kind: string, model: string, groups: readonly string[]) =>
  accessError(
    `You do not have enough rights to access the field "${field}" on ${kind} (${model}). Please contact your system administrator.\n\nOperation: read\nUser: ${us.uid}\nGroups: allowed for groups ${groups.map((group) => `'${group}'`).join(', ')}`,
  );

/** A record rule, for a user whose language is not English. */
export const byRuleInFrench = () =>
  accessError('Oh oh ! Il semble que vous soyez tombé sur des enregistrements top secrets.');

/** What our user may not do. */
export interface Rights {
  /** Orders that a record rule, or a company that is not ours, hides: they are not there. */
  readonly hidden: Set<number>;
  /** Orders that a record rule lets our user only read. */
  readonly readOnly: Set<number>;
  /** What no group of our user allows: `create stock.lot`. */
  readonly denied: Set<string>;
  /** Any accounting module of 19, and the groups that our user has besides *Manufacturing* and *Inventory*. */
  accounting: { readonly groups: readonly string[] } | undefined;
}

/** @throws OdooError when a record rule refuses the call. */
export function requireWritable(
  { rights: { readOnly }, version }: { readonly rights: Rights; readonly version: OdooVersion },
  model: string,
  method: string,
  rows: OdooRow[],
): void {
  const isReading = ['search_read', 'fields_get'].includes(method);
  if (model !== 'mrp.production' || isReading || !rows.some(({ id }) => readOnly.has(id))) return;
  throw method === 'message_post' ? byRuleOfDocument(version) : byRule();
}

/**
 * To split an order 19 copies it and its moves with all their fields, also those that accounting modules added for their
 * own groups (odoo/odoo#250966, #257350, #264925; seen: one field after the other, the groups that Odoo named, but not in
 * which of its wordings).
 * @throws OdooError
 */
export function requireAccounting({ accounting }: Rights): void {
  if (!accounting) return;
  const analytic = 'Analytic Accounting';
  if (!accounting.groups.includes(analytic))
    throw byField('analytic_account_line_ids', 'Stock Move', 'stock.move', [analytic]);
  const readOnly = 'Show Accounting Features - Readonly';
  if (!accounting.groups.includes(readOnly))
    throw byModel('Journal Entry', 'account.move', 'Invoicing/Billing', readOnly);
}
