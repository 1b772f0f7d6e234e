import type * as z from 'zod/mini';
import { Rejected } from '../../model/errors.ts';
import { keepingTrackOfWrites } from '../booking-rules.ts';
import type { TrytonClient } from './client.ts';
import type { TrytonSession } from './login.ts';

export interface Asked<T> {
  /** What is being done, for the sentences of errors. */
  readonly what: string;
  readonly answer: z.ZodMiniType<T>;
  readonly context?: Readonly<Record<string, unknown>>;
  /**
   * Another attempt may be taking its records back: Tryton searches and then reads, and refuses to read what
   * is gone by then. Such a refused search is made once more.
   */
  readonly mayVanish?: boolean;
}

/** One booking's access to Tryton: it knows whether something was written. */
export interface WriteTracker {
  /** Whether this Tryton has lots (module `stock_lot`). */
  readonly hasLots: boolean;
  preferences(): Promise<TrytonSession['preferences']>;
  read<T>(model: string, method: string, params: readonly unknown[], asked: Asked<T>): Promise<T>;
  write<T>(model: string, method: string, params: readonly unknown[], asked: Asked<T>): Promise<T>;
  /** A write that may be repeated at will and says nothing about our key: reserving components. */
  prepare<T>(model: string, method: string, params: readonly unknown[], asked: Asked<T>): Promise<T>;
}

/** Runs one booking at a desk; the attempt after a failure that follows a write looks first. */
export function trackWrites<T>(
  client: TrytonClient,
  signal: AbortSignal,
  hasLots: boolean,
  act: (desk: WriteTracker) => Promise<T>,
): Promise<T> {
  let wrote = false;
  const desk: WriteTracker = {
    hasLots,
    preferences: () => client.preferences(signal),
    read(model, method, params, asked) {
      const read = () => client.call({ ...asked, model, method, params, writes: false, signal });
      return read().catch((error: unknown) => {
        if (asked.mayVanish && error instanceof Rejected) return read();
        throw error;
      });
    },
    prepare: (model, method, params, asked) =>
      client.call({ ...asked, model, method, params, writes: true, signal }),
    async write(model, method, params, asked) {
      const answer = await client.call({ ...asked, model, method, params, writes: true, signal });
      wrote = true;
      return answer;
    },
  };
  return keepingTrackOfWrites(
    () => wrote,
    () => act(desk),
  );
}
