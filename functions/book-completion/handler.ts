import integration from '#integration';
import { bookCompletion } from '../../shared/completions/book.ts';
import { deliveryMessageSchema } from '../../shared/completions/messages.ts';
import { nothingReadSoFar } from '../../shared/completions/read-recordings.ts';
import { mapCompletion } from '../../shared/integration/mapping/completions.ts';
import { readEnvironment } from '../../shared/platform/environment.ts';
import { parseMessage } from '../../shared/platform/message.ts';
import { createWorker } from '../../shared/worker/worker.ts';
import {
  azumutaPart,
  erpPart,
  ledgerPart,
  logPart,
  partnersPart,
  secretsPart,
  workerParts,
} from '../dependencies.ts';

const { completions } = integration;
const stage = 'book-completion';
const log = logPart(stage);
const ledger = ledgerPart();
const secrets = secretsPart();
const dependencies: Parameters<typeof bookCompletion>[2] = {
  ledger,
  partners: partnersPart(ledger, log),
  erp: erpPart(integration, secrets),
  azumuta: azumutaPart(integration, secrets),
  workInstructionNames: ledger.workInstructionNames,
  includeOperators: completions.includeOperators ?? false,
  readSoFar: nothingReadSoFar(),
  unknownOrder: completions.unknownOrder ?? 'reject',
  map: (kind, completed) => mapCompletion(completions, kind, completed),
};

/** Trigger: the deliveries queue. Books completions in the ERP, each once. */
export const handler = createWorker(
  {
    stage,
    parse: (body) => parseMessage(deliveryMessageSchema, body),
    orderNumber: ({ home }) => home,
    eventId: ({ eventId }) => eventId,
    work: (message, attempt) => bookCompletion(message, attempt, dependencies),
  },
  workerParts(readEnvironment(['DELIVERIES_QUEUE_URL']).DELIVERIES_QUEUE_URL, ledger, log),
);
