import { type Figures, peerName, type Row } from '../peers/figures.ts';
import type { Flow } from './bill.ts';
import { callsPerUnit, costPerMillion, type Measured, totalOf, writeUnitsPerUnit } from './cost.ts';

/** A completion's calls have the message of its trigger among them. */
const wantedOfBill = {
  completions: { maxCalls: 5.5, maxDollars: 8.2, maxWriteUnits: 5 },
  'completions with ten recordings': { maxWriteUnits: 7 },
  orders: { maxCalls: 4, maxDollars: 6.7 },
  'orders in lists of 50': { maxCalls: 4, maxDollars: 6.7 },
} as const satisfies Record<Flow, Wanted>;

interface Wanted {
  readonly maxCalls?: number;
  readonly maxDollars?: number;
  readonly maxWriteUnits?: number;
}

export function billRows({ bills = [] }: Figures): Row[] {
  return Object.entries(wantedOfBill).flatMap(([flow, wanted]: [string, Wanted]) => {
    const [own, peer] = bills.filter((bill) => bill.flow === flow).map(({ measured }) => measured);
    return own ? [...amountRows(flow, wanted, own, peer), ...dollarRows(flow, wanted, own, peer)] : [];
  });
}

function amountRows(
  flow: string,
  { maxCalls, maxWriteUnits }: Wanted,
  own: Measured,
  peer?: Measured,
): Row[] {
  const amounts = [
    ['AWS calls', maxCalls, callsPerUnit],
    ['write units', maxWriteUnits, writeUnitsPerUnit],
  ] as const;
  return amounts.flatMap(([name, most, amountOf]) =>
    most === undefined
      ? []
      : {
          figure: `${name} per ${flow.replace(/s\b/, '')}`,
          measured: amountOf(own).toFixed(2),
          against: peer ? `${peerName} ${amountOf(peer).toFixed(2)}` : '–',
          wanted: `≤ ${most}`,
          reached: amountOf(own) <= most,
        },
  );
}

function dollarRows(flow: string, { maxDollars }: Wanted, own: Measured, peer?: Measured): Row[] {
  if (maxDollars === undefined) return [];
  const lines = costPerMillion(own);
  const total = totalOf(lines);
  return [
    {
      figure: `cost of a million ${flow}`,
      measured: `$${total.toFixed(2)}`,
      against: `${peer ? `${peerName} $${totalOf(costPerMillion(peer)).toFixed(2)}, ` : ''}list prices of Ireland, no free tier`,
      wanted: `≤ $${maxDollars.toFixed(2)}`,
      reached: total <= maxDollars,
    },
    ...lines.map(({ service, dollars, formula }) => ({
      figure: `… ${service}`,
      measured: `$${dollars.toFixed(2)}`,
      against: formula,
      wanted: '–',
    })),
  ];
}
