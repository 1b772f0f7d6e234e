import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { simulateFetch } from '../../simulation/world/network.ts';
import { type BacklogRun, runBacklog } from './run-backlog.ts';

let giveBack = () => {};
beforeAll(() => {
  giveBack = simulateFetch();
});
afterAll(() => giveBack());

/** Waits of the new completions once the ERP is found well, shortest first. */
const waitsOf = ({ fresh, foundWellAt }: BacklogRun) =>
  fresh.flatMap(({ at, waitMs }) => (at >= foundWellAt ? [waitMs] : [])).toSorted((a, b) => a - b);
const part = (sorted: readonly number[], share: number) =>
  sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN;

describe('300 bookings that waited for an ERP, which takes 5 calls in any second', () => {
  it('are booked once each, none of the calls refused, and what is new waits no longer than twice', async () => {
    // Act
    const options = { perSecond: 5, newEverySeconds: 20 };
    const alone = await runBacklog({ ...options, waiting: 0, outageMinutes: 1, newForMinutes: 20 });
    const run = await runBacklog({ ...options, waiting: 300, outageMinutes: 30 });

    // Assess
    expect(run).toMatchObject({ refused: 0, wrong: [], deadLetters: 0, unexpected: [] });
    expect(run.mostPerMinute).toBeLessThanOrEqual(300);
    const [waits, waitsAlone] = [waitsOf(run), waitsOf(alone)];
    expect(waits.length).toBeGreaterThan(20);
    for (const share of [0.5, 0.95])
      expect(part(waits, share)).toBeLessThanOrEqual(2 * part(waitsAlone, share));
    // Half of what the ERP bears would be two minutes and a half an hour of messages that wait for their turn.
    expect(run.minutes.length).toBeLessThan(40);
  });

  it('with one call at a time, let what is new before them after each booking', async () => {
    const run = await runBacklog({ perSecond: 1, newEverySeconds: 20, waiting: 100, outageMinutes: 30 });
    expect(run).toMatchObject({ refused: 0, wrong: [], deadLetters: 0, unexpected: [] });
    // A booking takes some four seconds, and whoever finds no slot comes again in one to three.
    expect(part(waitsOf(run), 0.95)).toBeLessThan(15_000);
  });
});
