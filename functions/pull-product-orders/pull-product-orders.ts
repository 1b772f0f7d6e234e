import type { CompleteIntegration } from '../../shared/integration/define.ts';
import { isWanted, mapProductOrders } from '../../shared/integration/mapping/product-orders.ts';
import { createOrderPull } from '../../shared/orders/pull.ts';
import type { Invocation } from '../../shared/platform/aws/lambda.ts';
import { createContainer, type Runtime } from '../container.ts';

/** Accepts released orders that changed in the ERP since the last run. */
export function createPullProductOrders(integration: CompleteIntegration, runtime: Runtime) {
  const container = createContainer('pull-product-orders', integration, runtime);
  const { ledger, clock, queues, slots, log } = container;
  const { productOrders, schedule } = integration;
  const pullOrders = createOrderPull({
    ledger,
    clock,
    queues,
    queueUrl: container.setting('PRODUCT_ORDERS_QUEUE_URL'),
    lookAgain: container.lookAgain,
    partners: container.partnerCalls(),
    slots,
    erp: container.erp(),
    map: (order) => mapProductOrders(productOrders, order),
    accept: (order) => isWanted(productOrders, order),
    goLive: schedule.pull === 'off' ? undefined : schedule.pull.from,
    log,
  });
  return (_event: unknown, invocation: Invocation) => {
    log.begin(invocation.awsRequestId);
    return pullOrders(invocation);
  };
}
