import type { Scenario } from './scenario/scenario.ts';
import type { ScenarioEvent } from './scenario/scenario-event.ts';

/** A scenario without accidents: the ERP posts one order, and it is built as planned. `given` overrides its fields. */
export const calmJourney = (...events: readonly ScenarioEvent[]): Scenario => ({
  seed: 1,
  erp: 'rest',
  split: 'one',
  via: 'endpoint',
  events,
  orders: [{ article: 'plain', quantity: 5, scrap: 0, releasedAt: 1, builtAfter: 10 }],
});
