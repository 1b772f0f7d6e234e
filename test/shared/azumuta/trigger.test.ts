import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contractSchema, defaultContract } from '../../../shared/azumuta/contract.ts';
import { parseTrigger } from '../../../shared/azumuta/trigger.ts';

const aliases = defaultContract.trigger;

/** Parses a call as the webhook endpoint does, by the default contract. */
const parsed = (call: { readonly query?: string; readonly body?: string; readonly method?: string }) =>
  parseTrigger(
    {
      method: call.method ?? (call.body === undefined ? 'GET' : 'POST'),
      rawQueryString: call.query ?? '',
      body: Buffer.from(call.body ?? ''),
    },
    aliases,
  );
const parsedBody = (fields: Readonly<Record<string, unknown>>) => parsed({ body: JSON.stringify(fields) });

/** Meteor ids: 17 characters without look-alikes. */
const meteorId = fc
  .array(fc.constantFrom(...'23456789ABCDEFGHJKLMNPQRSTWXYZabcdefghijkmnopqrstuvwxyz'), {
    minLength: 17,
    maxLength: 17,
  })
  .map((characters) => characters.join(''));
/** Numbers as ERPs write them: slashes, commas, spaces inside, leading zeros. */
const orderNumber = fc
  .stringMatching(/^[A-Za-z0-9][A-Za-z0-9/,. _#&=+%-]{0,30}[A-Za-z0-9]$/)
  .filter((text) => text.trim() === text);

const spellings: readonly ((name: string) => string)[] = [
  (name) => name,
  (name) => name.toLowerCase(),
  (name) => name.toUpperCase(),
  (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  (name) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
  (name) => name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase(),
];
const spelling = (names: readonly string[]) =>
  fc
    .tuple(fc.constantFrom(...names), fc.constantFrom(...spellings), fc.constantFrom('', '[]'))
    .map(([name, spelled, list]) => spelled(name) + list);
/** One thing may be told under several names in one call. */
const several = (names: readonly string[]) => fc.uniqueArray(spelling(names), { minLength: 1, maxLength: 3 });

const trigger = fc.record({
  number: orderNumber,
  numberNames: several(aliases.productOrderNumber),
  recordings: fc.uniqueArray(meteorId, { maxLength: 4 }),
  recordingNames: several(aliases.recordingIds),
});
type Trigger = typeof trigger extends fc.Arbitrary<infer Value> ? Value : never;

const contentOf = ({ number, recordings }: Trigger) => ({
  productOrderNumber: number,
  recordingIds: recordings,
});

describe('a trigger in any alias and shape', () => {
  const listShapes: Readonly<Record<string, (ids: readonly string[]) => unknown>> = {
    list: (ids) => ids,
    commas: (ids) => ids.join(','),
    'commas and spaces': (ids) => ids.join(', '),
    'lists of commas': (ids) => [ids.slice(0, 2).join(','), ...ids.slice(2)],
    objects: (ids) => ids.map((id) => ({ object: 'recording', id })),
    single: (ids) => (ids.length === 1 ? ids[0] : ids),
  };
  const numberShapes: readonly ((number: string) => unknown)[] = [
    (number) => number,
    (number) => ` ${number}\n`,
    (number) => [number],
    (number) => ({ object: 'product-order', id: 'SarLiLeyuNWgw3Tai', number }),
  ];

  it('is read as JSON, without its query, with the number as text or object, and ids listed or joined', () => {
    fc.assert(
      fc.property(
        trigger,
        fc.constantFrom(...Object.values(listShapes)),
        fc.constantFrom(...numberShapes),
        (given, listed, numbered) => {
          const parsedTrigger = parsed({
            query: 'number=ANOTHER',
            body: JSON.stringify({
              ...Object.fromEntries(given.numberNames.map((name) => [name, numbered(given.number)])),
              ...Object.fromEntries(given.recordingNames.map((name) => [name, listed(given.recordings)])),
              somethingElse: { ignored: true },
            }),
          });
          expect(parsedTrigger).toEqual({ ok: true, content: contentOf(given) });
        },
      ),
    );
  });

  it('is read as the query of a GET, or of a POST without a body, with ids repeated, joined, or both, and a bare + read both ways', () => {
    const joints: readonly ((ids: readonly string[]) => readonly string[])[] = [
      (ids) => ids,
      (ids) => [ids.join(',')],
      (ids) => [ids.join(', ')],
      (ids) => [ids.slice(0, 2).join(','), ...ids.slice(2)],
    ];
    fc.assert(
      fc.property(
        trigger,
        fc.constantFrom(...joints),
        fc.constantFrom('GET', 'POST'),
        (given, joined, method) => {
          // Prepare
          const query = new URLSearchParams();
          const add = (names: readonly string[], values: readonly string[]) => {
            for (const name of names) for (const value of values) query.append(name, value);
          };
          add(given.numberNames, [given.number]);
          add(given.recordingNames, joined(given.recordings));

          // Act
          const parsedTrigger = parsed({ query: query.toString(), method });

          // Assess
          const content = contentOf(given);
          const plus = given.number.replaceAll(' ', '+');
          expect(parsedTrigger).toEqual({
            ok: true,
            content: plus === given.number ? content : { ...content, otherNumber: plus },
          });
        },
      ),
    );
  });

  it('is read by its most specific name: a `number` next to it may be anything', () => {
    const aliasOf = (at: number) => spelling(aliases.productOrderNumber.slice(at, at + 1));
    fc.assert(
      fc.property(
        fc.uniqueArray(orderNumber, { minLength: 2, maxLength: 2 }),
        fc.nat(aliases.productOrderNumber.length - 2).chain((at) => fc.tuple(aliasOf(at), aliasOf(at + 1))),
        fc.boolean(),
        ([first = '', second = ''], [specific, other], turned) => {
          const fields: [string, string][] = [
            [specific, first],
            [other, second],
          ];
          if (turned) fields.reverse();
          const query = new URLSearchParams(fields).toString();
          for (const answer of [parsed({ query }), parsedBody(Object.fromEntries(fields))])
            expect(answer).toMatchObject({ ok: true, content: { productOrderNumber: first } });
        },
      ),
    );
  });
});

describe('an order number as a JSON number', () => {
  it('is read with all its digits, or refused', () => {
    const digits = fc.bigInt({ min: 0n, max: 10n ** 20n }).map(String);
    const decimals = fc.tuple(fc.nat(), fc.nat(999)).map(([whole, fraction]) => `${whole}.${fraction}`);
    fc.assert(
      fc.property(
        fc.oneof(digits, decimals, fc.constant('1e400')),
        fc.constantFrom('number', 'productOrder'),
        (number, name) => {
          const value = name === 'productOrder' ? `{"number":${number}}` : number;
          const answer = parsed({ body: `{"${name}":${value}}` });
          // 5.0 is the number 5, for JSON.
          const exact = number.replace(/\.0+$/, '');
          if (answer.ok) expect(answer.content.productOrderNumber).toBe(exact);
          else expect(answer.reason).toContain('send it as text, in quotation marks');
          if (/^\d{1,15}$/.test(number)) expect(answer.ok).toBe(true);
        },
      ),
    );
  });

  it('is read as text in a query, and in quotation marks', () => {
    const content = { productOrderNumber: '9007199254740993' };
    expect(parsed({ query: 'number=9007199254740993' })).toMatchObject({ ok: true, content });
    expect(parsed({ body: '{"number":"9007199254740993"}' })).toMatchObject({ ok: true, content });
  });
});

it('keeps commas, slashes and leading zeros', () => {
  expect(parsed({ query: 'number=00042%2FA,B' })).toMatchObject({
    ok: true,
    content: { productOrderNumber: '00042/A,B' },
  });
});

describe('the names of a plant', () => {
  const own = contractSchema.parse({
    trigger: { productOrderNumber: ['data.order.orderNo'], recordingIds: ['data.runs'], id: ['uuid'] },
  }).trigger;
  const read = (fields: object) =>
    parseTrigger({ method: 'POST', rawQueryString: '', body: Buffer.from(JSON.stringify(fields)) }, own);

  it('are looked up in objects, and count before the assumed ones', () => {
    const data = {
      order: { id: 'p1', orderNo: 'PO-7', number: 12 },
      runs: [{ id: 1, uuid: 'r1' }, { uuid: 'r2' }],
    };
    expect(read({ number: 12, Data: data })).toEqual({
      ok: true,
      content: { productOrderNumber: 'PO-7', recordingIds: ['r1', 'r2'] },
    });
  });

  it('do not replace the assumed ones', () => {
    expect(read({ number: 'PO-7', recordingIds: [17, 18] })).toMatchObject({
      content: { productOrderNumber: 'PO-7', recordingIds: ['17', '18'] },
    });
  });
});

it.each(['productOrderNumber', 'recordingIds'])('ignores %s that is nested without end', (name) => {
  const value = `${'['.repeat(30_000)}"X"${']'.repeat(30_000)}`;
  const body = Buffer.from(`{"productOrder":"PO-1","${name}":${value}}`);
  expect(parseTrigger({ method: 'POST', rawQueryString: '', body }, aliases)).toEqual({
    ok: true,
    content: { productOrderNumber: 'PO-1', recordingIds: [] },
  });
});

describe('a trigger that cannot be used is refused', () => {
  it.each([
    ['not JSON', 'nope', 'The body is not JSON.'],
    ['a list', '[]', 'The body must be a JSON object.'],
    ['no number', '{"recordingId":"x"}', 'No product order number'],
    ['an empty number', '{"number":"  "}', 'No product order number'],
    ['two numbers', '{"number":["A","B"]}', '2 different product order numbers'],
    ['a very long number', JSON.stringify({ number: 'x'.repeat(201) }), 'at most 200'],
    ['a control character in the number', '{"number":"MO\\u0000\\u001b[31m/1"}', 'a control character'],
    ['half a character in the number', '{"number":"MO\\ud83d"}', 'half a character'],
    ['a way up the path as an id', '{"number":"MO/1","recordingId":".."}', 'id of a recording'],
  ])('%s', (_name, body, reason) => {
    expect(parsed({ body })).toMatchObject({ ok: false, reason: expect.stringContaining(reason) });
  });

  it('never throws, for any body', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
        expect(parsed({ body, method: 'POST' })).toHaveProperty('ok');
        expect(parsed({ query: body })).toHaveProperty('ok');
      }),
    );
  });
});

describe('the refusal of a trigger names its fields and how each was understood, and no value', () => {
  const reasonOf = (answer: ReturnType<typeof parsed>) => (answer.ok ? 'it was read' : answer.reason);

  it('lists the fields of a body and of its objects', () => {
    const body = {
      order: { orderNo: 'PO-7', dates: [1] },
      recordings: ['r1'],
      Work_Instruction_Ids: 'w1',
      at: null,
    };
    expect(reasonOf(parsedBody(body))).toBe(
      'No product order number: expected one of the fields productOrderNumber, productOrder, orderNumber, number. ' +
        'order.orderNo (string) was taken for nothing, order.dates (a list) was taken for nothing, ' +
        'recordings (a list) was taken for recordingIds, Work_Instruction_Ids (string) was taken for nothing, ' +
        'at (null) was taken for nothing. Name the right field in azumuta.contract.trigger.',
    );
  });

  it('lists the fields of a query', () => {
    expect(reasonOf(parsed({ query: 'orderNo=PO-7&recordingId=r1' }))).toContain(
      'orderNo (string) was taken for nothing, recordingId (string) was taken for recordingIds.',
    );
  });

  it('lists them when there are different numbers', () => {
    expect(reasonOf(parsedBody({ number: ['PO-7', 'PO-8'] }))).toBe(
      '2 different product order numbers in one call. number (a list) was taken for productOrderNumber. Name the right field in azumuta.contract.trigger.',
    );
  });

  it('lists a dozen at most, and says when there are none', () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`field${at}`, 'secret']));
    expect(reasonOf(parsedBody(many))).toMatch(
      /field11 \(string\) was taken for nothing, and there are 488 more\./,
    );
    expect(reasonOf(parsedBody(many))).not.toContain('secret');
    expect(reasonOf(parsed({ query: '' }))).toContain('It has no fields.');
  });
});
