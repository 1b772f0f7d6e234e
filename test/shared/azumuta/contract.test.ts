import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { productOrderIn, recordingIn } from '../../../shared/azumuta/answer-readers.ts';
import { contractSchema, defaultContract } from '../../../shared/azumuta/contract.ts';
import { describeInvalidFields, readByContract } from '../../../shared/azumuta/field-readers.ts';
import { defineIntegration } from '../../../shared/integration/define.ts';
import { noErp } from '../../support/no-erp.ts';

/** What a plain JavaScript file, or a cast, could hold. */
const define = (azumuta: unknown) =>
  Reflect.apply(defineIntegration, undefined, [
    { plant: 'x', timeZone: 'Europe/Brussels', erp: noErp, completions: { quantity: () => 1 }, azumuta },
  ]);

describe('a wrong line of the contract', () => {
  it.each([
    [
      { assumptions: {} },
      '$.azumuta: found object, expected no such field as assumptions (it is contract now)',
    ],
    [{ webhookAliases: {} }, 'webhookAliases (it is contract.trigger now)'],
    [{ contract: { productOrders: {} } }, 'productOrders (there are apiKeyHeader'],
    [
      { contract: { productOrder: { nubmer: 'no' } } },
      '$.azumuta.contract.productOrder: found object, expected no such field as nubmer (there are id, number',
    ],
  ])('stops synthesis with the right one: %j', (azumuta, sentence) => {
    expect(() => define(azumuta)).toThrow(sentence);
  });

  it.each([
    ['productorders/{id}', 'a path below azumuta.baseUrl'],
    ['https://elsewhere.example/{id}', 'a path below azumuta.baseUrl'],
    ['//elsewhere.example/{id}', 'a path below azumuta.baseUrl'],
    ['/productorders/../users/{id}', 'a path below azumuta.baseUrl'],
    ['/productorders?id={id}', 'a path below azumuta.baseUrl'],
    ['', 'a path below azumuta.baseUrl'],
    ['/productorders/{number}', 'no placeholders but {id}'],
  ])('stops synthesis with what was found and what is expected: %j as a path', (path, expected) => {
    const contract = { operations: { readProductOrder: { path } } };
    expect(() => define({ contract })).toThrow(
      `$.azumuta.contract.operations.readProductOrder.path: found ${JSON.stringify(path)}, expected ${expected}`,
    );
  });

  it.each<[object, string | RegExp]>([
    [
      { productOrder: { number: '$.number' } },
      '.productOrder.number: found "$.number", expected a path such as',
    ],
    [{ productOrder: { number: [] } }, '.productOrder.number: found an empty list, expected a path such as'],
    [{ list: { next: 5 } }, '.list.next: found 5, expected a path such as'],
    [
      { operations: { findArticle: { query: { no: '{nr}' } } } },
      '.findArticle.query.no: found "{nr}", expected no',
    ],
    [
      { operations: { createProductOrder: { body: { a: [{ b: '{nubmer}' }] } } } },
      /\.createProductOrder\.body: found object, expected no placeholders but \{number}, \{article\.id}.*, and not \{nubmer}\.$/,
    ],
    [{ apiKeyFormat: 'Bearer' }, '.apiKeyFormat: found string'],
    [{ operations: { findArticle: { summaries: true } } }, 'summaries'],
    [
      { operations: { createProductOrder: { method: 'DELETE' } } },
      '.method: found string, expected "GET" or',
    ],
    [
      { operations: { findArticle: { body: { number: '{number}' } } } },
      '.findArticle.body: found object, expected none with GET',
    ],
    [{ operations: { findArticle: { none: [40] } } }, '.none[0]: found 40, expected at least 200'],
  ])('stops synthesis with its field: %j', (contract, sentence) => {
    expect(() => define({ contract })).toThrow('$.azumuta.contract.');
    expect(() => define({ contract })).toThrow(sentence);
  });
});

describe('the contract of a plant', () => {
  const contract = contractSchema.parse({
    productOrder: { number: 'orderNo' },
    operations: { findProductOrder: { query: { orderNo: '{number}' } } },
    trigger: { productOrderNumber: ['orderNo'], events: ['order-closed'] },
  });

  it('differs from the assumed contract only in what was set', () => {
    expect(contract).toEqual({
      ...defaultContract,
      productOrder: { ...defaultContract.productOrder, number: 'orderNo' },
      operations: {
        ...defaultContract.operations,
        findProductOrder: { ...defaultContract.operations.findProductOrder, query: { orderNo: '{number}' } },
      },
      trigger: {
        ...defaultContract.trigger,
        productOrderNumber: ['orderNo', ...defaultContract.trigger.productOrderNumber],
        events: ['order-closed', 'product-order-completed'],
      },
    });
  });

  it('is the same when it is parsed a second time, as it is by the stack', () => {
    expect(contractSchema.parse(contract)).toEqual(contract);
  });
});

/** As JSON.parse reads it: 9007199254740992. */
const longNumber = Number('9007199254740993');
const order = { id: 'p1', number: 'PO-1', status: 'open' };
const recording = { id: 'r1', steps: [] };
const readOrder = (json: object, contract = defaultContract) =>
  readByContract(contract, productOrderIn, json);
const readRecording = (json: object) => readByContract(defaultContract, recordingIn, json);
const orderWith = (fields: object) => readOrder({ ...order, ...fields });
const stepWith = (fields: object) => readRecording({ ...recording, steps: [{ name: 'Torque', ...fields }] });

/** What is told of a field that cannot be understood, once something uses it. */
const toldOnUse = (value: unknown): string[] => {
  if (value === null || typeof value !== 'object') return [];
  return Object.keys(value).flatMap((name) => {
    try {
      return toldOnUse(Reflect.get(value, name));
    } catch (error) {
      return String(error);
    }
  });
};

describe('a value in all its forms', () => {
  const valuesIn = (answer: ReturnType<typeof orderWith> | ReturnType<typeof stepWith>, expected: object) => {
    const value = answer.ok ? answer.value : answer;
    return Object.fromEntries(Object.keys(expected).map((name) => [name, Reflect.get(value, name)]));
  };

  it.each<[string, object, object]>([
    ['an id', { id: 17 }, { id: '17' }],
    ['a number', { number: 42 }, { number: '42' }],
    ['an article', { article: { number: 'GEAR-01' } }, { article: 'GEAR-01' }],
    ['a status as text', { status: 'DONE' }, { completed: true }],
    ['a status as a language map', { status: { en: 'Completed', nl: 'Gereed' } }, { completed: true }],
    ['no status', { status: null }, { completed: false, status: undefined }],
    ...[
      ['2026-12-01T00:30:00+01:00', '2026-11-30T23:30:00.000Z'],
      ['2026-12-01T00:30:00+0100', '2026-11-30T23:30:00.000Z'],
      ['2026-12-01 00:30:00,5 +01', '2026-11-30T23:30:00.500Z'],
      ['2026-12-01T00:30+01:00[Europe/Brussels]', '2026-11-30T23:30:00.000Z'],
      ['2026-11-30 23:30:00 UTC', '2026-11-30T23:30:00.000Z'],
      // On the plant's clock, which only the configuration knows.
      ['2026-12-01T00:30:00', '2026-12-01T00:30:00'],
      ['2026-12-01 00:30', '2026-12-01T00:30'],
      ['2026-12-01', '2026-12-01'],
    ].map(([told, known]): [string, object, object] => [
      `${told}`,
      { completedAt: told },
      { completedAt: known },
    ]),
    ['seconds', { completedAt: 1_764_545_400 }, { completedAt: '2025-11-30T23:30:00.000Z' }],
    ['milliseconds', { completedAt: 1_764_545_400_123 }, { completedAt: '2025-11-30T23:30:00.123Z' }],
    ['seconds as text', { completedAt: '1764545400' }, { completedAt: '2025-11-30T23:30:00.000Z' }],
    ['no time', { completedAt: null }, { completedAt: undefined }],
    [
      'a list',
      {
        parameters: [
          { key: 'Q', value: 5 },
          { key: 'N', value: null },
        ],
      },
      { parameters: { Q: 5 } },
    ],
    [
      'a key as a language map',
      { parameters: [{ key: { nl: 'A', en: 'Q' }, value: 5 }] },
      { parameters: { Q: 5 } },
    ],
    ['a map of parameters', { parameters: { Q: 5, N: null } }, { parameters: { Q: 5 } }],
    ['a map of objects', { parameters: { Q: { value: 5, valueType: 'Number' } } }, { parameters: { Q: 5 } }],
    ['recordings by id', { recordings: ['r1', 'r2', 'r1'] }, { recordingIds: ['r1', 'r2'] }],
    ['recordings by number', { recordings: [7] }, { recordingIds: ['7'] }],
    ['recordings as objects', { recordings: [{ id: 'r1', at: 1 }] }, { recordingIds: ['r1'] }],
    ['recordings under another name', { recordings: [], recordingIds: ['r1'] }, { recordingIds: ['r1'] }],
    ['no recordings', { recordings: [] }, { recordingIds: [] }],
    ['nothing about recordings', {}, { recordingIds: undefined }],
    ['variants by name', { variants: ['Left'] }, { variants: ['Left'] }],
    ['variants by number', { variants: [3] }, { variants: ['3'] }],
    [
      'variants as objects',
      { variants: [{ id: 'v', name: { nl: 'Links' } }, { id: 'w' }] },
      { variants: ['Links', 'w'] },
    ],
  ])('is understood in a product order: %s', (_, fields, expected) => {
    expect(valuesIn(orderWith(fields), expected)).toEqual(expected);
  });

  it.each<[string, object, object]>([
    ['a value', { value: 45.2 }, { value: 45.2 }],
    ['a choice', { value: { en: 'Red', nl: 'Rood' } }, { value: 'Red' }],
    ['several values', { value: ['S-1', 2, true] }, { value: ['S-1', 2, true] }],
    ['a verdict', { result: true }, { ok: true }],
    ['a verdict in words', { result: 'Nok' }, { ok: false }],
  ])('is understood in a step: %s', (_, fields, expected) => {
    expect(stepWith(fields)).toMatchObject({ ok: true, value: { steps: [expected] } });
  });

  it.each(['An', { id: 'x', name: 'An' }])('is understood as an operator: %j', (operator) => {
    const answer = readRecording({ ...recording, operator });
    expect(answer).toMatchObject({ ok: true, value: { operator: 'An' } });
  });

  it.each([{ id: 'x' }, {}])('is no operator without a name: %j', (operator) => {
    const answer = readRecording({ ...recording, operator });
    expect(answer.ok && toldOnUse(answer.value)).toEqual([]);
    expect(answer.ok && answer.value).not.toHaveProperty('operator');
  });
});

describe('what cannot be understood is reported with its line of the contract', () => {
  const told = (answer: ReturnType<typeof orderWith> | ReturnType<typeof stepWith>) =>
    answer.ok ? toldOnUse(answer.value) : describeInvalidFields(answer.invalid);
  const [{ status: _, ...withoutStatus }, { steps: __, ...withoutSteps }] = [order, recording];

  it.each([
    ['no id', orderWith({ id: null }), '$.id: found null, expected text'],
    ['no number', orderWith({ number: '' }), '$.number: found empty text, expected text'],
    ['a number that has lost digits', orderWith({ number: longNumber }), '$.number: found number'],
    ['a fraction', orderWith({ number: 10.1 }), '$.number: found a fraction'],
    ['no status', readOrder(withoutStatus), '$.status: found missing'],
    ['a status as object', orderWith({ status: { code: 40 } }), '$.status: found object'],
    ['no such day', orderWith({ completedAt: '2026-02-31 08:00' }), '$.completedAt: found string'],
    ['a time', orderWith({ completedAt: 'yesterday' }), '$.completedAt: found string, expected an ISO time'],
    ['parameters', orderWith({ parameters: 'Quantity=5' }), '$.parameters: found string, expected a map'],
    ['a parameter', orderWith({ parameters: [{ name: 'Q' }] }), 'parameter.key ($.key): found missing'],
    ['recordings', orderWith({ recordings: { r1: true } }), '$.recordings or $.recordingIds: found object'],
    ['a recording', orderWith({ recordings: ['r1', { no: 2 }] }), 'recordingRef.id ($.id): found missing'],
    ['no steps', readRecording(withoutSteps), '$.steps: found missing, expected a list'],
    ['a step', stepWith({ name: undefined }), 'step.name ($.name): found missing'],
    ['a value', stepWith({ value: { url: 'https://x.example' } }), 'step.value ($.value): found object'],
    ['a long serial number', stepWith({ value: longNumber }), 'step.value ($.value): found number'],
  ])('%s', (_, answer, sentence) => {
    expect(told(answer)).toEqual([expect.stringContaining(sentence)]);
    expect(told(answer)[0]).toMatch(/; set azumuta\.contract\.\w+\.\w+ to where it is/);
  });

  it('lists each line, with the names of the fields that are there and no value', () => {
    const answer = readOrder({ orderNo: 'PO-1', _id: 'p1', state: 'secret' });
    expect(told(answer).join(' ')).toBe(
      [
        '$.id: found missing, expected text, or a whole number without lost digits; set azumuta.contract.productOrder.id to where it is, among orderNo, _id, state.',
        '$.number: found missing, expected text, or a whole number without lost digits; set azumuta.contract.productOrder.number to where it is, among orderNo, _id, state.',
        '$.status: found missing, expected text, a code, or a language map; set azumuta.contract.productOrder.status to where it is, among orderNo, _id, state.',
      ].join(' '),
    );
  });

  it('does not need a status when triggers are believed', () => {
    const trusting = contractSchema.parse({ trustTrigger: true });
    expect(readOrder({ id: 'p1', number: 'PO-1' }, trusting)).toMatchObject({ ok: true });
  });

  it('reports a function of the configuration that fails', () => {
    const failing = contractSchema.parse({
      productOrder: {
        status: () => {
          throw new TypeError('no state');
        },
      },
    });
    expect(told(readOrder(order, failing))).toEqual([
      expect.stringContaining('$…: found a function that fails with "no state"'),
    ]);
  });
});

it("has Azumuta's field names only in the contract, and where probe guesses others", () => {
  // Names that are the model's, too, cannot be told apart; these are Azumuta's alone.
  const wire =
    /\/(productorders|workinstructions)|'\/(recordings|articles)|articleId|latestOfficialVersion|app\.azumuta\.com\/api/;
  const files = globSync('{functions,shared,infra/ops,infra/console,infra/stack}/**/*.ts');
  expect(files.length).toBeGreaterThan(200);
  const found = files
    .filter(
      (file) => !/^(shared\/azumuta\/(contract|operations|assumptions)\.ts$|infra\/ops\/probe\/)/.test(file),
    )
    .flatMap((file) =>
      readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => wire.test(line) && !/^\s*(\*|\/\*|\/\/)/.test(line))
        .map((line) => `${file}: ${line.trim()}`),
    );
  expect(found).toEqual([]);
});
