import type {
  Check,
  Completion,
  Component,
  DetailLine,
  Lot,
  Operation,
  RecordedPlace,
  ScrapReason,
} from './completions.ts';
import { formatQuantity } from './quantity.ts';

const detailLineNames: Readonly<Record<DetailLine, true>> = {
  components: true,
  operations: true,
  checks: true,
};
// Its type says that it has these keys, and a literal has no others.
export const linesAnErpMayLack = Object.keys(detailLineNames) as readonly DetailLine[];

/** Where a person corrects it: ` (step "Torque" of recording 5KKoy7)`; empty where nothing says it. */
export function placeInWords({ recording, step }: RecordedPlace): string {
  const words = [step !== undefined && `step "${step}"`, recording !== undefined && `recording ${recording}`];
  const place = words.filter(Boolean).join(' of ');
  return place && ` (${place})`;
}

/** `SN-7 (2 pcs)`, with its reason where it is scrap. */
export function lotLine({ number, quantity, reason }: Pick<Lot, 'number' | 'quantity' | 'reason'>): string {
  const words = [quantity && formatQuantity(quantity), reason].filter(Boolean).join(', ');
  return words ? `${number} (${words})` : number;
}

/** `2 pcs: Scratch`. */
export function reasonLine({ reason, quantity }: ScrapReason): string {
  return `${formatQuantity(quantity)}: ${reason}`;
}

/** What a line says of each field, in this order; a field that is added does not compile until it has its words, or none. */
type FieldWords<Entry> = { readonly [Name in keyof Required<Entry>]: (entry: Entry) => string | undefined };

/** It begins the line, stands within the words of another field, or says where something was recorded (`placeInWords`). */
const noWords = () => undefined;

function wordsOfFields<Entry>(words: FieldWords<Entry>, entry: Entry): string {
  const all: readonly ((entry: Entry) => string | undefined)[] = Object.values(words);
  return all.flatMap((wordsOf) => wordsOf(entry) || []).join(', ');
}

const componentWords: FieldWords<Component> = {
  article: noWords,
  quantity: ({ quantity }) => (quantity ? formatQuantity(quantity) : 'as planned'),
  lots: ({ lots }) => (lots.length > 0 ? `from ${lots.map(lotLine).join(', ')}` : undefined),
  recording: noWords,
  step: noWords,
};

/** `MOT-1: 4 pcs, from B-17, B-18 (1 pcs)`. */
export function componentLine(component: Component): string {
  return `${component.article}: ${wordsOfFields(componentWords, component)}`;
}

const minutes = (seconds: number) => `${Math.round((seconds / 60) * 100) / 100} min`;

const operationWords: FieldWords<Operation> = {
  operation: noWords,
  good: ({ good }) => good && `${formatQuantity(good)} good`,
  scrap: ({ scrap }) => scrap && `${formatQuantity(scrap)} scrap`,
  setupSeconds: ({ setupSeconds }) =>
    setupSeconds === undefined ? undefined : `${minutes(setupSeconds)} setup`,
  runSeconds: ({ runSeconds }) => (runSeconds === undefined ? undefined : minutes(runSeconds)),
  finished: ({ finished }) => (finished ? 'finished' : 'not finished'),
  recording: noWords,
  step: noWords,
};

/** `0020: 5 pcs good, 10 min setup, 50 min, finished`. */
export function operationLine(operation: Operation): string {
  return `${operation.operation}: ${wordsOfFields(operationWords, operation)}`;
}

const checkWords: FieldWords<Check> = {
  name: noWords,
  value: ({ value, unit, min, max }) => {
    if (value === undefined) return undefined;
    const measured = unit === undefined ? String(value) : `${value} ${unit}`;
    return `${measured}${limitsInWords(min, max)}`;
  },
  unit: noWords,
  min: noWords,
  max: noWords,
  passed: ({ passed, problem }) => {
    const verdict = passed ? 'passed' : 'failed';
    return problem === undefined ? verdict : `${verdict}: ${problem}`;
  },
  problem: noWords,
  recording: noWords,
  step: noWords,
};

/** `Torque: 45.2 Nm (40 to 50), passed`. */
export function checkLine(check: Check): string {
  return `${check.name}: ${wordsOfFields(checkWords, check)}`;
}

function limitsInWords(min: Check['min'], max: Check['max']): string {
  if (min !== undefined && max !== undefined) return ` (${min} to ${max})`;
  if (min !== undefined) return ` (at least ${min})`;
  return max === undefined ? '' : ` (at most ${max})`;
}

/** A line for each part of what the shop floor recorded besides the quantity, in one form for every view and note. */
export function detailLines({
  scrapReasons = [],
  components,
  operations = [],
  checks = [],
}: Pick<Completion, 'scrapReasons' | 'components' | 'operations' | 'checks'>) {
  return {
    scrap: scrapReasons.map(reasonLine),
    component: (components?.used ?? []).map(componentLine),
    operation: operations.map(operationLine),
    check: checks.map(checkLine),
  };
}
