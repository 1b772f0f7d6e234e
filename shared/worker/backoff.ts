import type { Failure, Wait } from '../model/errors.ts';
import { backlogPart, backoffDefaults, fullBatch, lockSeconds, maxVisibility, slotWait } from './policy.ts';

/** Seconds until a message is retried that found no free slot of its partner. @param receives 1 at the first. */
export function secondsUntilSlot(receives: number, random: number): number {
  const seconds = Math.min(backoffDefaults.capSeconds, slotWait.seconds * slotWait.growth ** (receives - 1));
  return Math.max(1, Math.round(seconds * (0.5 + random)));
}

/**
 * Seconds until a message is retried whose backlog has a slot already. SQS returns messages in no order: among thousands
 * that cannot be worked on yet, it would seldom return a new one. Small batches mean that there are few.
 * @param together How many of them came in one batch.
 */
export function secondsInBacklog(ageSeconds: number, together: number, random: number): number {
  const most = Math.min(backoffDefaults.capSeconds, ageSeconds * backlogPart) * (together / fullBatch);
  return Math.max(1, Math.round(most * (2 / 3 + random / 3)));
}

/**
 * Seconds until a message is retried that found its partner's breaker open. They grow with its receives, but no faster
 * than the outage: a message that has often waited for a slot waits no longer than others.
 * @param outage How many seconds of it are left, and how many it has lasted. With none left, a probe is under way.
 */
export function secondsInOutage(
  outage: { readonly left: number; readonly soFar: number },
  receives: number,
  random: number,
  baseSeconds: number = backoffDefaults.baseSeconds,
): number {
  if (outage.left === 0) return Math.round(lockSeconds * (0.5 + random));
  const doublings = 1 + Math.floor(Math.log2(Math.max(1, outage.soFar / baseSeconds)));
  return secondsUntilRetry({ afterSeconds: outage.left }, Math.min(receives, doublings), random, baseSeconds);
}

/**
 * Seconds until a message is retried that only has to wait: as long as is known, and no shorter than for a slot, as SQS
 * would dead-letter it at its thousandth receive.
 */
export function secondsUntilTurn(
  wait: Pick<Wait, 'awaits' | 'afterSeconds'>,
  receives: number,
  random: number,
): number {
  return Math.max(secondsKnownOf(wait, random), secondsUntilSlot(receives, random));
}

/** 0 where nobody knows how long a wait is. */
function secondsKnownOf({ awaits, afterSeconds = 0 }: Pick<Wait, 'awaits' | 'afterSeconds'>, random: number) {
  if (awaits === 'our-lock') return Math.round(lockSeconds * (0.5 + random));
  return afterSeconds > 0 ? secondsUntilRetry({ afterSeconds }, 1, random) : 0;
}

/**
 * Seconds until a message is retried: exponential with full jitter (any time up to the doubled wait), so that messages
 * which failed together are not retried together; at the cap, in its upper third. `afterSeconds` (Retry-After, a lease, an
 * open breaker) is a floor, with jitter above it: what a partner asked for, or what is still settling there. What is to be
 * retried seldom waits for as long as after many failures, from the first one on.
 * @param failures 1 after the first failure. @param random In [0, 1).
 */
export function secondsUntilRetry(
  failure: Partial<Pick<Failure, 'afterSeconds' | 'retry'>>,
  failures: number,
  random: number,
  baseSeconds: number = backoffDefaults.baseSeconds,
): number {
  const { capSeconds } = backoffDefaults;
  const doubled = baseSeconds * 2 ** Math.min(failures - 1, 30);
  const isAtCap = failure.retry === 'seldom' || doubled >= capSeconds;
  const jittered = isAtCap ? capSeconds * (2 / 3 + random / 3) : 1 + random * (doubled - 1);
  const floor = Math.min(failure.afterSeconds ?? 0, maxVisibility - baseSeconds);
  const seconds = floor > jittered ? floor + random * Math.min(baseSeconds, floor) : jittered;
  return Math.max(1, Math.round(seconds));
}
