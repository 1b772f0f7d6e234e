import { capitalized, sentence } from '../model/text.ts';

/** What people read of a failure of the system: what it means, and what they can do. */
const knownSystemErrors: Readonly<Record<string, readonly [means: string, next: string]>> = {
  ECONNREFUSED: ['nothing listens there', 'Start it, or correct the address.'],
  ENOTFOUND: ['no host has this name', 'Check the name, and whether this network knows it.'],
  ETIMEDOUT: ['there was no answer in time', 'Nothing is lost: try it again.'],
  EADDRINUSE: ['another program uses this port', 'Choose another one.'],
  ENOENT: ['there is no such file or folder', 'Check its path.'],
  EISDIR: ['it is a folder', 'Name a file in it.'],
  EACCES: ['your user may not do this', 'Choose another path or port, or ask for the right.'],
};

/** `ECONNREFUSED` … of the error that caused a request to fail. */
export function codeOf(error: unknown): string | undefined {
  return causeWithCode(error)?.code;
}

/**
 * The usual failure of the system that caused an error, in words: `nothing listens there (ECONNREFUSED)`.
 * `place` is the path, the host or the address, where the system says it.
 */
export function systemFailureOf(error: unknown) {
  const { code = '', at } = causeWithCode(error) ?? {};
  const [means, next] = knownSystemErrors[code] ?? [];
  if (means === undefined || next === undefined) return undefined;
  // Of a host with several addresses, each has failed.
  const { path, hostname, address, port } = Object(at instanceof AggregateError ? at.errors[0] : at);
  const place: unknown = path ?? hostname ?? (address && `${address}:${port}`);
  return { place: typeof place === 'string' ? place : undefined, means: `${means} (${code})`, next };
}

/** An error of the system, or one of ours that says what it means, as a sentence with a next step; undefined for any other. */
export function systemSentenceOf(error: unknown): string | undefined {
  const { place, means = '', next } = systemFailureOf(error) ?? {};
  if (next === undefined || !(error instanceof Error)) return undefined;
  if (error.message.includes(means)) return `${sentence(error.message)} ${next}`;
  if (error.cause !== undefined && error.message !== 'fetch failed') return undefined;
  return `${place === undefined ? capitalized(means) : `${place}: ${means}`}. ${next}`;
}

function causeWithCode(error: unknown) {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string') return { at, code: at.code };
  }
  return undefined;
}
