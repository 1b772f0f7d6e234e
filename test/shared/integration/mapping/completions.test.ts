import { describe, expect, it } from 'vitest';
import type { CompletionMapping } from '../../../../shared/integration/define.ts';
import { erpOrderNumberOf, mapCompletion } from '../../../../shared/integration/mapping/completions.ts';
import { planned, recorded, recordedAll } from '../../../../shared/integration/mapping/recorded.ts';
import type { Recording } from '../../../../shared/model/completions.ts';
import { Rejected } from '../../../../shared/model/errors.ts';
import { completedProductOrder, recording } from '../../../support/completions.ts';

/** Azumuta tells the duration of a recording, but not when it ended. */
function withoutFinish({ finishedAt: _, ...unfinished }: Recording): Recording {
  return unfinished;
}

/** A plant in Brussels with this mapping. */
const plantWith = (completions: CompletionMapping = {}) => ({
  completions: { quantity: planned, ...completions },
  timeZone: 'Europe/Brussels',
});

describe('the completion of a product order', () => {
  it('has the planned quantity, a note and links by default', () => {
    const completion = mapCompletion(plantWith(), 'quantity', [
      completedProductOrder({ parameters: { Quantity: '5' } }),
    ]);
    expect(completion).toMatchObject({ kind: 'quantity', quantity: { amount: '5' }, final: true, lots: [] });
    expect(completion.notes[0]).toContain('MO/0001');
  });

  it('has the share of each part of a split order as its planned quantity, whatever its parameter says', () => {
    // Prepare
    const part = (index: number) =>
      completedProductOrder({
        part: { index, of: 40, quantity: { amount: '1', unit: 'u' } },
        parameters: { Quantity: '40' },
      });

    // Act
    const { quantity } = mapCompletion(plantWith(), 'quantity', [part(1), part(2)]);

    // Assess
    expect(quantity).toEqual({ amount: '2' });
  });

  it.each([
    ['what a person has changed it to in Azumuta', '10', '10'],
    ['all that a part can have', '25', '25'],
    ['its share, where it carries the whole order', '80', '5'],
    ['its share, where it carries nothing', '0', '5'],
    ['its share, where it carries no quantity', 'box', '5'],
  ])('has as planned quantity of a part of several units %s', (_name, Quantity, amount) => {
    const part = { index: 4, of: 4, quantity: { amount: '5' }, per: 25 };
    const completed = completedProductOrder({ part, parameters: { Quantity } });
    expect(mapCompletion(plantWith(), 'quantity', [completed]).quantity).toEqual({ amount });
  });

  it('adds up the parts of a split order exactly', () => {
    const part = (Quantity: string) => completedProductOrder({ parameters: { Quantity } });
    const { quantity } = mapCompletion(plantWith(), 'quantity', [part('0.1'), part('0.2'), part('0.3')]);
    expect(quantity).toEqual({ amount: '0.6' });
  });

  it('never has a quantity as an amendment, whatever the mapping says', () => {
    const completion = mapCompletion(plantWith({ quantity: () => 9, lots: () => ['L1'] }), 'amendment', [
      completedProductOrder(),
    ]);
    expect(completion.quantity).toBeUndefined();
    expect(completion).toMatchObject({ kind: 'amendment', final: false, lots: [] });
  });

  it.each([
    ['00:30 on 1 December in Brussels', 'Europe/Brussels', '2026-11-30T23:30:00.000Z', '2026-12-01'],
    ['19:30 on 30 November in New York', 'America/New_York', '2026-12-01T00:30:00.000Z', '2026-11-30'],
    [
      'a time without a zone, on the clock of the plant',
      'America/New_York',
      '2026-12-01T00:30:00',
      '2026-12-01',
    ],
    ['a date', 'America/New_York', '2026-12-01', '2026-12-01'],
  ])('is booked on the day at the plant, and so is its work: %s', (_name, timeZone, at, day) => {
    // Prepare
    const completed = completedProductOrder({
      completedAt: at,
      recordings: [recording({ finishedAt: at }), withoutFinish(recording({ id: 'unfinished' }))],
    });

    // Act
    const completion = mapCompletion({ ...plantWith(), timeZone }, 'quantity', [completed]);

    // Assess
    expect(completion).toMatchObject({ completedAt: at, completedOn: day });
    expect(completion.work.map(({ date }) => date)).toEqual([day, day]);
  });

  it('is booked on the day of its last part', () => {
    const part = (completedAt: string) => completedProductOrder({ completedAt });
    const parts = [part('2026-11-30T23:30:00.000Z'), part('2026-11-30T22:00:00.000Z')] as const;
    expect(mapCompletion(plantWith(), 'quantity', parts).completedOn).toBe('2026-12-01');
  });

  it.each([
    ['the completion of MO/0001', { completedAt: '24/11/2026' }, '24/11/2026'],
    ['the completion of MO/0001', { completedAt: '2026-02-31T10:00:00' }, '2026-02-31T10:00:00'],
    ['the recording r1', { recordings: [recording({ id: 'r1', finishedAt: 'noon' })] }, 'noon'],
  ])('is rejected when Azumuta gives no time of %s', (what, given, told) => {
    const map = () => mapCompletion(plantWith(), 'quantity', [completedProductOrder(given)]);
    expect(map).toThrow(Rejected);
    expect(map).toThrow(`Azumuta gives "${told}" as the time of ${what}, where an ISO time such as`);
  });

  it('is rejected with mixed units', () => {
    const quantity: CompletionMapping['quantity'] = ({ productOrder }) => ({
      amount: '1',
      unit: productOrder.number,
    });
    const parts = [
      completedProductOrder(),
      completedProductOrder({ productOrder: { id: 'x', number: 'other' } }),
    ] as const;
    expect(() => mapCompletion(plantWith({ quantity }), 'quantity', parts)).toThrow(
      'Mapping completions.quantity mixes units for MO/0001: MO/0001, other.',
    );
  });

  it('has the last value of a step by its exact name or id, and says which steps there are instead', () => {
    const completed = completedProductOrder({
      recordings: [
        recording({ steps: [{ name: 'Good quantity', value: 3 }] }),
        recording({ steps: [{ id: 's7', name: 'Good quantity', value: 4 }] }),
        recording({ steps: [{ name: 'good quantity', value: 5 }] }),
      ],
    });
    expect(recorded(completed, 'Good quantity')).toBe('4');
    expect(recorded(completed, 's7')).toBe('4');
    expect(recorded(completed, 'Remark', { optional: true })).toBeUndefined();
    const missing =
      'no step "Remark" was recorded of product order MO/0001 (there is: Good quantity, good quantity)';
    expect(() => recorded(completed, 'Remark')).toThrow(missing);
  });
});

describe('the result of a completion mapping in plain JavaScript', () => {
  const mapped = (mapping: object, parameters: Record<string, string> = { Quantity: '5' }) =>
    Reflect.apply(mapCompletion, undefined, [
      plantWith(mapping),
      'quantity',
      [completedProductOrder({ parameters })],
    ]);

  it.each([
    ['a lot that is no text', { lots: () => [undefined] }, 'completions.lots'],
    ['a lot with a line break', { lots: () => ['SN1\nSN2'] }, 'completions.lots'],
    ['a lot made of what was not recorded', { lots: () => ['SN-undefined'] }, 'completions.lots'],
    ['no list of lots', { lots: () => 'SN1' }, 'completions.lots'],
    ['no links', { links: () => undefined }, 'completions.links'],
    ['a word for yes or no', { final: () => 'no' }, 'completions.final'],
    ['a note that is no text', { notes: () => [5] }, 'completions.notes'],
    ['a negative quantity', { quantity: () => -1 }, 'completions.quantity'],
    ['text that is no number', { quantity: () => 'five' }, 'completions.quantity'],
    ['a quantity of null', { quantity: () => null }, 'completions.quantity'],
    ['a quantity without an amount', { quantity: () => ({ unit: 'u' }) }, 'completions.quantity'],
    ['a unit that is a number', { quantity: () => ({ amount: '5', unit: 3 }) }, 'completions.quantity'],
    ['scrap that is a list', { scrap: () => ['1'] }, 'completions.scrap'],
  ])('is rejected when it is %s, naming the field and the order', (_name, mapping, field) => {
    expect(() => mapped(mapping)).toThrow(Rejected);
    expect(() => mapped(mapping)).toThrow(new RegExp(`Mapping ${field} gave .* for MO/0001`));
  });

  it('is rejected when it is a promise', () => {
    expect(() => mapped({ notes: async () => ['a note'] })).toThrow(/completions\.notes failed .* a promise/);
  });

  it('loses empty lots, as nothing was recorded', () => {
    expect(mapped({ lots: () => ['SN1', ''] }).lots).toEqual([{ number: 'SN1' }]);
  });

  it('is rejected when one of several parts has no quantity, naming that part', () => {
    const part = (index: number, quantity: Record<string, string>) =>
      completedProductOrder({
        productOrder: { id: `p${index}`, number: `MO/1/${index}` },
        parameters: quantity,
      });
    const parts = [part(1, { Quantity: '1' }), part(2, {}), part(3, { Quantity: '1' })] as const;
    expect(() => mapCompletion(plantWith(), 'quantity', parts)).toThrow(/no quantity for MO\/1\/2/);
  });

  it('is rejected without a quantity, as a guess of one would close the order', () => {
    expect(() => mapped({}, { Aantal: '5' })).toThrow(
      /no quantity for MO\/0001, which has no parameter Quantity/,
    );
  });
});

it('returns all values of a step that records a list, and none of an empty one', () => {
  const steps = [
    { name: 'Serial number', value: ['SN1', 'SN2'] },
    { name: 'Serial number', value: '' },
    { name: 'Serial number', value: 'SN3' },
  ];
  const completed = completedProductOrder({ recordings: [recording({ steps })] });
  expect(recordedAll(completed, 'Serial number')).toEqual(['SN1', 'SN2', 'SN3']);
});

describe('the ERP order of a product order that was typed by hand', () => {
  it('is mapped from its number, else it has the same', () => {
    expect(erpOrderNumberOf({ erpOrderNumber: (number) => number.slice(0, 4) }, 'MO/1-a')).toBe('MO/1');
    expect(erpOrderNumberOf({}, 'MO/1-a')).toBe('MO/1-a');
  });

  it.each<[string, () => unknown, RegExp]>([
    ['throws', () => JSON.parse(''), /failed for MO\/1: /],
    ['answers with a number', () => 7, /gave something wrong for MO\/1: found number, expected a text/],
    ['answers with nothing', () => undefined, /gave something wrong for MO\/1: found missing/],
    ['answers with a promise', async () => 'MO/1', /failed for MO\/1: it answers with a promise/],
  ])('is refused when its function %s, and nothing is stored', (_, erpOrderNumber, reason) => {
    const map = () => Reflect.apply(erpOrderNumberOf, undefined, [{ erpOrderNumber }, 'MO/1']);
    expect(map).toThrow(Rejected);
    expect(map).toThrow(reason);
  });
});
