import type { Seen } from './seen.ts';
import { isIdName, type Located, lastOf, listsIn, locate, nameOf, scalarsIn } from './spots.ts';

/** An id, and how it is known to be one, to follow "it". */
export interface ProvedId {
  readonly id: string;
  readonly proof: string;
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
  const entry = locate(answers.findProductOrder, seen.number);
  const order = locate(answers.readProductOrder, seen.number);
  const told = order ?? entry;
  const article = seen.article === undefined ? undefined : locate(answers.findArticle, seen.article);
  const askedRecording = asked.recording ?? idsInLists(told).find((id) => locate(answers.readRecording, id));
  const recording = askedRecording === undefined ? undefined : locate(answers.readRecording, askedRecording);
  const instructions = idsIn(recording);
  const askedInstruction =
    asked.workInstruction ?? instructions.find((id) => locate(answers.readWorkInstruction, id));
  const workInstruction =
    askedInstruction === undefined ? undefined : locate(answers.readWorkInstruction, askedInstruction);
  const proved = (id: string | undefined, wasAsked: boolean): ProvedId | undefined =>
    id === undefined
      ? undefined
      : { id, proof: wasAsked ? 'was answered with what was looked for' : 'stands in another answer, too' };
  const shared = (one: Located | undefined, other: Located | undefined) => {
    const others = idsIn(other);
    const both = [...new Set(idsIn(one).filter((id) => others.includes(id)))];
    return both.length === 1 ? both[0] : undefined;
  };
  return {
    ...{ entry, order, article, recording, workInstruction },
    orderId: proved(asked.productOrder ?? shared(told, recording), asked.productOrder !== undefined),
    articleId: proved(shared(article, told), false),
    recordingId: proved(askedRecording, asked.recording !== undefined),
    workInstructionId: proved(askedInstruction, asked.workInstruction !== undefined),
  };
}

/** Values under names of ids. */
function idsIn(located: Located | undefined): string[] {
  const ids = scalarsIn(located?.resource).filter(({ path }) => isIdName(lastOf(path)));
  return ids.flatMap(({ value }) => nameOf(value) ?? []);
}

function idsInLists(located: Located | undefined): string[] {
  return listsIn(located?.resource)
    .flatMap(({ value }) => value)
    .flatMap((entry) => [entry, ...scalarsIn(entry).map(({ value }) => value)])
    .flatMap((value) => nameOf(value) ?? []);
}
