import { createAnswerReaders, type Resource } from '../../../shared/azumuta/answer-readers.ts';
import { type AzumutaContract, contractSchema, defaultContract } from '../../../shared/azumuta/contract.ts';
import { sentencesOf } from '../../../shared/azumuta/field-readers.ts';
import type { AzumutaProductOrder, AzumutaRecording } from '../../../shared/azumuta/resources.ts';
import { isRecord } from '../../../shared/platform/json.ts';
import { valueAt } from '../../../shared/platform/places.ts';
import { parse } from '../../../shared/platform/validation.ts';
import type { Answers, ReadOperation } from './recognise/answers.ts';
import type { Finding } from './recognise/findings.ts';
import { shows } from './recognise/values.ts';
import type { ScreenValues } from './screen-values.ts';

type Settings = Readonly<Record<string, unknown>>;

/**
 * The contract of the configuration with what was found, and its lines that differ from what is assumed. Lines that
 * somebody wrote by hand stay, except where something else is sure.
 */
export function proposalOf(current: AzumutaContract, findings: readonly Finding[]) {
  const own = differing(current, defaultContract);
  const settings = findings.reduce((made, { line, set, certainty }) => {
    const isOwn = valueAt(own, line) !== undefined;
    const known = valueAt(current, line);
    // The contract may have it in its list of places or words already.
    const isKnown = Array.isArray(known) && [set].flat().every((each) => known.includes(each));
    const stays = set === undefined || (isOwn && certainty !== 'sure') || isKnown;
    return stays ? made : withLine(made, line, set);
  }, own);
  const parsed = parse(contractSchema, settings);
  if (!parsed.ok) throw new Error(`The proposal is no contract: ${JSON.stringify(parsed.mismatches)}`);
  return { contract: parsed.value, settings: differing(parsed.value, defaultContract) };
}

/** Settings with one more line, `productOrder.number`. */
export function withLine(settings: Settings, line: string, set: unknown): Settings {
  const [name = '', ...rest] = line.split('.');
  if (rest.length === 0) return { ...settings, [name]: set };
  const inner = settings[name];
  return { ...settings, [name]: withLine(isRecord(inner) ? inner : {}, rest.join('.'), set) };
}

/** The configuration replaces these as a whole. */
const whole = new Set(['query', 'body']);

/** The lines in which a contract differs from another. */
function differing(contract: Settings, other: Settings): Settings {
  return Object.fromEntries(
    Object.entries(contract).flatMap(([name, value]): [string, unknown][] => {
      const assumed = other[name];
      // No function is assumed.
      if (typeof value !== 'function' && JSON.stringify(value) === JSON.stringify(assumed)) return [];
      if (isRecord(value) && isRecord(assumed) && !whole.has(name))
        return [[name, differing(value, assumed)]];
      // Names of triggers are added to those that are assumed.
      const isAdded = other === defaultContract.trigger && Array.isArray(value) && Array.isArray(assumed);
      return [[name, isAdded ? value.filter((each) => !assumed.includes(each)) : value]];
    }),
  );
}

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
    const found = valueAt(answers[name], 'answer' in operation ? operation.answer : contract.list.entries);
    const entries = Array.isArray(found) ? found : [found];
    const entry = entries.find((each) => {
      const own = keyOf(each);
      return own.ok && (key === undefined || own.value === key);
    });
    const made = readResource(entry ?? (entries.length === 1 ? entries[0] : undefined));
    const invalid = made.ok ? made.lazy : made.invalid;
    complaints.push(...sentencesOf(invalid).map((sentence) => `${name}: ${sentence}`));
    return made.ok ? made.value : undefined;
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
    order &&
      parameter &&
      !shows(() => order.parameters[parameter.name], parameter.value) &&
      'parameter.value',
    order && variant !== undefined && !shows(() => order.variants, variant) && 'variant.name',
    recorded && recording?.steps.every((step) => !shows(() => step.value, recorded.value)) && 'step.value',
  ];
  const why = 'reads is not what was seen: check that line, and those next to it.';
  return lines.flatMap((line) => (line ? `What azumuta.contract.${line} ${why}` : []));
}
