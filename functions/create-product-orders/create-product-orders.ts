import type { CompleteIntegration } from '../../shared/integration/define.ts';
import { createProductOrderCreator } from '../../shared/orders/create.ts';
import { type ProductOrderMessage, parseProductOrderMessage } from '../../shared/orders/messages.ts';
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
    lookAgain: container.lookAgain,
    clock: container.clock,
    settlingSeconds: container.settlingSeconds,
  });
  return createWorker(
    {
      stage,
      partners: ['azumuta'],
      parse: parseProductOrderMessage,
      orderNumber: ({ number }: ProductOrderMessage) => number,
      begin: async (message) => ({
        needs: 'azumuta',
        run: async (attempt) => {
          await createProductOrder(message, attempt);
          return undefined;
        },
      }),
    },
    container.workerOf(container.setting('PRODUCT_ORDERS_QUEUE_URL')),
  );
}
