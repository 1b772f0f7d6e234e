import type * as z from 'zod/mini';
import { Rejected } from '../../model/errors.ts';
import { keepingTrackOfWrites } from '../booking-rules.ts';
import type { Abilities } from './abilities.ts';
import type { ReadMethod, TrytonClient } from './client.ts';
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

/** One booking's access to Tryton that can change nothing there: all that a look is given. */
export interface Reader {
  readonly abilities: Abilities;
  readonly preferences: TrytonSession['preferences'];
  read<T>(model: string, method: ReadMethod, params: readonly unknown[], asked: Asked<T>): Promise<T>;
}

/** One booking's access to Tryton. */
export interface Writer extends Reader {
  write<T>(model: string, method: string, params: readonly unknown[], asked: Asked<T>): Promise<T>;
  /** A write that may be repeated at will and says nothing about our key: reserving components. */
  prepare<T>(model: string, method: string, params: readonly unknown[], asked: Asked<T>): Promise<T>;
}

/**
 * Runs one booking. The attempt after a failure that follows a write is told to look; a refusal that follows one
 * names what was written by then.
 */
export function atDesk<T>(
  client: TrytonClient,
  known: Pick<Reader, 'abilities' | 'preferences'>,
  signal: AbortSignal,
  act: (reader: Reader, writer: Writer) => Promise<T>,
): Promise<T> {
  const done: string[] = [];
  let wrote = false;
  const reader: Reader = {
    ...known,
    read(model, method, params, asked) {
      const read = () => client.read({ ...asked, model, method, params, signal });
      return read().catch((error: unknown) => {
        if (asked.mayVanish && error instanceof Rejected) return read();
        throw error;
      });
    },
  };
  const writer: Writer = {
    ...reader,
    async prepare(model, method, params, asked) {
      const answer = await client.write({ ...asked, model, method, params, signal });
      done.push(asked.what);
      return answer;
    },
    async write(model, method, params, asked) {
      const answer = await writer.prepare(model, method, params, asked);
      wrote = true;
      return answer;
    },
  };
  return keepingTrackOfWrites(
    () => wrote,
    () => act(reader, writer).catch((error: unknown) => Promise.reject(withWritten(error, done))),
  );
}

/** Something changed between the look and the writes: a person must know how far they came. */
function withWritten(error: unknown, done: readonly string[]): unknown {
  if (!(error instanceof Rejected) || done.length === 0) return error;
  const { message, code } = error;
  return new Rejected(`${message} Done before that: ${[...new Set(done)].join(', ')}.`, {
    code,
    cause: error,
  });
}
