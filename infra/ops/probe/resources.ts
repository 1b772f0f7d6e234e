import { rankOf } from './candidates.ts';
import type { Seen } from './seen.ts';
import { isIdName, type Located, lastOf, listsIn, locate, nameOf, scalarsIn } from './spots.ts';

/** An id, and how it is known to be one, to follow "it". */
export interface ProvedId {
  readonly id: string;
  readonly proof: string;
  /** It was asked for, and answered. */
  readonly wasAsked: boolean;
}

/** Answers to the operations that read, as JSON, and the ids that they were asked with, where those are known. */
export interface Answers {
  readonly findProductOrder?: unknown;
  readonly readProductOrder?: unknown;
  readonly findArticle?: unknown;
  readonly readRecording?: unknown;
  readonly readWorkInstruction?: unknown;
  readonly asked?: {
    readonly productOrder?: string | undefined;
    readonly recording?: string | undefined;
    readonly workInstruction?: string | undefined;
  };
}

/** What the answers hold, and what is known of their ids. */
export interface Resources {
  /** The product order as the list has it. */
  readonly entry: Located | undefined;
  /** The product order as it is read by its id. */
  readonly order: Located | undefined;
  readonly article: Located | undefined;
  readonly recording: Located | undefined;
  readonly workInstruction: Located | undefined;
  readonly orderId: ProvedId | undefined;
  readonly articleId: ProvedId | undefined;
  readonly recordingId: ProvedId | undefined;
  readonly workInstructionId: ProvedId | undefined;
}

export function resourcesIn(answers: Answers, seen: Seen): Resources {
  const { asked = {} } = answers;
  const entry = locate(answers.findProductOrder, [seen.number]);
  const byNumber = locate(answers.readProductOrder, [seen.number]);
  // An envelope has the number only; a product order, its id, too.
  const order = asked.productOrder
    ? (locate(answers.readProductOrder, [seen.number, asked.productOrder]) ?? byNumber)
    : byNumber;
  const told = order ?? entry;
  const article = seen.article === undefined ? undefined : locate(answers.findArticle, [seen.article]);
  const recording = followed('recording.id', answers.readRecording, asked.recording, idsInLists(told));
  const instruction = followed(
    'workInstruction.id',
    answers.readWorkInstruction,
    asked.workInstruction,
    idsIn(recording.located),
  );
  return {
    ...{ entry, order, article, recording: recording.located, workInstruction: instruction.located },
    orderId: asked.productOrder ? askedFor(asked.productOrder) : shared(told, recording.located),
    articleId: shared(article, told),
    recordingId: recording.proved,
    workInstructionId: instruction.proved,
  };
}

const askedFor = (id: string): ProvedId => ({
  id,
  wasAsked: true,
  proof: 'was answered with what was looked for',
});
const inBoth = (id: string): ProvedId => ({ id, wasAsked: false, proof: 'stands in another answer, too' });

/** What an answer holds for the id that was asked for; else for those that it bears under the name of an id. */
function followed(line: string, answer: unknown, asked: string | undefined, ids: readonly string[]) {
  if (asked !== undefined) return { located: locate(answer, [asked]), proved: askedFor(asked) };
  const borne = [...new Set(ids)].flatMap((id) => {
    const located = locate(answer, [id]);
    const at = scalarsIn(located?.resource).find((spot) => nameOf(spot.value) === id)?.path ?? '';
    return located && isIdName(lastOf(at)) ? [{ id, located, rank: rankOf(line, at) }] : [];
  });
  const [best, ...others] = borne.toSorted((a, b) => a.rank - b.rank);
  // A list has others beside it.
  const located = best && { ...best.located, isDoubtful: best.located.isDoubtful || best.located.isList };
  return { located, proved: best && others.length === 0 ? inBoth(best.id) : undefined };
}

/** The only id that two resources have in common. */
function shared(one: Located | undefined, other: Located | undefined): ProvedId | undefined {
  const others = idsIn(other);
  const [id, ...more] = new Set(idsIn(one).filter((each) => others.includes(each)));
  return id !== undefined && more.length === 0 ? inBoth(id) : undefined;
}

/** Values under names of ids. */
function idsIn(located: Located | undefined): string[] {
  const ids = scalarsIn(located?.resource).filter(({ path }) => isIdName(lastOf(path)));
  return ids.flatMap(({ value }) => nameOf(value) ?? []);
}

/** Values in the entries of lists, but for what the resource says of itself. */
function idsInLists(located: Located | undefined): string[] {
  const own = new Set(scalarsIn(located?.resource).map(({ value }) => nameOf(value)));
  return listsIn(located?.resource)
    .flatMap(({ value }) => value)
    .flatMap((entry) => scalarsIn(entry).flatMap(({ value }) => nameOf(value) ?? []))
    .filter((id) => !own.has(id));
}
