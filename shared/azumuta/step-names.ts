import type { RecordedStep, Recording } from '../model/completions.ts';
import { Rejected } from '../model/errors.ts';
import { readOrWhy, Unread, withFields } from '../model/unread.ts';

/** Names of a work instruction's steps, by their ids. */
export type StepNames = Readonly<Record<string, string>>;

/** The ids by which the steps of a recording are looked for in its work instruction. */
export function stepIdsOf({ steps }: Pick<Recording, 'steps'>): string[] {
  return steps.flatMap((step) => {
    const id = readOrWhy(() => step.id);
    return id instanceof Unread || id === undefined ? [] : id;
  });
}

/**
 * A recording whose steps have the names that its work instruction gives them. A step that is not there has no name that
 * anybody knows: using it throws, as a name that is guessed would book another figure.
 */
export function withStepNames(recording: Recording, names: StepNames): Recording {
  const steps = recording.steps.map((step) => withFields(step, { name: nameOf(step, recording, names) }));
  return withFields(recording, { steps });
}

function nameOf(
  step: RecordedStep,
  { id: of, workInstruction }: Recording,
  names: StepNames,
): string | Unread {
  const id = readOrWhy(() => step.id);
  if (id instanceof Unread) return id;
  if (id === undefined)
    return unnamed(
      `Recording ${of} has a step without an id, so its work instruction cannot name it: set azumuta.contract.step.id to where it is.`,
    );
  if (!workInstruction)
    return unnamed(
      `Recording ${of} does not say which work instruction names its step ${id}: set azumuta.contract.recording.workInstructionId to where it is.`,
    );
  const name = Object.hasOwn(names, id) ? names[id] : undefined;
  if (name !== undefined) return name;
  const { id: instruction, version } = workInstruction;
  const which = version === undefined ? instruction : `${instruction} version ${version}`;
  return unnamed(
    `Work instruction ${which} as Azumuta answers it has no step ${id}, which recording ${of} has: have azumuta.contract.operations.readWorkInstruction ask for that {version}, or set workInstruction.steps and instructionStep.id to where they are.`,
  );
}

function unnamed(sentence: string): Unread {
  return new Unread(new Rejected(sentence, { causeCode: 'refused-by-azumuta' }));
}
