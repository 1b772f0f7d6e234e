import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OperatorLedger } from '../../../../infra/local/operator-clients.ts';
import { traceOrder } from '../../../../infra/ops/trace/trace.ts';
import { createBreaker } from '../../../../shared/circuit-breaker/circuit-breaker.ts';
import { bookingKeyOf, orderKey } from '../../../../shared/ledger/keys.ts';
import { createAlertLedger } from '../../../../shared/ledger/ledger.ts';
import type { Key } from '../../../../shared/platform/aws/dynamodb-table.ts';
import { testClock } from '../../../support/clock.ts';
import { type LedgerStore, startLedgerStore } from '../../../support/dynamodb.ts';
import { newOrder, splitOrder } from '../../../support/orders.ts';

let store: LedgerStore;
let ledger: OperatorLedger;
const clock = testClock();

beforeAll(async () => {
  store = await startLedgerStore();
  ledger = {
    ...createAlertLedger({ ...store, clock, times: { settlingSeconds: 300 } }),
    breaker: createBreaker(store.table, clock),
  };
});
afterAll(() => store.stop());

const endsAt = new Date('2026-11-24T08:01:00.000Z');

/** A product order that was created in Azumuta and completed there. */
async function completed(number: string, index: number, erpOrder: string): Promise<void> {
  const part = { index, first: `${erpOrder}/1`, book: 'when-all-done' } as const;
  await ledger.orders.put({
    ...newOrder({ number }),
    erpOrder: { number: erpOrder, id: `id of ${erpOrder}`, article: 'GEAR-01' },
    part,
  });
  const claimed = await ledger.claims.claim(orderKey(number), { owner: number, messageId: number, endsAt });
  if (claimed.outcome !== 'claimed') throw new Error(`The order is ${claimed.outcome}.`);
  const productOrder = { id: `id of ${number}`, number };
  await ledger.claims.complete(claimed.claim, { productOrder }, { event: 'created' });
}

it('shows for parts that are booked together the state of their one booking, in the order of the parts', async () => {
  // Prepare
  for (const index of [10, 2, 1]) await completed(`MO/9/${index}`, index, 'MO/9');
  const erpOrder = { number: 'MO/9', id: 'id of MO/9', article: 'GEAR-01' };
  await ledger.erpOrders.write(splitOrder('MO/9', 3, { book: 'when-all-done', erpOrder, mostParts: 10 }));
  const before = await traceOrder('MO/9', ledger, '--local');
  await ledger.bookings.plan(
    'MO/9/1',
    {
      key: 'MO/9#quantity',
      kind: 'quantity',
      parts: [1],
      recordingIds: ['5KKoy7m6ms89mvrTg'],
      erpOrder: { number: 'MO/9' },
      productOrder: { id: 'id of MO/9/1', number: 'MO/9/1' },
    },
    { owner: 'a', messageId: 'm' },
  );

  // Act
  const after = await traceOrder('MO/9', ledger, '--local');
  const byErpId = await traceOrder('id of MO/9', ledger, '--local');
  const byRecording = await traceOrder('5KKoy7m6ms89mvrTg', ledger, '--local');

  // Assess
  expect(before.productOrders.map(({ says }) => says)).toEqual(
    Array(3).fill('It is completed in Azumuta; it is booked when all 3 parts are.'),
  );
  expect(after.productOrders.map(({ number, state }) => `${number} ${state}`)).toEqual([
    'MO/9/1 to be booked',
    'MO/9/2 to be booked',
    'MO/9/10 to be booked',
  ]);
  expect(byErpId.productOrders.map(({ number }) => number)).toEqual(['MO/9/1', 'MO/9/2', 'MO/9/10']);
  expect(byRecording.productOrders.map(({ number }) => number)).toEqual(['MO/9/1']);
});

it('says that a person is needed only for dead letters that were neither replayed nor discarded', async () => {
  // Prepare
  await completed('MO/8', 1, 'MO/8');
  const letter = (messageId: string) => ({
    messageId,
    orderNumber: 'MO/8',
    stage: 'collect-completion',
    reason: `Reason of ${messageId}.`,
    cause: 'completion-unclear' as const,
  });
  for (const messageId of ['m-1', 'm-2', 'm-3']) await ledger.deadLetters.record(letter(messageId));
  await ledger.deadLetters.markReplayed(letter('m-1'), 'sent again');
  await ledger.deadLetters.markDiscarded(letter('m-3'), 'a test order');

  // Act
  const { productOrders } = await traceOrder('MO/8', ledger, '--local');

  // Assess
  expect(productOrders[0]?.deadLetters).toMatchObject([
    { messageId: 'm-2', stage: 'collect-completion', reason: 'Reason of m-2.', cause: 'completion-unclear' },
  ]);
  expect(productOrders[0]).toMatchObject({ state: 'needs a person', says: expect.stringContaining('m-2') });
});

it('shows an open dead letter although the clock of the laptop that replayed it before is hours ahead', async () => {
  // Prepare
  await completed('MO/7', 1, 'MO/7');
  const letter = {
    messageId: 'm-7',
    orderNumber: 'MO/7',
    stage: 'book-completion',
    reason: 'It is locked.',
  };
  const ahead = testClock('2026-11-24T11:00:00.000Z');
  const onTheLaptop = createAlertLedger({ ...store, clock: ahead, times: { settlingSeconds: 300 } });
  await ledger.deadLetters.record(letter);
  await onTheLaptop.deadLetters.markReplayed(letter, 'sending it to bookings again');
  await ledger.deadLetters.record({ ...letter, reason: 'It is locked still.' });

  // Act
  const { productOrders } = await traceOrder('MO/7', ledger, '--local');

  // Assess
  expect(productOrders[0]).toMatchObject({
    state: 'needs a person',
    deadLetters: [{ messageId: 'm-7', reason: 'It is locked still.', since: '2026-11-24T08:00:00.000Z' }],
  });
});

it('shows the cause of a refused order, of a refused booking, and of an order that cannot follow the ERP', async () => {
  // Prepare
  const claimOf = async (key: Key) => {
    const claimed = await ledger.claims.claim(key, { owner: key.sk, messageId: key.sk, endsAt });
    if (claimed.outcome !== 'claimed') throw new Error(`It is ${claimed.outcome}.`);
    return claimed.claim;
  };
  await ledger.orders.put(newOrder({ number: 'MO/6' }));
  const noArticle = { reason: 'Azumuta has no article X.', cause: 'unknown-article' } as const;
  await ledger.claims.reject(await claimOf(orderKey('MO/6')), noArticle);
  const booking = {
    key: 'id#quantity',
    kind: 'quantity',
    parts: [1],
    recordingIds: [],
    erpOrder: { number: 'MO/5' },
    productOrder: { id: 'id', number: 'MO/5' },
  } as const;
  await ledger.bookings.plan('MO/5', booking, { owner: 'a', messageId: 'm' });
  const closed = { reason: 'It is closed.', cause: 'order-state' } as const;
  await ledger.claims.reject(await claimOf(bookingKeyOf('MO/5', booking.key)), closed);
  const unfit = {
    content: 'x',
    event: 'not mapped',
    note: 'It has no article.',
    cause: 'order-data',
  } as const;
  await ledger.orderChanges.record('MO/4', unfit);

  // Act
  const told = await Promise.all(
    ['MO/6', 'MO/5', 'MO/4'].map((asked) => traceOrder(asked, ledger, '--local')),
  );

  // Assess
  expect(told.map(({ productOrders }) => productOrders[0])).toMatchObject([
    { cause: 'unknown-article' },
    { bookings: [{ cause: 'order-state' }] },
    { cause: 'order-data' },
  ]);
});
