import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import * as z from 'zod/mini';
import type { CompleteIntegration } from '../../shared/integration/define.ts';
import { mapProductOrders } from '../../shared/integration/mapping/product-orders.ts';
import { getOrder, type HttpApiDependencies, postOrders } from '../../shared/orders/http-api.ts';
import { rotatingSecretSchema } from '../../shared/platform/aws/credentials.ts';
import type { Invocation } from '../../shared/platform/aws/lambda.ts';
import { ipAllowListCheck, ipAllowListSchema } from '../../shared/platform/ip-allow-list.ts';
import { createContainer, type Surroundings } from '../container.ts';
import { waitSecondsOf } from './prefer.ts';

/** Takes orders in, and tells how they stand. */
export function createAcceptProductOrders(integration: CompleteIntegration, surroundings: Surroundings) {
  const container = createContainer('accept-product-orders', integration, surroundings);
  const { ledger, queues, secrets, log, clock } = container;
  const settings = container.settings(
    'PRODUCT_ORDERS_QUEUE_URL',
    'ORDER_API_KEY_SECRET_ARN',
    'ALLOWED_SOURCES',
  );
  const dependencies: HttpApiDependencies = {
    ledger,
    queues,
    queueUrl: settings.PRODUCT_ORDERS_QUEUE_URL,
    map: (order) => mapProductOrders(integration.productOrders, order),
    collectAgain: container.collectAgain,
    apiKey: (options) => secrets.read(settings.ORDER_API_KEY_SECRET_ARN, rotatingSecretSchema, options),
    mayCall: ipAllowListCheck(z.parse(ipAllowListSchema, JSON.parse(settings.ALLOWED_SOURCES))),
    log,
    clock,
  };

  return async (
    event: APIGatewayProxyEventV2,
    invocation: Invocation,
  ): Promise<APIGatewayProxyStructuredResultV2> => {
    log.begin(invocation.awsRequestId);
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
  };
}
