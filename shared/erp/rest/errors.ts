import { type RetryLater, UnknownOrder, type Wrote } from '../../model/errors.ts';
import { isError } from '../../platform/error-message.ts';
import { type PartnerCall, partnerFailure } from '../../platform/http.ts';
import { valueAt } from '../../platform/places.ts';
import { isForeignAnswer } from '../booking-rules.ts';
import { orderWaits, partnerDown, rejected } from '../failures.ts';
import type { Meaning, Withheld } from './answers.ts';
import type { RestAnswer, RestLookUp, RestStep } from './options.ts';
import type { ProcedureRun } from './run.ts';

// What an answer means where the configuration does not say it: the table is in README.md.

export interface Erp {
  readonly partner: string;
  /** ` (409): the order is closed`: status and the ERP's own sentence, without secrets. */
  readonly said: (answer: RestAnswer) => string;
  readonly now: () => Date;
  /** What the configuration says of any answer; undefined where it says nothing. Asked before anything else. */
  readonly meaningOf: (answer: RestAnswer) => Meaning | undefined;
}

/** What a question has brought: an answer to look at, or why the ERP shows nothing, as the configuration says. */
export type Heard = { readonly shown: RestAnswer } | { readonly withheld: Withheld; readonly status: number };

export interface Call extends PartnerCall {
  /** For messages: `the booking of order MO/0001`. */
  readonly what: string;
  /** Statuses, besides 200 to 299, that are an answer to look at. */
  readonly accepts?: readonly number[] | undefined;
}

// By themselves, 401, 403, 408, 429 and 5xx are failures of the ERP or of our rights: `partnerFailure`.

/** @param accepts Statuses, besides 200 to 299, that are an answer to look at. */
export function isAccepted({ status }: RestAnswer, accepts: readonly number[] = []): boolean {
  return status < 300 || accepts.includes(status);
}

/** Whether somebody has the order. */
function isLocked({ status }: RestAnswer): boolean {
  return status === 423;
}

/** Why a question has no answer of the ERP itself. A refusal is one. */
export function failureOfReading(
  answer: RestAnswer,
  { partner, now }: Erp,
  { what, accepts }: Call,
): RetryLater | undefined {
  const { status } = answer;
  const accepted = accepts?.includes(status) ?? false;
  const failure = accepted ? undefined : partnerFailure(answer, { partner, what, now: now() });
  if (failure) return failure;
  // Not even an accepted 404 may be a web page: it would mean "not booked yet" while a proxy is rolled out.
  const isForeign = accepted ? isWebPage(answer) : isForeignAnswer(answer);
  const isNoJson = answer.json === undefined && status < 300 && !accepted;
  const isForeignAbsence = status === 404 && isForeign;
  return isNoJson || isForeignAbsence ? notTheErp(answer, partner, what) : undefined;
}

/** As `said` is, with the sentence of the configuration. */
export function saidBy({ sentence }: Pick<Meaning, 'sentence'>, status: number): string {
  return ` (${status}): ${sentence}`;
}

/** Why nothing is asked or done now: the ERP is down, as the configuration says. */
export function downBy(
  partner: string,
  meaning: Meaning,
  { what, status, wrote }: { readonly what: string; readonly status: number; readonly wrote?: Wrote },
): RetryLater {
  const { afterSeconds } = meaning;
  return partnerDown(`${partner} cannot do ${what} now${saidBy(meaning, status)}.`, { afterSeconds, wrote });
}

/** What it means that the ERP withholds what was asked for. */
const failuresWithheld: Readonly<
  Record<Withheld['kind'], (partner: string, shown: string, said: string, afterSeconds?: number) => Error>
> = {
  refused: (partner, shown, said) =>
    rejected('refused-by-erp', `${partner} refused to show ${shown}${said}.`),
  waits: (partner, shown, said, afterSeconds) =>
    orderWaits(`${partner} cannot show ${shown} yet${said}.`, { afterSeconds }),
};

/**
 * Why a login gives nothing, as the configuration says: whatever that is, no order can be asked for.
 * @param partner Who has answered: the ERP, or its token service.
 */
export function loginFailure(meaning: Meaning, status: number, partner: string): RetryLater {
  if (meaning.kind !== 'refused') return downBy(partner, meaning, { what: 'the login', status });
  const sentence = `${partner} refused our login${saidBy(meaning, status)}: check the secret.`;
  return partnerDown(sentence, { unauthorized: true });
}

/** Whether a 2xx holds an error, as those of GraphQL do: then it shows nothing. */
export function isErrorIn2xx({ status, json }: RestAnswer): boolean {
  return status < 300 && isError(valueAt(json, ['error', 'errors']));
}

/**
 * What a look-up has brought: an answer to look at, or why it does not show what was asked for; an UnknownOrder when the ERP
 * says that it has none.
 * @param shown What was asked for: `its bookings for the booking of order 4711`.
 */
export function answerOfLookUp<Context>(
  { partner, said }: Erp,
  { accepts, unknown }: Pick<RestLookUp<Context>, 'accepts' | 'unknown'>,
  reading: Heard,
  context: Context,
  { order, shown }: { readonly order: string; readonly shown: string },
): { readonly answer: RestAnswer } | { readonly failure: Error } {
  if ('withheld' in reading) {
    const { withheld, status } = reading;
    const { kind, afterSeconds } = withheld;
    return { failure: failuresWithheld[kind](partner, shown, saidBy(withheld, status), afterSeconds) };
  }
  const answer = reading.shown;
  const accepted = isAccepted(answer, accepts);
  if (accepted ? unknown?.(answer, context) : answer.status === 404) {
    const sentence = answer.status === 404 ? said(answer) : '';
    return { failure: new UnknownOrder(`${partner} does not know order ${order}${sentence}.`) };
  }
  if (!accepted && isLocked(answer))
    return { failure: orderWaits(`${partner} cannot show ${shown} yet${said(answer)}.`) };
  if (!accepted)
    return { failure: rejected('refused-by-erp', `${partner} refused to show ${shown}${said(answer)}.`) };
  // It must not look like an order without bookings: it would be booked a second time.
  if (isErrorIn2xx(answer))
    return {
      failure: orderWaits(`${partner} answered with an error instead of ${shown}${said(answer)}.`),
    };
  return { answer };
}

/** What the answer to a step means: the configuration decides first, by its status and its body. */
export function failureOfStep<Context>(
  erp: Erp,
  run: ProcedureRun<Context>,
  step: RestStep<Context>,
  answer: RestAnswer,
  what: string,
): Error | undefined {
  const { partner, said, now } = erp;
  const { status } = answer;
  const meaning = erp.meaningOf(answer);
  if (meaning) return failuresOfStep[meaning.kind](partner, what, meaning, status);
  const refusal = refusalIn(run, step, answer);
  if (refusal) return refusal;
  if (isLocked(answer) || step.retryable?.(answer, run.context))
    return orderWaits(`${partner} cannot do ${what} yet${said(answer)}.`, { wrote: wroteWith(status) });
  if (status < 300) {
    const where = `${partner} answered ${what} with a web page: check the address.`;
    return isWebPage(answer) ? partnerDown(where, { wrote: 'perhaps' }) : undefined;
  }
  const failure = partnerFailure(answer, { partner, what, wrote: 'perhaps', now: now() });
  if (failure) return failure;
  if (status === 404 && isForeignAnswer(answer)) return notTheErp(answer, partner, what, 'perhaps');
  return rejected('refused-by-erp', `${partner} refused ${what}${said(answer)}.`);
}

/** Only whether the configuration says that a step was refused: for a person. */
export function refusalOfStep<Context>(
  { partner, meaningOf }: Erp,
  run: ProcedureRun<Context>,
  step: RestStep<Context>,
  answer: RestAnswer,
  what: string,
): Error | undefined {
  const meaning = meaningOf(answer);
  if (meaning?.kind !== 'refused') return refusalIn(run, step, answer);
  return failuresOfStep.refused(partner, what, meaning, answer.status);
}

function refusalIn<Context>(
  run: ProcedureRun<Context>,
  { rejected: refusal }: RestStep<Context>,
  answer: RestAnswer,
): Error | undefined {
  const sentence = refusal?.(answer, run.context);
  return sentence ? rejected('refused-by-erp', run.named(sentence)) : undefined;
}

/** What it means for a step, as the configuration says of its answer. */
const failuresOfStep: Readonly<
  Record<Meaning['kind'], (partner: string, what: string, meaning: Meaning, status: number) => Error>
> = {
  refused: (partner, what, meaning, status) =>
    rejected('refused-by-erp', `${partner} refused ${what}${saidBy(meaning, status)}.`),
  waits(partner, what, meaning, status) {
    const { afterSeconds } = meaning;
    const sentence = `${partner} cannot do ${what} yet${saidBy(meaning, status)}.`;
    return orderWaits(sentence, { afterSeconds, wrote: wroteWith(status) });
  },
  down: (partner, what, meaning, status) =>
    downBy(partner, meaning, { what, status, wrote: isOfRequest(status) ? 'nothing' : 'perhaps' }),
};

/** Whether a status says that the request itself was turned away: it did nothing. */
function isOfRequest(status: number): boolean {
  return status >= 300 && status < 500 && status !== 408;
}

/** Something between us and the ERP has answered in its place, which says nothing of the order. */
function notTheErp({ status }: RestAnswer, partner: string, what: string, wrote?: Wrote): RetryLater {
  const hint =
    status === 404 ? ': check the address; if it is how the ERP says so, let a look-up accept it' : '';
  const why = `${partner} answered ${what} with something that is no JSON (${status})${hint}.`;
  return partnerDown(why, { wrote });
}

function isWebPage({ headers }: RestAnswer): boolean {
  return headers.get('content-type')?.includes('html') ?? false;
}

/**
 * What a call may have done that the ERP itself put off. A 4xx did nothing; a 2xx with an error in it or a 500 is the
 * ERP's own answer; above are also the statuses of gateways, behind which the ERP may still be working.
 */
function wroteWith(status: number): Wrote {
  if (status > 500) return 'perhaps';
  return status < 300 || status === 500 ? 'known' : 'nothing';
}
