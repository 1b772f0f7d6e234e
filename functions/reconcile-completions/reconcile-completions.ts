import { reconcileCompletions } from '../../shared/completions/reconcile.ts';
import type { CompleteIntegration } from '../../shared/integration/define.ts';
import { reconcileDefaults } from '../../shared/integration/schema.ts';
import type { Invocation } from '../../shared/platform/aws/lambda.ts';
import { createContainer, type Runtime } from '../container.ts';

/** Asks Azumuta about overdue product orders, whose trigger may have been lost. */
export function createReconcileCompletions(integration: CompleteIntegration, runtime: Runtime) {
  const container = createContainer('reconcile-completions', integration, runtime);
  const { ledger, clock, queues, slots, log } = container;
  const { reconcile } = integration.schedule;
  const dependencies = {
    ...(reconcile === 'off' ? reconcileDefaults : reconcile),
    ledger,
    clock,
    queues,
    completionsQueueUrl: container.setting('COMPLETIONS_QUEUE_URL'),
    lookAtOrder: container.lookAtOrder,
    partners: container.partnerCalls(),
    slots,
    azumuta: container.azumuta(),
    log,
  };
  return (_event: unknown, invocation: Invocation) => {
    log.begin(invocation.awsRequestId);
    return reconcileCompletions(invocation, dependencies);
  };
}
