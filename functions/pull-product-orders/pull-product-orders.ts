import { createPullLedger } from '../../shared/ledger/ledger.ts';
import { pullOrders } from '../../shared/orders/pull.ts';
import type { Invocation } from '../../shared/platform/aws/lambda.ts';
import {
  type ConfigurationOfFunction,
  createWiring,
  erpOf,
  type Runtime,
  wireAccepting,
  wirePartners,
} from '../wiring.ts';

export function createPullProductOrders(integration: ConfigurationOfFunction, runtime: Runtime) {
  const wiring = createWiring('pull-product-orders', integration, runtime, createPullLedger);
  const { clock, log } = wiring;
  const { slots, partners } = wirePartners(wiring);
  const { pull } = integration.schedule;
  const dependencies = {
    ...wireAccepting(wiring),
    ledger: wiring.ledger,
    clock,
    partners,
    slots,
    erp: erpOf(wiring),
    watermark: integration.erp.watermark ?? 'time',
    goLive: pull === 'off' ? undefined : pull.from,
  };
  return (_event: unknown, invocation: Invocation) => {
    log.begin(invocation.awsRequestId);
    return pullOrders(invocation, dependencies);
  };
}
