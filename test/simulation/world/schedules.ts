import { windowsRun } from '../../../shared/integration/scheduled-runs.ts';
import type { ScenarioEvent } from '../scenario/scenario-event.ts';
import { minuteMs } from './moments.ts';
import type { World } from './world.ts';

type Run = Extract<ScenarioEvent, { kind: 'run' }>;

export type Schedules = ReturnType<typeof startSchedules>;

/** Later there is nothing new, so runs can be hours apart, which costs less to simulate. */
const busyMinutes = 360;
const quietMinutes = 240;

/** EventBridge Scheduler: at least once, within the minute; in an accident a run is late, doubled or missing. */
export function startSchedules({ time, chance, plant, scenario, beginning, happens, watch }: World) {
  let isStopped = false;
  const becomes = new Map(
    scenario.events.flatMap((one) => (one.kind === 'run' ? [[`${one.stage} ${one.nth}`, one] as const] : [])),
  );

  /** Starts a run now, as an operator may. */
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
      if (how !== 'missing') time.after(delayOf(how), () => run(stage));
      if (how === 'doubled') time.after(chance.between(0, 90_000), () => run(stage));
      every(minutes, stage, nth + 1);
    });
  }

  /** Looks for parts whose time has come. A run that is missing or doubled is as one of the reconciliation. */
  function wake(): void {
    plant.functions['reconcile-completions'].invoke(windowsRun, () => undefined);
  }

  function wakeOften(): void {
    const isBusy = time.now() < beginning + busyMinutes * minuteMs;
    const betweenRunsMs = (isBusy ? 5 : quietMinutes) * minuteMs;
    time.after(betweenRunsMs, () => {
      if (isStopped) return;
      watch.notePause();
      if (plant.isQuiet()) watch.checkWindows(betweenRunsMs);
      if (!chance.happens(0.1)) time.after(delayOf(undefined), wake);
      if (chance.happens(0.1)) time.after(delayOf('late'), wake);
      wakeOften();
    });
  }

  /** It goes on until the end: what the quiet days end is told, too. */
  function alert(event: ScenarioEvent): void {
    happens(event);
    const isBusy = time.now() < beginning + busyMinutes * minuteMs;
    time.after((isBusy ? 5 : quietMinutes) * minuteMs, () => {
      plant.functions['send-alerts'].invoke({}, () => undefined);
      alert(event);
    });
  }

  const delayOf = (how: Run['becomes'] | undefined) =>
    how === 'late' ? chance.between(1, 25) * minuteMs : chance.between(0, 5_000);

  for (const one of scenario.events) if (one.kind === 'alert run') alert(one);
  if (scenario.via === 'pull') every(10, 'pull-product-orders');
  every(360, 'reconcile-completions');
  if (scenario.bookAt) wakeOften();
  return {
    run,
    wake,
    /** No further run is scheduled. */
    stop: () => {
      isStopped = true;
    },
  };
}
