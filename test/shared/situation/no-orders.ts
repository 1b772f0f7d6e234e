import type { Situation } from '../../../shared/situation/read.ts';

/** Of a plant in which nothing is open. */
export const noOrders: Situation['orders'] = {
  late: [],
  dueToday: [],
  openOn: new Map(),
  inAzumuta: 0,
  toBeCreated: 0,
  toBeBooked: 0,
  needPerson: 0,
  isCut: false,
  isLateCut: false,
};
