import type { ErpConnector } from '../../../shared/erp/connector.ts';
import { mapProductOrders } from '../../../shared/integration/mapping/product-orders.ts';
import type { PullDependencies } from '../../../shared/orders/pull.ts';
import type { Table } from '../../../shared/platform/aws/dynamodb-table.ts';
import type { Clock } from '../../../shared/platform/clock.ts';
import { silent } from '../../support/logs.ts';
import { partnersOn } from '../../support/partners.ts';

/** What a pull needs besides its ledger and its queue, with an ERP that lists these pages. */
export const pullFrom = (
  { clock, table, slots }: { clock: Clock; table: Table } & Pick<PullDependencies, 'slots'>,
  releasedOrders: ErpConnector['releasedOrders'],
) => ({
  clock,
  slots,
  log: silent,
  accept: () => true,
  map: (order: Parameters<PullDependencies['map']>[0]) => mapProductOrders({}, order),
  lookAgain: async () => {},
  partners: partnersOn({ table, clock }, { slots }),
  goLive: undefined,
  erp: { releasedOrders, book: () => Promise.reject(new Error('A pull books nothing.')) },
});
