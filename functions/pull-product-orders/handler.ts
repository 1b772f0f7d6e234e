import integration from '#integration';
import { isWanted, mapProductOrders } from '../../shared/integration/mapping/product-orders.ts';
import { pullOrders } from '../../shared/orders/pull.ts';
import { readEnvironment } from '../../shared/platform/environment.ts';
import type { Invocation } from '../../shared/platform/lambda.ts';
import {
  buildCollectAgain,
  buildErpConnector,
  buildLedger,
  buildLogger,
  buildPartnerCalls,
  buildQueues,
  buildSecrets,
  buildSlots,
  buildTable,
  clock,
} from '../dependencies.ts';

const { productOrders, schedule } = integration;
const stage = 'pull-product-orders';
const log = buildLogger(stage);
const settings = readEnvironment(['PRODUCT_ORDERS_QUEUE_URL', 'COMPLETIONS_QUEUE_URL']);
const queues = buildQueues();
const table = buildTable();
const ledger = buildLedger(table);
const slots = buildSlots(stage, integration, table, log);
const dependencies = {
  ledger,
  clock,
  queues,
  queueUrl: settings.PRODUCT_ORDERS_QUEUE_URL,
  collectAgain: buildCollectAgain(queues, settings.COMPLETIONS_QUEUE_URL),
  partners: buildPartnerCalls(table, log, slots),
  slots,
  erp: buildErpConnector(integration, buildSecrets()),
  map: (order: Parameters<typeof mapProductOrders>[1]) => mapProductOrders(productOrders, order),
  accept: (order: Parameters<typeof isWanted>[1]) => isWanted(productOrders, order),
  goLive: schedule.pull === 'off' ? undefined : schedule.pull.from,
  log,
};

/** Trigger: EventBridge Scheduler. Takes in released orders that changed in the ERP since the last run. */
export const handler = (_event: unknown, invocation: Invocation) => pullOrders(invocation, dependencies);
