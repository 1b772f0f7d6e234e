import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { recorded } from '../../../shared/integration/mapping/recorded.ts';
import { Rejected } from '../../../shared/model/errors.ts';
import { completed, inErp, mapping } from './completed.ts';
import { otherAzumuta } from './other-azumuta.ts';
import { startCompletionStage } from './stage.ts';

const stage = await startCompletionStage();
const stepsSchema = z.array(z.record(z.string(), z.unknown()));

/** What Azumuta's answers hold, which no booking of a quantity needs. */
const recordingForms: [string, (recording: Record<string, unknown>) => void][] = [
  ['a photo', (recording) => addStep(recording, { name: 'Photo', type: 'photo', value: { url: 'x' } })],
  [
    'a list of files',
    (recording) => addStep(recording, { name: 'Files', type: 'file', value: [{ id: 'f' }] }),
  ],
  ['a heading', (recording) => addStep(recording, { type: 'text', value: null })],
  ['2,000 unknown steps', (recording) => addSteps(recording, 2000)],
  ['a time in another form', (recording) => Object.assign(recording, { startedAt: '24/11/2026 08:00' })],
  ['a duration in another form', (recording) => Object.assign(recording, { durationSeconds: '00:05:00' })],
  ['an address in another form', (recording) => Object.assign(recording, { url: { href: 'x' } })],
  ['results as objects', (recording) => changeSteps(recording, { result: { ok: true } })],
];

const withPicture = (order: Record<string, unknown>) => {
  order.parameters = [{ key: 'Drawing', value: { url: 'x' } }];
};

function addStep(recording: Record<string, unknown>, step: object): void {
  recording.steps = [...z.parse(stepsSchema, recording.steps), { id: 'another', ...step }];
}

function addSteps(recording: Record<string, unknown>, count: number): void {
  const unknown = Array.from({ length: count }, (_, at) => ({ id: `s${at}`, name: { deep: { en: 1 } } }));
  recording.steps = [
    ...z.parse(stepsSchema, recording.steps),
    ...unknown.map(({ id }) => ({ id, name: `Drawing ${id}`, value: { drawing: [] }, unit: {}, result: [] })),
  ];
}

function changeSteps(recording: Record<string, unknown>, fields: object): void {
  recording.steps = z.parse(stepsSchema, recording.steps).map((step) => ({ ...step, ...fields }));
}

describe('an answer of Azumuta that holds something in an unknown form', () => {
  it.each(recordingForms)('is booked with what is understood: %s', async (_, change) => {
    // Prepare
    const { number } = await completed(stage, { quantity: 3 });
    const { azumuta, readIds } = await otherAzumuta(stage, { recording: change });

    // Act
    await stage.handle(
      number,
      {},
      { azumuta, ...mapping({ quantity: (one) => recorded(one, 'Good quantity') }) },
    );

    // Assess
    expect(readIds()).toHaveLength(1);
    expect(await inErp(stage, number)).toEqual(['3']);
  });

  it('is booked although a parameter of its product order is a picture', async () => {
    const { number } = await completed(stage, { quantity: 3 });
    const { azumuta } = await otherAzumuta(stage, { order: withPicture });
    await stage.handle(number, {}, { azumuta, ...mapping({ quantity: () => '3' }) });
    expect(await inErp(stage, number)).toEqual(['3']);
  });

  it.each<[string, Parameters<typeof mapping>[0], RegExp]>([
    [
      'a step',
      { quantity: (one) => recorded(one, 'Photo') },
      /^Mapping completions\.quantity failed for \S+: Azumuta's recording \w{17}, step "Photo" cannot be understood\. step\.value \(\$\.value\): found object, expected text, .*; set azumuta\.contract\.step\.value to where it is/,
    ],
    [
      'a time',
      { quantity: () => 1, notes: ({ recordings }) => recordings.map(({ startedAt }) => `${startedAt}`) },
      /^Mapping completions\.notes failed for \S+: Azumuta's recording \w{17} cannot be understood\. \$\.startedAt: found string, expected an ISO time/,
    ],
    [
      'a parameter',
      { quantity: ({ parameters }) => String(parameters.Drawing) },
      /Azumuta's product order \S+, parameter "Drawing" cannot be understood\. .*set azumuta\.contract\.parameter\.value/,
    ],
  ])('is refused where the mapping uses it: %s', async (_, mapped, sentence) => {
    // Prepare
    const { number } = await completed(stage);
    const { azumuta } = await otherAzumuta(stage, {
      order: withPicture,
      recording(shown) {
        addStep(shown, { name: 'Photo', value: { url: 'x' } });
        shown.startedAt = '24/11/2026 08:00';
      },
    });

    // Act
    const refused = await stage.handle(number, {}, { azumuta, ...mapping(mapped) }).catch((error) => error);

    // Assess
    expect(refused).toBeInstanceOf(Rejected);
    expect(refused.message).toMatch(sentence);
    expect(await inErp(stage, number)).toEqual([]);
  });

  it('names no person whose step has a type in an unknown form', async () => {
    // Prepare
    const { number } = await completed(stage);
    const { azumuta } = await otherAzumuta(stage, {
      recording: (shown) =>
        addStep(shown, { name: 'Seen by', type: { kind: 'signature' }, value: 'An Peeters' }),
    });
    const telling = mapping({ quantity: () => 1, notes: (one) => [String(recorded(one, 'Seen by'))] });

    // Act
    const refused = await stage.handle(number, {}, { azumuta, ...telling }).catch((error) => error);

    // Assess
    expect(refused.message).toMatch(/step "Seen by" cannot be understood\. step\.type/);
    expect(JSON.stringify(await stage.bookingsOf(number))).not.toContain('Peeters');
  });

  it('is refused as a whole where no step has a name: nothing would be found in it', async () => {
    const { number } = await completed(stage);
    const recording = (shown: Record<string, unknown>) => changeSteps(shown, { name: undefined });
    const { azumuta } = await otherAzumuta(stage, { recording });
    await expect(stage.handle(number, {}, { azumuta, ...mapping({ quantity: () => 1 }) })).rejects.toThrow(
      /step\.name \(\$\.name\): found missing/,
    );
  });
});

describe('serial numbers as scanners read them', () => {
  it.each(['SN-1\r', ' SN-1 ', 'SN-1\n'])('are booked without blanks and line ends: %j', async (serial) => {
    // Prepare
    const { number } = await completed(stage);
    const lots = mapping({
      quantity: () => 1,
      lots: () => [serial, { number: serial.replace('1', '2'), scrapped: true }],
      scrap: () => 1,
    });

    // Act
    await stage.handle(number, {}, lots);

    // Assess
    const [booking] = await stage.bookingsOf(number);
    expect(booking?.lots.map((lot) => lot.number)).toEqual(['SN-1', 'SN-2']);
  });
});
