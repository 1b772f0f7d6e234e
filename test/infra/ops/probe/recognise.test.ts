import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isNamed } from '../../../../infra/ops/probe/recognise/field-names.ts';
import type { FoundResource, FoundResources } from '../../../../infra/ops/probe/recognise/found.ts';
import { locateResource } from '../../../../infra/ops/probe/recognise/json-nodes.ts';
import { recogniseFields } from '../../../../infra/ops/probe/recognise/recognise.ts';
import type { ScreenValues } from '../../../../infra/ops/probe/screen-values.ts';

const now = new Date('2026-11-26T12:00:00Z');

/** An answer with a resource that was looked for by its number, or asked for by its id. */
function answered(json: unknown, number?: string, id?: string): FoundResource {
  const names = [number, id].filter((name) => name !== undefined);
  const located = locateResource(json, names);
  if (!located) throw new Error(`Nothing has ${names.join(' and ')}.`);
  return { ...located, id };
}

const found = (resources: FoundResources, seen: ScreenValues) =>
  Object.fromEntries(
    recogniseFields(resources, seen, now).map(({ line, set, certainty }) => [line, [set, certainty]]),
  );

it('finds an order in the envelope of OData, and where the answer repeats what was asked', () => {
  const seen = { number: 'MO/0001', parameter: { name: 'Quantity', value: '5' } };
  const fields = { parameters: { Quantity: { value: 5, unit: 'pcs' } } };
  const odata = { d: { results: [{ OrderNo: 'MO/0001', ...fields }] } };
  const content = [{ key: 'k-1', number: 'MO/0001', ...fields }];
  const repeats = { query: { number: 'MO/0001' }, hits: 1, content };

  expect(found({ findProductOrder: answered(odata, 'MO/0001') }, seen)).toMatchObject({
    'list.entries': ['d.results', 'sure'],
    'productOrder.number': ['OrderNo', 'sure'],
    'productOrder.parameters': ['parameters', 'sure'],
    'parameter.value': ['value', 'sure'],
  });
  expect(found({ findProductOrder: answered(repeats, 'MO/0001') }, seen)).toMatchObject({
    'list.entries': ['content', 'sure'],
  });
});

it.each([
  ['4711', 'no'],
  ['04711', 'alias'],
])(
  'proposes the number that is the same to the letter, and has it confirmed next to another writing: %s',
  (number, field) => {
    const order = { id: 9, no: 4711, alias: '04711' };

    const lines = found({ readProductOrder: answered(order, number) }, { number });

    expect(lines['productOrder.number']).toEqual([field, 'to confirm']);
  },
);

const trapped = {
  id: 'o-1',
  number: 'MO/9500',
  status: 'completed',
  article: { id: 'a-1', number: 'GEAR-01' },
  parameters: [{ key: 'Quantity', value: 17 }],
  variants: [{ id: 'v-1', name: 'Left' }],
  recordings: [{ id: 'r-1' }],
};
const trappedStep = { id: 's', name: 'Good quantity', value: 16 };
const trappedRecording = {
  id: 'r-1',
  startedAt: '2026-11-03T22:00:00Z',
  finishedAt: '2026-11-03T22:15:00Z',
  steps: [trappedStep],
};
const steps = (step: object) => ({ steps: [{ ...trappedStep, ...step }] });

it.each<[what: string, line: string, order: object, recording?: object, is?: readonly unknown[]]>([
  ['no other place', 'step.value', {}, {}, ['value', 'sure']],
  ['no other place', 'productOrder.status', {}, {}, ['status', 'sure']],
  ['what a synchronisation says', 'productOrder.status', { lastSync: { status: 'Completed' } }],
  ['what an export alone says', 'productOrder.status', { status: 40, erpExport: { status: 'Completed' } }],
  ['a target in other digits', 'step.value', {}, steps({ value: '16.0', targetValue: 16 })],
  ['an expectation', 'step.value', {}, steps({ value: '16,00 pcs', expected: { value: '16' } })],
  [
    'a plan next to a list',
    'step.value',
    {},
    steps({ value: null, answers: [{ raw: 16 }], plannedValue: 16 }),
  ],
  ['a plan alone', 'step.value', {}, steps({ value: 'see photo', plannedValue: 16 })],
  [
    ...(['a default', 'parameter.value'] as const),
    { parameters: [{ key: 'Quantity', value: '17.00', defaultValue: 17 }] },
  ],
  [
    ...(['the variants of its article', 'productOrder.variants'] as const),
    {
      variants: ['v-1'],
      article: {
        variants: [
          { id: 'v-1', name: 'Left' },
          { id: 'v-2', name: 'Right' },
        ],
      },
    },
  ],
  [
    ...(['a summary next to its steps', 'recording.steps', {}] as const),
    { ...steps({ value: 'see there' }), summary: { values: [{ name: 'Good quantity', value: 16 }] } },
  ],
  ['another time', 'recording.startedAt', {}, { createdAt: '2026-11-03T22:00:00Z', durationSeconds: 900 }],
])(
  'is not sure where %s may be meant: %s',
  (_, line, order, recording = {}, is = [expect.anything(), 'to confirm']) => {
    // Prepare
    const resources = {
      readProductOrder: answered({ ...trapped, ...order }, 'MO/9500', 'o-1'),
      readRecording: answered({ ...trappedRecording, ...recording }, undefined, 'r-1'),
    };

    // Act
    const lines = found(resources, {
      number: 'MO/9500',
      article: 'GEAR-01',
      variant: 'Left',
      completedStatus: 'Completed',
      parameter: { name: 'Quantity', value: '17' },
      recorded: { value: '16', step: 'Good quantity' },
    });

    // Assess
    expect(lines[line]).toEqual(is);
  },
);

it('proposes what was done before what was planned, also under a name that nobody knows', () => {
  const steps = [{ naam: 'Good quantity', Soll: 16, target: 16, gemeten: '16,0' }];

  const lines = found(
    { readRecording: answered({ id: 'r-1', steps, plannedSeconds: 900 }, undefined, 'r-1') },
    { number: 'MO/9500', recorded: { value: '16', step: 'Good quantity' } },
  );

  expect(lines['step.value']).toEqual(['gemeten', 'to confirm']);
  expect(lines['recording.durationSeconds']).toEqual([undefined, 'not found']);
});

it('is sure of no list where two have what was looked for', () => {
  const entry = { id: 'o-1', number: 'MO/0001' };
  const answer = { data: [entry], items: [{ ...entry, more: 1 }] };

  const lines = found({ findProductOrder: answered(answer, 'MO/0001') }, { number: 'MO/0001' });

  expect(lines['list.entries']).toEqual(['items', 'to confirm']);
});

it('takes the page of a recording rather than its address in the API', () => {
  const links = { self: '/executions/r-1', web: 'https://plant.example/executions/r-1' };

  const lines = found(
    { readRecording: answered({ id: 'r-1', links }, undefined, 'r-1') },
    { number: 'MO/0001' },
  );

  expect(lines['recording.url']).toEqual(['links.web', 'to confirm']);
});

it('takes the words of a status as they are written, in each language', () => {
  const order = { id: 'o-1', number: 'MO/0001', status: { en: 'Shut down', nl: 'Ge_sloten' } };

  const lines = found(
    { readProductOrder: answered(order, 'MO/0001') },
    { number: 'MO/0001', completedStatus: 'ge sloten' },
  );

  expect(lines.completedStatuses).toEqual([['Shut down', 'Ge_sloten'], 'sure']);
});

it.each([
  ['isCompleted', true],
  ['Done', true],
])('takes a yes for the status of a completed order where it has no word for it: %s', (name, yes) => {
  const order = { id: 'o-1', number: 'MO/0001', isActive: true, [name]: yes };

  const lines = found(
    { readProductOrder: answered(order, 'MO/0001') },
    { number: 'MO/0001', completedStatus: 'completed' },
  );

  expect(lines['productOrder.status']).toEqual([name, 'to confirm']);
  expect(lines.completedStatuses).toEqual([[true], 'to confirm']);
});

it('takes a word for the status before a yes', () => {
  const order = { id: 'o-1', number: 'MO/0001', done: true, status: 'Completed' };

  const lines = found(
    { readProductOrder: answered(order, 'MO/0001') },
    { number: 'MO/0001', completedStatus: 'completed' },
  );

  expect(lines['productOrder.status']?.[0]).toBe('status');
});

it.each([
  'next',
  'NextPage',
  '_links.next.href',
  'meta.next_page_url',
  'paging.nextCursor',
  '@odata.nextLink',
])('knows the name of the next page: %s', (path) => {
  expect(isNamed('list.next', path)).toBe(true);
});

it.each(['nextMaintenance', 'order.next', 'context'])('takes no other name for it: %s', (path) => {
  expect(isNamed('list.next', path)).toBe(false);
});

/** How an account may write a text or a number. */
const writings: readonly ((value: string | number) => unknown)[] = [
  (value) => value,
  (value) => String(value).toUpperCase(),
  (value) => ` ${value}`,
  (value) => (typeof value === 'number' ? `${value}.0` : value.toLowerCase()),
  (value) => (typeof value === 'number' ? `${value},00 pcs` : { en: value, nl: 'Iets' }),
  (value) => (typeof value === 'number' ? value.toLocaleString('de-DE') : value.replace(' ', '_')),
  (value) => [value],
];
const written = (...values: (string | number)[]) =>
  fc.tuple(fc.constantFrom(...values), fc.constantFrom(...writings)).map(([value, write]) => write(value));

/** Names that nobody can guess, names that are usual, and names that mislead. */
const letters = fc.string({
  unit: fc.constantFrom(...'bcdfghjklmnpqrstvwxz'),
  minLength: 5,
  maxLength: 9,
});
const names = fc.uniqueArray(letters, { minLength: 30, maxLength: 30 });
const decoyNames = [
  ...'number id code status name article completedAt key value externalId orderNumber startedAt'.split(' '),
  ...'targetValue expected batchStatus lastSync.status planned actual variants steps durationSeconds'.split(
    ' ',
  ),
];
const texts = ['MO-4711', 'GEAR-77', 'o-id-1', 'r-id-1', '2026-11-02T08:00:00Z', 'x'];
const decoyValues = fc.oneof(
  fc.constantFrom<unknown>(...texts, 5432, 1_763_971_200, 600, 420, null, true),
  written('Afgewerkt', 'Bright red', 'Good ones', 'Quantity', 5432, 6543),
);
const decoys = fc.dictionary(fc.constantFrom(...decoyNames), decoyValues, { maxKeys: 6 });
const seen: ScreenValues = {
  number: 'MO-4711',
  article: 'GEAR-77',
  variant: 'Bright red',
  completedStatus: 'Afgewerkt',
  parameter: { name: 'Quantity', value: '5432' },
  recorded: { value: '6543', step: 'Good ones' },
};
const usual: Readonly<Record<string, string>> = { 'productOrder.article': 'articleNumber' };
/** Fields whose value a person has read may be written in any way, or hold something else. */
const readByPerson = fc.record({
  status: fc.oneof(written('Afgewerkt'), fc.constant(40)),
  parameter: written(5432),
  variant: written('Bright red'),
  step: written('Good ones'),
  recorded: fc.oneof(written(6543), fc.constant('see photo')),
});

it('is never sure of a wrong place, however values are written and whatever the fields are called', () => {
  let sures = 0;
  fc.assert(
    fc.property(
      names,
      fc.array(fc.boolean(), { minLength: 30, maxLength: 30 }),
      fc.array(decoys, { minLength: 8, maxLength: 8 }),
      readByPerson,
      fc.constantFrom('', 'box', 'state', 'lastSync'),
      fc.boolean(),
      (strangeNames, usualOnes, decoysBeside, as, holder, isMap) => {
        // Prepare: each field has a name, and may be one level deeper
        const [free, isUsual, beside] = [[...strangeNames], [...usualOnes], [...decoysBeside]];
        const places: Record<string, string> = {};
        const put = (resource: string, fields: Record<string, unknown>) => {
          const made: Record<string, unknown> = { ...beside.pop() };
          // Nobody can tell a usual name with the right value from the field that says it otherwise.
          if (as.status === 40) delete made.status;
          if (as.recorded === 'see photo') for (const name of ['value', 'actual']) delete made[name];
          for (const [field, value] of Object.entries(fields)) {
            const line = `${resource}.${field}`;
            const strange = free.pop() ?? '';
            const name = isUsual.pop() ? (usual[line] ?? field) : strange;
            const isDeep = holder !== '' && resource === 'productOrder' && field !== 'id';
            places[line] = isDeep ? `${holder}.${name}` : name;
            if (isDeep) made[holder] = { ...Object(made[holder]), [name]: value };
            else made[name] = value;
          }
          return made;
        };
        const order = put('productOrder', {
          id: 'o-id-1',
          number: 'MO-4711',
          status: as.status,
          article: 'GEAR-77',
          parameters: isMap
            ? { Quantity: put('parameter', { value: as.parameter }), Colour: { ...beside.pop() } }
            : [put('parameter', { key: 'Quantity', value: as.parameter })],
          variants: [put('variant', { name: as.variant })],
          recordings: [put('recordingRef', { id: 'r-id-1' })],
        });
        const recording = put('recording', {
          id: 'r-id-1',
          productOrderId: 'o-id-1',
          productOrderNumber: 'MO-4711',
          startedAt: '2026-11-20T08:00:00Z',
          finishedAt: '2026-11-20T08:07:00Z',
          durationSeconds: 420,
          steps: [put('step', { name: as.step, value: as.recorded })],
        });
        const resources = {
          readProductOrder: answered(order, 'MO-4711', 'o-id-1'),
          readRecording: answered(recording, undefined, 'r-id-1'),
        };

        // Act
        const sure = recogniseFields(resources, seen, now).filter(
          ({ line, certainty }) => certainty === 'sure' && line in places,
        );

        // Assess
        sures += sure.length;
        expect(sure.filter(({ line, set }) => set !== places[line])).toEqual([]);
      },
    ),
    { numRuns: 300 },
  );
  expect(sures).toBeGreaterThan(300);
});
