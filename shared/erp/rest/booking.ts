import { compareDecimals, toDecimal } from '../../model/quantity.ts';
import {
  type Built,
  builtOf,
  mayClose,
  requireArticle,
  requireDecimals,
  requireUnit,
} from '../booking-rules.ts';
import { rejected } from '../failures.ts';
import { OrderDetails, withReasons } from './assembly.ts';
import type { BookContext } from './contexts.ts';
import type { RestOptions } from './options.ts';
import type { Task } from './run.ts';

/**
 * What a booking is run for. Only the function that books has this file in its bundle (infra/build/bundle-functions.ts).
 * @throws Rejected for figures that the ERP cannot take.
 */
export function booking<Row>(
  { book: procedure, decimals, takes = [] }: RestOptions<Row>,
  partner: string,
  { completion: told, key, attempt }: Pick<BookContext, 'completion' | 'key'> & Pick<Task<never>, 'attempt'>,
): Task<BookContext> {
  const { number } = told.erpOrder;
  const isAmendment = told.kind === 'amendment';
  const built = isAmendment ? nothingBuilt : builtOf(told, partner);
  if (decimals !== undefined) requireDecimals(built, number, decimals, partner);
  const completion = takes.includes('reasons') ? told : withReasons(told, built);
  const details = new OrderDetails(completion, built, { partner, decimals });
  let { final } = completion;
  return {
    procedure,
    at: 'book',
    what: `the ${isAmendment ? 'amendment' : 'booking'} of order ${number}`,
    orderNumber: number,
    key,
    attempt,
    context: (answers, lists) => ({
      ...answers,
      get completion() {
        return { ...completion, final };
      },
      built,
      get uses() {
        return details.uses(lists);
      },
      get reports() {
        return details.reports(lists);
      },
      key,
    }),
    requireDetails: (lists) => details.require(lists),
    compareUsed: (used) => details.compareUsed(used),
    requireArticle: (article) => requireArticle(completion, article, partner),
    requireUnit: (unit) => requireUnit(built, number, unit, partner),
    compareQuantity(quantity, unit = '') {
      const amount = toDecimal(quantity);
      if (amount === undefined) {
        const why = `${partner} tells "${quantity}" for the quantity of order ${number}, which is no decimal: check erp.book.lookUp.`;
        throw rejected('configuration', why);
      }
      details.quantity = amount;
      final = mayClose(completion, { amount, unit }, built.produced);
    },
    compareGood(good) {
      const amount = toDecimal(good);
      if (isAmendment || (amount !== undefined && compareDecimals(amount, built.good) === 0)) return;
      const other = `${partner} has booked ${good} of order ${number}, but ${built.good} was built`;
      const remedy = 'correct it there; if it rounds, let the mapping round, and say so in erp.decimals';
      throw rejected('booked-otherwise', `${other}: ${remedy}.`);
    },
  };
}

/** An amendment has no quantity. */
const nothingBuilt: Built = {
  good: '0',
  scrap: '0',
  produced: '0',
  goodLots: [],
  scrapLots: [],
  scrapped: [],
};
