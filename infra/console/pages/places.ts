import type { OrderFigure } from '../../../shared/situation/open-orders.ts';
import type { Problem } from '../../../shared/situation/problems.ts';

/** The list of the orders that a figure counts, as the address of the page Orders names it. */
export const listOfFigure = {
  late: 'late',
  'due today': 'due-today',
  'to be created': 'to-be-created',
  'in Azumuta': 'waiting',
  'to be booked': 'to-be-booked',
  'for a person': 'concerns',
} as const satisfies Record<OrderFigure, string>;

export function addressOfFigure(figure: OrderFigure): string {
  return `/orders?list=${listOfFigure[figure]}`;
}

/**
 * The page that says why it is so and what to do, and where a person does it: what is about the flows on Flows, what is
 * about orders in their lists. A new kind does not compile until it has one.
 */
type PageOfProblem = 'flows' | 'dead letters' | 'late orders' | 'orders of its kind';

const pageOfKind: Readonly<Record<Problem['kind'], PageOfProblem>> = {
  'partner-down': 'flows',
  paused: 'flows',
  'paused-too-long': 'flows',
  slow: 'flows',
  stalled: 'flows',
  waiting: 'flows',
  'channel-down': 'flows',
  'unknown-numbers': 'flows',
  'dead-letter': 'dead letters',
  unfiled: 'dead letters',
  overdue: 'late orders',
  changed: 'orders of its kind',
  unwanted: 'orders of its kind',
  'number-taken': 'orders of its kind',
  refused: 'orders of its kind',
  removed: 'orders of its kind',
  'figures-changed': 'orders of its kind',
  'used-again': 'orders of its kind',
  'time-ahead': 'orders of its kind',
};

export function isOfFlows({ kind }: Pick<Problem, 'kind'>): boolean {
  return pageOfKind[kind] === 'flows';
}

export function addressOfProblem({ kind, id }: Pick<Problem, 'kind' | 'id'>): string {
  switch (pageOfKind[kind]) {
    case 'flows':
      return `/flows#trouble-${id}`;
    case 'dead letters':
      return '/letters';
    case 'late orders':
      return addressOfFigure('late');
    case 'orders of its kind':
      return `${addressOfFigure('for a person')}&kind=${kind}`;
  }
}
