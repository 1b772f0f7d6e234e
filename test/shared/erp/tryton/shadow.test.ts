import { expect, it } from 'vitest';
import type { Completion } from '../../../../shared/model/completions.ts';
import { NotSent } from '../../../../shared/model/errors.ts';
import { failureOf, firstAttempt } from '../conformance/attempts.ts';
import { completionOf, partOf, quantityKey } from '../conformance/completions.ts';
import { TrytonBooks } from './books.ts';
import { createRpcServer } from './server.ts';

// The suite is run by a real Tryton alone, where each call takes too long for a booking after each of them.

const order = { number: '17', id: '17' };
const lots = [{ number: 'L-17' }];
const notes = ['All checks in order'];

const bookings: Readonly<Record<string, Completion>> = {
  'a whole production with its lot and a note': completionOf(order, { lots, notes }),
  'a part, which ends with `do` of its moves': partOf(order, 1, '2', { lots }),
};

it.each(Object.entries(bookings))(
  'changes nothing more of %s once it is in shadow, after whichever call',
  async (_, completion) => {
    // Prepare
    const books = new TrytonBooks({ hasLots: true });
    const { faults, connector } = createRpcServer(books.answer);
    const book = (mayWrite: () => boolean) =>
      connector({}, mayWrite).book(completion, quantityKey(completion.productOrder), firstAttempt());
    await book(() => true);
    const calls = faults.callCount();

    for (let n = 0; n <= calls; n += 1) {
      books.restart();
      faults.reset();
      let isLive = n > 0;
      let before = JSON.stringify(books);
      faults.afterAnswer(n, () => {
        isLive = false;
        before = JSON.stringify(books);
      });

      // Act
      const failure = await failureOf(book(() => isLive));

      // Assess: after the last write, the rest is read, and it is booked.
      if (failure !== undefined) expect(failure, `after call ${n}`).toBeInstanceOf(NotSent);
      expect(JSON.stringify(books), `after call ${n}`).toBe(before);
    }
  },
);
