import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Resources } from '../../../../infra/ops/probe/explore.ts';
import { locate } from '../../../../infra/ops/probe/recognise/json-nodes.ts';
import { recognise } from '../../../../infra/ops/probe/recognise/recognise.ts';
import type { ScreenValues } from '../../../../infra/ops/probe/screen-values.ts';

const now = new Date('2026-11-26T12:00:00Z');

/** What operations answered; those that read are asked for an id. */
interface Answers {
  readonly findProductOrder?: unknown;
  readonly readProductOrder?: unknown;
  readonly readRecording?: unknown;
  readonly asked?: { readonly readProductOrder: string; readonly readRecording: string };
}

/** The findings of these answers. */
function recognised({ asked, ...answers }: Answers, seen: ScreenValues) {
  const { number } = seen;
  const located = (name: keyof typeof answers, looked: string, id?: string) => {
    const place = locate(answers[name], [looked, id ?? looked]) ?? locate(answers[name], [looked]);
    return place && { ...place, id, json: answers[name] };
  };
  const { readProductOrder: order = undefined, readRecording: recording = 'none' } = asked ?? {};
  const resources: Resources = {
    findProductOrder: located('findProductOrder', number),
    readProductOrder: located('readProductOrder', number, order),
    readRecording: located('readRecording', recording, recording),
  };
  return recognise(resources, seen, now);
}

const found = (answers: Answers, seen: ScreenValues) =>
  Object.fromEntries(recognised(answers, seen).map(({ line, set, certainty }) => [line, [set, certainty]]));

describe('recognising a product order', () => {
  it('is sure of none of several ids, dates and figures that look alike', () => {
    const order = {
      ...{ uid: 'o-17', batchId: 'b-2', erpId: 'e-9', reference: 'MO/0001', released: 1_762_000_000 },
      ...{ created: '2026-11-01T08:00:00Z', due: '2026-12-24T08:00:00Z', closedAt: '2026-11-20T08:00:00Z' },
      figures: { plannedQuantity: 5, actualQuantity: 5, scrap: 0 },
    };

    const parameter = { name: 'plannedQuantity', value: '5' };
    const lines = found({ readProductOrder: order }, { number: 'MO/0001', parameter });

    expect(lines).toMatchObject({
      'productOrder.number': ['reference', 'sure'],
      'productOrder.completedAt': ['closedAt', 'to confirm'],
      'productOrder.parameters': ['figures', 'sure'],
    });
    expect(lines['productOrder.id']).not.toContain('sure');
  });

  it('finds it in the envelope of OData, and where the answer repeats what was asked', () => {
    const seen = { number: 'MO/0001', parameter: { name: 'Quantity', value: '5' } };
    const fields = { parameters: { Quantity: { value: 5, unit: 'pcs' } } };
    const odata = { d: { results: [{ OrderNo: 'MO/0001', ...fields }] } };
    const content = [{ key: 'k-1', number: 'MO/0001', ...fields }];
    const repeats = { query: { number: 'MO/0001' }, hits: 1, content };

    expect(found({ findProductOrder: odata }, seen)).toMatchObject({
      'list.entries': ['d.results', 'sure'],
      'productOrder.number': ['OrderNo', 'sure'],
      'productOrder.parameters': ['parameters', 'sure'],
      'parameter.value': ['value', 'sure'],
    });
    expect(found({ findProductOrder: repeats }, seen)).toMatchObject({ 'list.entries': ['content', 'sure'] });
  });

  it('takes a JSON number for its number, but only if it is the same to the letter', () => {
    const order = { id: 9, no: 4711, alias: '04711' };

    for (const [number, field] of [
      ['4711', 'no'],
      ['04711', 'alias'],
    ] as const)
      expect(found({ readProductOrder: order }, { number })['productOrder.number']).toEqual([field, 'sure']);
  });

  it('finds none when nothing has the number', () => {
    expect(found({ readProductOrder: { number: 'MO/0002' } }, { number: 'MO/0001' })).toMatchObject({
      productOrder: [undefined, 'not found'],
    });
  });

  it('finds values that have a column for each type', () => {
    const parameters = [
      { label: 'Quantity', textValue: null, numberValue: 4.5, note: 'x' },
      { label: 'Colour', textValue: 'red', numberValue: null, note: 'y' },
    ];

    const parameter = { name: 'Quantity', value: '4,5' };
    const lines = found(
      { readProductOrder: { number: 'MO/0001', parameters } },
      { number: 'MO/0001', parameter },
    );

    expect(lines).toMatchObject({
      'parameter.key': ['label', 'sure'],
      'parameter.value': [['numberValue', 'textValue'], 'to confirm'],
    });
  });

  it('finds the language of the screen', () => {
    const order = { number: 'MO/0001', state: { title: { en: 'Done', nl: 'Gereed' } } };

    const seen = { number: 'MO/0001', completedStatus: 'gereed' };
    expect(found({ readProductOrder: order }, seen)).toMatchObject({
      'productOrder.status': ['state.title', 'sure'],
      completedStatuses: [['gereed'], 'sure'],
      language: ['nl', 'sure'],
    });
  });
});

describe('recognising a recording', () => {
  const order = { id: 'o-1', number: 'MO/0001', runs: [{ link: 'l-1', run: { id: 'r-1' } }] };
  const recording = {
    ...{ id: 'r-1', order: { id: 'o-1' }, took: 10 },
    ...{ from: 1_763_971_200, until: 1_763_971_800, exported: 1_763_980_000 },
    groups: [
      { title: 'A', lines: [] },
      { title: 'B', lines: [{ caption: 'Good quantity', target: 99, got: 1234 }] },
    ],
  };
  const seen = { number: 'MO/0001', recorded: { value: '1234', step: 'Good quantity' } };

  it('finds it by an id in the product order, and its steps by what was recorded, however deep', () => {
    const asked = { readProductOrder: 'o-1', readRecording: 'r-1' };
    const lines = found({ readProductOrder: order, readRecording: { run: recording }, asked }, seen);

    expect(lines).toMatchObject({
      'productOrder.id': ['id', 'sure'],
      'productOrder.recordings': ['runs', 'sure'],
      'recordingRef.id': ['run.id', 'sure'],
      'recording.productOrderId': ['order.id', 'sure'],
      'recording.startedAt': ['from', 'sure'],
      'recording.finishedAt': ['until', 'sure'],
      'step.name': ['caption', 'sure'],
      'step.value': ['got', 'sure'],
    });
    const read = (line: string) =>
      recognised({ readProductOrder: order, readRecording: recording, asked }, seen).find(
        (one) => one.line === line,
      )?.set;
    const [steps, duration] = [read('recording.steps'), read('recording.durationSeconds')];
    expect(typeof steps === 'function' && steps(recording)).toEqual(recording.groups[1]?.lines);
    // The recording has minutes.
    expect(typeof duration === 'function' && duration(recording)).toBe(600);
  });

  it('is sure of no time when several fit each other', () => {
    const doubtful = { ...recording, closed: 1_763_972_400, break: 10 };

    const asked = { readProductOrder: 'o-1', readRecording: 'r-1' };
    const lines = found({ readProductOrder: order, readRecording: doubtful, asked }, seen);

    for (const line of ['startedAt', 'finishedAt', 'durationSeconds'])
      expect(lines[`recording.${line}`]).not.toContain('sure');
  });
});

/** Names that nobody can guess, and names that mislead. */
const letters = fc
  .array(fc.constantFrom(...'bcdfghjklmnpqrstvwxz'), { minLength: 5, maxLength: 9 })
  .map((all) => all.join(''));
const names = fc.uniqueArray(letters, { minLength: 30, maxLength: 30 });
const decoyNames =
  'number id code status name article completedAt key value externalId orderNumber startedAt'.split(' ');
const texts = ['MO-4711', 'GEAR-77', 'o-id-1', 'r-id-1', '2026-11-02T08:00:00Z', 'x'];
const decoyValues = fc.constantFrom<unknown>(...texts, 5432, 1_763_971_200, 600, null, true);
const decoys = fc.dictionary(fc.constantFrom(...decoyNames), decoyValues, { maxKeys: 6 });
const seen: ScreenValues = {
  ...{ number: 'MO-4711', article: 'GEAR-77', variant: 'Bright red', completedStatus: 'Afgewerkt' },
  ...{ parameter: { name: 'Quantity', value: '5432' }, recorded: { value: '6543', step: 'Good ones' } },
};

it('is never sure of a wrong place, whatever the names of fields and of those beside them', () => {
  fc.assert(
    fc.property(
      names,
      fc.array(decoys, { minLength: 8, maxLength: 8 }),
      fc.boolean(),
      fc.boolean(),
      (unused, beside, isNested, isMap) => {
        // Prepare: each field has a name, and may be one level deeper
        const places: Record<string, string> = {};
        const free = [...unused];
        const decoysOf = (nth: number) => beside[nth] ?? {};
        const put = (resource: string, fields: Record<string, unknown>, nth: number) => {
          const made: Record<string, unknown> = { ...decoysOf(nth) };
          for (const [field, value] of Object.entries(fields)) {
            const name = free.pop() ?? '';
            const isDeep = isNested && resource === 'productOrder' && field !== 'id';
            places[`${resource}.${field}`] = isDeep ? `box.${name}` : name;
            if (!isDeep) made[name] = value;
            else made.box = { ...Object(made.box), [name]: value };
          }
          return made;
        };
        const parameters = isMap
          ? { Quantity: put('parameter', { value: 5432 }, 0), Colour: { ...decoysOf(1) } }
          : [put('parameter', { key: 'Quantity', value: 5432 }, 0)];
        const order = put(
          'productOrder',
          {
            ...{ id: 'o-id-1', number: 'MO-4711', status: 'Afgewerkt', article: 'GEAR-77', parameters },
            ...{
              variants: [put('variant', { name: 'Bright red' }, 2)],
              recordings: [put('recordingRef', { id: 'r-id-1' }, 3)],
            },
          },
          4,
        );
        const recording = put(
          'recording',
          {
            ...{ id: 'r-id-1', productOrderId: 'o-id-1', productOrderNumber: 'MO-4711' },
            ...{
              startedAt: '2026-11-20T08:00:00Z',
              finishedAt: '2026-11-20T08:07:00Z',
              durationSeconds: 420,
            },
            steps: [put('step', { name: 'Good ones', value: 6543 }, 5)],
          },
          6,
        );
        const asked = { readProductOrder: 'o-id-1', readRecording: 'r-id-1' };

        // Act
        const findings = recognised({ readProductOrder: order, readRecording: recording, asked }, seen);

        // Assess
        const wrong = findings.filter(
          ({ line, set, certainty }) => certainty === 'sure' && line in places && set !== places[line],
        );
        expect(wrong).toEqual([]);
      },
    ),
    { numRuns: 500 },
  );
});

it('finds in a recording which steps name a person, its page, and the name of the order in a trigger', () => {
  // Prepare
  const recording = {
    ...{ uid: 'r-1', order: { uid: 'o-17', reference: 'MO/0001' }, worker: { displayName: 'An Peeters' } },
    links: { self: '/executions/r-1', web: 'https://plant.example/executions/r-1' },
    entries: [
      { caption: 'Good quantity', kind: 'number', val: 4711 },
      { caption: 'Signed', kind: 'autograph', val: 'An Peeters' },
    ],
  };
  const order = { uid: 'o-17', reference: 'MO/0001', executions: ['r-1'] };
  const seen = { number: 'MO/0001', recorded: { value: '4711', step: 'Good quantity' } };

  // Act
  const asked = { readProductOrder: 'o-17', readRecording: 'r-1' };
  const lines = found({ readProductOrder: order, readRecording: recording, asked }, seen);

  // Assess
  expect(lines).toMatchObject({
    personalStepTypes: [expect.arrayContaining(['signature', 'autograph']), 'to confirm'],
    'recording.url': ['links.web', 'to confirm'],
    'trigger.productOrderNumber': [['reference', 'order.reference'], 'to confirm'],
  });
});
