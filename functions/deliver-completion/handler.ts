import integration from '#integration';
import { deliverCompletion } from '../../shared/completions/deliver.ts';
import { deliveryMessageSchema } from '../../shared/completions/messages.ts';
import { nothingReadSoFar } from '../../shared/completions/read.ts';
import { mapCompletion } from '../../shared/integration/completions.ts';
import { readEnvironment } from '../../shared/platform/environment.ts';
import { parseMessage } from '../../shared/platform/message.ts';
import { createWorker } from '../../shared/worker/consume.ts';
import {
  azumutaPart,
  erpPart,
  ledgerPart,
  logPart,
  partnersPart,
  secretsPart,
  workerParts,
} from '../parts.ts';

const { completions } = integration;
const stage = 'deliver-completion';
const log = logPart(stage);
const ledger = ledgerPart();
const secrets = secretsPart();
const parts: Parameters<typeof deliverCompletion>[2] = {
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
    work: (message, attempt) => deliverCompletion(message, attempt, parts),
  },
  workerParts(readEnvironment(['DELIVERIES_QUEUE_URL']).DELIVERIES_QUEUE_URL, ledger, log),
);
