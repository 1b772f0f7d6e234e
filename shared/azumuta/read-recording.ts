import type { RecordedStep } from '../model/completions.ts';
import type { AzumutaContract } from './contract.ts';
import {
  amountForm,
  fieldsOf,
  instantForm,
  isOneOf,
  listForm,
  type Misfit,
  nameForm,
  type ReadField,
  recordedForm,
  told,
  wordsForm,
} from './fields.ts';
import type { AzumutaRecording } from './resources.ts';

/** Reads a recording by the contract. */
export function recordingReader(contract: AzumutaContract) {
  const words = wordsForm(contract.language);
  const field = fieldsOf('recording', contract.recording);
  const id = field('id', nameForm, 'required');
  const productOrderId = field('productOrderId', nameForm);
  const productOrderNumber = field('productOrderNumber', nameForm);
  const instructionId = field('workInstructionId', nameForm);
  const instructionVersion = field('workInstructionVersion', amountForm);
  const instructionName = field('workInstructionName', words);
  const startedAt = field('startedAt', instantForm);
  const finishedAt = field('finishedAt', instantForm);
  const durationSeconds = field('durationSeconds', amountForm);
  // Somebody without a name is nobody whom an ERP could be told of.
  const operator = field('operator', {
    ...words,
    understand: (who, misfits) => words.understand(who, misfits) ?? null,
  });
  const steps = field('steps', listForm(stepReader(contract)), 'stated');
  const url = field('url', words);
  return (json: unknown, misfits: Misfit[]): AzumutaRecording => {
    const instruction = instructionId(json, misfits);
    return {
      id: id(json, misfits) ?? '',
      productOrder: told({
        id: productOrderId(json, misfits),
        number: productOrderNumber(json, misfits),
      }),
      steps: steps(json, misfits) ?? [],
      ...told({
        workInstruction:
          instruction === undefined
            ? undefined
            : {
                id: instruction,
                ...told({
                  version: instructionVersion(json, misfits),
                  name: instructionName(json, misfits),
                }),
              },
        startedAt: startedAt(json, misfits),
        finishedAt: finishedAt(json, misfits),
        durationSeconds: durationSeconds(json, misfits),
        operator: operator(json, misfits),
        url: url(json, misfits),
      }),
    };
  };
}

function stepReader(contract: AzumutaContract): ReadField<RecordedStep> {
  const words = wordsForm(contract.language);
  const field = fieldsOf('step', contract.step);
  const id = field('id', nameForm);
  const name = field('name', words, 'stated');
  const type = field('type', words);
  const value = field('value', recordedForm(contract.language));
  const unit = field('unit', words);
  const result = field('result', words);
  const isPersonal = isOneOf(contract.personalStepTypes);
  const isOk = isOneOf(contract.okResults);
  return (json, misfits) => {
    const judged = result(json, misfits);
    return told({
      id: id(json, misfits),
      name: name(json, misfits),
      value: value(json, misfits),
      unit: unit(json, misfits),
      ok: judged === undefined ? undefined : isOk(judged),
      personal: isPersonal(type(json, misfits) ?? '') || undefined,
    });
  };
}
