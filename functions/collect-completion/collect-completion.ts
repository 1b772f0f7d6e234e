import { createCompletionCollector } from '../../shared/completions/collect.ts';
import { completionHintSchema } from '../../shared/completions/messages.ts';
import { createCompletionReader } from '../../shared/completions/read-recordings.ts';
import type { CompleteIntegration } from '../../shared/integration/define.ts';
import { parseMessage } from '../../shared/platform/aws/queue.ts';
import { createWorker } from '../../shared/worker/worker.ts';
import { createContainer, type Runtime } from '../container.ts';

/** Reads completed product orders from Azumuta and plans their bookings. */
export function createCollectCompletion(integration: CompleteIntegration, runtime: Runtime) {
  const stage = 'collect-completion';
  const container = createContainer(stage, integration, runtime);
  const { ledger, clock, queues } = container;
  const { completions, productOrders, azumuta, schedule } = integration;
  const { includeOperators = false } = completions;
  const partners = container.partnerCalls();
  const collectCompletion = createCompletionCollector({
    ledger,
    clock,
    queues,
    bookingsQueueUrl: container.setting('BOOKINGS_QUEUE_URL'),
    partners,
    reader: createCompletionReader({ ledger, azumuta: container.azumuta(), partners, includeOperators }),
    trustTrigger: azumuta.contract.trustTrigger,
    reconciles: schedule.reconcile !== 'off',
    withoutRecordings: completions.unknownRecordings === 'ignore',
    erpOrderNumber: completions.erpOrderNumber,
    articleIsMapped: productOrders.article !== undefined,
  });
  return createWorker(
    {
      stage,
      partner: 'azumuta',
      parse: (body) => parseMessage(completionHintSchema, body),
      orderNumber: ({ productOrderNumber }) => productOrderNumber,
      eventId: ({ eventId }) => eventId,
      work: collectCompletion,
    },
    container.workerOf(container.setting('COMPLETIONS_QUEUE_URL')),
  );
}
