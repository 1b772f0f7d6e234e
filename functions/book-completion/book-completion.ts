import { bookCompletion } from '../../shared/completions/book.ts';
import { bookingMessageSchema } from '../../shared/completions/messages.ts';
import { nothingReadSoFar } from '../../shared/completions/read-recordings.ts';
import type { CompleteIntegration } from '../../shared/integration/define.ts';
import { mapCompletion } from '../../shared/integration/mapping/completions.ts';
import { parseMessage } from '../../shared/platform/aws/queue.ts';
import { createWorker } from '../../shared/worker/worker.ts';
import { createContainer, type Surroundings } from '../container.ts';

/** Books completions in the ERP, each once. */
export function createBookCompletion(integration: CompleteIntegration, surroundings: Surroundings) {
  const stage = 'book-completion';
  const container = createContainer(stage, integration, surroundings);
  const { ledger } = container;
  const { completions } = integration;
  const dependencies: Parameters<typeof bookCompletion>[2] = {
    ledger,
    partners: container.partnerCalls(),
    erp: container.erp(),
    azumuta: container.azumuta(),
    workInstructionNames: ledger.workInstructionNames,
    includeOperators: completions.includeOperators ?? false,
    readSoFar: nothingReadSoFar(),
    unknownOrder: completions.unknownOrder ?? 'reject',
    map: (kind, completed) => mapCompletion(integration, kind, completed),
  };
  return createWorker(
    {
      stage,
      partner: 'erp',
      parse: (body) => parseMessage(bookingMessageSchema, body),
      orderNumber: ({ home }) => home,
      eventId: ({ eventId }) => eventId,
      work: (message, attempt) => bookCompletion(message, attempt, dependencies),
    },
    container.workerOf(container.settings('BOOKINGS_QUEUE_URL').BOOKINGS_QUEUE_URL),
  );
}
