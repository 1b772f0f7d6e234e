import { createAnswerReaders, type Resource } from '../../../shared/azumuta/answer-readers.ts';
import type { AzumutaContract } from '../../../shared/azumuta/contract.ts';
import { sentencesOf } from '../../../shared/azumuta/fields.ts';
import type { AzumutaProductOrder, AzumutaRecording } from '../../../shared/azumuta/resources.ts';
import { readerOf } from '../../../shared/platform/places.ts';
import type { Answers } from './resources.ts';
import type { Seen } from './seen.ts';
import { reads } from './spots.ts';

/**
 * Reads the answers as the flows will, by this contract.
 * @returns A sentence for each thing that they would not understand, or would read otherwise than it was seen.
 */
export function complaintsOf(contract: AzumutaContract, answers: Answers, seen: Seen): string[] {
  const readers = createAnswerReaders(contract);
  const { asked = {} } = answers;
  const listed = readerOf(contract.list.entries);
  const answered = (name: 'readProductOrder' | 'readRecording' | 'readWorkInstruction') =>
    readerOf(contract.operations[name].answer ?? '')(answers[name]);
  const complaints: string[] = [];

  /** What has the key, out of a list or by itself. */
  function read<T>(
    name: keyof Answers,
    { keyOf, read }: Resource<T>,
    found: unknown,
    key: string | undefined,
  ) {
    if (answers[name] === undefined) return undefined;
    const has = (entry: unknown) => {
      const own = keyOf(entry);
      return own.ok && (key === undefined || own.value === key);
    };
    const entries = Array.isArray(found) ? found : [found];
    const entry = entries.find(has) ?? (entries.length === 1 ? entries[0] : undefined);
    const made = read(entry);
    if (made.ok) return made.value;
    complaints.push(...sentencesOf(made.misfits).map((sentence) => `${name}: ${sentence}`));
    return undefined;
  }

  read('findProductOrder', readers.findProductOrder, listed(answers.findProductOrder), seen.number);
  if (seen.article !== undefined)
    read('findArticle', readers.findArticle, listed(answers.findArticle), seen.article);
  const order = read(
    'readProductOrder',
    readers.readProductOrder,
    answered('readProductOrder'),
    asked.productOrder,
  );
  const recording = read('readRecording', readers.readRecording, answered('readRecording'), asked.recording);
  read(
    'readWorkInstruction',
    readers.readWorkInstruction,
    answered('readWorkInstruction'),
    asked.workInstruction,
  );

  return [...complaints, ...differing(seen, order, recording)];
}

/** What is read otherwise than it was seen. */
function differing(
  { number, article, completedStatus, parameter, variant, recorded }: Seen,
  order: AzumutaProductOrder | undefined,
  recording: AzumutaRecording | undefined,
): string[] {
  const lines = [
    order && order.number !== number && 'productOrder.number',
    order && article !== undefined && order.article !== article && 'productOrder.article',
    order && completedStatus !== undefined && !order.completed && 'productOrder.status',
    order && parameter && !reads(order.parameters[parameter.name], parameter.value) && 'parameter.value',
    order && variant !== undefined && !order.variants.some((each) => reads(each, variant)) && 'variant.name',
    recording &&
      recorded &&
      !recording.steps.some(({ value }) => reads(value, recorded.value)) &&
      'step.value',
  ];
  return lines.flatMap((line) =>
    line
      ? `What azumuta.contract.${line} reads is not what was seen: look at that line, and at those beside it.`
      : [],
  );
}
