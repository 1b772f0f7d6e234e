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
  pauses = createLedger({ ...store, clock, times: { settlingSeconds: 300 } }).pauses;
  // Nothing is known of the flow.
  await store.table.remove({ pk: 'PAUSES#book-completion', sk: 'PAUSES' });
});

const completions = (already: boolean) => ({ flow: 'completions', already }) as const;
const paused = (already = false) => notePause(pauses, completions(already), false);
const resumed = (already = false) => notePause(pauses, completions(already), true);
const known = () => pauses.of('book-completion');

it('records one pause when a flow is paused twice and resumed twice', async () => {
  // Prepare
  const from = clock.now();

  // Act
  await paused();
  clock.advance(60);
  await paused(true);
  clock.advance(60);
  const until = clock.now();
  await resumed();
  clock.advance(60);
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
  clock.advance(3600);

  // Act: it runs already; then it is paused for a minute
  await resumed(true);
  clock.advance(3600);
  const from = clock.now();
  await paused();
  clock.advance(60);
  await resumed();

  // Assess
  expect((await known()).ended).toEqual([{ from, until: clock.now() }]);
});

it('returns why the ledger could not be written, and does not throw', async () => {
  const gone = await startLedgerStore();
  await gone.stop();
  const { pauses: unreachable } = createLedger({ ...gone, clock, times: { settlingSeconds: 300 } });
  expect(await notePause(unreachable, completions(false), false)).toContain('ECONNREFUSED');
});
