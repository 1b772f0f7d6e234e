import * as z from 'zod/mini';
import { compareDecimals, toDecimal } from '../../../model/quantity.ts';
import type { BuiltLot } from '../../booking-rules.ts';
import type { Reader } from '../connection.ts';
import { notBookable, type OutputMove, type Production } from '../production.ts';
import { convert, type Unit, unitSchema } from '../units.ts';
import type { WantedMove } from './outputs.ts';

/** What is known of a use before its lots are. */
interface FromLots {
  readonly planned: {
    readonly article: string;
    readonly product: number;
    readonly measure: Unit;
    readonly moves: readonly OutputMove[];
  };
  readonly lots: readonly BuiltLot[];
  readonly place: string;
}

const lotSchema = z.looseObject({
  id: z.int(),
  number: z.string(),
  product: z.int(),
  active: z.boolean(),
  quantity: z.nullable(z.number()),
  'default_uom.': unitSchema,
});

/**
 * Looks up the lots that components were taken from: of several with one number the oldest counts.
 * @returns what finds the lots of one use. It throws Rejected for a lot that nobody knows, of another article, that was
 *   set inactive, or that holds too little where the component is taken from (`Lot.get_quantity`, stock_lot/stock.py 7.0).
 */
export async function findUsedLots(reader: Reader, production: Production, used: readonly FromLots[]) {
  const numbers = [...new Set(used.flatMap(({ lots }) => lots.map(({ number }) => number.trim())))];
  const refuse = (why: string) => notBookable(production.number, why);
  if (numbers.length > 0 && !reader.abilities.lots)
    throw refuse(
      'its components have lots, and this Tryton keeps none: activate the module stock_lot, or leave their lots out of the mapping',
    );
  const locations = [
    ...new Set(used.flatMap(({ planned }) => planned.moves.map(({ location }) => location))),
  ];
  const found =
    numbers.length === 0
      ? []
      : await reader.search('stock.lot', {
          domain: [['number', 'in', numbers]],
          sort: [['id', 'ASC']],
          row: lotSchema,
          what: `looking for the lots of the components of production ${production.number}`,
          context: { active_test: false, locations, with_childs: true },
        });

  return (lots: readonly BuiltLot[], { planned, place }: Omit<FromLots, 'lots'>): WantedMove[] =>
    lots.map(({ number: recorded, amount }) => {
      const number = recorded.trim();
      const named = found.filter((lot) => lot.number === number);
      const lot = named.find(({ product }) => product === planned.product);
      const is = `lot ${number} of component ${planned.article}${place}`;
      if (!lot)
        throw refuse(
          named.length > 0
            ? `${is} is a lot of another article in Tryton: correct what was recorded`
            : `${is} is unknown in Tryton: receive it there, or correct what was recorded`,
        );
      if (!lot.active)
        throw refuse(`${is} was set inactive in Tryton: set it active there, or correct what was recorded`);
      const isTaken = planned.moves.some((move) => move.lot?.id === lot.id && move.state === 'done');
      const wanted = convert(amount, planned.measure, lot['default_uom.']);
      const stock = toDecimal(lot.quantity) ?? '0';
      if (!isTaken && reader.options.assign !== 'force' && compareDecimals(stock, wanted) < 0)
        throw refuse(
          `${is} holds ${stock} ${lot['default_uom.'].symbol} where it is taken from, and ${wanted} were used: receive or count them in Tryton, or correct what was recorded`,
        );
      return { quantity: amount, lot: { number, id: lot.id } };
    });
}
