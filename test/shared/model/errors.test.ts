import { expect, it } from 'vitest';
import { Rejected, rejectionOf, UnknownOrder } from '../../../shared/model/errors.ts';

it('keeps the cause code of a rejection apart from the error behind it', () => {
  const behind = new TypeError('x is undefined');
  const rejected = new Rejected('Mapping failed.', { code: 'configuration', cause: behind });
  expect(rejected.cause).toBe(behind);
  expect(rejectionOf(rejected)).toEqual({ reason: 'Mapping failed.', cause: 'configuration' });
});

it('gives every unknown order the same cause code', () => {
  const rejection = rejectionOf(new UnknownOrder('The ERP has no order X.'));
  expect(rejection).toEqual({ reason: 'The ERP has no order X.', cause: 'unknown-order' });
});
