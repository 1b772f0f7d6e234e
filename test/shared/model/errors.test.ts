import { expect, it } from 'vitest';
import { Rejected, RetryLater, type RetryLaterOptions, rejectionOf } from '../../../shared/model/errors.ts';

it('keeps the cause code of a rejection apart from the error behind it', () => {
  const behind = new TypeError('x is undefined');
  const rejected = new Rejected('Mapping failed.', { code: 'configuration', cause: behind });
  expect(rejected.cause).toBe(behind);
  expect(rejectionOf(rejected)).toEqual({ reason: 'Mapping failed.', cause: 'configuration' });
});

it('keeps the options of a failure that `with` does not change', () => {
  // Prepare
  const known = {
    scope: 'order',
    afterSeconds: 7,
    wrote: 'known',
    unauthorized: true,
    perhapsOnlyOrder: true,
    outOfTime: true,
    forOurLock: true,
    about: { booking: 'id1#quantity' },
    cause: new TypeError('fetch failed'),
  } as const satisfies Required<Omit<RetryLaterOptions, 'cause'>> & { cause: unknown };

  // Act
  const further = new RetryLater('Out of time.', known).with({ wrote: 'perhaps', afterSeconds: 300 });

  // Assess
  expect(further).toMatchObject({ ...known, message: 'Out of time.', wrote: 'perhaps', afterSeconds: 300 });
  expect(new RetryLater('Out of time.', known).with({ wrote: 'perhaps' }).afterSeconds).toBe(7);
});
