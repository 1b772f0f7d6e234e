import type { Clock } from '../../../shared/platform/clock.ts';
import type { Answer, Received } from '../../support/server.ts';
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
}

/** What takes effect late does so within this time: SETTLING_SECONDS of the stack says how long at most. */
const latestMs = 250_000;

export function createProcess(name: string, stage: string, surroundings: ProcessSurroundings): Process {
  const { time, chance, timeline, fateOf } = surroundings;
  const offsetMs = chance.between(-2000, 2000);
  let alive = true;
  let frozen = false;
  let held: (() => void)[] = [];

  function resume(act: () => void): void {
    if (!alive) return;
    if (frozen) held.push(act);
    else act();
  }

  function die(why: string): void {
    if (!alive) return;
    alive = false;
    held = [];
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
      const isGivenUp = () => reject(signal?.reason);
      signal?.addEventListener('abort', isGivenUp, { once: true });
      time.after(latencyMs(service), () => {
        if (fate.dies === 'before') return die(`before ${given.what()} reaches ${service}`);
        const outcome = effectOf(given, fate);
        timeline.note(name, () => `${service}: ${given.what()}${told(outcome, fate)}`);
        if (fate.dies === 'after') return die(`after ${given.what()}`);
        if (fate.dies === 'when its time is up') frozen = true;
        if (fate.heard === 'nothing') return;
        time.after(latencyMs(service) + (fate.slowMs ?? 0), () =>
          resume(() => {
            signal?.removeEventListener('abort', isGivenUp);
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
      time.after(chance.between(1000, latestMs), () => void attempt(act));
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
        time.after(ms, () =>
          resume(() => abort.abort(new DOMException('The operation timed out.', 'TimeoutError'))),
        );
        return abort.signal;
      },
    },
    isAlive: () => alive,
    die,
    freeze: () => {
      frozen = true;
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
