import { integration } from '../integration.ts';
import { lambdaRuntime } from '../runtime.ts';
import { createCreateProductOrders } from './create-product-orders.ts';

/** Trigger: the product-orders queue. */
export const handler = createCreateProductOrders(integration, lambdaRuntime());
