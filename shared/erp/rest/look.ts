import { textOrNothing } from '../../model/configured.ts';
import { Rejected, RetryLater, UnknownOrder } from '../../model/errors.ts';
import { isError } from '../../platform/error-message.ts';
import { readerOf } from '../../platform/places.ts';
import { withDone } from '../booking-rules.ts';
import type { Look } from '../connector.ts';
import type { RestAnswer, RestLookUp, RestStep } from './options.ts';
import { beginRun, isAccepted, naming, type Part, type Run, type Task } from './run.ts';
import type { Reader } from './session.ts';

/** What a look leaves to be written. */
export interface ToBook<Context> {
  readonly run: Run<Context>;
  /** Steps to take, in this order. */
  readonly steps: readonly Part<RestStep<Context>>[];
  /** Names of those that an earlier attempt took. */
  readonly taken: readonly string[];
}

const readError = readerOf(['error', 'errors']);

/**
 * Asks all look-ups and refuses what they refuse. Every attempt looks, so that the next one recognises what a crashed
 * one has done; and our own work counts before any reason to refuse.
 * @throws RetryLater, Rejected, UnknownOrder
 */
export async function look<Context>(reader: Reader, task: Task<Context>): Promise<Look<ToBook<Context>>> {
  type LookUp = Part<RestLookUp<Context>>;
  const { partner } = reader;
  const { orderNumber, what } = task;
  const run = beginRun(task);
  const { context, found, lookUps, isStepwise } = run;

  const reference = await findDone();
  if (reference !== undefined && !isStepwise) return { receipt: { reference, alreadyBooked: true } };
  // First, as it may decide which steps apply: those that are left of a booking, too.
  const quantity = told('quantity');
  if (quantity !== undefined) task.compareQuantity?.(quantity, told('unit'));
  const steps = run.steps.filter(run.applies);
  const left = run.stepsLeft(reference);
  if (reference !== undefined && left.length === 0) return { receipt: { reference, alreadyBooked: true } };

  const taken = steps.filter((step) => !left.includes(step)).map(({ part }) => part.name);
  try {
    // While a look-up with `done` waits, a booking in the ERP may be ours: it must not be refused as somebody else's.
    for (const lookUp of lookUps) if (lookUp.part.done) requireFree(lookUp);
    for (const lookUp of lookUps) {
      // A booking that has begun goes on, whatever state the order is in: its own steps may have closed it.
      if (reference === undefined) requirePossible(lookUp);
      requireFree(lookUp);
    }
  } catch (error) {
    throw withDone(error, `${partner} has these steps already`, taken);
  }
  if (steps.length === 0) {
    throw new Rejected(`${partner}: no step is configured for ${what}; add one, or do it by hand.`, {
      code: 'configuration',
    });
  }
  return { toBook: { run, steps: left, taken } };

  /** Reference of what the ERP shows with our key. The other look-ups matter then only if a step may be left. */
  async function findDone(): Promise<string | undefined> {
    let reference: string | undefined;
    for (const lookUp of lookUps.filter(run.applies)) {
      const { part, call } = lookUp;
      const answer = await ask(reader, run, lookUp);
      if (isUnknown(reader, lookUp, answer, context, `its ${part.name} for ${what}`)) {
        const sentence = answer.status === 404 ? reader.said(answer) : '';
        throw new UnknownOrder(`${partner} does not know order ${orderNumber}${sentence}.`);
      }
      found.set(part.name, answer);
      reference ??= part.done && call('done', textOrNothing(part.done), answer, run.context);
      if (reference !== undefined && !isStepwise) break;
    }
    return reference;
  }

  /** What the first look-up says that tells it. */
  function told(name: 'quantity' | 'unit'): string | undefined {
    for (const { part, call } of lookUps) {
      const [answer, read] = [found.get(part.name), part[name]];
      const text = answer && read && call(name, textOrNothing(read), answer, context);
      if (text !== undefined) return text;
    }
    return undefined;
  }

  function requirePossible({ part, call }: LookUp): void {
    const answer = found.get(part.name);
    if (!answer) return;
    const article = part.article && call('article', textOrNothing(part.article), answer, context);
    if (article !== undefined) task.requireArticle?.(article);
    const unit = part.unit && call('unit', textOrNothing(part.unit), answer, context);
    if (unit !== undefined) task.requireUnit?.(unit);
    const refusal = part.refused && call('refused', textOrNothing(part.refused), answer, context);
    if (refusal) throw new Rejected(naming(refusal, orderNumber, partner), { code: 'order-state' });
  }

  function requireFree({ part, call }: LookUp): void {
    const answer = found.get(part.name);
    const reason = answer && part.waits && call('waits', textOrNothing(part.waits), answer, context);
    if (reason) throw new RetryLater(naming(reason, orderNumber, partner), { scope: 'order' });
  }
}

/** Asks one look-up. */
export function ask<Context>(
  reader: Reader,
  { task, context }: Run<Context>,
  { part, call }: Part<RestLookUp<Context>>,
): Promise<RestAnswer> {
  return reader.read(call('request', part.request, context), {
    what: `reading its ${part.name} for ${task.what}`,
    accepts: part.accepts,
    signal: task.attempt.signal,
  });
}

/**
 * Whether the ERP says that it does not know the order.
 * @param shown What was asked for, for messages.
 * @throws RetryLater or Rejected when the answer shows neither that nor the order.
 */
export function isUnknown<Context>(
  { partner, said }: Reader,
  { part, call }: Part<Pick<RestLookUp<Context>, 'accepts' | 'unknown'>>,
  answer: RestAnswer,
  context: Context,
  shown: string,
): boolean {
  const accepted = isAccepted(answer, part.accepts);
  const unknown = accepted
    ? part.unknown && call('unknown', part.unknown, answer, context)
    : answer.status === 404;
  if (unknown) return true;
  if (answer.status === 423 && !accepted) {
    throw new RetryLater(`${partner} cannot show ${shown} yet${said(answer)}.`, { scope: 'order' });
  }
  if (!accepted) {
    throw new Rejected(`${partner} refused to show ${shown}${said(answer)}.`, { code: 'refused-by-erp' });
  }
  // An error in a 200 shows nothing, and must not look like an order without bookings: it would be booked once more.
  if (answer.status < 300 && isError(readError(answer.json))) {
    throw new RetryLater(`${partner} answered with an error instead of ${shown}${said(answer)}.`, {
      scope: 'order',
    });
  }
  return false;
}
