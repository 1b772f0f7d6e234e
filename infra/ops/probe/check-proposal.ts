import { createAnswerReaders, type Resource } from '../../../shared/azumuta/answer-readers.ts';
import type { AzumutaContract } from '../../../shared/azumuta/contract.ts';
import { sentencesOf } from '../../../shared/azumuta/fields.ts';
import type { AzumutaProductOrder, AzumutaRecording } from '../../../shared/azumuta/resources.ts';
import { readerOf } from '../../../shared/platform/places.ts';
import type { Answers, ReadOperation } from './recognise/answers.ts';
import { reads } from './recognise/json-nodes.ts';
import type { ScreenValues } from './screen-values.ts';

/**
 * Reads the answers by this contract as the flows will.
 * @returns A sentence for each thing that they would not understand, or would read otherwise than it was seen.
 */
export function complaintsOf(contract: AzumutaContract, answers: Answers, seen: ScreenValues): string[] {
  const { asked = {} } = answers;
  const complaints: string[] = [];

  /** Reads what has the key, whether it is in a list or alone. */
  function read<T>(name: ReadOperation, { keyOf, read: readResource }: Resource<T>, key?: string) {
    if (answers[name] === undefined) return undefined;
    const operation = contract.operations[name];
    const place = 'answer' in operation ? operation.answer : contract.list.entries;
    const found = readerOf(place)(answers[name]);
    const entries = Array.isArray(found) ? found : [found];
    const entry = entries.find((each) => {
      const own = keyOf(each);
      return own.ok && (key === undefined || own.value === key);
    });
    const made = readResource(entry ?? (entries.length === 1 ? entries[0] : undefined));
    if (made.ok) return made.value;
    complaints.push(...sentencesOf(made.misfits).map((sentence) => `${name}: ${sentence}`));
    return undefined;
  }

  const readers = createAnswerReaders(contract);
  read('findProductOrder', readers.findProductOrder, seen.number);
  if (seen.article !== undefined) read('findArticle', readers.findArticle, seen.article);
  const order = read('readProductOrder', readers.readProductOrder, asked.readProductOrder);
  const recording = read('readRecording', readers.readRecording, asked.readRecording);
  read('readWorkInstruction', readers.readWorkInstruction, asked.readWorkInstruction);
  return [...complaints, ...differingLines(seen, order, recording)];
}

/** A sentence for each line of the contract that reads otherwise than it was seen. */
function differingLines(
  { number, article, completedStatus, parameter, variant, recorded }: ScreenValues,
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
  return lines
    .filter((line) => typeof line === 'string')
    .map(
      (line) =>
        `What azumuta.contract.${line} reads is not what was seen: look at that line, and at those beside it.`,
    );
}
