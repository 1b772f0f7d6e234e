import { afterAll, describe, expect, it } from 'vitest';
import { simulateFetch } from '../../simulation/world/network.ts';
import { quantile } from '../statistics.ts';
import { runBacklog, waitsOf } from './run-backlog.ts';

afterAll(simulateFetch());

describe('bookings that waited for an ERP with a limit of calls per second', () => {
  it('are booked once each without a refused call, and at most double the wait of new completions', async () => {
    // Act
    const options = { perSecond: 5, newEverySeconds: 20 };
    const alone = await runBacklog({ ...options, waiting: 0, outageMinutes: 1, newForMinutes: 8 });
    const run = await runBacklog({ ...options, waiting: 100, outageMinutes: 8 });

    // Assess
    expect(run).toMatchObject({ refused: 0, wrong: [], deadLetters: 0, unexpected: [] });
    expect(run.maxPerMinute).toBeLessThanOrEqual(300);
    const [waits, waitsAlone] = [waitsOf(run), waitsOf(alone)];
    expect(waits.length).toBeGreaterThan(10);
    for (const share of [0.5, 0.95])
      expect(quantile(waits, share)).toBeLessThanOrEqual(2 * quantile(waitsAlone, share));
    // They wait at most once more as long as the ERP was down.
    expect(run.callsByMinute.length).toBeLessThanOrEqual(16);
  });

  it('let new completions go first after each booking, even with one call at a time', async () => {
    const run = await runBacklog({ perSecond: 1, newEverySeconds: 20, waiting: 40, outageMinutes: 12 });
    expect(run).toMatchObject({ refused: 0, wrong: [], deadLetters: 0, unexpected: [] });
    // A booking takes about four seconds, and a message that finds no slot is retried within one to three seconds.
    expect(quantile(waitsOf(run), 0.95)).toBeLessThan(15_000);
  });
});
