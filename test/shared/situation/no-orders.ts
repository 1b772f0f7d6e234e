import type { Situation } from '../../../shared/situation/read.ts';

/** Of a plant in which nothing is open. */
export const noOrders: Situation['orders'] = { all: [], openOn: new Map(), cut: new Set() };
