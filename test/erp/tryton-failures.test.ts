import { describe, expect, it } from 'vitest';
import { failureOfTrytonError } from '../../shared/erp/tryton/failures.ts';
import { Rejected, RetryLater } from '../../shared/model/errors.ts';

const failureOf = (error: unknown) => failureOfTrytonError(error, 'completing production 17');

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
    ['unsupported operand type(s)', 'Traceback: secret', 'unsupported operand type(s). Its log tells more.'],
  ])('%s is for a person to mend', (kind, rest, said) => {
    const failure = failureOf([kind, rest]);

    expect(failure).toBeInstanceOf(Rejected);
    expect(failure.message).toContain('completing production 17');
    expect(failure.message).toContain(said);
    expect(failure.message).not.toContain('secret');
  });

  it.each([
    [['ConcurrencyException', 'Records were modified in the meanwhile']],
    [['could not obtain lock on row in relation "production"\n', 'Traceback']],
    [['database is locked', 'Traceback']],
    [['could not serialize access due to concurrent update\n', '']],
    [['deadlock detected\nDETAIL: Process 1 waits', '']],
  ])('%j means that this order must wait', (error) => {
    expect(failureOf(error)).toMatchObject({ name: 'RetryLater', scope: 'order', wrote: 'nothing' });
  });

  it.each([
    [['connection to server at "db", port 5432 failed: Connection refused\n', '']],
    [['server closed the connection unexpectedly', '']],
    [['RateLimitException', '']],
  ])('%j means that Tryton is unwell', (error) => {
    expect(failureOf(error)).toMatchObject({ name: 'RetryLater', scope: 'target', unauthorized: false });
  });

  it.each([[null], ['text'], [[]], [{}], [[17, 18]]])(
    '%j, which Tryton never says, still gives a sentence',
    (error) => {
      const failure = failureOf(error);

      expect(failure instanceof Rejected || failure instanceof RetryLater).toBe(true);
      expect(failure.message).toMatch(/\.$/);
    },
  );
});
