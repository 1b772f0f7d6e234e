import type { CompleteIntegration } from '../../shared/integration/define.ts';
import { pullOrders } from '../../shared/orders/pull.ts';
import type { Invocation } from '../../shared/platform/aws/lambda.ts';
import { acceptingOf, createContainer, erpOf, partnerCallsOf, type Runtime } from '../container.ts';

export function createPullProductOrders(integration: CompleteIntegration, runtime: Runtime) {
  const container = createContainer('pull-product-orders', integration, runtime);
  const { ledger, clock, slots, log } = container;
  const { pull } = integration.schedule;
  const dependencies = {
    ...acceptingOf(container),
    ledger,
    clock,
    partners: partnerCallsOf(container),
    slots,
    erp: erpOf(container),
    goLive: pull === 'off' ? undefined : pull.from,
  };
  return (_event: unknown, invocation: Invocation) => {
    log.begin(invocation.awsRequestId);
    return pullOrders(invocation, dependencies);
  };
}
