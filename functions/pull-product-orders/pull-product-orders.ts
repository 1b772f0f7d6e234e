import type { CompleteIntegration } from '../../shared/integration/define.ts';
import { pullOrders } from '../../shared/orders/pull.ts';
import type { Invocation } from '../../shared/platform/aws/lambda.ts';
import { Container, type Runtime } from '../container.ts';

/** Accepts released orders that changed in the ERP since the last run. */
export function createPullProductOrders(integration: CompleteIntegration, runtime: Runtime) {
  const container = new Container('pull-product-orders', integration, runtime);
  const { slots, log } = container;
  const { pull } = integration.schedule;
  const dependencies = {
    ...container.accepting(),
    ledger: container.ledger,
    clock: container.clock,
    partners: container.partnerCalls(),
    slots,
    erp: container.erp(),
    goLive: pull === 'off' ? undefined : pull.from,
  };
  return (_event: unknown, invocation: Invocation) => {
    log.begin(invocation.awsRequestId);
    return pullOrders(invocation, dependencies);
  };
}
