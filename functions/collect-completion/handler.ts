import integration from '#integration';
import { createCompletionCollector } from '../../shared/completions/collect.ts';
import { completionHintSchema } from '../../shared/completions/messages.ts';
import { nothingReadSoFar } from '../../shared/completions/read-recordings.ts';
import { readEnvironment } from '../../shared/platform/environment.ts';
import { parseMessage } from '../../shared/platform/message.ts';
import { createWorker } from '../../shared/worker/worker.ts';
import {
  buildAzumutaClient,
  buildLedger,
  buildLogger,
  buildPartnerCalls,
  buildQueues,
  buildSecrets,
  buildSlots,
  buildTable,
  clock,
  workerDependencies,
} from '../dependencies.ts';

const settings = readEnvironment(['COMPLETIONS_QUEUE_URL', 'BOOKINGS_QUEUE_URL']);
const { completions, productOrders, azumuta, schedule } = integration;
const stage = 'collect-completion';
const log = buildLogger(stage);
const table = buildTable();
const ledger = buildLedger(table);
const slots = buildSlots(stage, integration, table, log);
const collectCompletion = createCompletionCollector({
  ledger,
  clock,
  queues: buildQueues(),
  bookingsQueueUrl: settings.BOOKINGS_QUEUE_URL,
  partners: buildPartnerCalls(table, log, slots),
  azumuta: buildAzumutaClient(integration, buildSecrets()),
  workInstructionNames: ledger.workInstructionNames,
  includeOperators: completions.includeOperators ?? false,
  readSoFar: nothingReadSoFar(),
  trustTrigger: azumuta.assumptions.trustTrigger,
  reconciles: schedule.reconcile !== 'off',
  withoutRecordings: completions.unknownRecordings === 'ignore',
  erpOrderNumber: completions.erpOrderNumber ?? ((number: string) => number),
  articleIsMapped: productOrders.article !== undefined,
});

/** Trigger: the completions queue. Reads completed product orders from Azumuta and plans their bookings. */
export const handler = createWorker(
  {
    stage,
    partner: 'azumuta',
    parse: (body) => parseMessage(completionHintSchema, body),
    orderNumber: ({ productOrderNumber }) => productOrderNumber,
    eventId: ({ eventId }) => eventId,
    work: collectCompletion,
  },
  workerDependencies(settings.COMPLETIONS_QUEUE_URL, ledger, log, slots),
);
