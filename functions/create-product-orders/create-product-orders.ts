import { AzumutaClient } from '../../shared/azumuta/client.ts';
import { createOrdersLedger } from '../../shared/ledger/ledger.ts';
import { Comparisons } from '../../shared/ledger/records/comparisons.ts';
import { isGivenUpSince } from '../../shared/ledger/records/order-end.ts';
import { Orders } from '../../shared/ledger/records/product-orders.ts';
import { lookDaily, mapAgain } from '../../shared/orders/ask-erp.ts';
import { compareInShadow } from '../../shared/orders/compare-in-shadow.ts';
import { createProductOrder } from '../../shared/orders/create.ts';
import {
  type ProductOrderMessage,
  productOrderMessage,
  productOrderMessageSchema,
} from '../../shared/orders/messages.ts';
import { parseMessage } from '../../shared/platform/aws/queue.ts';
import { type Consumer, createWorker, type WorkAttempt } from '../../shared/worker/worker.ts';
import {
  azumutaOptionsOf,
  type ConfigurationOfFunction,
  consumerInMode,
  createWiring,
  liveFromOf,
  type Runtime,
  wireAccepting,
  wireConsumer,
} from '../wiring.ts';

/** Creates product orders in Azumuta, links them in the ERP, and looks at those that are open. */
export function createCreateProductOrders(integration: ConfigurationOfFunction, runtime: Runtime) {
  const functionName = 'create-product-orders';
  const wiring = createWiring(functionName, integration, runtime, createOrdersLedger);
  const { ledger, shadowTable, queues, clock, settlingSeconds, setting } = wiring;
  const queueUrl = setting('PRODUCT_ORDERS_QUEUE_URL');
  const { worker, partners, erp } = wireConsumer(wiring, queueUrl);
  const inShadow = new Orders(shadowTable, clock);
  const dependencies = {
    ...wireAccepting(wiring),
    ledger,
    clock,
    settlingSeconds,
    partners,
    azumuta: new AzumutaClient(azumutaOptionsOf(wiring)),
    erp,
    configuration: setting('CONFIGURATION_VERSION'),
    liveFrom: liveFromOf(wiring),
    isKnownInShadow: async (number: string) => (await inShadow.find(number)) !== undefined,
    enqueue: (number: string) => queues.send(queueUrl, { body: productOrderMessage(number) }),
  };
  const comparing = { ...dependencies, comparisons: new Comparisons(shadowTable, clock) };
  const look = async (number: string, attempt: WorkAttempt) => {
    await lookDaily(number, attempt, dependencies);
    if (!wiring.mayWrite()) await compareInShadow(number, attempt, comparing);
  };
  const consumer: Consumer<ProductOrderMessage> = {
    stage: functionName,
    flow: 'orders',
    partners: ['azumuta'],
    parse: (body) => parseMessage(productOrderMessageSchema, body),
    orderNumber: ({ number }) => number,
    isGivenUp: async (number, sentAt) => isGivenUpSince((await ledger.orders.find(number))?.end, sentAt),
    begin: async ({ number, asksErp }) => ({
      ...(asksErp === 'daily look' ? {} : { needs: 'azumuta' }),
      run: async (attempt) => {
        if (asksErp === 'daily look') await look(number, attempt);
        else if (asksErp !== 'replay' || (await mapAgain(number, attempt, dependencies)))
          await createProductOrder(number, attempt, dependencies);
        return undefined;
      },
    }),
  };
  const inEachMode = consumerInMode(wiring, consumer, ({ number, asksErp }) => ({
    number,
    isRepeated: asksErp === 'daily look',
    isLook: asksErp === 'daily look',
  }));
  return createWorker(inEachMode, worker);
}
