import { Rejected, RetryLater, UnknownOrder, type Wrote } from '../../model/errors.ts';
import { isForeignAnswer, keepingTrackOfWrites, stopIfAborted } from '../booking-rules.ts';
import type { Attempt } from '../connector.ts';
import type {
  ProcedureContext,
  RestAnswer,
  RestLookUp,
  RestProcedure,
  RestRequest,
  RestStep,
} from './options.ts';
import type { Call, Session } from './session.ts';

/** What a procedure is run for. */
export interface Errand<Context> {
  readonly session: Session;
  readonly procedure: RestProcedure<Context>;
  /** `the booking of order MO/0001`, for messages. */
  readonly what: string;
  readonly orderNumber: string;
  /** Names this work for ever, in the ERP's books. */
  readonly key: string;
  readonly attempt: Attempt;
  /** What the procedure's functions get, completed with the answers so far. */
  readonly context: (answers: ProcedureContext) => Context;
  /** @throws Rejected when the order is for another product than this. */
  readonly requireArticle: (article: string) => void;
}

export interface Outcome {
  readonly reference: string;
  /** It stood there before anything was written. */
  readonly alreadyDone: boolean;
}

/**
 * Looks up, writes, reads back. It looks in every attempt, so that a crashed one is recognised whoever comes
 * after it. A write that shows no effect is retried once, as some ERPs show it late, and then rejected.
 * @throws RetryLater, Rejected, UnknownOrder
 */
export async function runProcedure<Context>(errand: Errand<Context>): Promise<Outcome> {
  const { session, procedure, what, orderNumber, key, attempt } = errand;
  const { signal } = attempt;
  const found = new Map<string, RestAnswer>();
  const answered = new Map<string, RestAnswer>();
  const context = errand.context({
    answered: (name) => answered.get(name),
    found(name) {
      const answer = found.get(name);
      if (!answer) throw new Error(`there is no answer of a look-up "${name}" (yet)`);
      return answer;
    },
  });
  let wrote = false;

  return keepingTrackOfWrites(
    () => wrote,
    async () => {
      for (const lookUp of procedure.lookUp) {
        const reference = await look(lookUp);
        if (reference !== undefined) return { reference, alreadyDone: true };
      }
      for (const lookUp of procedure.lookUp) requirePossible(lookUp);

      const steps = procedure.steps.filter(({ when }) => when?.(context) ?? true);
      if (steps.length === 0) {
        throw new Rejected(
          `${session.partner}: no step is configured for ${what}; add one, or do it by hand.`,
          { code: 'configuration' },
        );
      }
      for (const step of steps) await take(step);
      return { reference: await readBack(), alreadyDone: false };
    },
  );

  async function look(lookUp: RestLookUp<Context>): Promise<string | undefined> {
    if (lookUp.when && !lookUp.when(context)) return undefined;
    const answer = await read(lookUp, lookUp.request(context));
    const accepted = isAccepted(answer, lookUp.accepts);
    if ((answer.status === 404 && !accepted) || (accepted && lookUp.unknown?.(answer, context))) {
      const said = answer.status === 404 ? session.said(answer) : '';
      throw new UnknownOrder(`${session.partner} does not know order ${orderNumber}${said}.`);
    }
    if (!accepted) {
      throw new Rejected(
        `${session.partner} refused to show its ${lookUp.name} for ${what}${session.said(answer)}.`,
        { code: 'refused-by-erp' },
      );
    }
    found.set(lookUp.name, answer);
    return lookUp.done?.(answer, context);
  }

  function requirePossible({ name, refused, waits, article }: RestLookUp<Context>): void {
    const answer = found.get(name);
    if (!answer) return;
    const product = article?.(answer, context);
    if (product !== undefined) errand.requireArticle(product);
    const refusal = refused?.(answer, context);
    if (refusal) throw new Rejected(naming(refusal), { code: 'order-state' });
    const reason = waits?.(answer, context);
    if (reason) throw new RetryLater(naming(reason), { scope: 'order' });
  }

  async function take(step: RestStep<Context>): Promise<void> {
    const { method = 'POST', headers, ...request } = step.request(context);
    const keyHeader = step.idempotencyKeyHeader ? { [step.idempotencyKeyHeader]: key } : {};
    const call: Call = { what: `${step.name} of ${what}`, writes: true, signal };
    stopIfAborted(signal, session.partner, call.what);
    const answer = await session.send({ ...request, method, headers: { ...headers, ...keyHeader } }, call);
    const failure = failureOf(step, answer, call);
    if (failure) throw failure;
    wrote = true;
    answered.set(step.name, answer);
  }

  function failureOf(step: RestStep<Context>, answer: RestAnswer, call: Call): Error | undefined {
    const { partner } = session;
    const succeeded = step.success?.status?.includes(answer.status) ?? answer.status < 300;
    const sentence = step.rejected?.(answer, context);
    if (sentence) return new Rejected(naming(sentence), { code: 'refused-by-erp' });
    if (answer.status === 423 || step.retryable?.(answer, context)) {
      return new RetryLater(`${partner} cannot do ${call.what} yet${session.said(answer)}.`, {
        scope: 'order',
        wrote: wroteWith(answer),
      });
    }
    if (succeeded) {
      if (isWebPage(answer)) {
        return new RetryLater(`${partner} answered ${call.what} with a web page: check the address.`, {
          scope: 'partner',
          wrote: 'perhaps',
        });
      }
      const test = step.success?.test?.(answer, context) ?? true;
      return test === true ? undefined : new Rejected(naming(test), { code: 'refused-by-erp' });
    }
    return (
      session.partnerFailure(answer, call) ??
      (answer.status === 404 && isForeignAnswer(answer) ? notTheErp(answer, call) : undefined) ??
      new Rejected(`${partner} refused ${call.what}${session.said(answer)}.`, { code: 'refused-by-erp' })
    );
  }

  async function readBack(): Promise<string> {
    for (const proof of proofs()) {
      const answer = await read(proof, proof.request(context));
      const reference = isAccepted(answer, proof.accepts) ? proof.confirmed(answer, context) : undefined;
      if (reference !== undefined) return reference;
      // A look that failed shows nothing either, and does not say that nothing is there.
      const failed = proof.waits?.(answer, context);
      if (failed) throw new RetryLater(naming(failed), { scope: 'order', wrote: 'perhaps' });
    }
    const nothing = `${session.partner} accepted ${what}, but shows nothing under ${key}`;
    if (attempt.again) {
      throw new Rejected(
        `${nothing}, for the second time: look at the order in the ERP and book it by hand.`,
        { code: 'booked-otherwise' },
      );
    }
    throw new RetryLater(`${nothing} (yet).`, { scope: 'order', wrote: 'perhaps' });
  }

  function proofs() {
    if (procedure.readBack)
      return [{ name: 'books', accepts: undefined, waits: undefined, ...procedure.readBack }];
    return procedure.lookUp.flatMap(({ name, request, accepts, done, waits, when }) =>
      done && (when?.(context) ?? true) ? [{ name, request, accepts, waits, confirmed: done }] : [],
    );
  }

  /** A look-up may be asked by POST, and still changes nothing. */
  async function read(
    { name, accepts }: { readonly name: string; readonly accepts?: readonly number[] | undefined },
    request: RestRequest,
  ): Promise<RestAnswer> {
    const call: Call = { what: `reading its ${name} for ${what}`, writes: false, signal };
    stopIfAborted(signal, session.partner, call.what);
    const answer = await session.send(request, call);
    const accepted = accepts?.includes(answer.status) ?? false;
    const failure = accepted ? undefined : session.partnerFailure(answer, call);
    if (failure) throw failure;
    if (answer.status < 300 && answer.json === undefined) throw notTheErp(answer, call);
    // Not even an accepted 404 may be a web page: it would mean "not booked yet" while a proxy is rolled out.
    if (answer.status === 404 && (accepted ? isWebPage(answer) : isForeignAnswer(answer))) {
      throw notTheErp(answer, call);
    }
    return answer;
  }

  function notTheErp({ status }: RestAnswer, { what: at, writes }: Call): RetryLater {
    const hint =
      status === 404 ? ': check the address; if it is how the ERP says so, let a look-up accept it' : '';
    return new RetryLater(
      `${session.partner} answered ${at} with something that is no JSON (${status})${hint}.`,
      {
        scope: 'partner',
        wrote: writes ? 'perhaps' : 'nothing',
      },
    );
  }

  /** A sentence from the configuration, which may not say of which order it speaks. */
  function naming(sentence: string): string {
    return sentence.includes(orderNumber)
      ? sentence
      : `${session.partner}, order ${orderNumber}: ${sentence}`;
  }
}

/**
 * What a call may have done that the ERP itself put off. A 4xx did nothing; a 2xx with an error in it or a 500 is the
 * ERP's own answer; above are also the statuses of gateways, behind which the ERP may still be at it.
 */
function wroteWith({ status }: RestAnswer): Wrote {
  if (status > 500) return 'perhaps';
  return status < 300 || status === 500 ? 'known' : 'nothing';
}

function isWebPage({ headers }: RestAnswer): boolean {
  return headers.get('content-type')?.includes('html') ?? false;
}

function isAccepted({ status }: RestAnswer, accepts: readonly number[] | undefined): boolean {
  return status < 300 || (accepts?.includes(status) ?? false);
}
