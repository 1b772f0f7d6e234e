import { describe, expect, it } from 'vitest';
import { failureOfOdooError } from '../../../../shared/erp/odoo/errors.ts';
import { PartnerDown, Rejected, type RetryLater } from '../../../../shared/model/errors.ts';

const call = { what: 'mrp.production button_mark_done', order: 'WH/MO/00001' };
/** A listing is not about an order. */
const listing = { what: 'mrp.production search_read' };

type Row = [verdict: string, about: { what: string; order?: string }, name: string, message: string];
const rowsOf = (verdict: string, said: readonly [name: string, message: string][]) =>
  said.map((one): Row => [verdict, call, ...one]);

/** What happens to the order. */
function verdictOf(failure: Rejected | RetryLater): string {
  if (failure instanceof Rejected) return 'for a person';
  if (failure instanceof PartnerDown) return failure.unauthorized ? 'check the secret' : 'partner down';
  return failure.wrote === 'known' ? 'look again' : 'wait for this order';
}

// Each row is in the table of shared/erp/odoo/README.md.
describe('what an answer of Odoo means', () => {
  // odoo/addons/test_access_rights/tests/test_feedback.py:201 (17.0), :193 (18.0, 19.0)
  const byRule =
    "Uh-oh! Looks like you have stumbled upon some top-secret records.\n\nSorry, Azumuta (id=7) doesn't have 'write' access to:\n- Manufacturing Order (mrp.production)\n";
  // odoo/addons/base/models/ir_model.py:2056 (17.0), :28 (18.0, 19.0), ACCESS_ERROR_HEADER
  const byModel = "You are not allowed to modify 'Manufacturing Order' (mrp.production) records.\n\nNo group";
  const inFrench = 'Oh oh ! Il semble que vous soyez tombé sur des enregistrements top secrets.';

  it.each([
    [
      'Record does not exist or has been deleted.\n(Record: stock.move.line(978,), User: 2)',
      'has been deleted.',
    ],
    [
      'You may not do this.\n\n(Document type: Message, Operation: create) - (Records: [1], User: 2)',
      'create)',
    ],
    ['You may not do this.\n\nRecords: [1], User: 2', 'You may not do this.'],
    [
      'Not the field.\n\nOperation: read\nUser: 2\nGroups: allowed for groups x',
      'read Groups: allowed for groups x',
    ],
    ["Sorry, Azumuta (id=7) doesn't have 'write' access", "Sorry, Azumuta doesn't have 'write' access"],
    ['invalid input\nCONTEXT:  unnamed portal parameter $1\nwhere', 'invalid input'],
  ])('names no ids, and nothing that is for developers: %j', (message, end) => {
    const failure = failureOfOdooError({ name: 'odoo.exceptions.UserError', message }, call);

    expect(failure.message).toMatch(new RegExp(`${end.replace(/[().]/g, '\\$&')}$`));
    expect(failure.message).not.toMatch(/User: |id=|CONTEXT|Records?: /);
  });

  const positive = 'The quantity to produce must be positive!';

  it.each<Row>([
    ...rowsOf('wait for this order', [
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
    ]),
    ['look again', call, 'odoo.exceptions.UserError', positive],
    ['look again', call, 'odoo.exceptions.ValidationError', positive],
    ...rowsOf('partner down', [
      ['psycopg2.OperationalError', 'FATAL: the database system is starting up'],
      ['psycopg2.InterfaceError', 'cursor already closed'],
      ['psycopg2.errors.AdminShutdown', 'terminating connection due to administrator command'],
      ['psycopg2.pool.PoolError', 'The Connection Pool Is Full'],
      ['builtins.MemoryError', ''],
      ['error', 'of JSON-RPC itself'],
    ]),
    ['check the secret', call, 'odoo.exceptions.AccessDenied', 'Access Denied'],
    ['check the secret', call, 'odoo.http.SessionExpiredException', 'Session expired'],
    ...[byRule, byModel, inFrench].map(
      (said): Row => ['check the secret', listing, 'odoo.exceptions.AccessError', said],
    ),
    ...rowsOf('for a person', [
      ['odoo.exceptions.UserError', "Unable to send message, please configure the sender's email address."],
      ['odoo.exceptions.UserError', 'You need to supply a Lot/Serial Number for product:\n- The product'],
      [
        'odoo.exceptions.ValidationError',
        'The combination of lot/serial number and product must be unique …',
      ],
      ['odoo.exceptions.RedirectWarning', 'No warehouse'],
      ['odoo.exceptions.MissingError', 'Record does not exist or has been deleted.'],
      ['builtins.ValueError', "Invalid field 'x' on model 'mrp.production'"],
      // As JSON-2 says a TypeError, an unknown model and an unknown method (rpc/controllers/json2.py:69, :74, :84, 19.0).
      ['werkzeug.exceptions.UnprocessableEntity', "missing a required argument: 'vals'"],
      ['werkzeug.exceptions.NotFound', "the model 'mrp.production' does not exist"],
      // An error of Odoo or of a module with one order does not concern other orders.
      ['builtins.IndexError', 'list index out of range'],
      ['builtins.ZeroDivisionError', 'float division by zero'],
      ['odoo.addons.our_plant.models.CheckFailed', 'Nope'],
    ]),
    // An error of a listing is Odoo's, unless our request was wrong.
    ['partner down', listing, 'builtins.IndexError', 'list index out of range'],
    ['for a person', listing, 'builtins.ValueError', "Invalid field 'x'"],
    ['for a person', listing, 'werkzeug.exceptions.NotFound', "the model 'mrp.production' does not exist"],
    ['for a person', listing, 'odoo.exceptions.UserError', "Object mrp.production doesn't exist"],
  ])('is: %s, at %j after %s: %s', (verdict, about, name, message) => {
    const failure = failureOfOdooError({ name, message }, about);

    expect(verdictOf(failure)).toBe(verdict);
    if (verdict === 'wait for this order' || verdict === 'for a person')
      expect(failure.message).toContain(about.order ?? about.what);
  });
});
