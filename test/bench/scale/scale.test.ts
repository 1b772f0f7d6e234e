import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { capacityOf, durationMs, fullAt, limits, peakPerSecond, tightest } from './scale-model.ts';
import { scalePlot } from './scale-plot.ts';

describe('scale on paper', () => {
  it('the plot that is kept is the one that the numbers draw', () => {
    const kept = readFileSync(new URL('./scale.svg', import.meta.url), 'utf8');
    expect(kept, 'Run node test/bench/scale/scale.ts.').toBe(scalePlot());
  });

  it('a function of half a processor needs twice the time to compute, and as long to wait', () => {
    const work = { cpuMs: 10, awsCalls: 0, partnerCalls: 1 };
    const whole = durationMs({ ...work, memoryMegabytes: 1769 }, 100);
    const half = durationMs({ ...work, memoryMegabytes: 884.5 }, 100);
    expect(whole).toBe(110);
    expect(half).toBe(120);
  });

  it('one plant has room for many times its peak before its own concurrency is full', () => {
    expect(capacityOf('book') / peakPerSecond).toBeGreaterThan(10);
  });

  it('an account is full of roles long before it is full of work', () => {
    expect(tightest(200).name).toBe('IAM roles');
    const growing = limits.flatMap((limit) => fullAt(limit) ?? []);
    expect(Math.min(...growing)).toBe(125);
  });
});
