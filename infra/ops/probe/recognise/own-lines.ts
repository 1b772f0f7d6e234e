import { type AzumutaContract, defaultContract } from '../../../../shared/azumuta/contract.ts';
import { isOneOf } from '../../../../shared/azumuta/value-forms.ts';
import { isRecord, leavesOf } from '../../../../shared/platform/json.ts';
import { type Place, valueAt } from '../../../../shared/platform/places.ts';
import { sourceOf } from '../contract-text.ts';
import type { ScreenValues } from '../screen-values.ts';
import { type FieldFinding, sure, toConfirm } from './findings.ts';
import { type FoundResources, orderIn } from './found.ts';
import { hasWords, readsAs } from './json-nodes.ts';

/** Whether the configuration has this line, `productOrder.number`, and not what is assumed. */
export function isByHand(contract: AzumutaContract, line: string): boolean {
  const [own, assumed] = [contract, defaultContract].map((each) => contractLine(each, line));
  return own !== undefined && sourceOf(own) !== sourceOf(assumed);
}

function contractLine(contract: AzumutaContract, line: string): unknown {
  return line.split('.').reduce<unknown>((part, name) => Object(part)[name], contract);
}

/** What is at a place that the configuration names; undefined where its function fails. */
export function valueAtOwn(json: unknown, place: Place): unknown {
  try {
    return valueAt(json, place);
  } catch {
    return undefined;
  }
}

/** Parts of the contract whose lines say where a field of an answer is. */
const recognisedParts = [
  'article',
  'variant',
  'productOrder',
  'parameter',
  'recordingRef',
  'recording',
  'step',
  'workInstruction',
  'instructionStep',
] as const;
type RecognisedPart = (typeof recognisedParts)[number];

/**
 * What the configuration says comes first: its line is sure where it has the value that was seen, and one whose value
 * nobody has seen is looked at where it says. Where it has nothing, or something else than was seen, what was recognised stands.
 */
export function preferOwnLines(
  recognised: readonly FieldFinding[],
  contract: AzumutaContract,
  resources: FoundResources,
  seen: ScreenValues,
): FieldFinding[] {
  const samples = samplesOfParts(contract, resources, seen);
  const texts = textsSeen(resources, seen);
  const found = recognisedParts.flatMap((part) =>
    Object.keys(contract[part]).flatMap((name): FieldFinding[] => {
      const line = `${part}.${name}`;
      const place = contractLine(contract, line);
      const holdsLines = isRecord(place);
      const isPlace = !holdsLines && line !== 'step.nameIn';
      if (!isPlace || !isByHand(contract, line)) return [];
      // A line of the contract is a place, but for those left out above.
      const own = findOwn(line, place as Place, samples[part], texts(line));
      return own ? [own] : [];
    }),
  );
  const own = [...found, ...ownStatus(contract, resources, seen)];
  const ownOf = new Map(own.map((finding) => [finding.line, finding]));
  const isBetter = (finding: FieldFinding) => {
    const mine = ownOf.get(finding.line);
    return mine !== undefined && (mine.certainty === 'sure' || finding.certainty !== 'sure');
  };
  const kept = recognised.map((finding) =>
    isBetter(finding) ? (ownOf.get(finding.line) ?? finding) : markOwn(finding, contract),
  );
  const lines = new Set(recognised.map(({ line }) => line));
  return [...kept, ...own.filter(({ line }) => !lines.has(line))];
}

/** What was recognised just as the configuration has it. */
function markOwn(finding: FieldFinding, contract: AzumutaContract): FieldFinding {
  const { line, set } = finding;
  const isSame = isByHand(contract, line) && sourceOf(contractLine(contract, line)) === sourceOf(set);
  return isSame ? { ...finding, isOwn: true } : finding;
}

function findOwn(
  line: string,
  place: Place,
  samples: readonly unknown[],
  text: string | undefined,
): FieldFinding | undefined {
  const values = samples.map((sample) => valueAtOwn(sample, place)).filter(isThere);
  const [shown] = values;
  if (shown === undefined) return undefined;
  if (text === undefined)
    return {
      ...toConfirm(line, place, 'the configuration says so, and there is a value'),
      shown,
      isOwn: true,
    };
  const isSeen = values.some(
    (value) => readsAs(value, text) || entriesIn(value).some((one) => hasWords(one, text)),
  );
  if (!isSeen) return undefined;
  return {
    ...sure(line, place, 'the configuration says so, and it has the value that was seen'),
    shown,
    isOwn: true,
  };
}

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

/** The entries of a list; of a map, the map. */
function entriesIn(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return isRecord(value) ? [value] : [];
}

/** Where the lines of each part are looked at: an answer, or the entries of a list in it. */
function samplesOfParts(
  contract: AzumutaContract,
  resources: FoundResources,
  { parameter, variant, recorded }: ScreenValues,
): Readonly<Record<RecognisedPart, readonly unknown[]>> {
  const order = orderIn(resources)?.resource;
  const article = resources.findArticle?.resource;
  const recording = resources.readRecording?.resource;
  const instruction = resources.readWorkInstruction?.resource;
  const entries = (json: unknown, place: Place, text?: string) => {
    const all = entriesIn(valueAtOwn(json, place));
    const meant = all.filter((one) => text !== undefined && hasWords(one, text));
    return [...meant, ...all];
  };
  const parameters = valueAtOwn(order, contract.productOrder.parameters);
  const ofMap = isRecord(parameters) && parameter ? [parameters[parameter.name]] : [];
  return {
    article: [article],
    productOrder: [order],
    recording: [recording],
    workInstruction: [instruction],
    parameter: isRecord(parameters)
      ? ofMap
      : entries(order, contract.productOrder.parameters, parameter?.name),
    variant: [
      ...entries(order, contract.productOrder.variants, variant),
      ...entries(article, contract.article.variants, variant),
    ],
    recordingRef: entries(order, contract.productOrder.recordings),
    step: entries(recording, contract.recording.steps, recorded?.value),
    instructionStep: entries(instruction, contract.workInstruction.steps, recorded?.step),
  };
}

/** What the value of a line is known to be; undefined where nobody has seen it. */
function textsSeen(resources: FoundResources, seen: ScreenValues) {
  const { number, article, parameter, variant, completedStatus, recorded } = seen;
  const texts: Readonly<Record<string, string | undefined>> = {
    'productOrder.number': number,
    'productOrder.id': orderIn(resources)?.id,
    'productOrder.article': article,
    'productOrder.status': completedStatus,
    'productOrder.parameters': parameter?.value,
    'productOrder.variants': variant,
    'productOrder.recordings': resources.readRecording?.id,
    'article.number': article,
    'article.variants': variant,
    'variant.name': variant,
    'parameter.key': parameter?.name,
    'parameter.value': parameter?.value,
    'recordingRef.id': resources.readRecording?.id,
    'recording.id': resources.readRecording?.id,
    'recording.productOrderId': orderIn(resources)?.id,
    'recording.productOrderNumber': number,
    'recording.workInstructionId': resources.readWorkInstruction?.id,
    'recording.steps': recorded?.value,
    'step.name': recorded?.step,
    'step.value': recorded?.value,
    'workInstruction.id': resources.readWorkInstruction?.id,
    'instructionStep.name': recorded?.step,
  };
  return (line: string) => texts[line];
}

/** A status in words that the configuration has for *completed*, of an order that a person sees as completed. */
function ownStatus(
  contract: AzumutaContract,
  resources: FoundResources,
  { completedStatus }: ScreenValues,
): FieldFinding[] {
  const { productOrder, completedStatuses } = contract;
  const shown = valueAtOwn(orderIn(resources)?.resource, productOrder.status);
  const isCompleted = leavesOf(shown ?? []).some((leaf) => isOneOf(completedStatuses)(String(leaf)));
  const isWritten = isByHand(contract, 'completedStatuses');
  const isProof = isWritten && isCompleted;
  if (completedStatus === undefined || !isProof) return [];
  const why = 'the configuration says so, and the order that was seen is completed by it';
  return [
    { ...sure('productOrder.status', productOrder.status, why), shown, isOwn: true },
    { ...sure('completedStatuses', completedStatuses, why), shown, isOwn: true },
  ];
}
