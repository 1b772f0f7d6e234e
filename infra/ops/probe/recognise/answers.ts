import type { ScreenValues } from '../screen-values.ts';
import { isId } from './field-names.ts';
import { type Located, locate, namesIn } from './json-nodes.ts';
import { nameOf } from './values.ts';

/** The operations that read. */
export type ReadOperation =
  | 'findProductOrder'
  | 'readProductOrder'
  | 'findArticle'
  | 'readRecording'
  | 'readWorkInstruction';

/** What the operations answered, as JSON. */
export interface Answers extends Readonly<Partial<Record<ReadOperation, unknown>>> {
  /** The ids that were asked for, where those are known. */
  readonly asked?: Readonly<Partial<Record<ReadOperation, string>>> | undefined;
}

/** An id that is known to be one. */
export interface ProvedId {
  readonly id: string;
  /** It was asked for, and answered; if not, it is only in two answers. */
  readonly wasAsked: boolean;
}

/** A resource and its id, as far as they are known. */
export interface Known {
  readonly located?: Located | undefined;
  readonly id?: ProvedId | undefined;
}

export type Resources = ReturnType<typeof resourcesIn>;

/** Finds the resources in the answers, and their ids. */
export function resourcesIn(answers: Answers, { number, article: articleNumber }: ScreenValues) {
  const id = answers.asked?.readProductOrder;
  const entry = locate(answers.findProductOrder, [number]);
  // An envelope has the number only, a product order its id, too.
  const whole = id === undefined ? undefined : locate(answers.readProductOrder, [number, id]);
  const order = whole ?? locate(answers.readProductOrder, [number]);
  const known = order ?? entry;
  const article = articleNumber === undefined ? undefined : locate(answers.findArticle, [articleNumber]);
  const recording = followed('readRecording', answers);
  const orderId = id === undefined ? commonId(known, recording.located) : { id, wasAsked: true };
  return {
    /** The product order as a list has it. */
    entry,
    /** The product order as it is read by its id. */
    order: { located: order, id: orderId } satisfies Known,
    article: { located: article, id: commonId(article, known) } satisfies Known,
    recording,
    workInstruction: followed('readWorkInstruction', answers),
  };
}

/** The resource that an answer has for the id that was asked for. */
function followed(name: ReadOperation, { [name]: answer, asked }: Answers): Known {
  const id = asked?.[name];
  return id === undefined ? {} : { located: locate(answer, [id]), id: { id, wasAsked: true } };
}

/** The only id that two resources have in common. */
function commonId(one: Located | undefined, other: Located | undefined): ProvedId | undefined {
  const others = new Set(idsIn(other));
  const [id, ...more] = new Set(idsIn(one).filter((each) => others.has(each)));
  return id !== undefined && more.length === 0 ? { id, wasAsked: false } : undefined;
}

/** Values under names of ids. */
function idsIn(located: Located | undefined): string[] {
  const ids = namesIn(located?.resource).filter(({ path }) => isId(path));
  return ids.flatMap(({ value }) => nameOf(value) ?? []);
}
