import { expect, it } from 'vitest';
import { bookingKeyOf } from '../../../../shared/ledger/keys.ts';
import { createBookings } from '../../../../shared/ledger/records/bookings.ts';
import { createKnownOrders } from '../../../../shared/ledger/records/known-orders.ts';
import type { Table } from '../../../../shared/platform/aws/dynamodb-table.ts';
import { testClock } from '../../../support/clock.ts';
import { modelledTable } from '../../../support/modelled-table.ts';

const clock = testClock();

/** A booking of two recordings, as it is planned. */
const planned = {
  key: 'id1#quantity',
  kind: 'quantity',
  parts: [1],
  recordingIds: ['first', 'second'],
  erpOrder: { number: 'MO/1' },
  productOrder: { id: 'id1', number: 'PO-1' },
} as const;
const planner = { owner: 'planner', messageId: 'hint' };

it.each([0, 1, 2])(
  'a booking is there only once its recordings lead to its order: its planner may die after %i writes',
  async (writes) => {
    // Prepare
    const table = modelledTable();
    let left = writes;
    const dying: Table = {
      ...table,
      putIf: (...given) => (left-- > 0 ? table.putIf(...given) : Promise.reject(new Error('It died.'))),
    };

    // Act
    await createBookings(dying, clock)
      .plan('PO-1', planned, planner)
      .catch(() => undefined);
    const bookings = await createBookings(table, clock).of('PO-1');
    const leadTo = await Promise.all(planned.recordingIds.map(createKnownOrders(table).numberOfAzumutaId));

    // Assess
    expect(bookings).toHaveLength(writes < 2 ? 0 : 1);
    expect(leadTo.filter((number) => number === 'PO-1')).toHaveLength(Math.min(writes, 2));
  },
);

it('keeps the confirmation of a stock movement, and the key of a booking that corrects this one', async () => {
  // Prepare: as a later version may write it
  const table = modelledTable();
  const bookings = createBookings(table, clock);
  await bookings.plan('PO-1', planned, planner);
  const set = { confirmation: 'awaited', successor: 'id1#correction' };
  await table.update(bookingKeyOf('PO-1', planned.key), { set });

  // Act
  const read = await bookings.of('PO-1');

  // Assess
  expect(read).toMatchObject([{ ...planned, confirmation: 'awaited', successor: 'id1#correction' }]);
});
