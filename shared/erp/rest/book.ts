import type { Receipt } from '../../model/completions.ts';
import { orderWaits, rejected } from '../failures.ts';
import { provenReference } from './by-key.ts';
import { failureOfStep } from './errors.ts';
import { findDone, type ToBook } from './look.ts';
import type { RestStep } from './options.ts';
import type { ProcedureRun } from './run.ts';
import type { Session } from './session.ts';

/**
 * Takes the steps that a look has left, then reads back. If a write shows no effect, the booking is retried once, as
 * some ERPs show it late, and then rejected.
 * @throws RetryLater; Rejected when the ERP has changed since the look, naming what was written by then.
 */
export async function book<Context>(
  session: Session,
  { run, steps, progress }: ToBook<Context>,
  onWritten: () => void,
): Promise<Receipt> {
  const taken = [...progress.taken];
  let proven: string | undefined;
  for (const step of steps) {
    try {
      proven = await takeStep(session, run, step, onWritten);
    } catch (error) {
      throw run.withProgress(error, { taken, seen: progress.seen });
    }
    onWritten();
    taken.push(step.name);
  }
  return { reference: proven ?? (await readBack(session, run)), alreadyBooked: false };
}

/** @returns the reference of a booking that the answer itself proves. */
async function takeStep<Context>(
  session: Session,
  run: ProcedureRun<Context>,
  step: RestStep<Context>,
  onWritten: () => void,
): Promise<string | undefined> {
  const { context, task } = run;
  const { signal, guard } = task.attempt;
  const writing = { what: `${step.name} of ${task.what}`, signal, guard };
  const { method = 'POST', ...request } = step.request(context);
  const answer = await session.write({ ...request, method }, writing);
  const isProof = step.once !== undefined && answer.status < 300;
  if (isProof) {
    onWritten();
    return provenReference(session, run, step, answer, writing.what);
  }
  const failure = failureOfStep(session, run, step, answer, writing.what);
  if (failure) throw failure;
  run.answers.set(step.name, answer);
  return undefined;
}

/**
 * Asks the look-ups with `done` again, and the others too if a step needs them to say whether it was taken.
 * @returns Reference of what the ERP shows now.
 */
async function readBack<Context>(session: Session, run: ProcedureRun<Context>): Promise<string> {
  const { what, key, attempt } = run.task;
  let failed: string | undefined;
  const lookUps = run.lookUps.filter(({ part }) => part.done || run.isStepwise);
  const reference = await findDone(session, run, lookUps, ({ message }) => {
    failed ??= message;
  });
  const left = reference === undefined ? [] : run.stepsLeft(reference).map(({ name }) => name);
  if (reference !== undefined && left.length === 0) return reference;
  const waits = lookUps.map((lookUp) => run.text(lookUp, 'waits')).find(Boolean);
  const why = failed ?? (waits && run.named(waits));
  // A look that failed shows nothing either, and does not say that nothing is there.
  if (why) throw orderWaits(why, { wrote: 'perhaps' });
  const missing = left.length > 0 ? `does not show ${left.join(', ')}` : `shows nothing under ${key}`;
  const nothing = `${session.partner} accepted ${what}, but ${missing}`;
  if (!attempt.again) throw orderWaits(`${nothing} (yet).`, { wrote: 'perhaps' });
  throw rejected(
    'booked-otherwise',
    `${nothing}, for the second time: look at the order in the ERP and book it by hand.`,
  );
}
