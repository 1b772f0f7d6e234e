import type { Attempt } from '../../../../shared/erp/connector.ts';
import { RetryLater } from '../../../../shared/model/errors.ts';

export function newSignal(): AbortSignal {
  return new AbortController().signal;
}

export function firstAttempt(signal = newSignal()): Attempt {
  return { again: false, signal };
}

export function nextAttempt(signal = newSignal()): Attempt {
  return { again: true, signal };
}

/**
 * The attempt that the ledger would make after this failure: it looks after a possible write, and also when the
 * look that followed one has failed.
 * @param failed The attempt that failed. Default: a first one.
 */
export function attemptAfter(failure: unknown, failed = firstAttempt()): Attempt {
  const released = failure instanceof RetryLater && failure.wrote === 'nothing';
  return { again: failed.again || !released, signal: newSignal() };
}

/** What a promise was rejected with; undefined when it was fulfilled. */
export async function failureOf(promised: Promise<unknown>): Promise<unknown> {
  return promised.then(
    () => undefined,
    (failure: unknown) => failure ?? new Error('rejected with nothing'),
  );
}
