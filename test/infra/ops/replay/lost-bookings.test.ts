import { afterAll, beforeAll, expect, it } from 'vitest';
import { bookingKeyOf } from '../../../../shared/ledger/keys.ts';
import { nothing, type ReplayStores, startReplayStores } from './replay-run.ts';

let stores: ReplayStores;
beforeAll(async () => {
  stores = await startReplayStores();
});
afterAll(() => stores?.stop());

it('plans a rejected booking of the given order again when its letter is gone', async () => {
  // Prepare
  const { store, ledger, run, depths } = stores;
  const home = 'LOST-1';
  const booking = {
    key: 'id1#quantity',
    kind: 'quantity',
    parts: [1],
    recordingIds: [],
    erpOrder: { number: 'MO/1' },
    productOrder: { id: 'id1', number: home },
  } as const;
  await ledger.bookings.plan(home, booking, { owner: 'planner', messageId: 'hint' });
  const claimed = await ledger.claims.claim(bookingKeyOf(home, booking.key), {
    ...{ owner: 'booker', messageId: 'lost', endsAt: new Date('2026-11-24T08:01:00Z') },
  });
  if (claimed.outcome !== 'claimed') throw new Error('Nobody else claims it.');
  await ledger.claims.reject(claimed.claim, {
    reason: 'The ERP order is locked.',
    cause: 'waited-too-long',
  });
  const letter = {
    messageId: 'lost',
    orderNumber: home,
    stage: 'book-completion',
    reason: 'It is locked.',
  };
  await ledger.deadLetters.record(letter);

  // Act
  const looked = await run({ go: false, orders: new Set([home]) });
  const before = (await depths()).completions;
  const planned = await run({ orders: new Set([home]) });

  // Assess
  expect([looked.lost, planned.lost]).toEqual([[home], [home]]);
  expect(before).toEqual(nothing);
  const [hint] = await store.read('completions');
  expect(JSON.parse(hint?.Body ?? '')).toMatchObject({ productOrderNumber: home, via: 'replay' });
  expect(await ledger.deadLetters.of(home)).toMatchObject([{ isDead: false }]);
});
