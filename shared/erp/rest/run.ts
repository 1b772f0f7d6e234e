import { callConfigured, textOrNothing } from '../../model/configured.ts';
import { describeMismatches, parse } from '../../platform/validation.ts';
import { withDone } from '../booking-rules.ts';
import type { Attempt } from '../connector.ts';
import { type Listed, type ListName, type Lists, listSchemas, type OrderDetails } from './assembly.ts';
import type { ProcedureContext } from './contexts.ts';
import type { RestAnswer, RestProcedure, RestStep } from './options.ts';

/**
 * Calls functions of one part of the configuration; one that throws refuses the order and names its path:
 * `erp.book.lookUp[1].done failed for order MO/0001: …`.
 * @throws Rejected
 */
export type CallConfigured = <Given extends unknown[], Result>(
  name: string,
  run: (...given: Given) => Result,
  ...given: Given
) => Result;

/**
 * @param path Of the part below `erp`: `book.lookUp[1]`.
 * @param orderNumber Absent where it is about no single order.
 */
export function configuredAt(path: string, orderNumber?: string): CallConfigured {
  const about = orderNumber === undefined ? '' : ` for order ${orderNumber}`;
  return (name, run, ...given) => callConfigured(`erp.${path}.${name} failed${about}`, () => run(...given));
}

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
  /** What the procedure's functions get, completed with the answers so far. */
  readonly context: (answers: ProcedureContext, lists: Lists) => Context;
  /** @throws Rejected when the order is for another product than this. */
  readonly requireArticle?: (article: string) => void;
  /** @throws Rejected when the order is counted in another unit than this. */
  readonly requireUnit?: (unit: string) => void;
  /** Takes what the order is for now. @throws Rejected when that is no decimal. */
  readonly compareQuantity?: (quantity: string, unit: string | undefined) => void;
  /** Takes the good quantity that the ERP shows with our key. @throws Rejected when it is not what was built. */
  readonly compareGood?: (good: string) => void;
  /** @throws Rejected for what was recorded, and the order does not have. */
  readonly requireDetails?: (lists: Lists) => void;
  /** Takes the components that the ERP shows with our key. @throws Rejected when they are not what was used. */
  readonly compareUsed?: OrderDetails['compareUsed'];
}

/** Functions of the configuration that read a text in an answer, by their names. */
type Readers<Name extends string, Context> = {
  readonly [Each in Name]?: ((answer: RestAnswer, context: Context) => string | undefined) | undefined;
};

/** Functions of the configuration that read a list in an answer, by their names. */
type Listers<Context> = {
  readonly [Each in ListName]?: ((answer: RestAnswer, context: Context) => unknown) | undefined;
};

/** A look-up or a step, with how its functions are called, and its latest answer. */
export class Part<Described, Context> {
  readonly part: Described;
  readonly call: CallConfigured;
  readonly context: Context;
  answer: RestAnswer | undefined;

  constructor(part: Described, call: CallConfigured, context: Context) {
    this.part = part;
    this.call = call;
    this.context = context;
  }

  /** What one of its functions finds in an answer; undefined without the function, or without an answer. */
  read<Name extends string>(
    this: Part<Readers<Name, Context>, Context>,
    name: Name,
    answer = this.answer,
  ): string | undefined {
    const read = this.part[name];
    return answer && read && this.call(name, textOrNothing(read), answer, this.context);
  }

  /** What one of its functions lists in an answer; undefined without the function, or without an answer. */
  list<Name extends ListName>(this: Part<Listers<Context>, Context>, name: Name): Listed<Name> | undefined {
    const [read, answer] = [this.part[name], this.answer];
    if (!answer || !read) return undefined;
    return this.call(name, () => {
      const listed = parse(listSchemas[name], read(answer, this.context));
      if (listed.ok) return listed.value;
      throw new Error(`it answers with a wrong list (${describeMismatches(listed.mismatches)})`);
    });
  }
}

export type Run<Context> = ReturnType<typeof beginRun<Context>>;

/**
 * One run of a procedure: its parts, with the answers that they have so far.
 * @param partner How messages name the ERP.
 */
export function beginRun<Context>(task: Task<Context>, partner: string) {
  const { procedure, at, orderNumber } = task;
  const lists: Lists = (name) => {
    for (const lookUp of lookUps) {
      const listed = lookUp.list(name);
      if (listed) return listed;
    }
    return undefined;
  };
  const answers: ProcedureContext = {
    answered: (name) => steps.findLast(({ part, answer }) => answer && part.name === name)?.answer,
    found(name) {
      const answer = lookUps.find(({ part }) => part.name === name)?.answer;
      if (!answer) throw new Error(`there is no answer of a look-up "${name}" (yet)`);
      return answer;
    },
  };
  const context = task.context(answers, lists);
  const partsOf = <Described>(list: readonly Described[], field: string) =>
    list.map((part, index) => new Part(part, configuredAt(`${at}.${field}[${index}]`, orderNumber), context));
  const lookUps = partsOf(procedure.lookUp, 'lookUp');
  const steps = partsOf(procedure.steps, 'steps');
  /** Whether a look-up or a step applies to this order. */
  const applies = ({ part, call }: Part<Pick<RestStep<Context>, 'when'>, Context>) =>
    part.when === undefined || call('when', part.when, context);
  return {
    task,
    lists,
    lookUps,
    steps,
    /** Whether a step says itself whether it was taken. */
    isStepwise: procedure.steps.some(({ done }) => done !== undefined),
    applies,
    /** A sentence from the configuration, which need not name its order. */
    named: (sentence: string) =>
      sentence.includes(orderNumber) ? sentence : `${partner}, order ${orderNumber}: ${sentence}`,
    /** An error after these steps were taken. */
    afterSteps: (error: unknown, names: readonly string[]) =>
      withDone(error, `${partner} has these steps already`, names),
    /**
     * Steps that are still to be taken.
     * @param reference Of what the ERP shows with our key: then steps without `done` were taken.
     */
    stepsLeft: (reference: string | undefined) =>
      steps
        .filter(applies)
        .filter(
          ({ part, call }) => !(part.done ? call('done', part.done, context) : reference !== undefined),
        ),
  };
}
