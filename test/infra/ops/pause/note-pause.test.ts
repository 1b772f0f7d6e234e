import { beforeEach, expect, it } from 'vitest';
import { notePause } from '../../../../infra/ops/pause/switch-flow.ts';
import { createLedger, type Ledger } from '../../../../shared/ledger/ledger.ts';
import { type TestClock, testClock } from '../../../support/clock.ts';
import { startLedgerStore } from '../../../support/dynamodb.ts';

const store = await startLedgerStore();
let clock: TestClock;
let pauses: Ledger['pauses'];
beforeEach(async () => {
  clock = testClock();
  pauses = createLedger({ ...store, clock, settlingSeconds: 300 }).pauses;
  // Nothing is known of the flow.
  await store.table.remove({ pk: 'PAUSES#book-completion', sk: 'PAUSES' });
});

const paused = (already = false) => notePause(pauses, 'book-completion', { already, on: false });
const resumed = (already = false) => notePause(pauses, 'book-completion', { already, on: true });
const known = () => pauses.of('book-completion');
/** The time after some seconds. */
const after = (seconds: number) => {
  clock.advance(seconds);
  return clock.now();
};

it('records one pause when a flow is paused twice and resumed twice', async () => {
  // Prepare
  const from = clock.now();

  // Act
  await paused();
  after(60);
  await paused(true);
  const until = after(60);
  await resumed();
  after(60);
  await resumed(true);

  // Assess
  expect(await known()).toEqual({ since: undefined, ended: [{ from, until }] });
});

it('begins the pause now when the flow was already paused by hand', async () => {
  await paused(true);
  expect((await known()).since).toEqual(clock.now());
});

it('forgets a pause that a deployment ended, because nobody knows when', async () => {
  // Prepare
  await paused();
  after(3600);

  // Act: it runs already; then it is paused for a minute
  await resumed(true);
  const from = after(3600);
  await paused();
  const until = after(60);
  await resumed();

  // Assess
  expect((await known()).ended).toEqual([{ from, until }]);
});

it('says why the ledger could not be written, and does not throw', async () => {
  const gone = await startLedgerStore();
  await gone.stop();
  pauses = createLedger({ ...gone, clock, settlingSeconds: 300 }).pauses;
  expect(await paused()).toEqual([expect.stringContaining('ECONNREFUSED')]);
});
