import type { Step, WorkAttempt } from '../worker/worker.ts';
import { type BookDependencies, bookJob, finish, planJob } from './book.ts';
import { type Job, jobOf, stepOf } from './job.ts';
import type { CompletionHint } from './messages.ts';
import { type PlanDependencies, planBookings } from './plan-bookings.ts';
import { readStanding } from './standing.ts';

export type HintDependencies = PlanDependencies & BookDependencies;

/**
 * What is still to be done for the product order of a hint? One query of the ledger says whether that needs Azumuta,
 * only the ERP, or nobody. A hint ends only over what is done, refused or given up; over anything else it waits, and
 * waiting writes nothing.
 * @throws Wait
 */
export async function beginHint(
  hint: CompletionHint,
  attempt: WorkAttempt,
  dependencies: HintDependencies,
): Promise<Step> {
  const standing = await readStanding(hint, dependencies.ledger);
  const step = stepOf(hint, standing, attempt, dependencies);
  if (step.to !== 'read') return nextOf(jobOf(hint, standing, step, attempt), dependencies);
  const run = async (reading: WorkAttempt) => {
    const job = await planBookings(hint, standing, step, reading, dependencies);
    return job && nextOf(job, dependencies);
  };
  return { needs: 'azumuta', order: standing.home, run };
}

/** A job that books nothing needs no partner: it is finished. */
function nextOf(job: Job, dependencies: HintDependencies): Step {
  const order = job.standing.home;
  const run = async (attempt: WorkAttempt) => {
    await (job.toBook.length === 0 ? finish : bookJob)(job, attempt, dependencies);
    return undefined;
  };
  if (job.toBook.length === 0) return { order, run };
  const isNew = job.toBook.some((one) => 'plan' in one);
  const leave = isNew ? () => planJob(job, dependencies) : undefined;
  return { needs: 'erp', order, run, leave };
}
