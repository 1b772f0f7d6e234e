import { describe, expect, it } from 'vitest';
import { capacity, durationMs, fullAt, limits, peakPerSecond, plant, tightest } from './scale-model.ts';

describe('the scale model', () => {
  it('doubles the computing time on half a processor, but not the waiting time', () => {
    const work = { cpuMs: 10, awsCalls: 0, azumutaCalls: 0, erpCalls: 1 };
    const whole = durationMs({ ...work, memoryMegabytes: 1769 });
    const half = durationMs({ ...work, memoryMegabytes: 884.5 });
    expect(whole).toBe(10 + plant.erpMs);
    expect(half).toBe(20 + plant.erpMs);
  });

  it('gives one plant capacity for many times its peak', () => {
    expect(capacity() / peakPerSecond).toBeGreaterThan(10);
  });

  it('shows that an account reaches its limit of roles before any limit of work', () => {
    expect(tightest(200).name).toBe('IAM roles');
    const growing = limits.flatMap((limit) => fullAt(limit) ?? []);
    expect(Math.min(...growing)).toBe(125);
  });
});
