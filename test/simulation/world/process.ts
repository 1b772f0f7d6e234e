import type { Clock } from '../../../shared/platform/clock.ts';
import type { Answer, Received } from '../../support/server.ts';
import type { Watch } from '../invariants/watch.ts';
import type { Chance } from './chance.ts';
import type { Fate, Service } from './fate.ts';
import type { Timeline } from './timeline.ts';
import type { VirtualTime } from './virtual-time.ts';

export type PartnerName = 'azumuta' | 'erp';

/** A partner, as a call reaches it. @throws what the built-in fetch throws while nobody listens. */
export type PartnerModel = (call: Received) => Answer;

/** One call that leaves a process. */
export interface OutgoingCall<T> {
  readonly service: Service;
  /** For the timeline. */
  readonly what: () => string;
  /** Takes effect at the service. */
  readonly act: () => T;
  /** Takes effect for some of a batch, and tells which; as `act` for what is no batch. */
  readonly actPartly?: () => T;
  /** What the caller hears when it is told that it failed, or when the connection breaks. */
  readonly failure: (heard: 'broken' | 'failure') => Error;
  /** What it hears instead of the answer. */
  readonly instead?: (heard: Exclude<Fate['heard'], string>) => T;
  readonly signal?: AbortSignal | undefined;
}

/** A container of a function: all that reaches it from outside comes through here, and nothing once it is dead. */
export interface Process {
  readonly name: string;
  /** The function that it runs. */
  readonly stage: string;
  /** A clock of its own, which is off by as much as it was when the process began. */
  readonly clock: Clock;
  readonly isAlive: () => boolean;
  readonly die: (why: string) => void;
  /** Between two invocations a container stands still: what reaches it waits until it is thawed. */
  readonly freeze: () => void;
  readonly thaw: () => void;
  readonly call: <T>(call: OutgoingCall<T>) => Promise<T>;
  readonly partner: (name: PartnerName) => PartnerModel;
  /** Told of its death, once. */
  onDeath: () => void;
}

export interface ProcessSurroundings {
  readonly time: VirtualTime;
  readonly chance: Chance;
  readonly timeline: Timeline;
  /** What becomes of the next call of this function to this service. */
  readonly fateOf: (stage: string, service: Service) => Fate;
  readonly partner: (name: PartnerName) => PartnerModel;
  readonly watch: Watch;
}

/** As AbortSignal.timeout() aborts. */
const timedOut = new DOMException('The operation timed out.', 'TimeoutError');

/**
 * What takes effect late does so within this time: a moment before the SETTLING_SECONDS of the stack are over, by clocks
 * of containers that are apart by 4 s.
 */
const latestMs = 295_000;

export function createProcess(name: string, stage: string, surroundings: ProcessSurroundings): Process {
  const { time, chance, timeline, fateOf, watch } = surroundings;
  const offsetMs = chance.between(-2000, 2000);
  let alive = true;
  let frozen = false;
  let held: (() => void)[] = [];
  /** Takes back what calls under way listen to: a signal that is listened to is never collected. */
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
    for (const takeBack of underWay) takeBack();
    watch.leaves(name);
    timeline.note(name, () => `dies: ${why}`);
    process.onDeath();
  }

  const latencyMs = (service: Service) =>
    service === 'azumuta' || service === 'erp' ? chance.between(5, 120) : chance.between(1, 12);

  function call<T>(given: OutgoingCall<T>): Promise<T> {
    const { service, signal } = given;
    return new Promise((resolve, reject) => {
      // It has died at another call of the same moment: what it would still ask never leaves it.
      if (!alive) return;
      if (signal?.aborted) return reject(signal.reason);
      const fate = fateOf(stage, service);
      watch.begins(name, stage, service);
      const isGivenUp = () => {
        underWay.delete(takeBack);
        watch.ends(name, service);
        reject(signal?.reason);
      };
      const takeBack = () => {
        underWay.delete(takeBack);
        signal?.removeEventListener('abort', isGivenUp);
      };
      if (signal) {
        signal.addEventListener('abort', isGivenUp, { once: true });
        underWay.add(takeBack);
      }
      // A service only plans what follows: nobody hears of it yet.
      time.afterAlone(latencyMs(service), () => {
        if (fate.dies === 'before') return die(`before ${given.what()} reaches ${service}`);
        const outcome = effectOf(given, fate);
        timeline.note(name, () => `${service}: ${given.what()}${told(outcome, fate)}`);
        if (fate.dies === 'after') return die(`after ${given.what()}`);
        if (fate.dies === 'when its time is up') frozen = true;
        if (fate.heard === 'nothing') return;
        time.after(latencyMs(service) + (fate.slowMs ?? 0), () =>
          resume(() => {
            if (!signal?.aborted) watch.ends(name, service);
            takeBack();
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
      // The last moment is the one that chance would seldom find.
      const lateMs = chance.happens(0.3) ? latestMs : chance.between(1000, latestMs);
      time.afterAlone(lateMs, () => void attempt(act));
      return undefined;
    }
    const first = attempt(act);
    return effect === 'twice' ? attempt(act) : first;
  }

  const process: Process = {
    name,
    stage,
    clock: {
      now: () => new Date(time.now() + offsetMs),
      sleep: (ms) => new Promise((resolve) => time.after(ms, () => resume(resolve))),
      timeout(ms) {
        const abort = new AbortController();
        time.after(ms, () => resume(() => abort.abort(timedOut)));
        return abort.signal;
      },
    },
    isAlive: () => alive,
    die,
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
    call,
    partner: surroundings.partner,
    onDeath: () => undefined,
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
  { heard }: Fate,
  outcome: Outcome<T> | undefined,
  resolve: (value: T) => void,
  reject: (reason: unknown) => void,
): void {
  if (typeof heard === 'object' && instead) resolve(instead(heard));
  else if (heard !== 'answer' || !outcome) reject(failure(heard === 'failure' ? 'failure' : 'broken'));
  else if ('value' in outcome) resolve(outcome.value);
  else reject(outcome.error);
}

function told(outcome: Outcome<unknown> | undefined, { accident }: Fate): string {
  const error = outcome && 'error' in outcome ? ` ✗ ${String(outcome.error).slice(0, 120)}` : '';
  return `${error}${accident === undefined ? '' : `  ◀ ${accident}`}`;
}
