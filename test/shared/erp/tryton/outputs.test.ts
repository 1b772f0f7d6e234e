import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Amounts } from '../../../../shared/erp/tryton/booking/amounts.ts';
import {
  isUnchanged,
  outputChanges,
  remainderOf,
  type WantedMove,
  wantedMoves,
} from '../../../../shared/erp/tryton/booking/outputs.ts';
import type { OutputMove, Production } from '../../../../shared/erp/tryton/production.ts';
import { Rejected } from '../../../../shared/model/errors.ts';
import { compareDecimals, sumOf } from '../../../../shared/model/quantity.ts';

const stock = 3;
const waste = 10;
const unit = { id: 1, symbol: 'u', factor: 1, rate: 1, rounding: 1, digits: 0 };
const production: Production = {
  ...{ id: 17, number: '17', state: 'running', company: 1, article: 'GEAR', product: 4, unit },
  quantity: '5',
  wasteLocations: [{ id: waste, name: 'Scrap', code: 'SCRAP' }],
  ...{ outputs: [], template: { to_location: stock }, goodLocationType: 'storage' },
  ...{ lotAt: [], numbersLots: false, isPriced: true, unassigned: [], componentsWithoutLot: [] },
  ...{ works: [], timestamps: {} },
};
const nothing = { good: '0', scrap: '0', goodLots: [], scrapLots: [] };
const wantedFor = (
  amounts: Partial<Amounts>,
  open: readonly OutputMove[] = [],
  of: Production = production,
): WantedMove[] => wantedMoves({ ...nothing, ...amounts }, of, open, undefined);
const planned = (id: number, quantity: string, lot?: number): OutputMove => ({
  ...{ id, state: 'draft', quantity, location: stock, wasted: false },
  ...(lot === undefined ? {} : { lot: { id: lot, number: `P${lot}` } }),
});

describe('the moves that a booking completes', () => {
  it('take the whole quantity in one move without lots', () => {
    expect(wantedFor({ good: '5' })).toEqual([{ quantity: '5' }]);
  });

  it('take one move per lot, and send scrap to the waste location', () => {
    const lots = {
      goodLots: [{ number: ' A ', amount: '4' }],
      scrapLots: [{ number: 'B', amount: '1' }],
    };

    expect(wantedFor({ good: '4', scrap: '1', ...lots })).toEqual([
      { quantity: '4', lot: { number: 'A' } },
      { quantity: '1', lot: { number: 'B' }, location: waste },
    ]);
  });

  it('contain only scrap when nothing good was built', () => {
    expect(wantedFor({ scrap: '5' })).toEqual([{ quantity: '5', location: waste }]);
  });

  it('use the lot that a planner chose where none was recorded', () => {
    const lot = { id: 9, number: 'P9' };

    expect(wantedFor({ good: '2', scrap: '1' }, [planned(1, '5', 9)])).toEqual([
      { quantity: '2', lot },
      { quantity: '1', lot, location: waste },
    ]);
  });

  it('keep the planned lots when a planner chose several and all were built', () => {
    expect(wantedFor({ good: '5' }, [planned(1, '3', 9), planned(2, '2', 8)])).toEqual([
      { quantity: '3', lot: { id: 9, number: 'P9' } },
      { quantity: '2', lot: { id: 8, number: 'P8' } },
    ]);
  });

  it('are refused when nobody recorded which of several planned lots were built', () => {
    const some = () => wantedFor({ good: '4' }, [planned(1, '3', 9), planned(2, '2', 8)]);

    expect(some).toThrow(Rejected);
    expect(some).toThrow(/P9, P8.*4 good/);
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
    const scrapped = () => wantedFor({ scrap: '1' }, [], { ...production, wasteLocations });

    expect(scrapped).toThrow(said);
  });
});

describe('turning open moves into the wanted ones', () => {
  const amounts = fc.integer({ min: 1, max: 999 }).map((cents) => String(cents / 100));
  const lots = fc.option(
    fc.constantFrom(1, 2, 3).map((id) => ({ id, number: `L${id}` })),
    { nil: undefined },
  );
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

  it('ends with exactly the wanted moves, and then changes nothing more', () => {
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

  it('leaves the rest for later parts, and the same rest when it is repeated', () => {
    fc.assert(
      fc.property(open, wanted, (moves, wants) => {
        const rest = remainderOf(moves, wants);
        const all = rest ? [...wants, rest] : wants;
        const after = applied(moves, all);

        const total = sumOf(after.map(({ quantity }) => quantity));
        const planned = sumOf(moves.map(({ quantity }) => quantity));
        const asked = sumOf(wants.map(({ quantity }) => quantity));
        expect(compareDecimals(total, compareDecimals(planned, asked) > 0 ? planned : asked)).toBe(0);
        expect(remainderOf(after, wants)?.quantity).toBe(rest?.quantity);
      }),
    );
  });

  it('keeps a lot that a planner chose when none is wanted', () => {
    const move = planned(1, '5', 9);

    expect(isUnchanged(outputChanges([move], [{ quantity: '5.0' }], stock))).toBe(true);
    expect(outputChanges([move], [{ quantity: '5', lot: { number: 'A', id: 3 } }], stock).write).toHaveLength(
      1,
    );
  });

  it('replaces a lot with the older one of the same number', () => {
    const newer = { ...planned(1, '5'), lot: { id: 4, number: 'A' } };

    expect(
      outputChanges([newer], [{ quantity: '5', lot: { number: 'A', id: 3 } }], stock).write,
    ).toHaveLength(1);
  });

  it('leaves the rest in the lot that a planner chose for all moves', () => {
    const rest = { quantity: '3', lot: { id: 9, number: 'P9' } };

    expect(remainderOf([planned(1, '5', 9)], [{ quantity: '2', lot: { number: 'A', id: 3 } }])).toEqual(rest);
  });

  /** Tryton's moves after the changes. */
  function applied(moves: readonly OutputMove[], wants: readonly WantedMove[]): OutputMove[] {
    const changes = outputChanges(moves, wants, stock);
    const moveOf = (id: number, { quantity, lot, location = stock }: WantedMove): OutputMove => ({
      ...{ id, state: 'draft', quantity, location, wasted: location === waste },
      ...(lot?.id === undefined ? {} : { lot: { number: lot.number, id: lot.id } }),
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
