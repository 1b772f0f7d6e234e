import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import {
  amountOf,
  mergeByLotAndLocation,
  planMoves,
  type TakenPart,
} from '../../../../shared/erp/tryton/booking/moves.ts';
import { type Amounts, outputPartsOf } from '../../../../shared/erp/tryton/booking/outputs.ts';
import {
  productionOf,
  type TrytonLine,
  type TrytonProduction,
  trytonProductionSchema,
} from '../../../../shared/erp/tryton/production.ts';
import { plainValue } from '../../../../shared/erp/tryton/wire.ts';
import { Rejected } from '../../../../shared/model/errors.ts';
import { type Move, TrytonBooks } from './books.ts';

const [stock, waste] = [7, 8];
const [P8, P9] = [8, 9].map((id) => ({ id, number: `P${id}` }));
const planned = (id: number, quantity: number, lot: number | null = null): Move => ({
  id,
  quantity,
  lot,
  state: 'draft',
  location: stock,
});

let books: TrytonBooks;
beforeEach(() => {
  books = new TrytonBooks({ hasLots: true });
  for (const id of [8, 9]) books.addLot(`P${id}`, id);
});

const answerTo = (method: string, ...params: unknown[]) => books.answer({ method, params, headers: {} });

/** The production with these moves of its output. */
function productionWith(moves: readonly Move[] = books.moves) {
  books.moves = [...moves];
  const answer = z.object({ result: z.array(trytonProductionSchema) });
  const [row] = answer
    .parse(plainValue(answerTo('production.search_read')))
    .result.map((one) => productionOf(one));
  if (!row?.output) throw new Error('There is no output.');
  const { output } = row;
  return { ...row, output };
}

const nothing = { good: '0', scrap: '0', goodLots: [], scrapLots: [] };
function partsFor(
  amounts: Partial<Amounts>,
  moves: readonly Move[],
  differs: Partial<TrytonProduction> = {},
) {
  const production = productionWith(moves);
  const all = { ...nothing, ...amounts };
  return outputPartsOf(all, { ...production, ...differs }, production.output.moves, undefined);
}

describe('what a booking takes of the output', () => {
  it.each<[string, Partial<Amounts>, readonly Move[], readonly TakenPart[]]>([
    ['the whole quantity at once without lots', { good: '5' }, [planned(1, 5)], [{ quantity: '5' }]],
    [
      'each lot, and scrap to the waste location',
      {
        good: '4',
        goodLots: [{ number: ' A ', amount: '4' }],
        scrap: '1',
        scrapLots: [{ number: 'B', amount: '1' }],
      },
      [planned(1, 5)],
      [
        { quantity: '4', lot: { number: 'A' } },
        { quantity: '1', lot: { number: 'B' }, location: waste },
      ],
    ],
    [
      'only scrap when nothing good was built',
      { scrap: '5' },
      [planned(1, 5)],
      [{ quantity: '5', location: waste }],
    ],
    [
      'the lot that a planner chose where none was recorded',
      { good: '2', scrap: '1' },
      [planned(1, 5, 9)],
      [
        { quantity: '2', lot: P9 },
        { quantity: '1', lot: P9, location: waste },
      ],
    ],
    [
      'the planned lots when a planner chose several and all were built',
      { good: '5' },
      [planned(1, 3, 9), planned(2, 2, 8)],
      [
        { quantity: '3', lot: P9 },
        { quantity: '2', lot: P8 },
      ],
    ],
  ])('is %s', (_, amounts, moves, expected) => {
    expect(partsFor(amounts, moves)).toEqual(expected);
  });

  it.each([
    ['when nobody recorded which of several planned lots were built', { good: '4' }, {}, /P9, P8.*4 good/],
    ['with scrap and nowhere to put it', { scrap: '1' }, { wasteLocations: [] }, /no waste location/],
    [
      'with scrap and several places to put it',
      { scrap: '1' },
      { wasteLocations: [10, 11].map((id) => ({ id, name: `Scrap ${id}` })) },
      /several waste locations/,
    ],
  ])('is refused %s', (_, amounts, differs, says) => {
    const refused = () => partsFor(amounts, [planned(1, 3, 9), planned(2, 2, 8)], differs);

    expect(refused).toThrow(Rejected);
    expect(refused).toThrow(says);
  });
});

describe('turning open moves into what a booking takes', () => {
  function planFor(
    production: TrytonProduction & { readonly output: TrytonLine },
    parts: readonly TakenPart[],
    isLast = false,
  ) {
    return planMoves(production, { line: production.output, parts, isLast });
  }
  function shaped(moves: readonly Move[], parts: readonly TakenPart[], isLast = false) {
    const outputs = planFor(productionWith(moves), parts, isLast).commands;
    answerTo('production.write', [17], { outputs });
    return productionWith();
  }

  const amounts = fc.integer({ min: 1, max: 9 });
  const wanted = fc
    .array(fc.record({ quantity: amounts.map(String), lot: fc.constantFrom(P8, P9, undefined) }), {
      minLength: 1,
      maxLength: 4,
    })
    .map(mergeByLotAndLocation);
  const open = fc
    .array(
      fc.record({
        quantity: amounts,
        lot: fc.constantFrom(8, 9, null),
        location: fc.constantFrom(stock, waste),
      }),
      { maxLength: 5 },
    )
    .map((moves) => [planned(1, 1), ...moves.map((move, at) => ({ ...move, id: at + 2, state: 'draft' }))]);

  it('takes exactly that, leaves the rest to later parts, and then changes nothing more', () => {
    fc.assert(
      fc.property(open, wanted, fc.boolean(), (moves, parts, isLast) => {
        // Act
        const after = shaped(moves, parts, isLast);

        // Assess
        const plan = planFor(after, parts, isLast);
        expect(plan.commands).toEqual([]);
        expect(amountOf(plan.moves)).toBe(amountOf(parts));
        const was = moves.reduce((sum, { quantity }) => sum + quantity, 0);
        const asked = Number(amountOf(parts));
        expect(amountOf(after.output.moves)).toBe(String(isLast ? asked : Math.max(was, asked)));
      }),
    );
  });

  it.each([
    ['keeps a lot that a planner chose when none is wanted', planned(1, 5, 9), undefined, 0],
    ['puts in a lot that was recorded, instead of another one', planned(1, 5, 9), P8, 1],
  ])('%s', (_, move, lot, changes) => {
    expect(planFor(productionWith([move]), [{ quantity: '5', lot }]).commands).toHaveLength(changes);
  });

  it.each([P8, undefined])(
    'leaves the rest in the lot that a planner chose for all moves: %j is taken',
    (lot) => {
      const { moves } = shaped([planned(1, 5, 9)], [{ quantity: '2', lot }]).output;

      expect(moves).toMatchObject([
        { quantity: '2', lot: lot ?? P9 },
        { quantity: '3', lot: P9 },
      ]);
    },
  );
});
