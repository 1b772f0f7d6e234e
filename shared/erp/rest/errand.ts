import { Rejected } from '../../model/errors.ts';
import type { Attempt } from '../connector.ts';
import { type CallConfigured, configuredAt } from './configured.ts';
import type { ProcedureContext, RestAnswer, RestLookUp, RestProcedure, RestStep } from './options.ts';

/** What a procedure is run for: a booking, or a link. */
export interface Errand<Context> {
  readonly procedure: RestProcedure<Context>;
  /** Where the procedure stands in the configuration. */
  readonly at: 'book' | 'link';
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
  /** @throws Rejected when the order is counted in another unit than this. */
  readonly requireUnit: (unit: string) => void;
}

/** A look-up or a step, and how its functions are called. */
export interface Part<Described> {
  readonly part: Described;
  readonly call: CallConfigured;
}

/** One run of a procedure: the answers that it has so far, and its functions. */
export interface Run<Context> {
  readonly errand: Errand<Context>;
  readonly context: Context;
  /** Answers of look-ups by their names. */
  readonly found: Map<string, RestAnswer>;
  /** Answers to steps by their names. */
  readonly answered: Map<string, RestAnswer>;
  readonly lookUps: readonly Part<RestLookUp<Context>>[];
  readonly steps: readonly Part<RestStep<Context>>[];
  /** Whether a step tells by itself that it was taken. */
  readonly isStepwise: boolean;
}

export function beginRun<Context>(errand: Errand<Context>): Run<Context> {
  const { procedure, at, orderNumber } = errand;
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
  const partsOf = <Described>(list: readonly Described[], field: string) =>
    list.map((part, index) => ({ part, call: configuredAt(`${at}.${field}[${index}]`, orderNumber) }));
  return {
    errand,
    context,
    found,
    answered,
    lookUps: partsOf(procedure.lookUp, 'lookUp'),
    steps: partsOf(procedure.steps, 'steps'),
    isStepwise: procedure.steps.some(({ done }) => done !== undefined),
  };
}

/** Whether it applies to this order. */
export function applies<Context>({ context }: Run<Context>): (part: Part<Conditional<Context>>) => boolean {
  return ({ part, call }) => part.when === undefined || call('when', part.when, context);
}

interface Conditional<Context> {
  readonly when?: (context: Context) => boolean;
}

/**
 * Those of the steps that are still to be taken.
 * @param reference Of what stands in the ERP with our key: of steps that do not tell by themselves, all are taken then.
 */
export function leftOf<Context>(
  { context }: Run<Context>,
  steps: readonly Part<RestStep<Context>>[],
  reference: string | undefined,
): Part<RestStep<Context>>[] {
  return steps.filter(
    ({ part, call }) => !(part.done ? call('done', part.done, context) : reference !== undefined),
  );
}

export function isAccepted({ status }: RestAnswer, accepts: readonly number[] | undefined): boolean {
  return status < 300 || (accepts?.includes(status) ?? false);
}

/** A sentence from the configuration, which may not say of which order it speaks. */
export function naming(sentence: string, orderNumber: string, partner: string): string {
  return sentence.includes(orderNumber) ? sentence : `${partner}, order ${orderNumber}: ${sentence}`;
}

/** The same refusal, after steps that were taken: whoever clears it up must know of them. */
export function withTaken(error: unknown, taken: readonly string[], partner: string): unknown {
  if (!(error instanceof Rejected) || taken.length === 0) return error;
  return new Rejected(`${error.message} ${partner} has of it already: ${taken.join(', ')}.`, {
    code: error.code,
    cause: error,
  });
}
