import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { erpSandboxKey } from '../../../../infra/local/sandbox/api.ts';
import { type Sandbox, startSandbox } from '../../../../infra/local/sandbox/sandboxes.ts';
import { forAllTests } from '../../../support/for-all-tests.ts';
import { newFolder } from '../../new-folder.ts';
import { apiOf } from './started.ts';

/** For tests that look at their own orders only. */
const shared = await forAllTests(startSandbox.erp());

/** An order of this test's own, and a caller that books on it. */
function released(quantity: string, { url, control }: Sandbox<'erp'> = shared) {
  const [{ number } = { number: '' }] = control.release({ quantity });
  const api = apiOf({ url }, erpSandboxKey);
  const path = `/api/production-orders/${encodeURIComponent(number)}/bookings`;
  const book = (booking: object) => api(path, booking);
  return { book, bookings: () => control.bookings().filter(({ order }) => order === number) };
}

it('books the same reference twice: there is no idempotency to rely upon', async () => {
  const { book, bookings } = released('5');

  const booking = { reference: 'key', goodQuantity: '1' };
  const answers = [await book(booking), await book(booking)];

  expect(answers.map(({ status }) => status)).toEqual([201, 201]);
  expect(bookings().map(({ reference }) => reference)).toEqual(['key', 'key']);
});

it('has its orders and bookings when it is started again', async () => {
  // Prepare
  const file = join(newFolder(), 'books.json');
  const first = await startSandbox.erp(file);
  await released('5', first).book({ reference: 'key', goodQuantity: '5' });
  const before = first.store.books();

  // Act
  await first.stop();
  const second = await startSandbox.erp(file);
  onTestFinished(second.stop);

  // Assess
  expect(before.bookings).toHaveLength(1);
  expect(second.store.books()).toEqual(before);
  expect(second.control.release()).toMatchObject([{ number: 'MO/0002' }]);
});
