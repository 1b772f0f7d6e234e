import { integration } from '../integration.ts';
import { lambdaSurroundings } from '../surroundings.ts';
import { createPullProductOrders } from './pull-product-orders.ts';

/** Trigger: EventBridge Scheduler. */
export const handler = createPullProductOrders(integration, lambdaSurroundings());
