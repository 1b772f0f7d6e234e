import { dolibarr } from '../../../../plants/examples/dolibarr.ts';
import { firstAttempt } from '../conformance/attempts.ts';
import { completionOf, productOrderOf, quantityKey } from '../conformance/completions.ts';
import { dolibarrZone, type Plan } from './dolibarr-records.ts';
import { createDolibarr } from './dolibarr-server.ts';
import { connected } from './sandbox.ts';

const apiKey = 'canary-dol';
/** The first one that is planned. */
export const order = { number: 'MO2611-0001' };
export const key = quantityKey(productOrderOf(order));

type Options = Partial<Parameters<typeof dolibarr>[0]>;

/**
 * A Dolibarr with these orders of 5, and a connector to it.
 * @param options What differs from the usual configuration.
 */
export function started(plans: readonly Plan[] = [{}], options: Options = {}, databaseZone = dolibarrZone) {
  const server = createDolibarr(apiKey, databaseZone);
  const orders = plans.map((plan) => server.plan(5, plan));
  const usual = { baseUrl: server.faults.url, timeZone: dolibarrZone, unit: 'p', pageSize: 2 };
  const definition = dolibarr({ ...usual, incremental: true, ...options });
  const connector = connected(definition, { apiKey });
  const book = (completion = completionOf(order), attempt = firstAttempt()) =>
    connector.book(completion, quantityKey(completion.productOrder), attempt);
  return { ...server, orders, definition, connector, book };
}
