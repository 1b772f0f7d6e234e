import { describe, expect, it } from 'vitest';
import {
  productOrderIn,
  recordingIdIn,
  recordingIn,
  workInstructionIn,
} from '../../../shared/azumuta/answer-readers.ts';
import { type AzumutaContract, contractSchema, defaultContract } from '../../../shared/azumuta/contract.ts';
import { articleIn, createdProductOrderIn } from '../../../shared/azumuta/creation-readers.ts';
import { type ReadResource, readByContract } from '../../../shared/azumuta/field-readers.ts';
import { reasonOf } from '../../../shared/model/errors.ts';

/** Parts of the contract that say how to call, and what words mean; the client's own tests walk them. */
type OtherPart =
  | 'apiKeyHeader'
  | 'apiKeyFormat'
  | 'language'
  | 'operations'
  | 'list'
  | 'error'
  | 'trigger'
  | 'completedStatuses'
  | 'trustTrigger'
  | 'personalStepTypes'
  | 'okResults';

interface Answer {
  readonly read: ReadResource<unknown>;
  readonly json: object;
  readonly contract?: AzumutaContract;
}

const at = '2026-12-01T06:00:00.000Z';
const article: Answer = {
  read: articleIn,
  json: { id: 'a1', number: 'CHAIR', variants: [{ id: 'v1', name: 'Left' }] },
};
const order: Answer = {
  read: productOrderIn,
  json: {
    id: 'p1',
    number: 'MO/1',
    status: 'completed',
    completedAt: at,
    article: { number: 'CHAIR' },
    parameters: [{ key: 'Quantity', value: 5 }],
    variants: [{ id: 'v1', name: 'Left' }],
    recordings: [{ id: 'r1' }],
    url: 'https://azumuta.example/p1',
  },
};
const recording: Answer = {
  read: recordingIn,
  json: {
    id: 'r1',
    productOrderId: 'p1',
    productOrderNumber: 'MO/1',
    workInstruction: { id: 'w1', version: 3, name: 'Saw' },
    startedAt: at,
    finishedAt: at,
    durationSeconds: 600,
    operator: 'An',
    steps: [
      { id: 's1', name: 'Torque', type: 'signature', value: 41, unit: 'Nm', result: 'ok', min: 40, max: 44 },
    ],
    components: [{ article: 'MOT-1', quantity: 2, unit: 'pcs', lot: 'B-17' }],
    url: 'https://azumuta.example/r1',
  },
};
const instruction: Answer = {
  read: workInstructionIn,
  json: { id: 'w1', name: 'Saw', steps: [{ uuid: 's1', name: 'Torque' }] },
  contract: contractSchema.parse({ step: { nameIn: 'workInstruction' } }),
};

/** An answer that has each field of a part, by its part: a part that is added does not compile until it has one. */
const answers: Readonly<Record<Exclude<keyof AzumutaContract, OtherPart>, Answer>> = {
  article,
  variant: article,
  productOrder: order,
  createdProductOrder: { read: createdProductOrderIn, json: { id: 'p1', number: 'MO/1', url: '/p1' } },
  parameter: order,
  recordingRef: { read: recordingIdIn, json: { id: 'r1' } },
  recording,
  step: recording,
  component: recording,
  workInstruction: instruction,
  instructionStep: instruction,
};

const isPlace = (value: unknown) => typeof value === 'string' || Array.isArray(value);
const lines = Object.entries(answers).flatMap(([part, answer]) => {
  const places: object = Object(defaultContract)[part];
  const named = Object.entries(places).filter(([name, value]) => isPlace(value) && name !== 'nameIn');
  return named.map(([name]) => ({ line: `${part}.${name}`, part, name, answer }));
});

/** What is read, or why it cannot be: some fields are understood only once they are used. */
function shown(contract: AzumutaContract, { read, json }: Answer): string {
  try {
    return JSON.stringify(readByContract(contract, read, json));
  } catch (error) {
    return reasonOf(error);
  }
}

describe('a line of the contract that says where a field is', () => {
  it.each(lines)('is read, as something else is read elsewhere: $line', ({ part, name, answer }) => {
    // Prepare
    const contract = answer.contract ?? defaultContract;
    const elsewhere = { ...contract, [part]: { ...Object(contract)[part], [name]: 'elsewhere' } };

    // Act
    const read = shown(contract, answer);
    const other = shown(elsewhere, answer);

    // Assess
    expect(read).not.toContain('cannot be understood');
    expect(other).not.toBe(read);
  });
});
