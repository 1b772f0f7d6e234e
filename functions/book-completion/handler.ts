import integration from '#integration';
import { bookCompletion } from '../../shared/completions/book.ts';
import { bookingMessageSchema } from '../../shared/completions/messages.ts';
import { nothingReadSoFar } from '../../shared/completions/read-recordings.ts';
import { mapCompletion } from '../../shared/integration/mapping/completions.ts';
import { readEnvironment } from '../../shared/platform/environment.ts';
import { parseMessage } from '../../shared/platform/message.ts';
import { createWorker } from '../../shared/worker/worker.ts';
import {
  buildAzumutaClient,
  buildErpConnector,
  buildLedger,
  buildLogger,
  buildPartnerCalls,
  buildSecrets,
  buildSlots,
  buildTable,
  workerDependencies,
} from '../dependencies.ts';

const { completions } = integration;
const stage = 'book-completion';
const log = buildLogger(stage);
const table = buildTable();
const ledger = buildLedger(table);
const slots = buildSlots(stage, integration, table, log);
const secrets = buildSecrets();
const dependencies: Parameters<typeof bookCompletion>[2] = {
  ledger,
  partners: buildPartnerCalls(table, log, slots),
  erp: buildErpConnector(integration, secrets),
  azumuta: buildAzumutaClient(integration, secrets),
  workInstructionNames: ledger.workInstructionNames,
  includeOperators: completions.includeOperators ?? false,
  readSoFar: nothingReadSoFar(),
  unknownOrder: completions.unknownOrder ?? 'reject',
  map: (kind, completed) => mapCompletion(integration, kind, completed),
};

/** Trigger: the bookings queue. Books completions in the ERP, each once. */
export const handler = createWorker(
  {
    stage,
    partner: 'erp',
    parse: (body) => parseMessage(bookingMessageSchema, body),
    orderNumber: ({ home }) => home,
    eventId: ({ eventId }) => eventId,
    work: (message, attempt) => bookCompletion(message, attempt, dependencies),
  },
  workerDependencies(readEnvironment(['BOOKINGS_QUEUE_URL']).BOOKINGS_QUEUE_URL, ledger, log, slots),
);
