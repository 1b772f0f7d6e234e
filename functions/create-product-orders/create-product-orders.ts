import type { CompleteIntegration } from '../../shared/integration/define.ts';
import { lookDaily, mapAnew } from '../../shared/orders/ask-erp.ts';
import { createProductOrder } from '../../shared/orders/create.ts';
import { type ProductOrderMessage, parseProductOrderMessage } from '../../shared/orders/messages.ts';
import { createWorker } from '../../shared/worker/worker.ts';
import { Container, type Runtime } from '../container.ts';

/** Creates product orders in Azumuta, links them in the ERP, and looks at those that are open. */
export function createCreateProductOrders(integration: CompleteIntegration, runtime: Runtime) {
  const functionName = 'create-product-orders';
  const container = new Container(functionName, integration, runtime);
  const dependencies = {
    ...container.accepting(),
    ledger: container.ledger,
    partners: container.partnerCalls(),
    azumuta: container.azumuta(),
    erp: container.erp(),
    enqueue: (number: string) => container.enqueue(number),
    clock: container.clock,
    settlingSeconds: container.settlingSeconds,
  };
  return createWorker(
    {
      stage: functionName,
      partners: ['azumuta'],
      parse: parseProductOrderMessage,
      orderNumber: ({ number }: ProductOrderMessage) => number,
      begin: async ({ number, asksErp }) => ({
        ...(asksErp === 'daily look' ? {} : { needs: 'azumuta' }),
        run: async (attempt) => {
          if (asksErp === 'daily look') await lookDaily(number, attempt, dependencies);
          else if (asksErp !== 'replay' || (await mapAnew(number, attempt, dependencies)))
            await createProductOrder(number, attempt, dependencies);
          return undefined;
        },
      }),
    },
    container.workerOf(container.setting('PRODUCT_ORDERS_QUEUE_URL')),
  );
}
