import integration from '#integration';
import { createProductOrder } from '../../shared/orders/create.ts';
import { parseProductOrderMessage } from '../../shared/orders/messages.ts';
import { readEnvironment } from '../../shared/platform/environment.ts';
import { createWorker } from '../../shared/worker/worker.ts';
import {
  buildAzumutaClient,
  buildErpConnector,
  buildLedger,
  buildLogger,
  buildPartnerCalls,
  buildSecrets,
  buildSlots,
  buildTable,
  workerDependencies,
} from '../dependencies.ts';

const stage = 'create-product-orders';
const log = buildLogger(stage);
const table = buildTable();
const ledger = buildLedger(table);
const slots = buildSlots(stage, integration, table, log);
const secrets = buildSecrets();
const dependencies = {
  ledger,
  partners: buildPartnerCalls(table, log, slots),
  azumuta: buildAzumutaClient(integration, secrets),
  erp: buildErpConnector(integration, secrets),
};

/** Trigger: the product-orders queue. Creates product orders in Azumuta and links them in the ERP. */
export const handler = createWorker(
  {
    stage,
    partner: 'azumuta',
    parse: parseProductOrderMessage,
    orderNumber: ({ number }) => number,
    work: (message, attempt) => createProductOrder(message, attempt, dependencies),
  },
  workerDependencies(
    readEnvironment(['PRODUCT_ORDERS_QUEUE_URL']).PRODUCT_ORDERS_QUEUE_URL,
    ledger,
    log,
    slots,
  ),
);
