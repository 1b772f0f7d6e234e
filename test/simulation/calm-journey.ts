import type { Happening } from './scenario/happening.ts';
import type { Scenario } from './scenario/scenario.ts';

/** One order that the ERP posts, and that is built as it was planned: nothing happens but what is given. */
export const calmJourney = (...happenings: readonly Happening[]): Scenario => ({
  ...{ seed: 1, erp: 'rest', split: 'one', via: 'endpoint', happenings },
  orders: [{ article: 'plain', quantity: 5, scrap: 0, releasedAt: 1, builtAfter: 10 }],
});
