import * as z from 'zod/mini';
import { Rejected, RetryLater } from '../../model/errors.ts';
import { shorten } from '../../model/text.ts';

/**
 * An error as Odoo serializes it (http.py, serialize_exception): the body of a JSON-2 error, and `data` of a
 * JSON-RPC one. `debug` is a traceback and is left out on purpose.
 */
export const odooErrorSchema = z.object({ name: z.string(), message: z.string() });

export interface OdooFailedCall {
  /** `mrp.production button_mark_done`. */
  readonly what: string;
  /** Number of the order that the call was about, where it was about one. */
  readonly order?: string | undefined;
}

/**
 * PostgreSQL's ways to say that another transaction was in between; Odoo itself tries five times (service/model.py).
 * Two that post on the same order at once both subscribe our user to it, and one of them fails (seen on 17).
 */
const busy =
  /could not serialize access|could not obtain lock|LockNotAvailable|SerializationFailure|deadlock detected|DeadlockDetected|LockError|ConcurrencyError|QueryCanceled|cannot follow twice the same object/;
/**
 * The order that was split just now has nothing left to split off: an earlier call of ours got through (seen on 17
 * and 19; mrp.production, constraint `qty_positive`).
 */
const underWay = /quantity to produce must be positive/;
const refused = /AccessDenied|AccessError|SessionExpired/;
/**
 * An AccessError of a record rule, which is about these records; one about a whole model begins with "You are not
 * allowed to" (17 to 19: ir_rule.py `_make_access_error`, ir_model.py `ACCESS_ERROR_HEADER`). Odoo writes both in the
 * user's language: where that is not English, a record rule still counts as refused rights.
 */
const ruledOut = /stumbled upon some top-secret records|^Due to security restrictions, you are not allowed/;
/** Rights are mended by a person, not by asking often. */
const rightsSeconds = 900;
/** The database or the server is in trouble, whichever order is asked for; `error` is one of JSON-RPC itself. */
const unwell =
  /OperationalError|InterfaceError|PoolError|AdminShutdown|CrashShutdown|CannotConnectNow|TooManyConnections|DiskFull|OutOfMemory|MemoryError|ServiceUnavailable|^error$/;
/** Somebody must change the order, the configuration or the mapping; the message says what. */
const forAPerson =
  /UserError|ValidationError|RedirectWarning|MissingError|ValueError|TypeError|KeyError|AttributeError|IntegrityError|NotNullViolation|UniqueViolation|CheckViolation/;

/** What an Odoo exception stands for, by its Python name: the table is in shared/erp/README.md. */
export function failureOfOdooError(
  error: z.infer<typeof odooErrorSchema>,
  call: OdooFailedCall,
): RetryLater | Rejected {
  const said = firstLines(error.message);
  const about = call.order ? `order ${call.order}, ` : '';
  if (busy.test(`${error.name} ${error.message}`)) {
    return new RetryLater(`Odoo: ${about}${call.what} is held up by somebody else's change (${said}).`, {
      scope: 'order',
    });
  }
  if (underWay.test(error.message)) {
    return new RetryLater(
      `Odoo: ${about}${call.what} may be done already (${said}): it is looked at again.`,
      {
        scope: 'order',
        wrote: 'known',
      },
    );
  }
  if (error.name.endsWith('AccessError') && ruledOut.test(error.message)) {
    return new RetryLater(
      `Odoo: ${about}${call.what} is kept from our user by a record rule: ${said} Check its companies and rules.`,
      { scope: 'order', afterSeconds: rightsSeconds },
    );
  }
  if (refused.test(error.name)) {
    const check = error.name.endsWith('AccessError') ? "the user's rights to Manufacturing" : 'the API key';
    return new RetryLater(`Odoo refused our user at ${call.what}: ${said} Check ${check}.`, {
      scope: 'partner',
      unauthorized: true,
    });
  }
  if (forAPerson.test(error.name)) {
    return new Rejected(`Odoo refused ${about}${call.what}: ${said}`, { code: 'refused-by-erp' });
  }
  const failed = `Odoo failed at ${about}${call.what}: ${error.name}: ${said}`;
  if (unwell.test(error.name) || call.order === undefined)
    return new RetryLater(failed, { scope: 'partner' });
  return new Rejected(`${failed} Ask who looks after Odoo and its modules, then replay.`, {
    code: 'refused-by-erp',
  });
}

function firstLines(message: string): string {
  return shorten(message.replace(/\s+/g, ' ').trim(), 300);
}
