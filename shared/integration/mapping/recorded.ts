import type { CompletedProductOrder, RecordedStep, Recording } from '../../model/completions.ts';
import { Rejected } from '../../model/errors.ts';
import { compareDecimals, toDecimal } from '../../model/quantity.ts';

interface StepOfRecording {
  readonly recording: Recording;
  readonly step: RecordedStep;
}

/** Whether a step may be missing. Else a missing one rejects the completion, as it may have been renamed in Azumuta. */
interface Wanted {
  readonly optional?: boolean;
}

/**
 * The value of a recorded step, the last one when it was recorded several times.
 * @param step Its name as Azumuta shows it, or its id.
 * @returns undefined when it was left empty.
 * @throws Rejected when no recording has the step, unless it is optional.
 * @example
 * recorded(completed, 'Good quantity');
 */
export function recorded(
  completed: CompletedProductOrder,
  step: string,
  wanted: Wanted = {},
): string | undefined {
  return recordedAll(completed, step, wanted).at(-1);
}

/**
 * All values of a recorded step, in the order of the recordings, without empty ones.
 * @param step Its name as Azumuta shows it, or its id.
 * @throws Rejected when no recording has the step, unless it is optional.
 * @example
 * recordedAll(completed, 'Serial number').map((number) => ({ number, scrapped: true }));
 */
export function recordedAll(completed: CompletedProductOrder, step: string, wanted: Wanted = {}): string[] {
  return stepsNamed(completed, step, wanted).flatMap(({ step: found }) => valuesOf(found));
}

/** The values of a step as text, without empty ones. */
export function valuesOf({ value }: RecordedStep): string[] {
  const values = Array.isArray(value) ? value : [value];
  return values.filter((one) => one !== undefined && one !== '').map(String);
}

/** Every recorded step, with its recording. */
export function stepsOfRecordings(recordings: readonly Recording[]): StepOfRecording[] {
  return recordings.flatMap((recording) => recording.steps.map((step) => ({ recording, step })));
}

/** Every recorded step of this name, or of this id. @throws Rejected when there is none, unless it is optional */
export function stepsNamed(
  { productOrder, recordings }: CompletedProductOrder,
  wanted: string,
  { optional = false }: Wanted = {},
): StepOfRecording[] {
  const all = stepsOfRecordings(recordings);
  const named = all.filter(({ step }) => step.name === wanted);
  const found = named.length > 0 ? named : all.filter(({ step }) => step.id === wanted);
  if (found.length > 0 || optional) return found;
  const names = new Set(all.flatMap(({ step }) => step.name ?? []));
  throw new Rejected(
    `no step "${wanted}" was recorded of product order ${productOrder.number} (there is: ${[...names].join(', ') || 'none'}). Name it as Azumuta does now, or say that it may be missing: { optional: true }`,
    { causeCode: 'completion-unclear' },
  );
}

/**
 * The planned quantity: of a part of a split ERP order its own share; else the parameter `Quantity`. Undefined without it,
 * as a guess could be wrong. Of a part of several units, its parameter counts if it is a quantity that a part can have: the
 * ERP may want another one by now, which a person has changed in Azumuta. Only for a plant where nobody counts: it books the plan.
 * @example
 * planned(completed);
 */
export function planned({ part, parameters }: CompletedProductOrder): string | number | undefined {
  const { Quantity } = parameters;
  const shown = typeof Quantity === 'number' || typeof Quantity === 'string' ? Quantity : undefined;
  if (!part) return shown;
  // Its parameter may be that of the whole order, which each part would book again: that is more than a part can have.
  const amount = part.per === undefined ? undefined : toDecimal(shown);
  if (amount === undefined || compareDecimals(amount, '0') <= 0) return part.quantity.amount;
  return compareDecimals(amount, String(part.per)) <= 0 ? amount : part.quantity.amount;
}
