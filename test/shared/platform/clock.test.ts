import { expect, it, onTestFinished, vi } from 'vitest';
import { systemClock } from '../../../shared/platform/clock.ts';

it('aborts when the time is over, and never once it was cleared', () => {
  // Prepare
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const [kept, cleared] = [systemClock.timeout(1000), systemClock.timeout(1000)];

  // Act
  cleared.clear?.();
  vi.advanceTimersByTime(1000);

  // Assess
  expect(kept.reason).toMatchObject({ name: 'TimeoutError' });
  expect(cleared.aborted).toBe(false);
});
