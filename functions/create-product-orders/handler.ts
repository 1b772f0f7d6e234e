import integration from '#integration';
import { createProductOrder } from '../../shared/orders/create.ts';
import { parseProductOrderMessage } from '../../shared/orders/messages.ts';
import { readEnvironment } from '../../shared/platform/environment.ts';
import { createWorker } from '../../shared/worker/worker.ts';
import {
  azumutaPart,
  erpPart,
  ledgerPart,
  logPart,
  partnersPart,
  secretsPart,
  workerParts,
} from '../dependencies.ts';

const stage = 'create-product-orders';
const log = logPart(stage);
const ledger = ledgerPart();
const secrets = secretsPart();
const dependencies = {
  ledger,
  partners: partnersPart(ledger, log),
  azumuta: azumutaPart(integration, secrets),
  erp: erpPart(integration, secrets),
};

/** Trigger: the product-orders queue. Creates product orders in Azumuta and links them in the ERP. */
export const handler = createWorker(
  {
    stage,
    parse: parseProductOrderMessage,
    orderNumber: ({ number }) => number,
    work: (message, attempt) => createProductOrder(message, attempt, dependencies),
  },
  workerParts(readEnvironment(['PRODUCT_ORDERS_QUEUE_URL']).PRODUCT_ORDERS_QUEUE_URL, ledger, log),
);
