import { createAnswerReaders, type Resource } from '../../../shared/azumuta/answer-readers.ts';
import type { AzumutaContract } from '../../../shared/azumuta/contract.ts';
import { sentencesOf } from '../../../shared/azumuta/field-readers.ts';
import type { AzumutaProductOrder } from '../../../shared/azumuta/resources.ts';
import { readOrWhy, Unread } from '../../../shared/model/unread.ts';
import { valueAt } from '../../../shared/platform/places.ts';
import type { Resources } from './explore.ts';
import { reads } from './recognise/json-nodes.ts';
import type { ScreenValues } from './screen-values.ts';

/**
 * Reads the answers by this contract as the flows will.
 * @returns A sentence for each thing that they would not understand, or would read otherwise than it was seen.
 */
export function complaintsOf(contract: AzumutaContract, resources: Resources, seen: ScreenValues): string[] {
  const complaints: string[] = [];

  /** Reads what has the key, whether it is in a list or alone. */
  function read<T>(name: keyof Resources, { keyOf, read: readResource }: Resource<T>, key?: string) {
    const answered = resources[name];
    if (!answered) return undefined;
    const operation = contract.operations[name];
    const place = 'answer' in operation ? operation.answer : contract.list.entries;
    const entries = [valueAt(answered.json, place)].flat();
    const entry = entries.find((each) => {
      const own = keyOf(each);
      return own.ok && (key ?? answered.id ?? own.value) === own.value;
    });
    const made = readResource(entry ?? (entries.length === 1 ? entries[0] : undefined));
    const invalid = made.ok ? made.lazy : made.invalid;
    complaints.push(...sentencesOf(invalid).map((sentence) => `${name}: ${sentence}`));
    return made.ok ? made.value : undefined;
  }

  const readers = createAnswerReaders(contract);
  read('findProductOrder', readers.findProductOrder, seen.number);
  read('findArticle', readers.findArticle, seen.article);
  const order = read('readProductOrder', readers.readProductOrder);
  const recording = read('readRecording', readers.readRecording);
  read('readWorkInstruction', readers.readWorkInstruction);
  const { completedStatus, recorded } = seen;
  const lines = order ? differing(order, seen).map(({ line }) => line) : [];
  if (order && completedStatus !== undefined && !order.completed) lines.push('productOrder.status');
  if (recorded && recording?.steps.every((step) => !shows(() => step.value, recorded.value)))
    lines.push('step.value');
  const why = 'reads is not what was seen: check that line, and those next to it.';
  return [...complaints, ...lines.map((line) => `What azumuta.contract.${line} ${why}`)];
}

/** The fields in which a product order is another than was seen: the line of the contract, and what people call it. */
export function differing(
  order: AzumutaProductOrder,
  { number, article, parameter, variant }: ScreenValues,
): { readonly line: string; readonly called: string }[] {
  const fields = [
    { line: 'productOrder.number', called: 'number', isSame: order.number === number },
    {
      line: 'productOrder.article',
      called: 'article',
      isSame: article === undefined || order.article === article,
    },
    {
      line: 'parameter.value',
      called: `parameter ${parameter?.name}`,
      isSame: !parameter || shows(() => order.parameters[parameter.name], parameter.value),
    },
    {
      line: 'variant.name',
      called: `variant ${variant}`,
      isSame: variant === undefined || shows(() => order.variants, variant),
    },
  ];
  return fields.filter(({ isSame }) => !isSame);
}

/** Whether a field, or an entry of its list, reads as this text; not where it cannot be understood. */
function shows(field: () => unknown, text: string): boolean {
  const value = readOrWhy(field);
  return !(value instanceof Unread) && [value, ...[value].flat()].some((each) => reads(each, text));
}
