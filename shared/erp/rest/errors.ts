import type { RetryLater, Wrote } from '../../model/errors.ts';
import { isForeignAnswer } from '../booking-rules.ts';
import { orderWaits, partnerDown, rejected } from '../failures.ts';
import type { RestAnswer, RestStep } from './options.ts';
import { type Part, type Run, readText } from './run.ts';

// What an answer means where the configuration does not say it: the table is in README.md.

/** An answer to a step, and what is known of it without the configuration. */
interface Answered {
  readonly partner: string;
  /** The step, in a sentence. */
  readonly what: string;
  readonly answer: RestAnswer;
  /** Its status, and the ERP's own sentence. */
  readonly said: string;
  /** The failure of the ERP as a whole, or of our rights, that it means. */
  readonly partnerFailure: RetryLater | undefined;
}

/** What the answer to a step means: the configuration decides first, by its status and its body. */
export function failureOfStep<Context>(
  { context, named }: Run<Context>,
  step: Part<RestStep<Context>>,
  { partner, what, answer, said, partnerFailure }: Answered,
): Error | undefined {
  const { part, call } = step;
  const refused = (sentence: string) => rejected('refused-by-erp', named(sentence));
  const sentence = readText(context, step, 'rejected', answer);
  if (sentence) return refused(sentence);
  if (answer.status === 423 || (part.retryable && call('retryable', part.retryable, answer, context)))
    return orderWaits(`${partner} cannot do ${what} yet${said}.`, { wrote: wroteWith(answer) });
  if (part.success?.status?.includes(answer.status) ?? answer.status < 300) {
    if (isWebPage(answer)) {
      const where = `${partner} answered ${what} with a web page: check the address.`;
      return partnerDown(where, { wrote: 'perhaps' });
    }
    const verdict = part.success?.test ? call('success.test', part.success.test, answer, context) : true;
    return verdict === true ? undefined : refused(verdict);
  }
  if (partnerFailure) return partnerFailure;
  if (answer.status === 404 && isForeignAnswer(answer)) return notTheErp(answer, partner, what, 'perhaps');
  return rejected('refused-by-erp', `${partner} refused ${what}${said}.`);
}

/** Something between us and the ERP has answered in its place, which says nothing of the order. */
export function notTheErp(
  { status }: RestAnswer,
  partner: string,
  what: string,
  wrote: Wrote = 'nothing',
): RetryLater {
  const hint =
    status === 404 ? ': check the address; if it is how the ERP says so, let a look-up accept it' : '';
  return partnerDown(`${partner} answered ${what} with something that is no JSON (${status})${hint}.`, {
    wrote,
  });
}

export function isWebPage({ headers }: RestAnswer): boolean {
  return headers.get('content-type')?.includes('html') ?? false;
}

/**
 * What a call may have done that the ERP itself put off. A 4xx did nothing; a 2xx with an error in it or a 500 is the
 * ERP's own answer; above are also the statuses of gateways, behind which the ERP may still be working.
 */
export function wroteWith({ status }: RestAnswer): Wrote {
  if (status > 500) return 'perhaps';
  return status < 300 || status === 500 ? 'known' : 'nothing';
}
