import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsed, parsedBody } from './parse-trigger.ts';

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
