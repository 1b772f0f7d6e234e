import type { Happening } from '../scenario/happening.ts';
import { beginning, minuteMs } from './moments.ts';
import type { World } from './world.ts';

type Run = Extract<Happening, { kind: 'run' }>;

/** EventBridge Scheduler: at least once, within the minute; a run may come late, twice, or never. */
export interface Schedules {
  /** No further run is planned. */
  readonly stop: () => void;
  /** Runs one now, as an operator may. */
  readonly run: (stage: Run['stage']) => void;
}

/** Later on there is nothing new, and a run in ten minutes is like one in hours, which costs less to simulate. */
const busyMinutes = 360;
const quietMinutes = 240;

export function startSchedules({ time, chance, plant, scenario, happens }: World): Schedules {
  let isStopped = false;
  const becomes = new Map(
    scenario.happenings.flatMap((one) =>
      one.kind === 'run' ? [[`${one.stage} ${one.nth}`, one] as const] : [],
    ),
  );

  function run(stage: Run['stage']): void {
    plant.functions[stage].invoke({}, () => undefined);
  }

  function every(minutes: number, stage: Run['stage'], nth = 1): void {
    const isQuiet = time.now() > beginning + busyMinutes * minuteMs;
    time.after((isQuiet ? Math.max(minutes, quietMinutes) : minutes) * minuteMs, () => {
      if (isStopped) return;
      const found = becomes.get(`${stage} ${nth}`);
      if (found) happens(found);
      const how = found?.becomes;
      if (how !== 'never') time.after(delayOf(how), () => run(stage));
      if (how === 'twice') time.after(chance.between(0, 90_000), () => run(stage));
      every(minutes, stage, nth + 1);
    });
  }

  const delayOf = (how: Run['becomes'] | undefined) =>
    how === 'late' ? chance.between(1, 25) * minuteMs : chance.between(0, 5_000);

  if (scenario.via === 'pull') every(10, 'pull-product-orders');
  every(360, 'reconcile-completions');
  return {
    run,
    stop: () => {
      isStopped = true;
    },
  };
}
