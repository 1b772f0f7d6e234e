import { describe, expect, it } from 'vitest';
import { failureOfTrytonError } from '../../../../shared/erp/tryton/errors.ts';
import { Rejected, RetryLater } from '../../../../shared/model/errors.ts';

const failureOf = (error: unknown) => failureOfTrytonError(error, 'completing production 17');

/** As Python formats it: only the last exception's name may be used, as the rest reveals the server's internals. */
function tracebackOf(last: string): string {
  return `Traceback (most recent call last):\n  File "/trytond/secret.py", line 1, in do\n    secret()\n${last}\n`;
}

describe('what a JSON-RPC error of Tryton means', () => {
  it.each([
    [
      'UserError',
      ['To move product "[G] Gear" you must provide a stock lot.', '', null],
      'must provide a stock lot.',
    ],
    ['UserError', ['You are not allowed', 'to modify "Production"', null], 'You are not allowed to modify'],
    ['UserWarning', ['name', 'The product has no list price.', ''], 'no list price. Do this step in Tryton'],
    ["'stock.lot'", '', 'does not know stock.lot'],
    [
      'unsupported operand type(s)',
      tracebackOf('TypeError: unsupported operand type(s)'),
      'unsupported operand type(s). Its log has the details.',
    ],
    ["'quantiy'", tracebackOf("KeyError: 'quantiy'"), 'does not know quantiy'],
    ['Invalid quantity', tracebackOf('ValueError: Invalid quantity'), 'Invalid quantity'],
    [
      'column "quantiy" does not exist\nLINE 1: SELECT "a"."quantiy"',
      tracebackOf(
        'psycopg2.errors.UndefinedColumn: column "quantiy" does not exist\nLINE 1: SELECT\nHINT:  Perhaps',
      ),
      'column "quantiy" does not exist',
    ],
    [
      'no such column: a.quantiy',
      tracebackOf('sqlite3.OperationalError: no such column: a.quantiy'),
      'quantiy',
    ],
  ])('sends %s to a person', (kind, rest, said) => {
    const failure = failureOf([kind, rest]);

    expect(failure).toBeInstanceOf(Rejected);
    expect(failure.message).toContain('completing production 17');
    expect(failure.message).toContain(said);
    expect(failure.message).not.toContain('secret');
  });

  it.each([
    [['connection to server at "db", port 5432 failed: Connection refused\n', '']],
    [['server closed the connection unexpectedly', '']],
    [['SSL SYSCALL error: EOF detected\n', tracebackOf('psycopg2.OperationalError: SSL SYSCALL error: EOF')]],
    [['connection pool exhausted', tracebackOf('psycopg2.pool.PoolError: connection pool exhausted')]],
    [['connection to server at "db" failed: FATAL:  sorry, too many clients already\n', '']],
    [['no connection to the server\n', '']],
    [['RateLimitException', '']],
  ])('treats Tryton as down after %j', (error) => {
    expect(failureOf(error)).toMatchObject({ name: 'RetryLater', scope: 'partner', unauthorized: false });
  });

  it.each([
    [['cursor already closed', tracebackOf('psycopg2.InterfaceError: cursor already closed')]],
    [
      [
        'canceling statement due to statement timeout\n',
        tracebackOf('psycopg2.errors.QueryCanceled: canceling statement due to statement timeout'),
      ],
    ],
    [
      [
        'could not extend file: No space left on device',
        tracebackOf('psycopg2.errors.DiskFull: could not extend'),
      ],
    ],
    [['something that nobody has seen', tracebackOf('somewhere.NewTrouble: something that nobody has seen')]],
    [['', tracebackOf('MemoryError')]],
    // A message that looks like another exception, above the name of its own.
    [
      [
        'TypeError: no',
        tracebackOf('TypeError: no\n\nDuring handling:\npsycopg2.OperationalError: TypeError: no'),
      ],
    ],
    [['something without a traceback', '']],
  ])('lets the order wait, and does not give it up, after %j', (error) => {
    const failure = failureOf(error);

    expect(failure).toMatchObject({ name: 'RetryLater', scope: 'order', unauthorized: false });
    expect(failure.message).not.toContain('secret');
  });

  it('reports that a write may have been done when the database was lost meanwhile', () => {
    const error = ['server closed the connection unexpectedly', ''];

    expect(failureOfTrytonError(error, 'completing production 17', true)).toMatchObject({ wrote: 'perhaps' });
    expect(failureOfTrytonError(error, 'reading production 17')).toMatchObject({ wrote: 'nothing' });
  });

  it.each([[null], ['text'], [[]], [{}], [[17, 18]]])(
    'returns a sentence for %j, which Tryton never sends',
    (error) => {
      const failure = failureOf(error);

      expect(failure instanceof Rejected || failure instanceof RetryLater).toBe(true);
      expect(failure.message).toMatch(/\.$/);
    },
  );
});
