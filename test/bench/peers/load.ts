import { setTimeout as pause } from 'node:timers/promises';

/** The completions that were sent, and which of them were accepted. */
export interface Offered {
  readonly accepted: readonly string[];
  /** Epoch milliseconds of each call that was accepted, by number. */
  readonly sentAt: ReadonlyMap<string, number>;
  readonly refused: number;
  /** Epoch milliseconds of the first call. */
  readonly beganAt: number;
}

interface Offer {
  readonly url: string;
  /** Product order numbers, one completion each. */
  readonly numbers: readonly string[];
  /** Number of simultaneous calls. */
  readonly width?: number;
  /** Completions per second; default: as fast as they are accepted. */
  readonly perSecond?: number;
}

/**
 * Sends triggers of completions as Azumuta does: a POST each, accepted if the answer is 2xx. Others are not sent again,
 * because only accepted completions can be lost.
 */
export async function offer({ url, numbers, width = 16, perSecond }: Offer): Promise<Offered> {
  const beganAt = Date.now();
  const sentAt = new Map<string, number>();
  let refused = 0;
  const entries = numbers.entries();
  async function sender() {
    for (const [at, number] of entries) {
      if (perSecond !== undefined) await pause(Math.max(0, beganAt + (at / perSecond) * 1000 - Date.now()));
      const body = JSON.stringify({ productOrderNumber: number, recordingIds: [`recording${number}`] });
      const began = Date.now();
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(url, { method: 'POST', headers, body }).catch(() => undefined);
      await answer?.body?.cancel();
      if (answer && answer.status < 300) sentAt.set(number, began);
      else refused += 1;
    }
  }
  await Promise.all(Array.from({ length: width }, sender));
  return { accepted: [...sentAt.keys()], sentAt, refused, beganAt };
}

/** Numbers that no other round uses. */
export function numbersOf(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, at) => `${prefix}-${String(at).padStart(5, '0')}`);
}

/** Polls until the condition holds or the time is over. @returns whether it holds. */
export async function until(isSo: () => Promise<boolean>, withinMs: number, everyMs = 50): Promise<boolean> {
  for (const end = performance.now() + withinMs; performance.now() < end; await pause(everyMs)) {
    if (await isSo()) return true;
  }
  return isSo();
}
