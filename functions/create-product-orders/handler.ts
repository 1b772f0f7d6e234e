import integration from '#integration';
import { createProductOrder } from '../../shared/orders/create.ts';
import { parseProductOrderMessage } from '../../shared/orders/messages.ts';
import { readEnvironment } from '../../shared/platform/environment.ts';
import { createWorker } from '../../shared/worker/consume.ts';
import { azumutaPart, erpPart, ledgerPart, partnersPart, secretsPart, workerParts } from '../parts.ts';

const ledger = ledgerPart();
const secrets = secretsPart();
const parts = {
  ledger,
  partners: partnersPart(ledger),
  azumuta: azumutaPart(integration, secrets),
  erp: erpPart(integration, secrets),
};

/** Trigger: the product-orders queue. Creates product orders in Azumuta and links them in the ERP. */
export const handler = createWorker(
  {
    stage: 'create-product-orders',
    parse: parseProductOrderMessage,
    orderNumber: ({ number }) => number,
    work: (message, attempt) => createProductOrder(message, attempt, parts),
  },
  workerParts(readEnvironment(['PRODUCT_ORDERS_QUEUE_URL']).PRODUCT_ORDERS_QUEUE_URL, ledger),
);
