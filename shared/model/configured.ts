import { Rejected } from './errors.ts';

/**
 * Calls one function of the configuration: what it throws is a mistake there, not a bug here.
 * @param failed What has failed then: `Mapping productOrders.number failed for MO/0001`.
 * @throws Rejected with its sentence, and with its code where it threw a `Rejected` itself.
 */
export function callConfigured<T>(failed: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const code = error instanceof Rejected ? error.code : 'configuration';
    throw new Rejected(`${failed}: ${why}`, { code, cause: error });
  }
}
