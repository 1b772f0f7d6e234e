import type { Look } from '../connector.ts';
import { orderWaits, rejected } from '../failures.ts';
import { answerOfLookUp } from './errors.ts';
import type { RestStep } from './options.ts';
import { type LookUp, ProcedureRun, type StepProgress, type Task } from './run.ts';
import type { Reader } from './session.ts';

/** What a look leaves to be written. */
export interface ToBook<Context> {
  readonly run: ProcedureRun<Context>;
  readonly steps: readonly RestStep<Context>[];
  readonly progress: StepProgress;
}

/**
 * Asks all look-ups and refuses what they refuse. Every attempt looks, so that the next one recognises what a crashed
 * one has done; and our own work counts before any reason to refuse.
 * @throws RetryLater, Rejected, UnknownOrder
 */
export async function lookForStepsLeft<Context>(
  reader: Reader,
  task: Task<Context>,
): Promise<Look<ToBook<Context>>> {
  const { partner } = reader;
  const run = new ProcedureRun(task, partner);
  const { lookUps, isStepwise, figures } = run;

  const reference = await findDone(reader, run, lookUps);
  const receipt = reference === undefined ? undefined : { reference, alreadyBooked: true };
  if (receipt && !isStepwise) return { receipt };
  // First, as it may decide which steps apply: those that are left of a booking, too.
  const tell = (name: 'quantity' | 'unit') =>
    lookUps.map((lookUp) => run.text(lookUp, name)).find((text) => text !== undefined);
  figures?.takeQuantity(tell('quantity'), tell('unit'));
  const steps = run.steps.filter((step) => run.applies(step));
  const left = run.stepsLeft(reference);
  if (receipt && left.length === 0) return { receipt };

  const done = steps.filter((step) => !left.includes(step)).map(({ name }) => name);
  const progress: StepProgress = receipt ? { taken: done, seen: [] } : { taken: [], seen: done };
  try {
    // While a look-up with `done` waits, a booking in the ERP may be ours: it must not be refused as somebody else's.
    for (const lookUp of lookUps) if (lookUp.part.done) requireFree(run, lookUp);
    for (const lookUp of lookUps) {
      // A booking that has begun goes on, whatever state the order is in: its own steps may have closed it.
      if (!receipt) requirePossible(run, lookUp);
      requireFree(run, lookUp);
    }
    if (!receipt && done.length === 0) {
      figures?.requireWithinOrder();
      figures?.requireListed();
    }
  } catch (error) {
    throw run.withProgress(error, progress);
  }
  if (steps.length > 0) return { toBook: { run, steps: left, progress } };
  const none = `${partner}: no step is configured for ${task.what}; add one, or do it by hand.`;
  throw rejected('configuration', none);
}

/**
 * Asks look-ups for what the ERP shows with our key. Once one shows it, the others matter only if a step may be left.
 * @param fails Takes why one of them does not show what it was asked for. Default: throws it.
 * @returns its reference.
 */
export async function findDone<Context>(
  reader: Reader,
  run: ProcedureRun<Context>,
  lookUps: readonly LookUp<Context>[],
  fails = (failure: Error): void => {
    throw failure;
  },
): Promise<string | undefined> {
  const { task, context } = run;
  let reference: string | undefined;
  for (const lookUp of lookUps) {
    // By what the ones before it have shown.
    if (!run.applies(lookUp.part)) continue;
    const { name, request, accepts } = lookUp.part;
    const shown = `its ${name} for ${task.what}`;
    const { signal, guard } = task.attempt;
    const reading = { what: `reading ${shown}`, accepts, signal, guard };
    const read = await reader.read(request(context), reading);
    const asked = { order: task.orderNumber, shown };
    const found = answerOfLookUp(reader, lookUp.part, read, context, asked);
    if ('failure' in found) {
      fails(found.failure);
      continue;
    }
    lookUp.answer = found.answer;
    reference ??= run.readDone(lookUp);
    if (reference !== undefined && !run.isStepwise) break;
  }
  return reference;
}

function requirePossible<Context>(run: ProcedureRun<Context>, lookUp: LookUp<Context>): void {
  run.figures?.requireSame(run.text(lookUp, 'article'), run.text(lookUp, 'unit'));
  const refusal = run.text(lookUp, 'refused');
  if (refusal) throw rejected('order-state', run.named(refusal));
}

function requireFree<Context>(run: ProcedureRun<Context>, lookUp: LookUp<Context>): void {
  const reason = run.text(lookUp, 'waits');
  if (reason) throw orderWaits(run.named(reason));
}
