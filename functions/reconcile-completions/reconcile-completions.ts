import * as z from 'zod/mini';
import { AzumutaReader } from '../../shared/azumuta/reader.ts';
import { isOneOf } from '../../shared/azumuta/value-forms.ts';
import { reconcileCompletions } from '../../shared/completions/reconcile.ts';
import { wakeDueWindows } from '../../shared/completions/wake-windows.ts';
import { bookingTimesOf, windowsRunSchema } from '../../shared/integration/scheduled-runs.ts';
import { reconcileDefaults } from '../../shared/integration/schema.ts';
import { createDueLedger } from '../../shared/ledger/ledger.ts';
import { productOrderMessage } from '../../shared/orders/messages.ts';
import type { Invocation } from '../../shared/platform/aws/lambda.ts';
import { createQueues } from '../../shared/platform/aws/queue.ts';
import {
  azumutaOptionsOf,
  type ConfigurationOfFunction,
  createWiring,
  type Runtime,
  wirePartners,
} from '../wiring.ts';

export function createReconcileCompletions(integration: ConfigurationOfFunction, runtime: Runtime) {
  const wiring = createWiring('reconcile-completions', integration, runtime, createDueLedger);
  const { ledger, mayWrite, clock, log } = wiring;
  const queues = createQueues(runtime.sqs);
  const { slots, partners } = wirePartners(wiring);
  const { reconcile } = integration.schedule;
  const { completedStatuses, openStatuses } = integration.azumuta.contract;
  const listToCompare = async (limit: number) => (mayWrite() ? [] : ledger.due.listToCompare(limit));
  const dependencies = {
    ...(reconcile === 'off' ? reconcileDefaults : reconcile),
    ledger,
    clock,
    listToCompare,
    isKnownStatus: isOneOf([...completedStatuses, ...openStatuses]),
    queues,
    completionsQueueUrl: wiring.setting('COMPLETIONS_QUEUE_URL'),
    lookAt: async (numbers: readonly string[]) => {
      const messages = numbers.map((number) => ({
        body: productOrderMessage(number, { asksErp: 'daily look' }),
      }));
      const refused = await queues.sendAll(wiring.setting('PRODUCT_ORDERS_QUEUE_URL'), messages);
      log.info('Has open product orders looked at', { orders: numbers.length, refused: refused.length });
    },
    partners,
    slots,
    azumuta: new AzumutaReader(azumutaOptionsOf(wiring)),
    log,
  };
  const times = bookingTimesOf(integration);
  return (event: unknown, invocation: Invocation) => {
    log.begin(invocation.awsRequestId);
    const isForWindows = z.safeParse(windowsRunSchema, event).success;
    if (isForWindows) return wakeDueWindows(invocation.awsRequestId, { ...dependencies, times });
    return reconcileCompletions(invocation, dependencies);
  };
}
