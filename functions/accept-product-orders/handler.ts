import { integration } from '../integration.ts';
import { lambdaRuntime } from '../runtime.ts';
import { createAcceptProductOrders } from './accept-product-orders.ts';

/** Trigger: `POST /product-orders` and `GET /product-orders/{number}`, called by the ERP. */
export const handler = createAcceptProductOrders(integration, lambdaRuntime());
