import Big from 'big.js';
import { type Decimal, sumOf } from '../../../../shared/model/quantity.ts';
import type { ProductionOrder, SandboxBooking } from './store.ts';

interface ProductComponent {
  readonly article: string;
  readonly perPiece: Decimal;
  readonly unit: string;
  /** What was received of each lot. */
  readonly lots: Readonly<Record<string, { readonly quantity: Decimal; readonly blocked?: true }>>;
}

interface SandboxProduct {
  readonly product: string;
  readonly name: string;
  /** Each piece needs a serial number. */
  readonly serialNumbers?: true;
  readonly components?: readonly ProductComponent[];
  /** The routing: number and name of each operation. */
  readonly operations?: Readonly<Record<string, string>>;
}

const stock = '1000000';

/** The master data of this ERP. */
export const products: readonly SandboxProduct[] = [
  { product: 'GEAR-01', name: 'Worm gearbox 1:20' },
  {
    product: 'GEAR-02',
    name: 'Bevel gearbox 1:3',
    components: [
      {
        article: 'HOUSING-02',
        perPiece: '1',
        unit: 'u',
        lots: {
          'H-2601': { quantity: stock },
          'H-2600': { quantity: stock, blocked: true },
          'H-2599': { quantity: '1' },
        },
      },
      {
        article: 'BEARING-30',
        perPiece: '1',
        unit: 'u',
        lots: { 'B-17': { quantity: stock }, 'B-16': { quantity: '0' } },
      },
      { article: 'PINION-02', perPiece: '1', unit: 'u', lots: { 'P-4': { quantity: stock } } },
    ],
    operations: { '10': 'Clean', '20': 'Assemble', '30': 'Fill with oil', '40': 'Inspect' },
  },
  { product: 'GEAR-03', name: 'Planetary gearbox 1:5', serialNumbers: true },
];

export const productOf = (wanted: string): SandboxProduct | undefined =>
  products.find(({ product }) => product === wanted);

/** What the order consumes and in which steps it is made, with what its bookings have reported so far. */
export function assemblyOf({ madeAs, quantity }: ProductionOrder, bookings: readonly SandboxBooking[]) {
  const { components = [], operations = {} } = productOf(madeAs) ?? {};
  return {
    components: components.map(({ article, perPiece, unit }) => ({
      article,
      unit,
      planned: new Big(perPiece).times(quantity).toFixed(),
      used: sumOf(componentUses(bookings, article).map((one) => one.quantity)),
    })),
    operations: Object.entries(operations).map(([number, name]) => ({
      number,
      name,
      finished: bookings.some((one) => one.operations?.some((of) => of.number === number && of.finished)),
    })),
  };
}

/** The lots of the components of a product, blocked ones and empty ones as well. @param bookings All that were ever made. */
export function lotsForProduct(product: string, bookings: readonly SandboxBooking[]) {
  const { components = [] } = productOf(product) ?? {};
  return components.flatMap(({ article, lots }) => {
    const taken = componentUses(bookings, article).flatMap((one) => one.lots);
    return Object.entries(lots).map(([number, { quantity, blocked = false }]) => {
      const of = taken.filter((lot) => lot.number === number).map((lot) => lot.quantity);
      return { article, number, blocked, open: new Big(quantity).minus(sumOf(of)).toFixed() };
    });
  });
}

const componentUses = (bookings: readonly SandboxBooking[], wanted: string) =>
  bookings.flatMap(({ components = [] }) => components.filter(({ article }) => article === wanted));
