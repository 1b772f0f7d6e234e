import { textOrNothing } from '../../model/configured.ts';
import { Rejected, RetryLater, type Wrote } from '../../model/errors.ts';
import { isForeignAnswer, keepingTrackOfWrites, withDone } from '../booking-rules.ts';
import { ask, type ToBook } from './look.ts';
import type { RestAnswer, RestStep } from './options.ts';
import { configuredAt, isAccepted, naming, type Part } from './run.ts';
import { type Call, isWebPage, notTheErp, type Session } from './session.ts';

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
 * @returns Reference of what the ERP shows now.
 * @throws RetryLater; Rejected when the ERP has changed since the look, naming what was written by then.
 */
export async function book<Context>(
  session: Session,
  { run, steps, taken }: ToBook<Context>,
): Promise<string> {
  type Step = Part<RestStep<Context>>;
  const { partner, said } = session;
  const { task, context, found } = run;
  const { procedure, what, key, attempt, orderNumber } = task;
  const written: string[] = [];
  return keepingTrackOfWrites(async (onWritten) => {
    for (const step of steps) {
      try {
        await take(step);
      } catch (error) {
        throw withDone(error, `${partner} has these steps already`, [...taken, ...written]);
      }
      onWritten();
      written.push(step.part.name);
    }
    return readBack();
  });

  async function take({ part, call }: Step): Promise<void> {
    const { method = 'POST', headers, ...request } = call('request', part.request, context);
    const keyHeader = part.idempotencyKeyHeader ? { [part.idempotencyKeyHeader]: key } : {};
    const writing = { what: `${part.name} of ${what}`, signal: attempt.signal };
    const answer = await session.write(
      { ...request, method, headers: { ...headers, ...keyHeader } },
      writing,
    );
    const failure = failureOf({ part, call }, answer, writing);
    if (failure) throw failure;
    run.answered.set(part.name, answer);
  }

  /** The configuration decides first what an answer means, by its status and its body. */
  function failureOf({ part, call }: Step, answer: RestAnswer, writing: Call): Error | undefined {
    const refused = (sentence: string) =>
      new Rejected(naming(sentence, orderNumber, partner), { code: 'refused-by-erp' });
    const sentence = part.rejected && call('rejected', textOrNothing(part.rejected), answer, context);
    if (sentence) return refused(sentence);
    if (answer.status === 423 || (part.retryable && call('retryable', part.retryable, answer, context))) {
      return new RetryLater(`${partner} cannot do ${writing.what} yet${said(answer)}.`, {
        scope: 'order',
        wrote: wroteWith(answer),
      });
    }
    if (part.success?.status?.includes(answer.status) ?? answer.status < 300) {
      if (isWebPage(answer)) {
        return new RetryLater(`${partner} answered ${writing.what} with a web page: check the address.`, {
          scope: 'partner',
          wrote: 'perhaps',
        });
      }
      const verdict = part.success?.test ? call('success.test', part.success.test, answer, context) : true;
      return verdict === true ? undefined : refused(verdict);
    }
    return (
      session.partnerFailure(answer, writing) ??
      (answer.status === 404 && isForeignAnswer(answer)
        ? notTheErp(answer, partner, writing.what, 'perhaps')
        : new Rejected(`${partner} refused ${writing.what}${said(answer)}.`, { code: 'refused-by-erp' }))
    );
  }

  async function readBack(): Promise<string> {
    const { reference, left, failed } = await (procedure.readBack ? proof(procedure.readBack) : lookAgain());
    if (reference !== undefined && left.length === 0) return reference;
    // A look that failed shows nothing either, and does not say that nothing is there.
    if (failed !== undefined) throw new RetryLater(failed, { scope: 'order', wrote: 'perhaps' });
    const missing = left.length > 0 ? `does not show ${left.join(', ')}` : `shows nothing under ${key}`;
    const nothing = `${partner} accepted ${what}, but ${missing}`;
    if (attempt.again) {
      throw new Rejected(
        `${nothing}, for the second time: look at the order in the ERP and book it by hand.`,
        { code: 'booked-otherwise' },
      );
    }
    throw new RetryLater(`${nothing} (yet).`, { scope: 'order', wrote: 'perhaps' });
  }

  async function proof({ request, confirmed }: NonNullable<typeof procedure.readBack>): Promise<Shown> {
    const call = configuredAt(`${task.at}.readBack`, orderNumber);
    const answer = await session.read(call('request', request, context), {
      what: `reading its books for ${what}`,
      signal: attempt.signal,
    });
    const reference =
      answer.status < 300 ? call('confirmed', textOrNothing(confirmed), answer, context) : undefined;
    return { reference, left: [] };
  }

  /** Asks the look-ups with `done` once more, and the others too if a step needs them to say whether it was taken. */
  async function lookAgain(): Promise<Shown> {
    let reference: string | undefined;
    let failed: string | undefined;
    for (const lookUp of run.lookUps) {
      const { part, call } = lookUp;
      if (!(part.done || run.isStepwise) || !run.applies(lookUp)) continue;
      const answer = await ask(session, run, lookUp);
      if (isAccepted(answer, part.accepts)) {
        found.set(part.name, answer);
        reference ??= part.done && call('done', textOrNothing(part.done), answer, context);
      }
      if (reference !== undefined && !run.isStepwise) return { reference, left: [] };
      const reason = part.waits && call('waits', textOrNothing(part.waits), answer, context);
      if (reason) failed ??= naming(reason, orderNumber, partner);
    }
    const left = reference === undefined ? [] : run.stepsLeft(reference);
    return { reference, left: left.map(({ part }) => part.name), failed };
  }
}

/**
 * What a call may have done that the ERP itself put off. A 4xx did nothing; a 2xx with an error in it or a 500 is the
 * ERP's own answer; above are also the statuses of gateways, behind which the ERP may still be working.
 */
function wroteWith({ status }: RestAnswer): Wrote {
  if (status > 500) return 'perhaps';
  return status < 300 || status === 500 ? 'known' : 'nothing';
}
