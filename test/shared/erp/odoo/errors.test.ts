import { describe, expect, it } from 'vitest';
import { failureOfOdooError } from '../../../../shared/erp/odoo/errors.ts';
import { Rejected } from '../../../../shared/model/errors.ts';

const call = { what: 'mrp.production button_mark_done', order: 'WH/MO/00001' };
/** Of a listing, which is about no order. */
const listing = { what: 'mrp.production search_read' };

/** What becomes of it. */
function verdictOf(name: string, message: string, about: { what: string; order?: string } = call): string {
  const failure = failureOfOdooError({ name, message }, about);
  if (failure instanceof Rejected) return 'for a person';
  if (failure.scope === 'partner') return failure.unauthorized ? 'check the secret' : 'partner unwell';
  return failure.wrote === 'known' ? 'look again' : 'wait for this order';
}

// Each row stands in the table of shared/erp/README.md, "Odoo: what an answer means".
describe('what an answer of Odoo means', () => {
  // odoo/addons/test_access_rights/tests/test_ir_rules.py, 17 to 19
  const byRule =
    "Uh-oh! Looks like you have stumbled upon some top-secret records.\n\nSorry, Azumuta (id=7) doesn't have 'write' access to:\n- Manufacturing Order (mrp.production)\n";
  // odoo/addons/base/models/ir_model.py, ACCESS_ERROR_HEADER
  const byModel = "You are not allowed to modify 'Manufacturing Order' (mrp.production) records.\n\nNo group";

  it.each([
    ['psycopg2.errors.LockNotAvailable', 'could not obtain lock on row in relation "mrp_production"'],
    ['psycopg2.errors.SerializationFailure', 'could not serialize access due to concurrent update'],
    ['psycopg2.errors.DeadlockDetected', 'deadlock detected'],
    ['psycopg2.errors.QueryCanceled', 'canceling statement due to statement timeout'],
    ['odoo.exceptions.LockError', 'Unable to acquire a lock'],
    ['odoo.exceptions.ConcurrencyError', 'busy'],
    ['odoo.exceptions.ValidationError', 'Error, a partner cannot follow twice the same object.'],
    ['odoo.exceptions.AccessError', byRule],
  ])('%s: %s lets this order wait', (name, message) => {
    expect(verdictOf(name, message)).toBe('wait for this order');
    expect(failureOfOdooError({ name, message }, call).message).toContain(call.order);
  });

  it('a quantity that must be positive is looked at again', () => {
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
  ])('%s: %s is the partner unwell', (name, message) => {
    expect(verdictOf(name, message)).toBe('partner unwell');
  });

  it.each([
    ['odoo.exceptions.AccessDenied', 'Access Denied'],
    ['odoo.http.SessionExpiredException', 'Session expired'],
    ['odoo.exceptions.AccessError', byModel],
    // In another language a record rule cannot be told from missing rights.
    [
      'odoo.exceptions.AccessError',
      'Oh oh ! Il semble que vous soyez tombé sur des enregistrements top secrets.',
    ],
  ])('%s: %s stops the flow until the secret or the rights are mended', (name, message) => {
    expect(verdictOf(name, message)).toBe('check the secret');
  });

  it.each([
    ['odoo.exceptions.UserError', "Unable to send message, please configure the sender's email address."],
    ['odoo.exceptions.UserError', 'You need to supply a Lot/Serial Number for product:\nThe product'],
    ['odoo.exceptions.ValidationError', 'The combination of serial number and product must be unique.'],
    ['odoo.exceptions.RedirectWarning', 'No warehouse'],
    ['odoo.exceptions.MissingError', 'Record does not exist or has been deleted.'],
    ['builtins.ValueError', "Invalid field 'x' on model 'mrp.production'"],
    // A mistake of Odoo or of a module with one order is not everybody's trouble.
    ['builtins.IndexError', 'list index out of range'],
    ['builtins.ZeroDivisionError', 'float division by zero'],
    ['odoo.addons.our_plant.models.CheckFailed', 'Nope'],
  ])('%s: %s goes to a person', (name, message) => {
    expect(verdictOf(name, message)).toBe('for a person');
    expect(failureOfOdooError({ name, message }, call).message).toContain(call.order);
  });

  it('a mistake of Odoo is its own where no order is asked for, and what we ask for is a person’s', () => {
    expect(verdictOf('builtins.IndexError', 'list index out of range', listing)).toBe('partner unwell');
    expect(verdictOf('builtins.ValueError', "Invalid field 'x'", listing)).toBe('for a person');
  });
});
