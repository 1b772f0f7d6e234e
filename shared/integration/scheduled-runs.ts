import * as z from 'zod/mini';
import type { BookingTimes } from '../completions/booking-times.ts';
import { counted } from '../model/text.ts';
import type { CompleteIntegration } from './define.ts';

/** When a function runs by the clock, and after which silence it has stopped. */
export interface ScheduledRuns {
  readonly isOn: boolean;
  /** While it is off, as it would be by default. */
  readonly everyMinutes: number;
  /** For a person: `every 5 minutes`. */
  readonly inWords: string;
  /** The longest time between two runs while all is well: the alarm and the doctor ask for nothing else. */
  readonly silentMs: number;
}

/** A shorter silence says nothing: CloudWatch gets figures minutes late, and Scheduler may start a run late. */
const shortestSilenceMinutes = 15;

/** A person learns of what is new this soon. */
const alertsEveryMinutes = 5;

/** What is completed is booked so soon after its time. */
const windowsEveryMinutes = 5;

/** The event of a run that looks for parts whose time to be booked has come; any other run asks about what is overdue. */
export const windowsRunSchema = z.object({ looksFor: z.literal('windows') });
export const windowsRun: z.output<typeof windowsRunSchema> = { looksFor: 'windows' };

/** When the parts of a split order that are completed are booked; undefined where none wait for a time. */
export function bookingTimesOf({
  productOrders: { split = 'one' },
  timeZone,
}: Pick<CompleteIntegration, 'productOrders' | 'timeZone'>): BookingTimes | undefined {
  if (split === 'one' || typeof split.book === 'string') return undefined;
  return { timeZone, at: split.book.at };
}

/** Undefined where no parts are booked at times. */
export function windowRunsOf(integration: CompleteIntegration): ScheduledRuns | undefined {
  return bookingTimesOf(integration) && scheduledRuns(true, windowsEveryMinutes, 3);
}

/**
 * What runs by the clock. A schedule that leaves days out, such as a pull on weekdays only, has a longer silence and other
 * words here: alarm, its sentence and doctor follow. `test/infra/stack/alarms.test.ts` compares both with the expressions of
 * the schedules.
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
  return {
    isOn,
    everyMinutes,
    inWords: `every ${counted(everyMinutes, 'minute')}`,
    silentMs: silentMinutes * 60_000,
  };
}
