import type { Receipt } from '../../model/completions.ts';
import { orderWaits, rejected } from '../failures.ts';
import { failureOfStep, isAccepted } from './errors.ts';
import { ask, readDone, type ToBook } from './look.ts';
import type { RestStep } from './options.ts';
import type { Part, Run } from './run.ts';
import type { Session } from './session.ts';

/** What the ERP shows after it was written to. */
interface Shown {
  readonly reference: string | undefined;
  /** Names of steps that do not show. */
  readonly left: readonly string[];
  /** Why it could not be read. */
  readonly failed?: string | undefined;
}

/**
 * Takes the steps that a look has left, then reads back. If a write shows no effect, the booking is retried once, as
 * some ERPs show it late, and then rejected.
 * @throws RetryLater; Rejected when the ERP has changed since the look, naming what was written by then.
 */
export async function book<Context>(
  session: Session,
  { run, steps, taken }: ToBook<Context>,
  onWritten: () => void,
): Promise<Receipt> {
  const done = [...taken];
  for (const step of steps) {
    try {
      await take(session, run, step);
    } catch (error) {
      throw run.afterSteps(error, done);
    }
    onWritten();
    done.push(step.part.name);
  }
  return { reference: await readBack(session, run), alreadyBooked: false };
}

async function take<Context>(
  session: Session,
  run: Run<Context>,
  step: Part<RestStep<Context>, Context>,
): Promise<void> {
  const { part, call, context } = step;
  const { what, attempt } = run.task;
  const { method = 'POST', ...request } = call('request', part.request, context);
  const writing = { what: `${part.name} of ${what}`, signal: attempt.signal };
  const answer = await session.write({ ...request, method }, writing);
  const failure = failureOfStep(session, run, step, answer, writing.what);
  if (failure) throw failure;
  step.answer = answer;
}

/** @returns Reference of what the ERP shows now. */
async function readBack<Context>(session: Session, run: Run<Context>): Promise<string> {
  const { what, key, attempt } = run.task;
  const { reference, left, failed } = await lookAgain(session, run);
  if (reference !== undefined && left.length === 0) return reference;
  // A look that failed shows nothing either, and does not say that nothing is there.
  if (failed !== undefined) throw orderWaits(failed, { wrote: 'perhaps' });
  const missing = left.length > 0 ? `does not show ${left.join(', ')}` : `shows nothing under ${key}`;
  const nothing = `${session.partner} accepted ${what}, but ${missing}`;
  if (attempt.again) {
    throw rejected(
      'booked-otherwise',
      `${nothing}, for the second time: look at the order in the ERP and book it by hand.`,
    );
  }
  throw orderWaits(`${nothing} (yet).`, { wrote: 'perhaps' });
}

/** Asks the look-ups with `done` once more, and the others too if a step needs them to say whether it was taken. */
async function lookAgain<Context>(session: Session, run: Run<Context>): Promise<Shown> {
  const { isStepwise } = run;
  let reference: string | undefined;
  let failed: string | undefined;
  for (const lookUp of run.lookUps) {
    const { part } = lookUp;
    if (!(part.done || isStepwise) || !run.applies(lookUp)) continue;
    const answer = await ask(session, run.task, lookUp);
    if (isAccepted(answer, part.accepts)) {
      lookUp.answer = answer;
      reference ??= readDone(run, lookUp);
    }
    if (reference !== undefined && !isStepwise) return { reference, left: [] };
    const reason = lookUp.read('waits', answer);
    if (reason) failed ??= run.named(reason);
  }
  const left = reference === undefined ? [] : run.stepsLeft(reference);
  return { reference, left: left.map(({ part }) => part.name), failed };
}
