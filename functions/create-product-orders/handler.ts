import { integration } from '../integration.ts';
import { lambdaSurroundings } from '../surroundings.ts';
import { createCreateProductOrders } from './create-product-orders.ts';

/** Trigger: the product-orders queue. */
export const handler = createCreateProductOrders(integration, lambdaSurroundings());
