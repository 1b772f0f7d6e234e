import type { Clock } from '../../../shared/platform/clock.ts';
import type { Answer, Received } from '../../support/server.ts';
import type { Watch } from '../invariants/watch.ts';
import type { Chance } from './chance.ts';
import type { Fate, Service } from './fate.ts';
import type { Timeline } from './timeline.ts';
import type { VirtualTime } from './virtual-time.ts';

export type PartnerName = 'azumuta' | 'erp';

/** A partner, as calls reach it. @throws the error of the built-in fetch when nothing answers at the address. */
export type PartnerModel = (call: Received) => Answer;

/** One call that leaves a process. */
export interface OutgoingCall<T> {
  readonly service: Service;
  /** Description for the timeline. */
  readonly what: () => string;
  /** The effect at the service. */
  readonly act: () => T;
  /** The effect for some entries of a batch, with an answer that lists them; by default the same as `act`. */
  readonly actPartly?: () => T;
  /** The error that the caller gets when the call fails or the connection breaks. */
  readonly failure: (how: 'broken' | 'failure') => Error;
  /** Turns an answer that the service did not give into the caller's result. */
  readonly instead?: (answer: Exclude<Fate['callerGets'], string>) => T;
  readonly signal?: AbortSignal | undefined;
}

export type Process = ReturnType<typeof createProcess>;

interface ProcessSurroundings {
  readonly time: VirtualTime;
  readonly chance: Chance;
  readonly timeline: Timeline;
  /** The fate of the next call of this function to this service, which the timeline describes like that. */
  readonly fateOf: (stage: string, service: Service, what: () => string) => Fate;
  readonly partner: (name: PartnerName) => PartnerModel;
  readonly watch: Watch;
}

/** The reason with which AbortSignal.timeout() aborts. */
const timedOut = new DOMException('The operation timed out.', 'TimeoutError');

/**
 * Maximum delay of a late effect: shortly before the stack's SETTLING_SECONDS have passed, with container clocks that
 * differ by 4 s.
 */
const latestMs = 295_000;

/**
 * A container of the function `stage`. All its communication passes through here, and ends when it dies.
 */
export function createProcess(name: string, stage: string, runtime: ProcessSurroundings) {
  const { time, chance, timeline, fateOf, watch } = runtime;
  const offsetMs = chance.between(-2000, 2000);
  let alive = true;
  let frozen = false;
  let held: (() => void)[] = [];
  /** Remove the signal listeners of calls in progress; a signal with listeners is never garbage-collected. */
  const underWay = new Set<() => void>();

  function resume(act: () => void): void {
    if (!alive) return;
    if (frozen) held.push(act);
    else act();
  }

  function die(why: string): void {
    if (!alive) return;
    alive = false;
    held = [];
    for (const stopListening of underWay) stopListening();
    watch.leaves(name);
    timeline.note(name, () => `dies: ${why}`);
    process.onDeath();
  }

  const latencyMs = (service: Service) =>
    service === 'azumuta' || service === 'erp' ? chance.between(5, 120) : chance.between(1, 12);

  function call<T>(given: OutgoingCall<T>): Promise<T> {
    const { service, signal } = given;
    return new Promise((resolve, reject) => {
      // The process has died at another call of the same moment, so this call is never sent.
      if (!alive) return;
      if (signal?.aborted) return reject(signal.reason);
      const fate = fateOf(stage, service, given.what);
      watch.begins(name, stage, service);
      const giveUp = () => {
        underWay.delete(stopListening);
        watch.ends(name, service);
        reject(signal?.reason);
      };
      const stopListening = () => {
        underWay.delete(stopListening);
        signal?.removeEventListener('abort', giveUp);
      };
      if (signal) {
        signal.addEventListener('abort', giveUp, { once: true });
        underWay.add(stopListening);
      }
      // A service only schedules further steps, so nobody can react yet.
      time.afterAlone(latencyMs(service), () => {
        if (fate.dies === 'before') return die(`before ${given.what()} reaches ${service}`);
        const outcome = effectOf(given, fate);
        timeline.note(name, () => `${service}: ${given.what()}${describeOutcome(outcome, fate)}`);
        if (fate.dies === 'after') return die(`after ${given.what()}`);
        if (fate.dies === 'at its timeout') frozen = true;
        if (fate.callerGets === 'nothing') return;
        time.after(latencyMs(service) + (fate.slowMs ?? 0), () =>
          resume(() => {
            if (!signal?.aborted) watch.ends(name, service);
            stopListening();
            settle(given, fate, outcome, resolve, reject);
          }),
        );
      });
    });
  }

  function effectOf<T>({ act, actPartly = act }: OutgoingCall<T>, { effect }: Fate): Outcome<T> | undefined {
    if (effect === 'none') return undefined;
    if (effect === 'partly') return attempt(actPartly);
    if (effect === 'late') {
      // The last possible moment is tested often, because chance would seldom hit it.
      const lateMs = chance.happens(0.3) ? latestMs : chance.between(1000, latestMs);
      time.afterAlone(lateMs, () => void attempt(act));
      return undefined;
    }
    const first = attempt(act);
    return effect === 'twice' ? attempt(act) : first;
  }

  /** Its own clock, whose offset is constant from the start of the process. */
  const clock: Clock = {
    now: () => new Date(time.now() + offsetMs),
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        time.after(ms, () => resume(resolve));
        signal?.addEventListener('abort', () => resolve(), { once: true });
      }),
    timeout(ms) {
      const abort = new AbortController();
      time.after(ms, () => resume(() => abort.abort(timedOut)));
      return abort.signal;
    },
  };
  const process = {
    name,
    clock,
    die,
    call,
    partner: runtime.partner,
    isAlive: () => alive,
    /** Between two invocations a container is frozen: whatever arrives waits until it is thawed. */
    freeze: () => {
      frozen = true;
      watch.leaves(name);
    },
    thaw() {
      frozen = false;
      const waiting = held;
      held = [];
      for (const act of waiting) act();
    },
    /** Called once, when it dies. */
    onDeath: (): void => undefined,
  };
  return process;
}

type Outcome<T> = { readonly value: T } | { readonly error: unknown };

function attempt<T>(act: () => T): Outcome<T> {
  try {
    return { value: act() };
  } catch (error) {
    return { error };
  }
}

function settle<T>(
  { failure, instead }: OutgoingCall<T>,
  { callerGets }: Fate,
  outcome: Outcome<T> | undefined,
  resolve: (value: T) => void,
  reject: (reason: unknown) => void,
): void {
  if (typeof callerGets === 'object' && instead) resolve(instead(callerGets));
  else if (callerGets !== 'answer' || !outcome)
    reject(failure(callerGets === 'failure' ? 'failure' : 'broken'));
  else if ('value' in outcome) resolve(outcome.value);
  else reject(outcome.error);
}

function describeOutcome(outcome: Outcome<unknown> | undefined, { accident }: Fate): string {
  const error = outcome && 'error' in outcome ? ` ✗ ${String(outcome.error).slice(0, 120)}` : '';
  return `${error}${accident === undefined ? '' : `  ◀ ${accident}`}`;
}
