import {
  type Check,
  type CompletedProductOrder,
  checkFrom,
  type EachField,
  type RecordedStep,
  type Recording,
} from '../../model/completions.ts';
import { Rejected } from '../../model/errors.ts';
import { sumOf, toDecimal } from '../../model/quantity.ts';
import { definedFields } from '../../model/unread.ts';
import type { GivenComponent, GivenOperation, GivenScrap } from '../schema.ts';
import { recordedAll, stepsNamed, stepsOfRecordings, valuesOf } from './recorded.ts';

/**
 * Scrap by its reason, where each recording has a step that counts and one that says why.
 * @throws Rejected naming the recording that has not as many reasons as quantities.
 * @example
 * recordedScrap(completed, { quantity: 'Scrap quantity', reason: 'Scrap reason' });
 */
export function recordedScrap(
  completed: CompletedProductOrder,
  steps: { readonly quantity: string; readonly reason: string },
): GivenScrap[] {
  const recordings = new Set(stepsNamed(completed, steps.quantity).map(({ recording }) => recording));
  return [...recordings].flatMap((recording) => {
    const only = { ...completed, recordings: [recording] };
    const counted = recordedAll(only, steps.quantity).filter((amount) => toDecimal(amount) !== '0');
    const reasons = recordedAll(only, steps.reason, { optional: true });
    if (reasons.length > 0 && reasons.length !== counted.length)
      throw unclearRecording(
        recording,
        `has ${counted.length} value(s) in its step "${steps.quantity}" and ${reasons.length} in "${steps.reason}": record one reason for each quantity`,
      );
    return counted.map((quantity, at) => ({ quantity, reason: reasons[at] }));
  });
}

/** Where a component's lot and quantity are recorded: names or ids of steps. */
interface ComponentSteps {
  readonly lot?: string;
  readonly quantity?: string;
  readonly unit?: string;
  /** It may be left out: then it is used as planned. */
  readonly optional?: boolean;
}

/**
 * What was used of each component.
 * @param articles The steps in which each article's lot and quantity are recorded. Without them: the lists that Azumuta
 *   keeps of a recording's components, see `contract.recording.components`.
 * @example
 * recordedComponents(completed, { 'MOT-1': { lot: 'Motor batch' } });
 */
export function recordedComponents(
  completed: CompletedProductOrder,
  articles?: Readonly<Record<string, ComponentSteps>>,
): GivenComponent[] {
  if (!articles)
    return completed.recordings.flatMap(({ id, components = [] }) =>
      components.map(({ article, quantity: amount, unit, lot }): EachField<GivenComponent> => {
        const quantity = amount === undefined ? undefined : { amount, ...definedFields({ unit }) };
        return {
          article,
          quantity,
          lots: lot === undefined ? [] : [{ number: lot, ...definedFields({ quantity }) }],
          recording: id,
          step: undefined,
        };
      }),
    );
  return Object.entries(articles).flatMap(
    ([article, { lot, quantity, unit, optional = false }]): EachField<GivenComponent>[] => {
      const lots = lot === undefined ? [] : [...new Set(recordedAll(completed, lot, { optional }))];
      const amounts = quantity === undefined ? [] : recordedAll(completed, quantity, { optional });
      if (lots.length + amounts.length === 0) return [];
      const step = quantity ?? lot ?? article;
      const [{ recording } = { recording: undefined }] = stepsNamed(completed, step, { optional });
      const amount = amounts.length > 0 && sumOf(amounts.map((one) => amountIn(one, step, recording)));
      const used = amount ? { amount, ...definedFields({ unit }) } : undefined;
      return [{ article, quantity: used, lots, recording: recording?.id, step }];
    },
  );
}

/** The routing operation that a work instruction reports, and the steps that tell about it. */
interface OperationSteps {
  readonly operation: string;
  /** Only where the operations count. */
  readonly good?: string;
  readonly scrap?: string;
  /** Minutes of setup, which are part of the recording's time. */
  readonly setup?: string;
  /** The instruction may be left out: then its operation reports nothing. */
  readonly optional?: boolean;
}

/**
 * What each operation of the routing reports: the time of the recordings of its work instruction.
 * @param instructions Names or ids of the work instructions, in the order of the routing; `null` for one that reports nothing.
 * @throws Rejected for an instruction that was not recorded, and for a recording of another one.
 * @example
 * recordedOperations(completed, { Saw: '0010', Assemble: { operation: '0020', setup: 'Setup' } });
 */
export function recordedOperations(
  completed: CompletedProductOrder,
  instructions: Readonly<Record<string, string | OperationSteps | null>>,
): GivenOperation[] {
  const nameOf = ({ workInstruction }: Recording) =>
    [workInstruction?.name, workInstruction?.id].find(
      (name) => name !== undefined && Object.hasOwn(instructions, name),
    );
  const other = completed.recordings.find((recording) => nameOf(recording) === undefined);
  if (other) {
    const { name, id } = other.workInstruction ?? {};
    throw unclearRecording(
      other,
      `is of work instruction ${name === undefined ? (id ?? '(none)') : `"${name}"`}, from which no operation is mapped: give it its operation, or null if it reports none`,
    );
  }
  return Object.entries(instructions).flatMap(([instruction, given]) => {
    const steps: OperationSteps | null = typeof given === 'string' ? { operation: given } : given;
    const recordings = completed.recordings.filter((recording) => nameOf(recording) === instruction);
    const isLeftOut = recordings.length === 0 && steps?.optional;
    if (!steps || isLeftOut) return [];
    const [first] = recordings;
    if (first) return [reportedOperation(steps, { ...completed, recordings }, first)];
    throw new Rejected(
      `no recording of product order ${completed.productOrder.number} is of work instruction "${instruction}", which reports operation ${steps.operation}: name it as Azumuta does now, or say that it may be missing: { operation: '${steps.operation}', optional: true }`,
      { causeCode: 'completion-unclear' },
    );
  });
}

function reportedOperation(
  { operation, good, scrap, setup }: OperationSteps,
  completed: CompletedProductOrder,
  recording: Recording,
): EachField<GivenOperation> {
  const total = (step: string) =>
    sumOf(
      stepsNamed(completed, step).flatMap((found) =>
        valuesOf(found.step).map((one) => amountIn(one, step, found.recording)),
      ),
    );
  const seconds = completed.recordings.flatMap(({ durationSeconds }) => durationSeconds ?? []);
  const setupSeconds = setup === undefined ? 0 : Number(total(setup)) * 60;
  const worked = seconds.reduce((sum, one) => sum + one, 0);
  if (seconds.length > 0 && setupSeconds > worked)
    throw unclearRecording(
      recording,
      `has more setup in its step "${setup}" than it took (${worked / 60} min): correct it in Azumuta`,
    );
  return {
    operation,
    recording: recording.id,
    good: good === undefined ? undefined : total(good),
    scrap: scrap === undefined ? undefined : total(scrap),
    setupSeconds: setup === undefined ? undefined : setupSeconds,
    runSeconds: seconds.length === 0 ? undefined : worked - setupSeconds,
    finished: true,
    step: undefined,
  };
}

/**
 * Every step that Azumuta has judged, or those of these names.
 * @param units Of steps that count or measure, and have no unit in Azumuta.
 * @example
 * recordedChecks(completed, { units: { Labels: 'pcs' } });
 */
export function recordedChecks(
  completed: CompletedProductOrder,
  {
    only,
    units = {},
  }: { readonly only?: readonly string[]; readonly units?: Readonly<Record<string, string>> } = {},
): Check[] {
  const found = only
    ? only.flatMap((name) => stepsNamed(completed, name))
    : stepsOfRecordings(completed.recordings).filter(({ step }) => step.ok !== undefined);
  return found.map(({ recording, step }) => {
    const name = step.name ?? step.id ?? 'check';
    const { unit = units[name], min, max, ok: passed = isWithinLimits(step) } = step;
    const isOne = typeof step.value === 'number' || typeof step.value === 'boolean';
    const value = isOne ? step.value : valuesOf(step).join(', ') || undefined;
    return checkFrom({
      name,
      value,
      unit,
      min,
      max,
      passed,
      problem: undefined,
      recording: recording.id,
      step: undefined,
    });
  });
}

function isWithinLimits({ value, min, max }: RecordedStep): boolean {
  const amount = Number(value);
  return value !== undefined && (min === undefined || amount >= min) && (max === undefined || amount <= max);
}

function amountIn(value: string, step: string, recording: Recording | undefined): string {
  const amount = toDecimal(value);
  if (amount !== undefined) return amount;
  throw unclearRecording(recording, `has no number in its step "${step}": correct it in Azumuta`);
}

/** @param why Continues `recording 17 …`. */
function unclearRecording(recording: Recording | undefined, why: string): Rejected {
  return new Rejected(`recording ${recording?.id ?? '(unknown)'} ${why}`, {
    causeCode: 'completion-unclear',
  });
}
