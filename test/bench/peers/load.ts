import { setTimeout as pause } from 'node:timers/promises';
import { call } from '../../../infra/local/emulator/process/http.ts';

/** Completions that were offered, and which of them were taken. */
export interface Offered {
  readonly accepted: readonly string[];
  readonly refused: number;
  /** Epoch milliseconds of the first call. */
  readonly beganAt: number;
}

export interface Offer {
  readonly url: string;
  /** Product order numbers, one completion each. */
  readonly numbers: readonly string[];
  /** Calls under way at the same time. */
  readonly width?: number;
  /** Completions per second; as fast as they are taken without it. */
  readonly perSecond?: number;
}

/**
 * Tells of completions as Azumuta does: a POST each, taken when the answer is 2xx. What is not taken is not
 * told again: only what was accepted can be lost.
 */
export async function offer({ url, numbers, width = 16, perSecond }: Offer): Promise<Offered> {
  const beganAt = Date.now();
  const accepted: string[] = [];
  let refused = 0;
  const entries = numbers.entries();
  async function sender() {
    for (const [at, number] of entries) {
      if (perSecond !== undefined) await pause(Math.max(0, beganAt + (at / perSecond) * 1000 - Date.now()));
      const body = JSON.stringify({ productOrderNumber: number, recordingIds: [`recording${number}`] });
      const answer = await call(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
        patienceMs: 0,
      }).catch(() => undefined);
      if (answer && answer.status < 300) accepted.push(number);
      else refused += 1;
    }
  }
  await Promise.all(Array.from({ length: width }, sender));
  return { accepted, refused, beganAt };
}

/** Numbers that no other round has. */
export function numbersOf(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, at) => `${prefix}-${String(at).padStart(5, '0')}`);
}

/** Polls until it is so, or the time is over. @returns whether it came to be. */
export async function until(isSo: () => Promise<boolean>, withinMs: number, everyMs = 50): Promise<boolean> {
  for (const end = performance.now() + withinMs; performance.now() < end; await pause(everyMs)) {
    if (await isSo()) return true;
  }
  return isSo();
}
