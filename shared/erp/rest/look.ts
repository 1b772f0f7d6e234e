import { Rejected, RetryLater, UnknownOrder } from '../../model/errors.ts';
import { isError } from '../../platform/error-message.ts';
import { readerOf } from '../../platform/places.ts';
import type { Look } from '../connector.ts';
import {
  applies,
  beginRun,
  type Errand,
  isAccepted,
  leftOf,
  naming,
  type Part,
  type Run,
  withTaken,
} from './errand.ts';
import type { RestAnswer, RestLookUp, RestStep } from './options.ts';
import type { Reader } from './session.ts';

/** What a look leaves to be written. */
export interface ToBook<Context> {
  readonly run: Run<Context>;
  /** Steps to take, in this order. */
  readonly steps: readonly Part<RestStep<Context>>[];
  /** Names of those that an earlier attempt took. */
  readonly taken: readonly string[];
}

/**
 * Asks all look-ups and refuses what they refuse. It looks in every attempt, so that a crashed one is recognised
 * whoever comes after it, and believes its own work before it looks for reasons to refuse.
 * @throws RetryLater, Rejected, UnknownOrder
 */
export async function look<Context>(reader: Reader, errand: Errand<Context>): Promise<Look<ToBook<Context>>> {
  const run = beginRun(errand);
  const reference = await findDone(reader, run);
  if (reference !== undefined && !run.isStepwise) return { receipt: { reference, alreadyBooked: true } };

  const steps = run.steps.filter(applies(run));
  const left = leftOf(run, steps, reference);
  if (reference !== undefined && left.length === 0) return { receipt: { reference, alreadyBooked: true } };

  const taken = steps.filter((step) => !left.includes(step)).map(({ part }) => part.name);
  try {
    // While nobody can tell whether it is booked already, nothing that stands there is somebody else's.
    for (const lookUp of run.lookUps) if (lookUp.part.done) requireFree(reader, run, lookUp);
    for (const lookUp of run.lookUps) {
      // What has begun is ours, and goes on whatever became of the order: it may be done by that alone.
      if (reference === undefined) requirePossible(reader, run, lookUp);
      requireFree(reader, run, lookUp);
    }
  } catch (error) {
    throw withTaken(error, taken, reader.partner);
  }
  if (steps.length === 0) {
    throw new Rejected(
      `${reader.partner}: no step is configured for ${errand.what}; add one, or do it by hand.`,
      { code: 'configuration' },
    );
  }
  return { toBook: { run, steps: left, taken } };
}

/** Asks one look-up. */
export function ask<Context>(
  reader: Reader,
  { errand, context }: Run<Context>,
  { part, call }: Part<RestLookUp<Context>>,
): Promise<RestAnswer> {
  return reader.read(call('request', part.request, context), {
    what: `reading its ${part.name} for ${errand.what}`,
    accepts: part.accepts,
    signal: errand.attempt.signal,
  });
}

/** Reference of what stands there with our key. Only a step that may still be left makes the other look-ups matter then. */
async function findDone<Context>(reader: Reader, run: Run<Context>): Promise<string | undefined> {
  let reference: string | undefined;
  for (const lookUp of run.lookUps) {
    if (!applies(run)(lookUp)) continue;
    const { part, call } = lookUp;
    const answer = await ask(reader, run, lookUp);
    requireKnown(reader, run, lookUp, answer);
    run.found.set(part.name, answer);
    reference ??= part.done && call('done', part.done, answer, run.context);
    if (reference !== undefined && !run.isStepwise) break;
  }
  return reference;
}

function requireKnown<Context>(
  { partner, said }: Reader,
  { errand, context }: Run<Context>,
  { part, call }: Part<RestLookUp<Context>>,
  answer: RestAnswer,
): void {
  const accepted = isAccepted(answer, part.accepts);
  const unknown = accepted
    ? part.unknown && call('unknown', part.unknown, answer, context)
    : answer.status === 404;
  if (unknown) {
    const sentence = answer.status === 404 ? said(answer) : '';
    throw new UnknownOrder(`${partner} does not know order ${errand.orderNumber}${sentence}.`);
  }
  if (answer.status === 423 && !accepted) {
    throw new RetryLater(`${partner} cannot show its ${part.name} for ${errand.what} yet${said(answer)}.`, {
      scope: 'order',
    });
  }
  if (!accepted) {
    throw new Rejected(`${partner} refused to show its ${part.name} for ${errand.what}${said(answer)}.`, {
      code: 'refused-by-erp',
    });
  }
  // An error in a 200 shows nothing, and must not look like an order without bookings: it would be booked once more.
  if (answer.status < 300 && isError(readError(answer.json))) {
    throw new RetryLater(
      `${partner} answered with an error when it was to show its ${part.name} for ${errand.what}${said(answer)}.`,
      { scope: 'order' },
    );
  }
}

const readError = readerOf(['error', 'errors']);

function requirePossible<Context>(
  { partner }: Reader,
  { errand, found, context }: Run<Context>,
  { part, call }: Part<RestLookUp<Context>>,
): void {
  const answer = found.get(part.name);
  if (!answer) return;
  const article = part.article && call('article', part.article, answer, context);
  if (article !== undefined) errand.requireArticle(article);
  const unit = part.unit && call('unit', part.unit, answer, context);
  if (unit !== undefined) errand.requireUnit(unit);
  const refusal = part.refused && call('refused', part.refused, answer, context);
  if (refusal) throw new Rejected(naming(refusal, errand.orderNumber, partner), { code: 'order-state' });
}

function requireFree<Context>(
  { partner }: Reader,
  { errand, found, context }: Run<Context>,
  { part, call }: Part<RestLookUp<Context>>,
): void {
  const answer = found.get(part.name);
  const reason = answer && part.waits && call('waits', part.waits, answer, context);
  if (reason) throw new RetryLater(naming(reason, errand.orderNumber, partner), { scope: 'order' });
}
