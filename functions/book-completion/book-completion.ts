import { createCompletionBooker } from '../../shared/completions/book.ts';
import { bookingMessageSchema } from '../../shared/completions/messages.ts';
import { createCompletionReader } from '../../shared/completions/read-recordings.ts';
import type { CompleteIntegration } from '../../shared/integration/define.ts';
import { mapCompletion } from '../../shared/integration/mapping/completions.ts';
import { parseMessage } from '../../shared/platform/aws/queue.ts';
import { createWorker } from '../../shared/worker/worker.ts';
import { createContainer, type Runtime } from '../container.ts';

/** Books completions in the ERP, each once. */
export function createBookCompletion(integration: CompleteIntegration, runtime: Runtime) {
  const stage = 'book-completion';
  const container = createContainer(stage, integration, runtime);
  const { ledger } = container;
  const { unknownOrder = 'reject', includeOperators = false } = integration.completions;
  const partners = container.partnerCalls();
  const bookCompletion = createCompletionBooker({
    ledger,
    partners,
    erp: container.erp(),
    reader: createCompletionReader({ ledger, azumuta: container.azumuta(), partners, includeOperators }),
    unknownOrder,
    map: (kind, completed) => mapCompletion(integration, kind, completed),
  });
  return createWorker(
    {
      stage,
      partner: 'erp',
      parse: (body) => parseMessage(bookingMessageSchema, body),
      orderNumber: ({ home }) => home,
      eventId: ({ eventId }) => eventId,
      work: bookCompletion,
    },
    container.workerOf(container.setting('BOOKINGS_QUEUE_URL')),
  );
}
