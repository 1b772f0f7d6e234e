import { callConfigured, textOrNothing } from '../../model/configured.ts';
import { describeMismatches, parse } from '../../platform/validation.ts';
import { withDone } from '../booking-rules.ts';
import type { Attempt } from '../connector.ts';
import { rejected } from '../failures.ts';
import type { BookingFigures, ProcedureContext } from './figures.ts';
import type { RestAnswer, RestLookUp, RestProcedure, RestStep } from './options.ts';
import { type ListName, type Lists, type LookUpList, listSchemas } from './schemas.ts';

/** What a procedure is run for: a booking, or a link. */
export interface Task<Context> {
  readonly procedure: RestProcedure<Context>;
  /** Path of the procedure in the configuration. */
  readonly at: 'book' | 'link';
  /** `the booking of order MO/0001`, for messages. */
  readonly what: string;
  readonly orderNumber: string;
  /** Identifies this task for ever, in the ERP's books. */
  readonly key: string;
  readonly attempt: Attempt;
  /** Makes what the procedure's functions get, with the answers so far; and what a booking is compared with. */
  readonly begin: (
    answers: ProcedureContext,
    lists: Lists,
  ) => { readonly context: Context; readonly figures?: BookingFigures };
}

/** @returns how its message begins: `erp.book.lookUp[1].done failed for order MO/0001`. */
export function failedAt(path: string, orderNumber: string) {
  return (name: string) => `erp.${path}.${name} failed for order ${orderNumber}`;
}
type Failed = ReturnType<typeof failedAt>;

/**
 * The same part of the configuration, of which a function that throws refuses the order, naming itself.
 * @param texts Those that must answer with a text, or with nothing.
 */
export function guardFunctions<Part extends object>(
  part: Part,
  failed: Failed,
  texts: readonly string[] = [],
): Part {
  const copy = { ...part };
  for (const [name, run] of Object.entries(part)) {
    if (typeof run !== 'function') continue;
    const checked = texts.includes(name) ? textOrNothing(run) : run;
    const call = (...given: unknown[]) => callConfigured(failed(name), () => checked(...given));
    Object.assign(copy, { [name]: call });
  }
  return copy;
}

const lookUpTexts = ['done', 'good', 'refused', 'waits', 'article', 'unit', 'quantity'] as const;

/** A look-up, and its latest answer. */
export interface LookUp<Context> {
  readonly part: RestLookUp<Context>;
  readonly failed: Failed;
  answer?: RestAnswer;
}

/** Which steps need not be taken any more, by their names. */
export interface StepProgress {
  /** Answered in this attempt, or done while the ERP shows our key. */
  readonly taken: readonly string[];
  /** Done while nothing shows our key: by somebody else, or by an attempt of ours that was cut off. */
  readonly seen: readonly string[];
}

/** One run of a procedure: its parts, with the answers that they have so far. */
export class ProcedureRun<Context> {
  readonly task: Task<Context>;
  readonly lookUps: readonly LookUp<Context>[];
  readonly steps: readonly RestStep<Context>[];
  /** Whether a step says itself whether it was taken. */
  readonly isStepwise: boolean;
  /** To the steps of this attempt, by their names. */
  readonly answers = new Map<string, RestAnswer>();
  readonly context: Context;
  readonly figures: BookingFigures | undefined;
  readonly #partner: string;

  /** @param partner How messages name the ERP. */
  constructor(task: Task<Context>, partner: string) {
    const { procedure, at, orderNumber } = task;
    this.task = task;
    this.#partner = partner;
    this.lookUps = procedure.lookUp.map((part, index) => {
      const failed = failedAt(`${at}.lookUp[${index}]`, orderNumber);
      return { failed, part: guardFunctions(part, failed, lookUpTexts) };
    });
    this.steps = procedure.steps.map((step, index) => {
      const failed = failedAt(`${at}.steps[${index}]`, orderNumber);
      return guardFunctions(step, failed, ['rejected']);
    });
    this.isStepwise = this.steps.some(({ done }) => done !== undefined);
    const found = (name: string) => {
      const answer = this.lookUps.find(({ part }) => part.name === name)?.answer;
      if (!answer) throw new Error(`there is no answer of a look-up "${name}" (yet)`);
      return answer;
    };
    const begun = task.begin({ found, answered: (name) => this.answers.get(name) }, (name) =>
      this.lookUps.map((lookUp) => this.list(lookUp, name)).find((listed) => listed !== undefined),
    );
    this.context = begun.context;
    this.figures = begun.figures;
  }

  applies({ when }: Pick<RestStep<Context>, 'when'>): boolean {
    return when === undefined || when(this.context);
  }

  /** Steps still to be taken. @param reference Shown with our key: then those without `done` were taken. */
  stepsLeft(reference: string | undefined): RestStep<Context>[] {
    const isTaken = ({ done }: RestStep<Context>) => (done ? done(this.context) : reference !== undefined);
    return this.steps.filter((step) => this.applies(step) && !isTaken(step));
  }

  /** What a look-up says; undefined without that function, or without an answer. */
  text({ part, answer }: LookUp<Context>, name: (typeof lookUpTexts)[number]): string | undefined {
    return answer && part[name]?.(answer, this.context);
  }

  /** What a look-up lists; undefined without that list, or without an answer. */
  list<Name extends ListName>(
    { part, answer, failed }: LookUp<Context>,
    name: Name,
  ): LookUpList<Name> | undefined {
    const read = part[name];
    if (!answer || !read) return undefined;
    const listed = parse(listSchemas[name], read(answer, this.context));
    if (listed.ok) return listed.value;
    const why = `it answers with a wrong list (${describeMismatches(listed.mismatches)})`;
    throw rejected('configuration', `${failed(name)}: ${why}`);
  }

  /** Reference of what a look-up shows with our key. @throws Rejected when its figures are others than were recorded. */
  readDone(lookUp: LookUp<Context>): string | undefined {
    const reference = this.text(lookUp, 'done');
    if (reference !== undefined)
      this.figures?.compareBooked(this.text(lookUp, 'good'), this.list(lookUp, 'used'));
    return reference;
  }

  /** A sentence from the configuration, which need not name its order. */
  named(sentence: string): string {
    const { orderNumber } = this.task;
    return sentence.includes(orderNumber) ? sentence : `${this.#partner}, order ${orderNumber}: ${sentence}`;
  }

  /** The same refusal, naming what was done before it. Any other error is returned unchanged. */
  withProgress(error: unknown, { taken, seen }: StepProgress): unknown {
    const partner = this.#partner;
    const afterTaken = withDone(error, `${partner} has these steps already`, taken);
    return withDone(afterTaken, `${partner} shows these steps as done, but not who did them`, seen);
  }
}
