import { minuteMs } from '../../simulation/world/moments.ts';
import { queueUrlOf } from '../../simulation/world/plant.ts';
import { type BacklogPlant, createBacklogPlant } from './backlog-plant.ts';

interface BacklogOptions {
  readonly perSecond: number;
  /** Number of bookings that wait when the ERP comes back; 0 to measure new completions only. */
  readonly waiting: number;
  /** Duration of the outage, during which those bookings come in. */
  readonly outageMinutes: number;
  /** Interval between new completions after the outage. */
  readonly newEverySeconds: number;
  /** How long new completions come in; default: until no booking waits. */
  readonly newForMinutes?: number;
  /** Called after each minute. */
  readonly progress?: (status: { readonly minute: number; readonly left: number }) => void;
}

/** The result of one run; times in milliseconds since the ERP came back. */
interface BacklogRun {
  /** Most calls in any sixty seconds, by the ERP's own count. */
  readonly maxPerMinute: number;
  /** Calls that the ERP refused. */
  readonly refused: number;
  /** The number of calls in each minute. */
  readonly callsByMinute: readonly number[];
  /** For each new completion: when its trigger was sent, and the time until its booking. */
  readonly fresh: readonly { readonly at: number; readonly waitMs: number }[];
  /** When the ERP was called first: completions before that had to wait for the breaker. */
  readonly availableAt: number;
  /** Orders that were not booked exactly once. */
  readonly wrong: readonly string[];
  readonly deadLetters: number;
  readonly unexpected: readonly string[];
}

/** Lets bookings come in while the ERP is down, and new completions while the backlog is processed. */
export async function runBacklog(options: BacklogOptions): Promise<BacklogRun> {
  const { outageMinutes, progress, newForMinutes = Number.POSITIVE_INFINITY } = options;
  const backlogPlant = createBacklogPlant(options.perSecond);
  const { time, plant, calls, bookedAt } = backlogPlant;
  const old = await addBacklog(backlogPlant, options);
  await runUntil(backlogPlant, time.now() + outageMinutes * minuteMs - (time.now() - old.beganAt));
  const backAt = time.now();
  backlogPlant.comeBack();

  const fresh = new Map<string, number>();
  const callsByMinute: number[] = [];
  const isDone = () => bookedAt.size >= old.names.length + fresh.size;
  const isOver = () =>
    time.now() - backAt >= newForMinutes * minuteMs || (options.waiting > 0 && waiting() === 0);
  const waiting = () => old.names.reduce((sum, name) => sum + (bookedAt.has(name) ? 0 : 1), 0);
  function completeNext(): void {
    if (isOver()) return;
    fresh.set(backlogPlant.complete(), time.now());
    time.after(options.newEverySeconds * 1000, completeNext);
  }
  completeNext();
  while (!(isOver() && isDone() && plant.isQuiet())) {
    const counted = calls.length;
    await runUntil(backlogPlant, time.now() + minuteMs);
    callsByMinute.push(calls.length - counted);
    progress?.({ minute: callsByMinute.length, left: waiting() });
    if (callsByMinute.length > 60 * 48) break;
  }
  const names = [...old.names, ...fresh.keys()];
  const run = {
    maxPerMinute: maxWithin(calls, minuteMs),
    refused: backlogPlant.refused(),
    callsByMinute,
    fresh: [...fresh].map(([name, at]) => ({
      at: at - backAt,
      waitMs: (bookedAt.get(name)?.[0] ?? Number.POSITIVE_INFINITY) - at,
    })),
    availableAt: (calls[0] ?? backAt) - backAt,
    wrong: names.filter((name) => bookedAt.get(name)?.length !== 1),
    deadLetters: plant.queues.messages(queueUrlOf('dead-letters')).length,
    unexpected: [...backlogPlant.unexpected],
  };
  plant.close();
  return run;
}

/** Completes product orders, evenly distributed over the outage: they are read and planned meanwhile. */
async function addBacklog(backlogPlant: BacklogPlant, { waiting, outageMinutes }: BacklogOptions) {
  const { time } = backlogPlant;
  const beganAt = time.now();
  const names: string[] = [];
  for (let nth = 1; nth <= waiting; nth += 1) {
    names.push(backlogPlant.complete());
    await runUntil(backlogPlant, beganAt + (nth / waiting) * outageMinutes * minuteMs);
  }
  return { names, beganAt };
}

async function runUntil({ time }: BacklogPlant, ms: number): Promise<void> {
  let isThere = false;
  time.at(ms, () => {
    isThere = true;
  });
  await time.run(() => isThere);
}

/** How long new completions waited once the ERP was found available again. */
export const waitsOf = ({ fresh, availableAt }: BacklogRun): readonly number[] =>
  fresh.flatMap(({ at, waitMs }) => (at >= availableAt ? [waitMs] : []));

function maxWithin(times: readonly number[], ms: number): number {
  let first = 0;
  return times.reduce((most, at, last) => {
    while (Number(times[first]) <= at - ms) first += 1;
    return Math.max(most, last - first + 1);
  }, 0);
}
