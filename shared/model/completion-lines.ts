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

/** `MOT-1: 4 pcs, from B-17, B-18 (1 pcs)`. */
export function componentLine({ article, quantity, lots }: Component): string {
  const from = lots.length > 0 && `from ${lots.map(lotLine).join(', ')}`;
  return `${article}: ${[quantity ? formatQuantity(quantity) : 'as planned', from].filter(Boolean).join(', ')}`;
}

/** `0020: 5 pcs good, 10 min setup, 50 min, finished`. */
export function operationLine(operation: Operation): string {
  const { good, scrap, setupSeconds, runSeconds, finished } = operation;
  const minutes = (seconds: number) => `${Math.round((seconds / 60) * 100) / 100} min`;
  const words = [
    good && `${formatQuantity(good)} good`,
    scrap && `${formatQuantity(scrap)} scrap`,
    setupSeconds !== undefined && `${minutes(setupSeconds)} setup`,
    runSeconds !== undefined && `${minutes(runSeconds)}`,
    finished ? 'finished' : 'not finished',
  ];
  return `${operation.operation}: ${words.filter(Boolean).join(', ')}`;
}

/** `Torque: 45.2 Nm (40 to 50), passed`. */
export function checkLine({ name, value, unit, min, max, passed, problem }: Check): string {
  const limits = limitsInWords(min, max);
  const measured = value === undefined ? '' : `${value}${unit === undefined ? '' : ` ${unit}`}${limits}, `;
  return `${name}: ${measured}${passed ? 'passed' : 'failed'}${problem === undefined ? '' : `: ${problem}`}`;
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
