import type { CompleteIntegration } from './define.ts';

/** When a function runs by the clock, and after which silence it has stopped. */
export interface ScheduledRuns {
  readonly isOn: boolean;
  /** While it is off, as it would be by default. */
  readonly everyMinutes: number;
  /** The longest time between two runs while all is well: the alarm and the doctor ask for nothing else. */
  readonly silentMs: number;
}

/** A shorter silence says nothing: CloudWatch gets figures minutes late, and Scheduler may start a run late. */
const shortestSilenceMinutes = 15;

/** A person learns of what is new this soon. */
const alertsEveryMinutes = 5;

/**
 * What runs by the clock. A schedule that leaves days out, such as a pull on weekdays only, has a longer silence here,
 * and needs no other change where silence is watched.
 */
export function scheduledRunsOf({ pull, reconcile }: CompleteIntegration['schedule']) {
  return {
    // A run or two may be skipped while another is under way.
    pull: scheduledRuns(pull !== 'off', pull === 'off' ? 5 : pull.everyMinutes, 3),
    reconcile: scheduledRuns(reconcile !== 'off', 60 * (reconcile === 'off' ? 24 : reconcile.everyHours), 2),
    alerts: scheduledRuns(true, alertsEveryMinutes, 3),
  };
}

/** @param intervals After how many of them without a run it has stopped. */
function scheduledRuns(isOn: boolean, everyMinutes: number, intervals: number): ScheduledRuns {
  const silentMinutes = Math.max(shortestSilenceMinutes, intervals * everyMinutes);
  return { isOn, everyMinutes, silentMs: silentMinutes * 60_000 };
}
