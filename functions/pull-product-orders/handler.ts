import { integration } from '../integration.ts';
import { lambdaRuntime } from '../runtime.ts';
import { createPullProductOrders } from './pull-product-orders.ts';

/** Trigger: EventBridge Scheduler. */
export const handler = createPullProductOrders(integration, lambdaRuntime());
