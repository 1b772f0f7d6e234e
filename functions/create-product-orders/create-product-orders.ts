import type { CompleteIntegration } from '../../shared/integration/define.ts';
import { createProductOrderCreator } from '../../shared/orders/create.ts';
import { parseProductOrderMessage } from '../../shared/orders/messages.ts';
import { createWorker } from '../../shared/worker/worker.ts';
import { createContainer, type Runtime } from '../container.ts';

/** Creates product orders in Azumuta and links them in the ERP. */
export function createCreateProductOrders(integration: CompleteIntegration, runtime: Runtime) {
  const stage = 'create-product-orders';
  const container = createContainer(stage, integration, runtime);
  const createProductOrder = createProductOrderCreator({
    ledger: container.ledger,
    partners: container.partnerCalls(),
    azumuta: container.azumuta(),
    erp: container.erp(),
    clock: container.clock,
    settlingSeconds: container.settlingSeconds,
  });
  return createWorker(
    {
      stage,
      partner: 'azumuta',
      parse: parseProductOrderMessage,
      orderNumber: ({ number }) => number,
      work: createProductOrder,
    },
    container.workerOf(container.setting('PRODUCT_ORDERS_QUEUE_URL')),
  );
}
