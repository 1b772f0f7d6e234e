import { describe, expect, it } from 'vitest';
import { gearboxes } from '../../../infra/local/sandbox/azumuta/gearboxes.ts';
import { showObject } from '../../../infra/local/sandbox/azumuta/routes.ts';
import { shopFloorOf } from '../../../infra/local/sandbox/azumuta/shop-floor.ts';
import { openStore } from '../../../infra/local/sandbox/azumuta/store.ts';
import { samples } from '../../../infra/ops/map/read-sample.ts';
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
import { listAt, type Place, valueAt } from '../../../shared/platform/places.ts';

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
  | 'openStatuses'
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

type AnsweredPart = Exclude<keyof AzumutaContract, OtherPart>;

/** An answer that has each field of a part, by its part: a part that is added does not compile until it has one. */
const answers: Readonly<Record<AnsweredPart, Answer>> = {
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

it('is named with its part where that is within another resource: its path would be taken for one of the whole answer', () => {
  const read = readByContract(defaultContract, recordingIn, {
    ...recording.json,
    components: [{ lot: 'B' }],
  });
  expect(() => read.ok && read.value.components).toThrow(
    'component.article ($.article.number or $.article):',
  );
});

/** Parts that are no part of a product order which is completed, and its recordings. */
type PartBeside = 'article' | 'createdProductOrder' | 'workInstruction' | 'instructionStep';
type PartsOfCompleted = Readonly<Record<Exclude<AnsweredPart, PartBeside>, readonly unknown[]>>;

/** Each object of an answer by the part that says where its fields are: a part that is added does not compile until it is looked for. */
function partsOfCompleted(productOrder: unknown, recordings: readonly unknown[]): PartsOfCompleted {
  const { productOrder: ofOrder, recording: ofRecording } = defaultContract;
  return {
    productOrder: [productOrder],
    parameter: listAt(productOrder, ofOrder.parameters),
    variant: listAt(productOrder, ofOrder.variants),
    recordingRef: listAt(productOrder, ofOrder.recordings),
    recording: recordings,
    step: recordings.flatMap((one) => listAt(one, ofRecording.steps)),
    component: recordings.flatMap((one) => listAt(one, ofRecording.components)),
  };
}

/** What the sandbox shows of an order that its operators have completed, and of its article. */
function partsOfSandbox(): Readonly<Record<AnsweredPart, readonly unknown[]>> {
  const store = openStore();
  const ids = Array.from({ length: 100 }, (_, at) => `id-${at}`).values();
  const newId = () => String(ids.next().value);
  const built = gearboxes.find(({ number }) => number === 'GEAR-02');
  const variantIds = built?.variants.map(({ id }) => id) ?? [];
  const parameters = [{ key: 'Quantity', value: 5 }];
  const asked = { number: 'MO/1', articleId: built?.id ?? '', parameters, variantIds };
  store.save({ ...asked, id: 'p1', status: 'open', createdAt: at, completedAt: null, recordings: [] });
  const done = shopFloorOf({ catalogue: gearboxes, store, now: () => new Date(at), newId }).complete('MO/1');
  const recordings = store.productOrders().flatMap((stored) => stored.recordings);
  const instructions = built?.workInstructions.map((one) => showObject.workInstruction(one, '')) ?? [];
  const showRecording = (one: (typeof recordings)[number]) => showObject.recording(one, gearboxes, '');
  return {
    ...partsOfCompleted(done, recordings.map(showRecording)),
    article: built ? [showObject.article(built, '')] : [],
    createdProductOrder: [done],
    workInstruction: instructions,
    instructionStep: instructions.flatMap((one) => listAt(one, defaultContract.workInstruction.steps)),
  };
}

const { productOrder: sampleOrder, recordings: sampleRecordings } = samples.completion;
const shownBy = {
  'the sandbox': partsOfSandbox(),
  'the sample of map': partsOfCompleted(sampleOrder, sampleRecordings),
};

describe.each(Object.entries(shownBy))(
  'a line of the contract has its field in what is shown by %s',
  (_, parts) => {
    const ofThese = lines.filter(({ part }) => part in parts);

    it.each(ofThese)('$line', ({ part, name }) => {
      const objects: readonly unknown[] = Object(parts)[part];
      const place: Place = Object(defaultContract)[part][name];
      const values = objects.map((one) => valueAt(one, place));
      expect(values.filter((value) => value !== undefined && value !== null)).not.toEqual([]);
    });
  },
);
