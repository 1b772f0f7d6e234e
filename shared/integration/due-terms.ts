import type { DueTerms } from '../model/due.ts';
import type { CompleteIntegration } from './define.ts';
import { reconcileDefaults } from './schema.ts';

/** By what every view of a plant says that an order is late, whether or not Azumuta is asked about it. */
export function dueTermsOf({ timeZone, schedule: { reconcile } }: CompleteIntegration): DueTerms {
  const { graceHours } = reconcile === 'off' ? reconcileDefaults : reconcile;
  return { timeZone, graceHours };
}
