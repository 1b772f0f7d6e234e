import { Rejected, RetryLater } from '../../model/errors.ts';

/** Another transaction holds the row, on PostgreSQL and SQLite (seen with four writers at once). */
const locked =
  /could not obtain lock|database is locked|could not serialize access|deadlock detected|lock timeout|LockNotAvailable/i;

/** Tryton runs, but has lost its database. */
const databaseGone =
  /connection (refused|already closed|not open|timed out)|could not connect|server closed the connection|terminating connection|SSL connection has been closed|remaining connection slots|the database system is|unable to open database|disk I\/O error/i;

/** What Python says of a missing key: an unknown model or field (seen: `'stock.lot'`). */
const unknownName = /^'([\w.]+)'$/;

const tellsNothing = new Set(['', 'None', 'null']);

/**
 * The failure that a JSON-RPC error of Tryton 7.0 stands for. Such errors arrive with HTTP 200, as
 * `[exception, arguments]` or `[text, traceback]` (trytond/protocols/jsonrpc.py), and always after a rollback:
 * the call itself changed nothing.
 * @param what What was being asked, `completing production 17`.
 */
export function failureOfTrytonError(error: unknown, what: string): Rejected | RetryLater {
  const [kind, rest] = Array.isArray(error) ? error : [error];
  const texts = (Array.isArray(rest) ? rest : [rest]).map((text) => textOf(text));
  switch (kind) {
    case 'UserError':
      return new Rejected(`Tryton refused ${what}: ${sentence(texts[0], texts[1])}`);
    case 'UserWarning':
      return new Rejected(
        `Tryton wants a warning confirmed before ${what}, which only a person can do: ${sentence(texts[1], texts[2])} ` +
          'Do this step in Tryton, then replay.',
      );
    case 'ConcurrencyException':
      return new RetryLater(`Somebody changed the same record in Tryton during ${what}.`, {
        scope: 'order',
        afterSeconds: 15,
      });
    case 'LoginException':
      return new RetryLater(
        `Tryton asks for another proof of identity at ${what}: give the integration's user a plain password.`,
        { scope: 'target', unauthorized: true, afterSeconds: 300 },
      );
    case 'RateLimitException':
      return new RetryLater(`Tryton asks us to slow down at ${what}.`, { scope: 'target', afterSeconds: 60 });
  }
  const text = textOf(kind);
  if (locked.test(text)) {
    return new RetryLater(`Tryton could not lock a record for ${what}: somebody else is writing it.`, {
      scope: 'order',
      afterSeconds: 5,
    });
  }
  if (databaseGone.test(text)) {
    return new RetryLater(`Tryton has lost its database (at ${what}).`, { scope: 'target' });
  }
  const unknown = unknownName.exec(text)?.[1];
  if (unknown) {
    return new Rejected(
      `This Tryton does not know ${unknown}, needed for ${what}: activate the module that brings it, or change the options of tryton().`,
    );
  }
  return new Rejected(`Tryton failed at ${what}: ${sentence(text)} Its log tells more.`);
}

function textOf(value: unknown): string {
  const text = typeof value === 'string' ? value : '';
  return tellsNothing.has(text) ? '' : (text.trim().split('\n')[0] ?? '').slice(0, 500);
}

function sentence(...texts: (string | undefined)[]): string {
  const said = texts.filter((text) => text).join(' ');
  if (said === '') return 'it gave no reason.';
  return /[.!?]$/.test(said) ? said : `${said}.`;
}
