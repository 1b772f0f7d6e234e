import { Rejected, RetryLater, type Wrote } from '../../model/errors.ts';
import { isForeignAnswer, keepingTrackOfWrites } from '../booking-rules.ts';
import { configuredAt } from './configured.ts';
import { applies, isAccepted, leftOf, naming, type Part, type Run, withTaken } from './errand.ts';
import { ask, type ToBook } from './look.ts';
import type { RestAnswer, RestStep } from './options.ts';
import { type Call, isWebPage, notTheErp, type Session } from './session.ts';

/**
 * Takes the steps that a look has left, then reads back. A write that shows no effect is retried once, as some ERPs
 * show it late, and then rejected.
 * @returns Reference of what stands in the ERP now.
 * @throws RetryLater; Rejected when the ERP has changed since the look, naming what was written by then.
 */
export async function book<Context>(
  session: Session,
  { run, steps, taken }: ToBook<Context>,
): Promise<string> {
  const written: string[] = [];
  return keepingTrackOfWrites(
    () => written.length > 0,
    async () => {
      for (const step of steps) {
        try {
          await take(session, run, step);
        } catch (error) {
          throw withTaken(error, [...taken, ...written], session.partner);
        }
        written.push(step.part.name);
      }
      return readBack(session, run);
    },
  );
}

async function take<Context>(
  session: Session,
  run: Run<Context>,
  { part, call }: Part<RestStep<Context>>,
): Promise<void> {
  const { what, key, attempt } = run.errand;
  const { method = 'POST', headers, ...request } = call('request', part.request, run.context);
  const keyHeader = part.idempotencyKeyHeader ? { [part.idempotencyKeyHeader]: key } : {};
  const writing: Call = { what: `${part.name} of ${what}`, signal: attempt.signal };
  const answer = await session.write({ ...request, method, headers: { ...headers, ...keyHeader } }, writing);
  const failure = failureOf(session, run, { part, call }, answer, writing);
  if (failure) throw failure;
  run.answered.set(part.name, answer);
}

/** The configuration has the first word of what an answer means, by its status and its body. */
function failureOf<Context>(
  session: Session,
  { errand, context }: Run<Context>,
  { part, call }: Part<RestStep<Context>>,
  answer: RestAnswer,
  writing: Call,
): Error | undefined {
  const { partner, said } = session;
  const { what } = writing;
  const refused = (sentence: string) =>
    new Rejected(naming(sentence, errand.orderNumber, partner), { code: 'refused-by-erp' });
  const sentence = part.rejected && call('rejected', part.rejected, answer, context);
  if (sentence) return refused(sentence);
  if (answer.status === 423 || (part.retryable && call('retryable', part.retryable, answer, context))) {
    return new RetryLater(`${partner} cannot do ${what} yet${said(answer)}.`, {
      scope: 'order',
      wrote: wroteWith(answer),
    });
  }
  if (part.success?.status?.includes(answer.status) ?? answer.status < 300) {
    if (isWebPage(answer)) {
      return new RetryLater(`${partner} answered ${what} with a web page: check the address.`, {
        scope: 'partner',
        wrote: 'perhaps',
      });
    }
    const told = part.success?.test ? call('success.test', part.success.test, answer, context) : true;
    return told === true ? undefined : refused(told);
  }
  return (
    session.partnerFailure(answer, writing) ??
    (answer.status === 404 && isForeignAnswer(answer)
      ? notTheErp(answer, partner, what, 'perhaps')
      : undefined) ??
    new Rejected(`${partner} refused ${what}${said(answer)}.`, { code: 'refused-by-erp' })
  );
}

/**
 * What a call may have done that the ERP itself put off. A 4xx did nothing; a 2xx with an error in it or a 500 is the
 * ERP's own answer; above are also the statuses of gateways, behind which the ERP may still be at it.
 */
function wroteWith({ status }: RestAnswer): Wrote {
  if (status > 500) return 'perhaps';
  return status < 300 || status === 500 ? 'known' : 'nothing';
}

async function readBack<Context>(session: Session, run: Run<Context>): Promise<string> {
  const { procedure, what, key, attempt } = run.errand;
  const { reference, left, failed }: Shown = procedure.readBack
    ? { reference: await proofOf(session, run, procedure.readBack), left: [] }
    : await lookAgain(session, run);
  if (reference !== undefined && left.length === 0) return reference;
  // A look that failed shows nothing either, and does not say that nothing is there.
  if (failed !== undefined) throw new RetryLater(failed, { scope: 'order', wrote: 'perhaps' });
  const missing = left.length > 0 ? `does not show ${left.join(', ')}` : `shows nothing under ${key}`;
  const nothing = `${session.partner} accepted ${what}, but ${missing}`;
  if (attempt.again) {
    throw new Rejected(`${nothing}, for the second time: look at the order in the ERP and book it by hand.`, {
      code: 'booked-otherwise',
    });
  }
  throw new RetryLater(`${nothing} (yet).`, { scope: 'order', wrote: 'perhaps' });
}

/** What the ERP shows after it was written to. */
interface Shown {
  readonly reference: string | undefined;
  /** Names of steps that do not show. */
  readonly left: readonly string[];
  /** Why it could not be read. */
  readonly failed?: string | undefined;
}

async function proofOf<Context>(
  session: Session,
  { errand, context }: Run<Context>,
  { request, confirmed }: NonNullable<Run<Context>['errand']['procedure']['readBack']>,
): Promise<string | undefined> {
  const call = configuredAt(`${errand.at}.readBack`, errand.orderNumber);
  const answer = await session.read(call('request', request, context), {
    what: `reading its books for ${errand.what}`,
    signal: errand.attempt.signal,
  });
  return answer.status < 300 ? call('confirmed', confirmed, answer, context) : undefined;
}

/** The look-ups once more: those that tell of our key, and the others too where steps tell of themselves by them. */
async function lookAgain<Context>(session: Session, run: Run<Context>): Promise<Shown> {
  const { errand, context, found } = run;
  let reference: string | undefined;
  let failed: string | undefined;
  for (const lookUp of run.lookUps) {
    const { part, call } = lookUp;
    if (!(part.done || run.isStepwise) || !applies(run)(lookUp)) continue;
    const answer = await ask(session, run, lookUp);
    if (isAccepted(answer, part.accepts)) {
      found.set(part.name, answer);
      reference ??= part.done && call('done', part.done, answer, context);
    }
    if (reference !== undefined && !run.isStepwise) return { reference, left: [] };
    const reason = part.waits && call('waits', part.waits, answer, context);
    if (reason) failed ??= naming(reason, errand.orderNumber, session.partner);
  }
  const left = reference === undefined ? [] : leftOf(run, run.steps.filter(applies(run)), reference);
  return { reference, left: left.map(({ part }) => part.name), failed };
}
