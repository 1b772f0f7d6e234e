import { afterAll, beforeAll, expect, it } from 'vitest';
import { switchBookings } from '../../../../infra/ops/pause/switch-flow.ts';
import { Breaker } from '../../../../shared/circuit-breaker/circuit-breaker.ts';
import { createLedger } from '../../../../shared/ledger/ledger.ts';
import { bookingsPause } from '../../../../shared/ledger/records/pauses.ts';
import { testClock } from '../../../support/clock.ts';
import { type LedgerStore, startLedgerStore } from '../../../support/dynamodb.ts';

let store: LedgerStore;
beforeAll(async () => {
  store = await startLedgerStore();
});
afterAll(() => store.stop());

it('marks the pause for the function that books, and does not count it as waiting time', async () => {
  // Prepare
  const clock = testClock();
  const { pauses } = createLedger({ ...store, clock, times: { settlingSeconds: 300 } });
  const breaker = new Breaker(store.table, clock);
  const from = clock.now();
  const heeded = () => new Breaker(store.table, clock).outage('erp', { heedsPause: true });

  // Act
  const paused = await switchBookings({ breaker, pauses }, false);
  const outage = await heeded();
  clock.advance(60);
  const again = await switchBookings({ breaker, pauses }, false);
  clock.advance(60);
  const resumed = await switchBookings({ breaker, pauses }, true);

  // Assess
  expect([paused, again, resumed]).toMatchObject([{ already: false }, { already: true }, { already: false }]);
  expect([outage?.reason, await heeded()]).toEqual(['Bookings are paused.', undefined]);
  expect(await pauses.of(bookingsPause)).toEqual({ ended: [{ from, until: clock.now() }] });
});
