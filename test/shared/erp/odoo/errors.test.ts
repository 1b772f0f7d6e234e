import { describe, expect, it } from 'vitest';
import { failureOfOdooError } from '../../../../shared/erp/odoo/errors.ts';
import { Rejected } from '../../../../shared/model/errors.ts';

const call = { what: 'mrp.production button_mark_done', order: 'WH/MO/00001' };
/** A listing is not about an order. */
const listing = { what: 'mrp.production search_read' };

/** What happens to the order. */
function verdictOf(name: string, message: string, about: { what: string; order?: string } = call): string {
  const failure = failureOfOdooError({ name, message }, about);
  if (failure instanceof Rejected) return 'for a person';
  if (failure.scope === 'partner') return failure.unauthorized ? 'check the secret' : 'partner down';
  return failure.wrote === 'known' ? 'look again' : 'wait for this order';
}

// Each row is in the table of shared/erp/odoo/README.md.
describe('what an answer of Odoo means', () => {
  // odoo/addons/test_access_rights/tests/test_ir_rules.py, 17 to 19
  const byRule =
    "Uh-oh! Looks like you have stumbled upon some top-secret records.\n\nSorry, Azumuta (id=7) doesn't have 'write' access to:\n- Manufacturing Order (mrp.production)\n";
  // odoo/addons/base/models/ir_model.py, ACCESS_ERROR_HEADER
  const byModel = "You are not allowed to modify 'Manufacturing Order' (mrp.production) records.\n\nNo group";
  const inFrench = 'Oh oh ! Il semble que vous soyez tombé sur des enregistrements top secrets.';

  it.each([
    ['psycopg2.errors.LockNotAvailable', 'could not obtain lock on row in relation "mrp_production"'],
    ['psycopg2.errors.SerializationFailure', 'could not serialize access due to concurrent update'],
    ['psycopg2.errors.DeadlockDetected', 'deadlock detected'],
    ['psycopg2.errors.QueryCanceled', 'canceling statement due to statement timeout'],
    ['odoo.exceptions.LockError', 'Unable to acquire a lock'],
    ['odoo.exceptions.ConcurrencyError', 'busy'],
    ['odoo.exceptions.ValidationError', 'Error, a partner cannot follow twice the same object.'],
    ['odoo.exceptions.AccessError', byRule],
    ['odoo.exceptions.AccessError', byModel],
    ['odoo.exceptions.AccessError', inFrench],
  ])('lets only this order wait after %s: %s', (name, message) => {
    expect(verdictOf(name, message)).toBe('wait for this order');
    expect(failureOfOdooError({ name, message }, call).message).toContain(call.order);
  });

  it('makes the next attempt look when the quantity must be positive', () => {
    const message = 'The quantity to produce must be positive!';

    expect(verdictOf('odoo.exceptions.UserError', message)).toBe('look again');
    expect(verdictOf('odoo.exceptions.ValidationError', message)).toBe('look again');
  });

  it.each([
    ['psycopg2.OperationalError', 'FATAL: the database system is starting up'],
    ['psycopg2.InterfaceError', 'cursor already closed'],
    ['psycopg2.errors.AdminShutdown', 'terminating connection due to administrator command'],
    ['odoo.sql_db.PoolError', 'The Connection Pool Is Full'],
    ['builtins.MemoryError', ''],
    ['error', 'of JSON-RPC itself'],
  ])('treats Odoo as down after %s: %s', (name, message) => {
    expect(verdictOf(name, message)).toBe('partner down');
  });

  it.each([
    ['odoo.exceptions.AccessDenied', 'Access Denied'],
    ['odoo.http.SessionExpiredException', 'Session expired'],
  ])('stops the flow until the secret is corrected after %s: %s', (name, message) => {
    expect(verdictOf(name, message)).toBe('check the secret');
  });

  it.each([byRule, byModel, inFrench])('stops the flow when a listing is refused: %s', (message) => {
    expect(verdictOf('odoo.exceptions.AccessError', message, listing)).toBe('check the secret');
  });

  it.each([
    ['odoo.exceptions.UserError', "Unable to send message, please configure the sender's email address."],
    ['odoo.exceptions.UserError', 'You need to supply a Lot/Serial Number for product:\nThe product'],
    ['odoo.exceptions.ValidationError', 'The combination of serial number and product must be unique.'],
    ['odoo.exceptions.RedirectWarning', 'No warehouse'],
    ['odoo.exceptions.MissingError', 'Record does not exist or has been deleted.'],
    ['builtins.ValueError', "Invalid field 'x' on model 'mrp.production'"],
    // An error of Odoo or of a module with one order does not concern other orders.
    ['builtins.IndexError', 'list index out of range'],
    ['builtins.ZeroDivisionError', 'float division by zero'],
    ['odoo.addons.our_plant.models.CheckFailed', 'Nope'],
  ])('sends the order to a person after %s: %s', (name, message) => {
    expect(verdictOf(name, message)).toBe('for a person');
    expect(failureOfOdooError({ name, message }, call).message).toContain(call.order);
  });

  it('treats an error of a listing as Odoo’s, unless our request was wrong', () => {
    expect(verdictOf('builtins.IndexError', 'list index out of range', listing)).toBe('partner down');
    expect(verdictOf('builtins.ValueError', "Invalid field 'x'", listing)).toBe('for a person');
  });
});
