import type { Rejected, RetryLater } from '../../model/errors.ts';
import { orderWaits, partnerDown, rejected } from '../failures.ts';

/** Another transaction holds the row, on PostgreSQL and SQLite (seen with four writers at once). */
const lockMessages =
  /could not obtain lock|database is locked|could not serialize access|deadlock detected|lock timeout|LockNotAvailable/i;

/** Tryton runs, but has lost its database, or gets no connection to it. */
const databaseGoneMessages =
  /connection (refused|already closed|not open|timed out|reset|pool exhausted)|could not connect|no connection to the server|server closed the connection|terminating connection|SSL connection has been closed|SSL SYSCALL error|too many clients|remaining connection slots|the database system is|unable to open database|disk I\/O error/i;

/** Python's message for a missing key: an unknown model or field (seen: `'stock.lot'`). */
const unknownNameMessage = /^'([\w.]+)'$/;

/**
 * Messages of Python and of the databases about a call that can never work as it was made. Every other exception that is
 * not Tryton's own may pass: the messages of a database in trouble cannot all be listed.
 */
const programmingMessages =
  /^'\w+' object (has no attribute|is not)|unsupported operand type|unexpected keyword argument|required positional argument|no such (column|table)|^(column|relation) .* does not exist|invalid literal for/;

/**
 * The failure that a JSON-RPC error of Tryton 7.0 stands for. Such errors arrive with HTTP 200, as
 * `[exception, arguments]` for its own exceptions and `[text, traceback]` for all others
 * (trytond/protocols/jsonrpc.py:169, 7.0.30; the traceback is empty unless the server runs with `--dev`, wsgi.py:119). They
 * come after a rollback: the call changed nothing, unless the database was lost, perhaps while it committed.
 * @param what What was being done, `completing production 17`.
 * @param writes Whether it could change anything.
 */
export function failureOfTrytonError(error: unknown, what: string, writes = false): Rejected | RetryLater {
  const [kind, args] = Array.isArray(error) ? error : [error];
  const [first, second, third] = (Array.isArray(args) ? args : [args]).map(firstLine);
  switch (kind) {
    case 'UserError':
      return refusedByTryton(`Tryton refused ${what}: ${joinToSentence(first, second)}`);
    case 'UserWarning':
      return refusedByTryton(
        `Tryton asks to confirm a warning before ${what}, which only a person can do: ${joinToSentence(second, third)} ` +
          'Do this step in Tryton, then replay.',
      );
    case 'ConcurrencyException':
      return orderWaits(`Somebody changed the same record in Tryton during ${what}.`, { afterSeconds: 15 });
    case 'LoginException':
      return loginRefused(
        `Tryton asks for another proof of identity at ${what}: give the integration's user a plain password.`,
      );
    case 'RateLimitException':
      return partnerDown(`Tryton asks us to slow down at ${what}.`, { afterSeconds: 60 });
    default:
      return failureOfMessage(firstLine(kind), what, writes ? 'perhaps' : 'nothing');
  }
}

/**
 * Tryton counts wrong logins per user and refuses even the right password after the sixth, for as long as its
 * `[session] timeout` says (seen, 7.0; 5 minutes by default). So the circuit breaker lets nobody log in before then.
 */
export function loginRefused(sentence: string): RetryLater {
  return partnerDown(sentence, { unauthorized: true, afterSeconds: 300 });
}

/** Of an exception that is not one of Tryton's own. */
function failureOfMessage(text: string, what: string, wrote: 'perhaps' | 'nothing'): Rejected | RetryLater {
  if (lockMessages.test(text)) {
    const why = `Tryton could not lock a record for ${what}: somebody else is writing it.`;
    return orderWaits(why, { afterSeconds: 5 });
  }
  if (databaseGoneMessages.test(text))
    return partnerDown(`Tryton has lost its database (at ${what}).`, { wrote });
  const unknown = unknownNameMessage.exec(text)?.[1];
  if (unknown) {
    const why = `This Tryton does not know ${unknown}, needed for ${what}: activate the module that brings it, or change the options of tryton().`;
    return refusedByTryton(why);
  }
  if (programmingMessages.test(text))
    return refusedByTryton(`Tryton failed at ${what}: ${joinToSentence(text)} Its log has the details.`);
  // Nothing shows when the trouble has passed, so it is not tried again at once.
  const why = `Tryton failed at ${what}, which may pass: ${joinToSentence(text)} If it continues, its log has the details.`;
  return orderWaits(why, { afterSeconds: 60, wrote });
}

function refusedByTryton(message: string): Rejected {
  return rejected('refused-by-erp', message);
}

function firstLine(value: unknown): string {
  const text = typeof value === 'string' ? value : '';
  return ['None', 'null'].includes(text) ? '' : (text.trim().split('\n')[0] ?? '').slice(0, 500);
}

function joinToSentence(...texts: (string | undefined)[]): string {
  const said = texts.filter((text) => text).join(' ');
  if (said === '') return 'it gave no reason.';
  return /[.!?]$/.test(said) ? said : `${said}.`;
}
