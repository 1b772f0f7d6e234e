import { orderConcernKinds } from '../ledger/records/concerns.ts';
import type { Day } from '../ledger/records/days.ts';
import { formatQuantity } from '../model/quantity.ts';

/** What is counted of one or several days. */
export type Figures = Omit<Day, 'day' | 'upTo'>;

const names = ['Created in Azumuta', 'Booked in the ERP', 'Dead letters', 'Changed afterwards'] as const;

/** What is counted by the names of events: concerns of orders that were made have the names of their kinds. */
const counts = {
  'Created in Azumuta': ['created', 'adopted'],
  'Booked in the ERP': ['booked'],
  'Dead letters': ['dead-lettered'],
  'Changed afterwards': orderConcernKinds.filter(
    (kind) => kind !== 'refused' && kind !== 'time-ahead' && kind !== 'unknown-numbers',
  ),
} as const satisfies Record<(typeof names)[number], readonly string[]>;

/** How many orders had one of the events. */
export function happened({ events }: Pick<Figures, 'events'>, name: (typeof names)[number]): number {
  return counts[name].reduce((sum, event) => sum + (events[event] ?? 0), 0);
}

/** The figures of some days, each with its name, in the order in which every view shows them. */
export function figureCells(figures: Figures | undefined): [name: string, value: string][] {
  const { good = {}, scrap = {}, due = 0, late = 0, events = {} } = figures ?? {};
  return [
    ...names.map((name): [string, string] => [name, String(happened({ events }, name))]),
    ['Pieces', piecesIn(good)],
    ['Scrap', piecesIn(scrap)],
    ['On time', due === 0 ? '–' : `${Math.round((100 * (due - late)) / due)} %`],
  ];
}

/** `12 u, 3.5 kg`. */
function piecesIn(pieces: Day['good']): string {
  const quantities = Object.entries(pieces).map(([unit, amount]) => formatQuantity({ amount, unit }));
  return quantities.join(', ') || '0';
}
