import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Found, Resources } from '../../../../infra/ops/probe/explore.ts';
import { locate } from '../../../../infra/ops/probe/recognise/json-nodes.ts';
import { recognise } from '../../../../infra/ops/probe/recognise/recognise.ts';
import type { ScreenValues } from '../../../../infra/ops/probe/screen-values.ts';

const now = new Date('2026-11-26T12:00:00Z');

/** An answer with a resource that was looked for by its number, or asked for by its id. */
function answered(json: unknown, number?: string, id?: string): Found {
  const names = [number, id].filter((name) => name !== undefined);
  const located = locate(json, names);
  if (!located) throw new Error(`Nothing has ${names.join(' and ')}.`);
  return { ...located, id };
}

const found = (resources: Resources, seen: ScreenValues) =>
  Object.fromEntries(
    recognise(resources, seen, now).map(({ line, set, certainty }) => [line, [set, certainty]]),
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
])('takes a JSON number for its number, but only if it is the same to the letter: %s', (number, field) => {
  const order = { id: 9, no: 4711, alias: '04711' };

  const lines = found({ readProductOrder: answered(order, number) }, { number });

  expect(lines['productOrder.number']).toEqual([field, 'sure']);
});

it('is sure of no time when several fit each other', () => {
  const times = { from: 1_763_971_200, until: 1_763_971_800, closed: 1_763_972_400 };
  const recording = { id: 'r-1', took: 10, break: 10, ...times };

  const lines = found({ readRecording: answered(recording, undefined, 'r-1') }, { number: 'MO/0001' });

  for (const line of ['startedAt', 'finishedAt', 'durationSeconds'])
    expect(lines[`recording.${line}`]).not.toContain('sure');
});

it('finds in a recording which steps name a person, and its page', () => {
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
  const resources = {
    readProductOrder: answered(order, 'MO/0001', 'o-17'),
    readRecording: answered(recording, undefined, 'r-1'),
  };

  // Act
  const lines = found(resources, {
    number: 'MO/0001',
    recorded: { value: '4711', step: 'Good quantity' },
  });

  // Assess
  expect(lines).toMatchObject({
    personalStepTypes: [expect.arrayContaining(['signature', 'autograph']), 'to confirm'],
    'recording.url': ['links.web', 'to confirm'],
  });
});

/** Names that nobody can guess, and names that mislead. */
const letters = fc.string({
  unit: fc.constantFrom(...'bcdfghjklmnpqrstvwxz'),
  minLength: 5,
  maxLength: 9,
});
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
      (free, beside, isNested, isMap) => {
        // Prepare: each field has a name, and may be one level deeper
        const places: Record<string, string> = {};
        const put = (resource: string, fields: Record<string, unknown>) => {
          const made = { ...beside.pop() };
          for (const [field, value] of Object.entries(fields)) {
            const name = free.pop() ?? '';
            const isDeep = isNested && resource === 'productOrder' && field !== 'id';
            places[`${resource}.${field}`] = isDeep ? `box.${name}` : name;
            if (isDeep) made.box = { ...Object(made.box), [name]: value };
            else made[name] = value;
          }
          return made;
        };
        const order = put('productOrder', {
          ...{ id: 'o-id-1', number: 'MO-4711', status: 'Afgewerkt', article: 'GEAR-77' },
          parameters: isMap
            ? { Quantity: put('parameter', { value: 5432 }), Colour: { ...beside.pop() } }
            : [put('parameter', { key: 'Quantity', value: 5432 })],
          variants: [put('variant', { name: 'Bright red' })],
          recordings: [put('recordingRef', { id: 'r-id-1' })],
        });
        const recording = put('recording', {
          ...{ id: 'r-id-1', productOrderId: 'o-id-1', productOrderNumber: 'MO-4711' },
          ...{ startedAt: '2026-11-20T08:00:00Z', finishedAt: '2026-11-20T08:07:00Z', durationSeconds: 420 },
          steps: [put('step', { name: 'Good ones', value: 6543 })],
        });
        const resources = {
          readProductOrder: answered(order, 'MO-4711', 'o-id-1'),
          readRecording: answered(recording, undefined, 'r-id-1'),
        };

        // Act
        const findings = recognise(resources, seen, now);

        // Assess
        const wrong = findings.filter(
          ({ line, set, certainty }) => certainty === 'sure' && line in places && set !== places[line],
        );
        expect(wrong).toEqual([]);
      },
    ),
    { numRuns: 200 },
  );
});
