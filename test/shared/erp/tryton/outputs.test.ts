import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isUnchanged,
  outputChanges,
  remainderOf,
  type WantedMove,
  wantedMoves,
} from '../../../../shared/erp/tryton/booking/outputs.ts';
import type { OutputMove, Production } from '../../../../shared/erp/tryton/order.ts';
import { Rejected } from '../../../../shared/model/errors.ts';
import { compareDecimals, sumOf } from '../../../../shared/model/quantity.ts';
import { completionOf } from '../conformance/completions.ts';

const stock = 3;
const waste = 10;
const production: Production = {
  ...{ id: 17, number: '17', state: 'running', company: 1, article: 'GEAR', product: 4 },
  unit: { id: 1, symbol: 'u' },
  wasteLocations: [{ id: waste, name: 'Scrap', code: 'SCRAP' }],
  ...{ outputs: [], template: { to_location: stock }, unassigned: [], timestamps: {} },
};
const wantedFor = (differs: Parameters<typeof completionOf>[1], of = production) =>
  wantedMoves(completionOf({ number: '17' }, differs), of, undefined);

describe('the moves that a completion books', () => {
  it('are one for the whole quantity without lots', () => {
    expect(wantedFor({ quantity: { amount: '5', unit: 'u' } })).toEqual([{ quantity: '5' }]);
  });

  it('are one per serial number', () => {
    const lots = [{ number: 'A' }, { number: 'B' }];

    expect(wantedFor({ quantity: { amount: '2' }, lots })).toEqual([
      { quantity: '1', lot: 'A' },
      { quantity: '1', lot: 'B' },
    ]);
  });

  it('give a lot without a quantity what the others leave', () => {
    const lots = [{ number: 'A', quantity: { amount: '0.1' } }, { number: 'B' }];

    expect(wantedFor({ quantity: { amount: '0.3' }, lots })).toEqual([
      { quantity: '0.1', lot: 'A' },
      { quantity: '0.2', lot: 'B' },
    ]);
  });

  it('send scrap to the waste location, with the number of its batch', () => {
    expect(wantedFor({ quantity: { amount: '4' }, scrap: { amount: '1' }, lots: [{ number: 'A' }] })).toEqual(
      [
        { quantity: '4', lot: 'A' },
        { quantity: '1', location: waste, lot: 'A' },
      ],
    );
  });

  it('are only scrap when nothing good was built', () => {
    expect(wantedFor({ quantity: { amount: '0' }, scrap: { amount: '5' } })).toEqual([
      { quantity: '5', location: waste },
    ]);
  });

  it.each([
    ['another unit', { quantity: { amount: '5', unit: 'kg' } }, 'counted in u'],
    ['nothing at all', { quantity: { amount: '0' } }, 'nothing was built'],
    ['less than nothing', { quantity: { amount: '-1' } }, 'below zero'],
    ['lots that do not add up', { lots: [{ number: 'A', quantity: { amount: '4' } }] }, 'do not add up'],
    ['serial numbers for part of it', { lots: [{ number: 'A' }, { number: 'B' }] }, 'do not add up'],
  ])('are refused for %s', (_, differs, said) => {
    expect(() => wantedFor(differs)).toThrow(Rejected);
    expect(() => wantedFor(differs)).toThrow(said);
  });

  it.each([
    ['none', [], 'has no waste location'],
    [
      'several',
      [
        { id: 10, name: 'Scrap' },
        { id: 11, name: 'Rework' },
      ],
      'several waste locations',
    ],
  ])('are refused with scrap when the warehouse has %s to put it', (_, wasteLocations, said) => {
    const scrapped = () => wantedFor({ scrap: { amount: '1' } }, { ...production, wasteLocations });

    expect(scrapped).toThrow(said);
  });
});

describe('turning open moves into the wanted ones', () => {
  const amounts = fc.integer({ min: 1, max: 999 }).map((cents) => String(cents / 100));
  const lots = fc.option(fc.constantFrom('A', 'B', 'C'), { nil: undefined });
  const wanted = fc.array(
    fc
      .record({ quantity: amounts, lot: lots })
      .map(({ quantity, lot }) => (lot ? { quantity, lot } : { quantity })),
    { minLength: 1, maxLength: 4 },
  );
  const open = fc
    .array(fc.record({ quantity: amounts, wasted: fc.boolean() }), { maxLength: 5 })
    .map((moves) =>
      moves.map(({ quantity, wasted }, at): OutputMove => {
        return { id: at + 1, state: 'draft', quantity, wasted, location: wasted ? waste : stock };
      }),
    );

  it('ends with exactly them, and then has nothing more to change', () => {
    fc.assert(
      fc.property(open, wanted, (moves, wants) => {
        const after = applied(moves, wants);

        expect(after.length).toBe(wants.length);
        for (const [at, move] of after.entries()) {
          expect(compareDecimals(move.quantity, wants[at]?.quantity ?? '')).toBe(0);
          expect(move.wasted).toBe(false);
        }
        expect(isUnchanged(outputChanges(after, wants, stock))).toBe(true);
      }),
    );
  });

  it('leaves the rest for later parts, and as much again when it is done twice', () => {
    fc.assert(
      fc.property(open, wanted, (moves, wants) => {
        const rest = remainderOf(moves, wants);
        const all = compareDecimals(rest, '0') === 0 ? wants : [...wants, { quantity: rest }];
        const after = applied(moves, all);

        const total = sumOf(after.map(({ quantity }) => quantity));
        const planned = sumOf(moves.map(({ quantity }) => quantity));
        const asked = sumOf(wants.map(({ quantity }) => quantity));
        expect(compareDecimals(total, compareDecimals(planned, asked) > 0 ? planned : asked)).toBe(0);
        expect(compareDecimals(remainderOf(after, wants), rest)).toBe(0);
      }),
    );
  });

  it('keeps a lot that a planner chose when the completion names none', () => {
    const move = { id: 1, state: 'draft', quantity: '5', lot: 'P', wasted: false, location: stock };

    expect(isUnchanged(outputChanges([move], [{ quantity: '5.0' }], stock))).toBe(true);
    expect(outputChanges([move], [{ quantity: '5', lot: 'A' }], stock).write).toHaveLength(1);
  });

  /** What Tryton would hold after the changes. */
  function applied(moves: readonly OutputMove[], wants: readonly WantedMove[]): OutputMove[] {
    const changes = outputChanges(moves, wants, stock);
    const moveOf = (id: number, { quantity, lot, location = stock }: WantedMove): OutputMove => ({
      ...{ id, state: 'draft', quantity, location, wasted: location === waste },
      ...(lot === undefined ? {} : { lot }),
    });
    const kept = moves
      .filter(({ id }) => !changes.delete.includes(id))
      .map((move) => {
        const change = changes.write.find(({ id }) => id === move.id);
        return change ? moveOf(move.id, change.wanted) : move;
      });
    return [...kept, ...changes.create.map((one, at) => moveOf(1000 + at, one))];
  }
});
