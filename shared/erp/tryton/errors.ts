import { Rejected, RetryLater } from '../../model/errors.ts';

/** Another transaction holds the row, on PostgreSQL and SQLite (seen with four writers at once). */
const locked =
  /could not obtain lock|database is locked|could not serialize access|deadlock detected|lock timeout|LockNotAvailable/i;

/** Tryton runs, but has lost its database, or gets no connection to it. */
const databaseGone =
  /connection (refused|already closed|not open|timed out|reset|pool exhausted)|could not connect|no connection to the server|server closed the connection|terminating connection|SSL connection has been closed|SSL SYSCALL error|too many clients|remaining connection slots|the database system is|unable to open database|disk I\/O error/i;

/** What Python says of a missing key: an unknown model or field (seen: `'stock.lot'`). */
const unknownName = /^'([\w.]+)'$/;

/**
 * Python's and the databases' names for a call that can never work as it was made. All else that is not Tryton's
 * own exception may pass: what a database says when it is in trouble is no closed list.
 */
const programming =
  /^(KeyError|IndexError|AttributeError|TypeError|ValueError|NameError|NotImplementedError|AssertionError|RecursionError|decimal\.\w+|psycopg2?\.errors\.(Undefined\w+|InvalidTextRepresentation|SyntaxError|DatatypeMismatch|NumericValueOutOfRange|StringDataRightTruncation)|psycopg2?\.(ProgrammingError|DataError)|sqlite3\.(ProgrammingError|DataError))$/;
/** The same, where the name is not told or SQLite has one name for all. */
const programmed =
  /^'\w+' object (has no attribute|is not)|unsupported operand type|unexpected keyword argument|required positional argument|no such (column|table)|invalid literal for/;

/** Not tried again at once, as nothing tells when it has passed. */
const unexplainedSeconds = 60;

const tellsNothing = new Set(['', 'None', 'null']);

/**
 * The failure that a JSON-RPC error of Tryton 7.0 stands for. Such errors arrive with HTTP 200, as
 * `[exception, arguments]` for its own exceptions and `[text, traceback]` for all others
 * (trytond/protocols/jsonrpc.py; the traceback, of which only the last exception's name is used, is made in
 * trytond/wsgi.py). They come after a rollback: the call changed nothing, unless the database was lost, perhaps
 * while it committed.
 * @param what What was being asked, `completing production 17`.
 * @param writes Whether it could change anything.
 */
export function failureOfTrytonError(error: unknown, what: string, writes = false): Rejected | RetryLater {
  const [kind, rest] = Array.isArray(error) ? error : [error];
  const texts = (Array.isArray(rest) ? rest : [rest]).map((text) => textOf(text));
  switch (kind) {
    case 'UserError':
      return new Rejected(`Tryton refused ${what}: ${sentence(texts[0], texts[1])}`, {
        code: 'refused-by-erp',
      });
    case 'UserWarning':
      return new Rejected(
        `Tryton wants a warning confirmed before ${what}, which only a person can do: ${sentence(texts[1], texts[2])} ` +
          'Do this step in Tryton, then replay.',
        { code: 'refused-by-erp' },
      );
    case 'ConcurrencyException':
      return new RetryLater(`Somebody changed the same record in Tryton during ${what}.`, {
        scope: 'order',
        afterSeconds: 15,
      });
    case 'LoginException':
      return new RetryLater(
        `Tryton asks for another proof of identity at ${what}: give the integration's user a plain password.`,
        { scope: 'partner', unauthorized: true, afterSeconds: 300 },
      );
    case 'RateLimitException':
      return new RetryLater(`Tryton asks us to slow down at ${what}.`, {
        scope: 'partner',
        afterSeconds: 60,
      });
  }
  const text = textOf(kind);
  if (locked.test(text)) {
    return new RetryLater(`Tryton could not lock a record for ${what}: somebody else is writing it.`, {
      scope: 'order',
      afterSeconds: 5,
    });
  }
  const wrote = writes ? 'perhaps' : 'nothing';
  if (databaseGone.test(text)) {
    return new RetryLater(`Tryton has lost its database (at ${what}).`, { scope: 'partner', wrote });
  }
  const unknown = unknownName.exec(text)?.[1];
  if (unknown) {
    return new Rejected(
      `This Tryton does not know ${unknown}, needed for ${what}: activate the module that brings it, or change the options of tryton().`,
      { code: 'refused-by-erp' },
    );
  }
  const name = exceptionOf(rest);
  if (programming.test(name) || programmed.test(text)) {
    return new Rejected(`Tryton failed at ${what}: ${sentence(text)} Its log tells more.`, {
      code: 'refused-by-erp',
    });
  }
  return new RetryLater(
    `Tryton failed at ${what}, which may pass: ${sentence(text || name)} If it stays, its log tells more.`,
    { scope: 'order', wrote, afterSeconds: unexplainedSeconds },
  );
}

/** Name of the exception that a traceback ends with; what a database adds (`DETAIL: …`) stands below it. */
function exceptionOf(traceback: unknown): string {
  if (typeof traceback !== 'string') return '';
  return (
    [...traceback.matchAll(/^([A-Za-z_][\w.]*)(?=: |$)/gm)].findLast(([name]) => isName(name))?.[0] ?? ''
  );
}

/** Tells an exception from words that begin a line of its message (`HINT: …`). */
function isName(name: string): boolean {
  const last = name.split('.').at(-1) ?? '';
  return /^[A-Z]/.test(last) && /[a-z]/.test(last);
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
