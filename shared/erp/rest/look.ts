import type { Look } from '../connector.ts';
import { orderWaits, rejected } from '../failures.ts';
import { failureOfLookUp } from './errors.ts';
import type { RestAnswer, RestStep } from './options.ts';
import { type LookUp, Run, type Task } from './run.ts';
import type { Reader } from './session.ts';

/** What a look leaves to be written. */
export interface ToBook<Context> {
  readonly run: Run<Context>;
  /** Steps to take, in this order. */
  readonly steps: readonly RestStep<Context>[];
  /** Names of those that an earlier attempt took. */
  readonly taken: readonly string[];
}

/**
 * Asks all look-ups and refuses what they refuse. Every attempt looks, so that the next one recognises what a crashed
 * one has done; and our own work counts before any reason to refuse.
 * @throws RetryLater, Rejected, UnknownOrder
 */
export async function look<Context>(reader: Reader, task: Task<Context>): Promise<Look<ToBook<Context>>> {
  const { partner } = reader;
  const run = new Run(task, partner);
  const { lookUps, isStepwise, figures } = run;

  const reference = await findDone(reader, run);
  const receipt = reference === undefined ? undefined : { reference, alreadyBooked: true };
  if (receipt && !isStepwise) return { receipt };
  // First, as it may decide which steps apply: those that are left of a booking, too.
  const tell = (name: 'quantity' | 'unit') =>
    lookUps.map((lookUp) => run.text(lookUp, name)).find((told) => told !== undefined);
  figures?.takeQuantity(tell('quantity'), tell('unit'));
  const steps = run.steps.filter((step) => run.applies(step));
  const left = run.stepsLeft(reference);
  if (receipt && left.length === 0) return { receipt };

  const taken = steps.filter((step) => !left.includes(step)).map(({ name }) => name);
  try {
    // While a look-up with `done` waits, a booking in the ERP may be ours: it must not be refused as somebody else's.
    for (const lookUp of lookUps) if (lookUp.part.done) requireFree(run, lookUp);
    for (const lookUp of lookUps) {
      // A booking that has begun goes on, whatever state the order is in: its own steps may have closed it.
      if (!receipt) requirePossible(run, lookUp);
      requireFree(run, lookUp);
    }
    if (!receipt && taken.length === 0) figures?.requireListed();
  } catch (error) {
    throw run.afterSteps(error, taken);
  }
  if (steps.length > 0) return { toBook: { run, steps: left, taken } };
  const none = `${partner}: no step is configured for ${task.what}; add one, or do it by hand.`;
  throw rejected('configuration', none);
}

/** Reference of what the ERP shows with our key. The other look-ups matter then only if a step may be left. */
async function findDone<Context>(reader: Reader, run: Run<Context>): Promise<string | undefined> {
  const { task, context } = run;
  let reference: string | undefined;
  for (const lookUp of run.lookUps.filter(({ part }) => run.applies(part))) {
    lookUp.answer = await ask(reader, run, lookUp);
    const asked = { order: task.orderNumber, shown: `its ${lookUp.part.name} for ${task.what}` };
    const failure = failureOfLookUp(reader, lookUp.part, lookUp.answer, context, asked);
    if (failure) throw failure;
    reference ??= run.readDone(lookUp);
    if (reference !== undefined && !run.isStepwise) break;
  }
  return reference;
}

function requirePossible<Context>(run: Run<Context>, lookUp: LookUp<Context>): void {
  run.figures?.requireSame(run.text(lookUp, 'article'), run.text(lookUp, 'unit'));
  const refusal = run.text(lookUp, 'refused');
  if (refusal) throw rejected('order-state', run.named(refusal));
}

function requireFree<Context>(run: Run<Context>, lookUp: LookUp<Context>): void {
  const reason = run.text(lookUp, 'waits');
  if (reason) throw orderWaits(run.named(reason));
}

export async function ask<Context>(
  reader: Reader,
  { task: { what, attempt }, context }: Run<Context>,
  { part: { name, request, accepts } }: LookUp<Context>,
): Promise<RestAnswer> {
  const reading = { what: `reading its ${name} for ${what}`, accepts, signal: attempt.signal };
  return reader.read(request(context), reading);
}
