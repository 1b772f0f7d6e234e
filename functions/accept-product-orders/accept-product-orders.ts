import type { CompleteIntegration } from '../../shared/integration/define.ts';
import { getOrder, type HttpApiDependencies, postOrders } from '../../shared/orders/endpoint/http-api.ts';
import { rotatingSecretSchema } from '../../shared/platform/aws/credentials.ts';
import { ipAllowListCheck } from '../../shared/platform/ip-allow-list.ts';
import { acceptingOf, createContainer, type Runtime } from '../container.ts';
import { bodyOf, createHttpHandler } from '../http-handler.ts';

export function createAcceptProductOrders(integration: CompleteIntegration, runtime: Runtime) {
  const container = createContainer('accept-product-orders', integration, runtime);
  const { ledger, secrets, log, clock, setting } = container;
  const apiKeyArn = setting('ORDER_API_KEY_SECRET_ARN');
  const dependencies: HttpApiDependencies = {
    ...acceptingOf(container),
    ...{ ledger, clock },
    key: (options) => secrets.read(apiKeyArn, rotatingSecretSchema, options),
    mayCall: ipAllowListCheck(setting('ALLOWED_SOURCES')),
  };

  return createHttpHandler(log, (event) => {
    const { method, sourceIp } = event.requestContext.http;
    const caller = { apiKey: event.headers['x-api-key'], sourceIp };
    return method === 'GET'
      ? getOrder({ ...caller, number: event.pathParameters?.number ?? '' }, dependencies)
      : postOrders({ ...caller, body: bodyOf(event) }, dependencies);
  });
}
