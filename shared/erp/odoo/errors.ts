import * as z from 'zod/mini';
import type { Rejected, RetryLater } from '../../model/errors.ts';
import { shorten } from '../../model/text.ts';
import { orderWaits, partnerDown, rejected } from '../failures.ts';

/**
 * An error as Odoo serializes it (http.py:396 (17.0), :418 (18.0), :459 (19.0), `serialize_exception`): the body of a
 * JSON-2 error, and `data` of a JSON-RPC one. `debug`, a traceback, is left out on purpose.
 */
export const odooErrorSchema = z.object({ name: z.string(), message: z.string() });

/**
 * PostgreSQL says in these ways that another transaction interfered; Odoo itself tries five times (service/model.py:117
 * (17.0), :140 (18.0), :156 (19.0), `retrying`). Two that post on the same order at once both subscribe our user to it,
 * and one of them fails (seen on 17; mail_followers.py:70 (17.0, 18.0), :71 (19.0)).
 */
const conflictWords =
  /could not serialize access|could not obtain lock|deadlock detected|cannot follow twice the same object/;
/**
 * The order was split just now and has nothing left to split off: an earlier call of ours got through (seen on 17 and
 * 19; mrp_production.py:256 (17.0), :278 (18.0), :310 (19.0), constraint `qty_positive`).
 */
const alreadySplit = /quantity to produce must be positive/;

/**
 * Exceptions by what they mean, as parts of their Python names. The page has each of them in its table: a test walks both.
 * JSON-2 has its own names for wrong arguments and for an unknown model or method (rpc/controllers/json2.py:69, :74 and
 * :84, 19.0).
 */
export const odooExceptions = {
  /** Somebody else has the record. */
  conflict: [
    'LockNotAvailable',
    'SerializationFailure',
    'DeadlockDetected',
    'LockError',
    'ConcurrencyError',
    'QueryCanceled',
  ],
  login: ['AccessDenied', 'SessionExpired'],
  /** Somebody must change the order, the configuration or the mapping, as the message says. */
  person: [
    'UserError',
    'ValidationError',
    'RedirectWarning',
    'MissingError',
    'ValueError',
    'TypeError',
    'UnprocessableEntity',
    'KeyError',
    'AttributeError',
    'NotFound',
    'IntegrityError',
    'NotNullViolation',
    'UniqueViolation',
    'CheckViolation',
  ],
  /** The database or the server is in trouble, for every order. */
  server: [
    'OperationalError',
    'InterfaceError',
    'PoolError',
    'AdminShutdown',
    'CrashShutdown',
    'CannotConnectNow',
    'TooManyConnections',
    'DiskFull',
    'OutOfMemory',
    'MemoryError',
    'ServiceUnavailable',
  ],
} as const;
/**
 * Ids of records and users, and PostgreSQL's context: nobody finds an order by them. Of a missing record `(Record: model(1,),
 * User: 2)` (odoo/models.py, `MissingError`), of a record rule `Records: [1], User: 2` (mail_message.py), of a field `User: 2`
 * (odoo/models.py, `check_field_access_rights`), of a name `(id=2)` (ir_rule.py, `_make_access_error`).
 */
const forDevelopers =
  /(?: - )?\(Records?: [^\n]{1,200}, User: \d{1,9}\)|^Records: [^\n]{1,200}, User: \d{1,9}$|^User: \d{1,9}$| \(id=\d{1,9}\)|^CONTEXT:[\s\S]*/gm;
/** Of an error of JSON-RPC itself. */
const nameOfJsonRpcError = 'error';

function isOneOfExceptions(kind: keyof typeof odooExceptions, text: string): boolean {
  return odooExceptions[kind].some((name) => text.includes(name));
}

/**
 * What an Odoo exception stands for, by its Python name: the table is in README.md.
 * @param call `mrp.production button_mark_done`, and the number of the order that it was about; none for a listing.
 */
export function failureOfOdooError(
  { name, message }: z.infer<typeof odooErrorSchema>,
  { what, order }: { readonly what: string; readonly order?: string | undefined },
): RetryLater | Rejected {
  const said = shorten(message.replace(forDevelopers, '').replace(/\s+/g, ' ').trim(), 400);
  const call = order ? `order ${order}, ${what}` : what;
  const isConflict = isOneOfExceptions('conflict', `${name} ${message}`) || conflictWords.test(message);
  if (isConflict) {
    return orderWaits(`Odoo: ${call} conflicts with a change by somebody else (${said}).`);
  }
  if (alreadySplit.test(message)) {
    return orderWaits(`Odoo: ${call} may be done already (${said}): the next attempt checks.`, {
      wrote: 'known',
    });
  }
  // A right that one kind of booking needs, or a rule about one order, must not stop the others. Odoo names the groups that
  // may use a model or a field, in our user's language; a record rule has none (ir_rule.py:202 (17.0), :203 (18.0), :206
  // (19.0)).
  if (name.endsWith('AccessError')) {
    const lacks = `Odoo refuses our user ${call}: check its groups, companies and record rules (${said}).`;
    if (order === undefined) return partnerDown(lacks, { unauthorized: true });
    // A person must grant the rights.
    return orderWaits(lacks, { retry: 'seldom' });
  }
  if (isOneOfExceptions('login', name)) {
    const why = `${said} Check the API key, and whether Odoo has ended it.`;
    return partnerDown(`Odoo refused our user at ${what}: ${why}`, { unauthorized: true });
  }
  if (isOneOfExceptions('person', name)) {
    return rejected('refused-by-erp', `Odoo refused ${call}: ${said}`);
  }
  const failed = `Odoo failed at ${call}: ${name}: ${said}`;
  const isServers = isOneOfExceptions('server', name) || name === nameOfJsonRpcError;
  if (isServers || order === undefined) return partnerDown(failed);
  return rejected(
    'refused-by-erp',
    `${failed} Ask the people who look after Odoo and its modules, then replay.`,
  );
}
