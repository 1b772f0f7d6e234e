import { setTimeout as pause } from 'node:timers/promises';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import * as z from 'zod/mini';
import integration from '#integration';
import { mapProductOrders } from '../../shared/integration/mapping/product-orders.ts';
import { getOrder, postOrders } from '../../shared/orders/http-api.ts';
import { rotatingSecretSchema } from '../../shared/platform/credentials.ts';
import { readEnvironment } from '../../shared/platform/environment.ts';
import { ipAllowListCheck, ipAllowListSchema } from '../../shared/platform/ip-allow-list.ts';
import {
  buildCollectAgain,
  buildLedger,
  buildLogger,
  buildQueues,
  buildSecrets,
  buildTable,
  clock,
} from '../dependencies.ts';
import { waitSecondsOf } from './prefer.ts';

const settings = readEnvironment([
  'PRODUCT_ORDERS_QUEUE_URL',
  'COMPLETIONS_QUEUE_URL',
  'ORDER_API_KEY_SECRET_ARN',
  'ALLOWED_SOURCES',
]);
const log = buildLogger('accept-product-orders');
const secrets = buildSecrets();
const queues = buildQueues();
const dependencies: Parameters<typeof postOrders>[1] = {
  ledger: buildLedger(buildTable()),
  queues,
  queueUrl: settings.PRODUCT_ORDERS_QUEUE_URL,
  map: (order) => mapProductOrders(integration.productOrders, order),
  collectAgain: buildCollectAgain(queues, settings.COMPLETIONS_QUEUE_URL),
  apiKey: (options) => secrets.read(settings.ORDER_API_KEY_SECRET_ARN, rotatingSecretSchema, options),
  mayCall: ipAllowListCheck(z.parse(ipAllowListSchema, JSON.parse(settings.ALLOWED_SOURCES))),
  log,
  clock,
  pause: (ms) => pause(ms),
};

/** Trigger: `POST /product-orders` and `GET /product-orders/{number}`, called by the ERP. */
export async function handler(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
  const caller = { apiKey: event.headers['x-api-key'], sourceIp: event.requestContext.http.sourceIp };
  const { statusCode, body } =
    event.requestContext.http.method === 'GET'
      ? await getOrder({ ...caller, number: event.pathParameters?.number ?? '' }, dependencies)
      : await postOrders(
          {
            ...caller,
            body: Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8'),
            waitSeconds: waitSecondsOf(event.headers.prefer),
          },
          dependencies,
        );
  return { statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
