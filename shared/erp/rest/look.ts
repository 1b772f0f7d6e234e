import type { Look } from '../connector.ts';
import { orderWaits, rejected } from '../failures.ts';
import { failureOfLookUp } from './errors.ts';
import type { RestAnswer, RestLookUp, RestStep } from './options.ts';
import { beginRun, type Part, type Run, type Task } from './run.ts';
import type { Reader } from './session.ts';

/** What a look leaves to be written. */
export interface ToBook<Context> {
  readonly run: Run<Context>;
  /** Steps to take, in this order. */
  readonly steps: readonly Part<RestStep<Context>, Context>[];
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
  const run = beginRun(task, partner);
  const { lookUps, isStepwise } = run;

  const reference = await findDone(reader, run);
  const receipt = reference === undefined ? undefined : { reference, alreadyBooked: true };
  if (receipt && !isStepwise) return { receipt };
  // First, as it may decide which steps apply: those that are left of a booking, too.
  const quantity = tell(run, 'quantity');
  if (quantity !== undefined) task.compareQuantity?.(quantity, tell(run, 'unit'));
  const steps = run.steps.filter(run.applies);
  const left = run.stepsLeft(reference);
  if (receipt && left.length === 0) return { receipt };

  const taken = steps.filter((step) => !left.includes(step)).map(({ part }) => part.name);
  try {
    // While a look-up with `done` waits, a booking in the ERP may be ours: it must not be refused as somebody else's.
    for (const lookUp of lookUps) if (lookUp.part.done) requireFree(run, lookUp);
    for (const lookUp of lookUps) {
      // A booking that has begun goes on, whatever state the order is in: its own steps may have closed it.
      if (!receipt) requirePossible(run, lookUp);
      requireFree(run, lookUp);
    }
    if (!receipt && taken.length === 0) task.requireDetails?.(run.lists);
  } catch (error) {
    throw run.afterSteps(error, taken);
  }
  if (steps.length === 0) {
    throw rejected(
      'configuration',
      `${partner}: no step is configured for ${task.what}; add one, or do it by hand.`,
    );
  }
  return { toBook: { run, steps: left, taken } };
}

/** Reference of what the ERP shows with our key. The other look-ups matter then only if a step may be left. */
async function findDone<Context>(reader: Reader, run: Run<Context>): Promise<string | undefined> {
  const { task } = run;
  let reference: string | undefined;
  for (const lookUp of run.lookUps.filter(run.applies)) {
    lookUp.answer = await ask(reader, task, lookUp);
    const asked = { order: task.orderNumber, shown: `its ${lookUp.part.name} for ${task.what}` };
    const failure = failureOfLookUp(reader, lookUp, lookUp.answer, asked);
    if (failure) throw failure;
    reference ??= readDone(run, lookUp);
    if (reference !== undefined && !run.isStepwise) break;
  }
  return reference;
}

/** Reference of what one look-up shows with our key. @throws Rejected when its figures are others than were recorded. */
export function readDone<Context>(
  { task }: Run<Context>,
  lookUp: Part<RestLookUp<Context>, Context>,
): string | undefined {
  const reference = lookUp.read('done');
  const good = reference === undefined ? undefined : lookUp.read('good');
  if (good !== undefined) task.compareGood?.(good);
  const used = reference === undefined ? undefined : lookUp.list('used');
  if (used) task.compareUsed?.(used);
  return reference;
}

/** What the first look-up says that tells it. */
function tell<Context>({ lookUps }: Run<Context>, what: 'quantity' | 'unit'): string | undefined {
  for (const lookUp of lookUps) {
    const text = lookUp.read(what);
    if (text !== undefined) return text;
  }
  return undefined;
}

function requirePossible<Context>(
  { task, named }: Run<Context>,
  lookUp: Part<RestLookUp<Context>, Context>,
): void {
  const article = lookUp.read('article');
  if (article !== undefined) task.requireArticle?.(article);
  const unit = lookUp.read('unit');
  if (unit !== undefined) task.requireUnit?.(unit);
  const refusal = lookUp.read('refused');
  if (refusal) throw rejected('order-state', named(refusal));
}

function requireFree<Context>({ named }: Run<Context>, lookUp: Part<RestLookUp<Context>, Context>): void {
  const reason = lookUp.read('waits');
  if (reason) throw orderWaits(named(reason));
}

/** Asks one look-up. */
export function ask<Context>(
  reader: Reader,
  { what, attempt }: Task<Context>,
  { part, call, context }: Part<RestLookUp<Context>, Context>,
): Promise<RestAnswer> {
  return reader.read(call('request', part.request, context), {
    what: `reading its ${part.name} for ${what}`,
    accepts: part.accepts,
    signal: attempt.signal,
  });
}
