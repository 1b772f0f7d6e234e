import { asPostedOrder } from '../../../infra/local/sandbox/erp/planners.ts';
import type { Fault } from '../../support/faults.ts';
import { type ChaosPlant, slowestCommitMs } from './erp.ts';

const order = '/api/production-orders/{number}';
const booking = `POST ${order}/bookings`;
const link = `PATCH ${order}`;
/**
 * A booking or a link that is answered 200 with an error is refused, and one that is answered 200 and not done is for a
 * person: these and outages are left to the simulation. `not-json` does the work, but something in between answers with a
 * web page.
 */
const faults: readonly Fault[] = [
  { kind: 'delay', ms: 500, route: booking },
  { kind: 'delay', ms: slowestCommitMs, route: booking },
  { kind: 'status', status: 503 },
  { kind: 'status', status: 500, route: booking },
  { kind: 'status', status: 423, route: booking },
  { kind: 'status', status: 429, retryAfter: 2 },
  { kind: 'reset-before' },
  { kind: 'reset-after', route: booking },
  { kind: 'reset-after', route: link },
  { kind: 'timeout-after', route: booking },
  { kind: 'timeout-after', route: link },
  { kind: 'not-json' },
  { kind: 'business-error', route: 'GET /api/production-orders' },
  { kind: 'business-error', route: `GET ${order}` },
  { kind: 'business-error', route: `GET ${order}/bookings` },
];

/** The sample plant: any ERP by configuration, as the local run has it. */
export const sandboxOfChaos: ChaosPlant = {
  integrationFile: 'integration.config.ts',
  start: async () => ({
    environment: {},
    erpOf: ({ erp, sandboxes }) => ({
      faults,
      meddle: erp.meddle,
      release: async (count) => (await erp.release({ count })).map(asPostedOrder),
      quantityOf: (number) => Number(sandboxes.erp.store.order(number)?.quantity),
      books: () => ({ released: sandboxes.erp.store.orders(), booked: sandboxes.erp.store.bookings() }),
    }),
    stop: async () => {},
  }),
};
