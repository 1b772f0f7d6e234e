import { createOrdersLedger } from '../../shared/ledger/ledger.ts';
import { getOrder, type HttpApiDependencies, postOrders } from '../../shared/orders/endpoint/http-api.ts';
import { rotatingSecretSchema } from '../../shared/platform/aws/credentials.ts';
import { ipAllowListCheck } from '../../shared/platform/ip-allow-list.ts';
import { bodyOf, createHttpHandler } from '../http-handler.ts';
import { type ConfigurationOfFunction, createWiring, type Runtime, wireAccepting } from '../wiring.ts';

/** HTTP API integrations end after 30 s (AWS quota): a longer wait could not be answered. */
const maxWaitSeconds = 25;

export function createAcceptProductOrders(integration: ConfigurationOfFunction, runtime: Runtime) {
  const wiring = createWiring('accept-product-orders', integration, runtime, createOrdersLedger);
  const { ledger, secrets, log, clock, setting } = wiring;
  const apiKeyArn = setting('ORDER_API_KEY_SECRET_ARN');
  const dependencies: HttpApiDependencies = {
    ...wireAccepting(wiring),
    ledger,
    clock,
    mode: setting('MODE'),
    key: (options) => secrets.read(apiKeyArn, rotatingSecretSchema, options),
    mayCall: ipAllowListCheck(setting('ALLOWED_SOURCES')),
  };

  return createHttpHandler(log, (event) => {
    const { method, sourceIp } = event.requestContext.http;
    const caller = { apiKey: event.headers['x-api-key'], sourceIp };
    return method === 'GET'
      ? getOrder({ ...caller, number: event.pathParameters?.number ?? '' }, dependencies)
      : postOrders(
          { ...caller, body: bodyOf(event), waitSeconds: waitSecondsOf(event.headers.prefer) },
          dependencies,
        );
  });
}

/** Seconds of `Prefer: wait=10` (RFC 7240 §4.3); 0 when the header does not ask to wait. */
function waitSecondsOf(prefer = ''): number {
  const wait = /(?:^|[,;\s])wait\s*=\s*"?(\d+)"?/i.exec(prefer)?.[1];
  return wait === undefined ? 0 : Math.min(maxWaitSeconds, Number(wait));
}
