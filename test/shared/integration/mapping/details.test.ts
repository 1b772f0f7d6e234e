import { describe, expect, it } from 'vitest';
import type { CompletionMapping } from '../../../../shared/integration/define.ts';
import { mapCompletion } from '../../../../shared/integration/mapping/completions.ts';
import { planned } from '../../../../shared/integration/mapping/recorded.ts';
import {
  recordedChecks,
  recordedComponents,
  recordedOperations,
  recordedScrap,
} from '../../../../shared/integration/mapping/recorded-details.ts';
import type { Component, Operation, RecordedStep, Recording } from '../../../../shared/model/completions.ts';
import { reasonOf } from '../../../../shared/model/errors.ts';
import { completedProductOrder, recording } from '../../../support/completions.ts';

const [saw, assemble] = [
  { id: 'wi1', name: 'Saw' },
  { id: 'wi2', name: 'Assemble' },
];

/** A product order with these recordings. */
const completed = (...recordings: Partial<Recording>[]) =>
  completedProductOrder({
    recordings: recordings.map((given, at) => recording({ id: `r${at + 1}`, ...given })),
  });
const withSteps = (...steps: RecordedStep[]) => completed({ steps });

/** What the mapping makes of parts. */
function mapped(mapping: CompletionMapping, ...parts: ReturnType<typeof completed>[]) {
  const [first, ...others] = parts;
  if (!first) throw new Error('at least one part is needed');
  return mapCompletion({ completions: mapping, timeZone: 'Europe/Brussels' }, 'quantity', [first, ...others]);
}

describe('scrap', () => {
  const lots = () => [{ number: 'L-1', scrapped: true } as const];
  const operations = (count: boolean, scrap?: string) => ({
    count,
    of: () => [{ operation: '0010', good: 4, scrap }],
  });

  it.each<[string, CompletionMapping, string | undefined]>([
    ['of the order', { quantity: planned, scrap: () => 2, lots }, '2'],
    ['of no order that maps none, whatever its lots say', { quantity: planned, lots }, undefined],
    ['of operations that count', { operations: operations(true, '3'), lots }, '3'],
    ['of no operations that map none', { operations: operations(true), lots }, undefined],
  ])('is that %s', (_, mapping, amount) => {
    const { scrap } = mapped(mapping, withSteps({ name: 'Scrap', value: 9 }));

    expect(scrap?.amount).toBe(amount);
  });
});

describe('scrap by its reason', () => {
  const mapping: CompletionMapping = {
    quantity: planned,
    scrap: (one) => recordedScrap(one, { quantity: 'Scrap', reason: 'Why' }),
  };
  const scrap = (amount: number | string, reason?: string) => [
    { name: 'Scrap', value: amount },
    ...(reason === undefined ? [] : [{ name: 'Why', value: reason }]),
  ];

  it('is paired in each recording, and added up', () => {
    const parts = completed(
      { steps: scrap(2, 'Scratch') },
      { steps: scrap('1', 'Crack') },
      { steps: scrap(3) },
      { steps: scrap(0) },
    );
    expect(mapped(mapping, parts)).toMatchObject({
      scrap: { amount: '6' },
      scrapReasons: [
        { reason: 'Scratch', quantity: { amount: '2' } },
        { reason: 'Crack', quantity: { amount: '1' } },
      ],
    });
  });

  it('is refused where it is not clear which reason belongs to which quantity', () => {
    const twice = withSteps(...scrap(1, 'Scratch'), ...scrap(2));
    expect(() => mapped(mapping, twice)).toThrow(
      'recording r1 has 2 value(s) in its step "Scrap" and 1 in "Why"',
    );
  });
});

describe('the components that were used', () => {
  const mapping = (of: NonNullable<CompletionMapping['components']>['of']): CompletionMapping => ({
    quantity: planned,
    components: { of, listed: 'all' },
  });
  const fromSteps = mapping((one) =>
    recordedComponents(one, {
      'MOT-1': { lot: 'Motor batch' },
      OIL: { lot: 'Oil drum', quantity: 'Oil', unit: 'l', optional: true },
    }),
  );

  it('are found in their steps, those of all parts added up by article', () => {
    const part = (batch: string, oil: number, drum: string) =>
      withSteps(
        { name: 'Motor batch', value: batch },
        { name: 'Oil', value: oil },
        { name: 'Oil drum', value: drum },
      );
    expect(mapped(fromSteps, part('B1', 0.5, 'D1'), part('B2', 1, 'D2')).components).toEqual({
      all: true,
      beyondPlan: false,
      used: [
        {
          article: 'MOT-1',
          lots: [{ number: 'B1' }, { number: 'B2' }],
          step: 'Motor batch',
          recording: 'r1',
        },
        {
          article: 'OIL',
          quantity: { amount: '1.5', unit: 'l' },
          step: 'Oil',
          recording: 'r1',
          lots: [
            { number: 'D1', quantity: { amount: '0.5', unit: 'l' } },
            { number: 'D2', quantity: { amount: '1', unit: 'l' } },
          ],
        },
      ],
    });
  });

  it("are those of Azumuta's own lists", () => {
    const components = [
      { article: 'MOT-1', quantity: '1', unit: 'u', lot: 'B1' },
      { article: 'MOT-1', quantity: '2', unit: 'u', lot: 'B2' },
    ];
    expect(
      mapped(
        mapping((one) => recordedComponents(one)),
        completed({ components }),
      ).components?.used,
    ).toEqual([
      {
        article: 'MOT-1',
        quantity: { amount: '3', unit: 'u' },
        lots: [
          { number: 'B1', quantity: { amount: '1', unit: 'u' } },
          { number: 'B2', quantity: { amount: '2', unit: 'u' } },
        ],
        recording: 'r1',
      },
    ]);
  });

  it.each<[string, CompletionMapping, RecordedStep[]]>([
    ['no step "Motor batch" was recorded', fromSteps, [{ name: 'Oil', value: 1 }]],
    [
      'recording r1 has no number in its step "Oil"',
      fromSteps,
      [
        { name: 'Motor batch', value: 'B1' },
        { name: 'Oil', value: 'much' },
      ],
    ],
    [
      'component OIL has no quantity in one of its places (step "Oil" of recording r1)',
      mapping(() => [
        { article: 'OIL', quantity: 1, step: 'Oil', recording: 'r1' },
        { article: 'OIL', lots: ['B1'] },
      ]),
      [],
    ],
    [
      'component OIL is counted in l, kg',
      mapping(() => [
        { article: 'OIL', quantity: { amount: '1', unit: 'l' } },
        { article: 'OIL', quantity: { amount: '1', unit: 'kg' } },
      ]),
      [],
    ],
    [
      'completions.components gave something wrong for MO/0001: $[0].quantity: found -1',
      mapping(() => [{ article: 'OIL', quantity: -1 }]),
      [],
    ],
  ])('are refused: %s', (sentence, wrong, steps) => {
    expect(() => mapped(wrong, withSteps(...steps))).toThrow(sentence);
  });
});

describe('what the operations report', () => {
  const of: NonNullable<CompletionMapping['operations']>['of'] = (one) =>
    recordedOperations(one, {
      Saw: '0010',
      wi2: { operation: '0020', setup: 'Setup' },
      Pack: { operation: '0030', optional: true },
    });
  const worked = completed(
    { workInstruction: assemble, durationSeconds: 1800, steps: [{ name: 'Setup', value: 10 }] },
    { workInstruction: saw, durationSeconds: 600 },
    { workInstruction: saw, durationSeconds: 60 },
  );

  it('is the time of their work instructions, added up over recordings and parts', () => {
    expect(mapped({ quantity: planned, operations: { of } }, worked, worked).operations).toEqual([
      { operation: '0010', runSeconds: 1320, finished: true, recording: 'r2' },
      { operation: '0020', setupSeconds: 1200, runSeconds: 2400, finished: true, recording: 'r1' },
    ]);
  });

  it('counts instead of the order: the last one is good, and what each has lost is scrap', () => {
    const counting: CompletionMapping = {
      operations: {
        count: true,
        of: () => [
          { operation: '0010', good: 9, scrap: 1 },
          { operation: '0020', good: 7, scrap: '2' },
        ],
      },
    };
    expect(mapped(counting, worked)).toMatchObject({ quantity: { amount: '7' }, scrap: { amount: '3' } });
  });

  it.each<[string, CompletionMapping['operations'], ReturnType<typeof completed>]>([
    [
      'recording r4 is of work instruction "Paint", from which no operation is mapped',
      { of },
      completed(...worked.recordings, { id: 'r4', workInstruction: { id: 'wi9', name: 'Paint' } }),
    ],
    [
      'no recording of product order MO/0001 is of work instruction "Saw"',
      { of },
      completed({ workInstruction: assemble, steps: [{ name: 'Setup', value: 1 }] }),
    ],
    [
      'recording r1 has more setup in its step "Setup" than it took (5 min)',
      { of },
      completed(
        { workInstruction: assemble, steps: [{ name: 'Setup', value: 6 }] },
        { workInstruction: saw },
      ),
    ],
    [
      'operation 0010 took more than 24 h for each recording (recording r2)',
      { of },
      completed(worked.recordings[0] ?? {}, { workInstruction: saw, durationSeconds: 200_000 }),
    ],
    ['operation 10 reports twice', { of: () => [{ operation: '10' }, { operation: '10' }] }, worked],
    [
      'counts at operation 10, and completions.quantity counts the order',
      { of: () => [{ operation: '10', good: 1 }] },
      worked,
    ],
    [
      'completions.operations gave no quantity for MO/0001: the last one has to count',
      { count: true, of: () => [{ operation: '10' }] },
      worked,
    ],
    [
      '$[0].operation: found string, expected another text: it is empty',
      { of: () => [{ operation: ' ' }] },
      worked,
    ],
    [
      '$[0].runSeconds: found -1, expected seconds, 0 or more',
      { of: () => [{ operation: '10', runSeconds: -1 }] },
      worked,
    ],
  ])('is refused: %s', (sentence, operations, parts) => {
    const quantity = operations?.count ? {} : { quantity: planned };
    expect(() => mapped({ ...quantity, ...(operations ? { operations } : {}) }, parts)).toThrow(sentence);
  });

  it('takes null for an instruction that reports nothing', () => {
    const none: CompletionMapping = {
      quantity: planned,
      operations: { of: (one) => recordedOperations(one, { Saw: null, Assemble: '20' }) },
    };
    expect(mapped(none, worked).operations).toMatchObject([{ operation: '20', runSeconds: 1800 }]);
  });
});

describe('a field of a line that two parts report', () => {
  /** What they say of it; null where it names the line, or the place that a person looks at. A field that is added does not compile until it is here. */
  type Differing<Line> = Readonly<Record<keyof Required<Line>, readonly [unknown, unknown] | null>>;
  const operations: Differing<Operation> = {
    operation: null,
    good: [1, 2],
    scrap: [1, 2],
    setupSeconds: [60, 120],
    runSeconds: [60, 120],
    finished: [true, false],
    recording: null,
    step: null,
  };
  const components: Differing<Component> = {
    article: null,
    quantity: [1, 2],
    lots: [['A'], ['B']],
    recording: null,
    step: null,
  };
  const [first, second] = [completed({}), completed({})];

  /** What is booked of it, or why nothing is. */
  function outcomeOf(line: 'operations' | 'components', field: string, values: readonly [unknown, unknown]) {
    const given = (one: object) => ({ [field]: values[one === first ? 0 : 1] });
    const operation = (one: object) => ({ operation: '10', good: 1, ...given(one) });
    const component = (one: object) => ({ article: 'MOT-1', ...given(one) });
    try {
      const done = mapped(
        {
          operations: { count: true, of: (one) => [operation(one)] },
          components: { of: (one) => [component(one)] },
        },
        first,
        second,
      );
      return line === 'operations' ? done.operations : done.components;
    } catch (error) {
      return reasonOf(error);
    }
  }

  const fieldsOf = (line: 'operations' | 'components', differing: Differing<Operation | Component>) =>
    Object.entries(differing).map(([field, values]) => ({ line, field, values }));
  const differing = [...fieldsOf('operations', operations), ...fieldsOf('components', components)].flatMap(
    ({ values, ...one }) => (values === null ? [] : [{ ...one, values }]),
  );

  it.each(differing)('is not that of the first one alone: $field of $line', ({ line, field, values }) => {
    const alike = outcomeOf(line, field, [values[0], values[0]]);
    const other = outcomeOf(line, field, values);
    expect(other).not.toEqual(alike);
  });
});

describe('checks', () => {
  const mapping: CompletionMapping = {
    quantity: planned,
    checks: (one) => recordedChecks(one, { units: { Labels: 'pcs' } }),
  };

  it('are what Azumuta has judged, with value, unit and limits', () => {
    const steps = [
      { name: 'Torque', value: 45.2, unit: 'Nm', min: 40, max: 50, ok: true },
      { name: 'Labels', value: 3, ok: false },
      { name: 'Colour', value: ['red', 'blue'], ok: true },
      { name: 'Good quantity', value: 5 },
    ];
    expect(mapped(mapping, withSteps(...steps)).checks).toEqual([
      { name: 'Torque', value: 45.2, unit: 'Nm', min: 40, max: 50, passed: true, recording: 'r1' },
      { name: 'Labels', value: 3, unit: 'pcs', passed: false, recording: 'r1' },
      { name: 'Colour', value: 'red, blue', passed: true, recording: 'r1' },
    ]);
  });

  it('are those that are named, judged by their limits where Azumuta does not judge', () => {
    const only: CompletionMapping = {
      quantity: planned,
      checks: (one) => recordedChecks(one, { only: ['Torque'] }),
    };
    const torque = (value: number) => ({ name: 'Torque', value, unit: 'Nm', min: 40 });
    expect(mapped(only, withSteps(torque(39), torque(40))).checks?.map(({ passed }) => passed)).toEqual([
      false,
      true,
    ]);
    expect(() => mapped(only, withSteps({ name: 'Momentum' }))).toThrow('no step "Torque" was recorded');
  });

  it('are refused where a measurement has no unit', () => {
    const bare = withSteps({ name: 'Torque', value: 45.2, ok: true });
    expect(() => mapped(mapping, bare)).toThrow(
      'check "Torque" has 45.2 without a unit (recording r1): give the step',
    );
  });
});
