import fc from 'fast-check';
import { expect, it } from 'vitest';
import { defaultContract } from '../../../shared/azumuta/contract.ts';
import { parseTrigger } from '../../../shared/azumuta/trigger.ts';
import { mapProductOrders } from '../../../shared/integration/mapping/product-orders.ts';
import { Rejected } from '../../../shared/model/errors.ts';
import { anyText } from '../../support/any-text.ts';
import { erpOrder } from '../../support/orders.ts';

const aliases = defaultContract.trigger;

/** The triggers of Azumuta for a completed product order of this number: by GET, and by POST. */
const triggersOf = (number: string) =>
  [
    { method: 'GET', rawQueryString: `number=${encodeURIComponent(number)}`, body: '' },
    { method: 'POST', rawQueryString: '', body: JSON.stringify({ number }) },
  ].map((call) => parseTrigger({ ...call, body: Buffer.from(call.body) }, aliases));

/** The numbers of an order's product orders; none when it is rejected. */
function numbersGiven(number: string, split: boolean): string[] {
  try {
    return mapProductOrders(
      { number: () => number, ...(split ? { split: { per: 'unit', book: 'each' } } : {}) },
      erpOrder({ quantity: { amount: '12' } }),
    ).productOrders.map(({ draft }) => draft.number);
  } catch (error) {
    if (error instanceof Rejected) return [];
    throw error;
  }
}

const piece = fc.oneof(
  anyText(),
  fc.constantFrom(...[...' \u00a0\u0000+%,/\u2028'], '\ud83d', '..', 'MO', 'x'.repeat(197)),
);
const given = fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join(''));

it('rejects any number that its trigger would not be read as exactly', () => {
  fc.assert(
    fc.property(given, fc.boolean(), (number, split) => {
      for (const made of numbersGiven(number, split))
        for (const read of triggersOf(made))
          expect(read).toMatchObject({ ok: true, content: { productOrderNumber: made } });
    }),
    { numRuns: 400 },
  );
});

it.each([
  [' MO/1 ', ['MO/1']],
  ['x'.repeat(200), ['x'.repeat(200)]],
  ['x'.repeat(201), []],
  ['MO\n1', []],
])('turns the number %j of a mapping into %j', (number, made) => {
  expect(numbersGiven(number, false)).toEqual(made);
});
