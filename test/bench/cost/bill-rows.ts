import type { Figures } from '../peers/figures.ts';
import type { Row } from '../row.ts';
import { callsPerUnit, costPerMillion, totalOf } from './cost.ts';
import { perDay } from './month.ts';

/** A completion's calls are those of collecting and booking, and the message of its trigger. */
const wantedOfBill = {
  completions: { maxCalls: 7, maxDollars: 9 },
  orders: { maxCalls: 4, maxDollars: 6 },
  'orders in lists of 50': { maxCalls: 4, maxDollars: 6 },
} as const;

/** Budget for a plant's month. */
const maxMonth = 8;

export function billRows({ bills = [], month = [] }: Figures): Row[] {
  return [...perMillionRows(bills), ...monthRowsOf(month)];
}

function monthRowsOf(month: NonNullable<Figures['month']>): Row[] {
  if (month.length === 0) return [];
  const total = totalOf(month);
  return [
    {
      figure: "a plant's month",
      measured: `$${total.toFixed(2)}`,
      against: `${perDay} orders and completions a day, list prices of us-east-1, no free tier`,
      wanted: `≤ $${maxMonth}`,
      reached: total <= maxMonth,
    },
    ...month.map(({ item, dollars, formula }) => ({
      figure: `… ${item}`,
      measured: `$${dollars.toFixed(2)}`,
      against: formula,
      wanted: '–',
    })),
  ];
}

function perMillionRows(bills: NonNullable<Figures['bills']>): Row[] {
  return (['completions', 'orders', 'orders in lists of 50'] as const).flatMap((flow) => {
    const [own, peer] = bills.filter((bill) => bill.flow === flow);
    if (!own) return [];
    const lines = costPerMillion(own.measured);
    const calls = callsPerUnit(own.measured);
    const total = totalOf(lines);
    const { maxCalls, maxDollars } = wantedOfBill[flow];
    return [
      {
        figure: `AWS calls per ${flow.replace(/s\b/, '')}`,
        measured: calls.toFixed(2),
        against: peer ? `${peer.name} ${callsPerUnit(peer.measured).toFixed(2)}` : '–',
        wanted: `≤ ${maxCalls}`,
        reached: calls <= maxCalls,
      },
      {
        figure: `cost of a million ${flow}`,
        measured: `$${total.toFixed(2)}`,
        against: `${peer ? `${peer.name} $${totalOf(costPerMillion(peer.measured)).toFixed(2)}, ` : ''}list prices of us-east-1, no free tier`,
        wanted: `≤ $${maxDollars}`,
        reached: total <= maxDollars,
      },
      ...lines.map(({ service, dollars, formula }) => ({
        figure: `… ${service}`,
        measured: `$${dollars.toFixed(2)}`,
        against: formula,
        wanted: '–',
      })),
    ];
  });
}
