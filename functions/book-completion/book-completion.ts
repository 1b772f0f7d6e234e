import { AzumutaReader } from '../../shared/azumuta/reader.ts';
import { beginHint } from '../../shared/completions/begin-hint.ts';
import type { HintDependencies } from '../../shared/completions/inquiry.ts';
import { type CompletionHint, completionHintSchema } from '../../shared/completions/messages.ts';
import { OneReaderPerOrder } from '../../shared/completions/one-reader-per-order.ts';
import { CompletionReader } from '../../shared/completions/read-recordings.ts';
import { erpOrderNumberOf, mapCompletion } from '../../shared/integration/mapping/completions.ts';
import { bookingTimesOf } from '../../shared/integration/scheduled-runs.ts';
import { createCompletionsLedger } from '../../shared/ledger/ledger.ts';
import { hourMs } from '../../shared/model/time.ts';
import { parseMessage } from '../../shared/platform/aws/queue.ts';
import { type Consumer, createWorker } from '../../shared/worker/worker.ts';
import {
  azumutaOptionsOf,
  type ConfigurationOfFunction,
  consumerInMode,
  createWiring,
  erpOf,
  liveFromOf,
  type Runtime,
  wireConsumer,
} from '../wiring.ts';

export function createBookCompletion(integration: ConfigurationOfFunction, runtime: Runtime) {
  const functionName = 'book-completion';
  const wiring = createWiring(functionName, integration, runtime, createCompletionsLedger);
  const { ledger, clock, setting, queues } = wiring;
  const completionsQueueUrl = setting('COMPLETIONS_QUEUE_URL');
  const { completions, productOrders, schedule } = integration;
  const { unknownOrder = 'reject', includeOperators = false } = completions;
  const { breaker, worker, partners, erp } = wireConsumer(wiring, completionsQueueUrl);
  const azumuta = new AzumutaReader(azumutaOptionsOf(wiring));
  const dependencies: HintDependencies = {
    ledger,
    clock,
    partners,
    erp,
    erpToLookUp: erpOf({ ...wiring, mayWrite: () => false }),
    queues,
    completionsQueueUrl,
    reader: new CompletionReader({ ledger, clock, azumuta, partners, includeOperators }),
    oneReader: new OneReaderPerOrder(clock),
    map: (kind, completed) => mapCompletion(integration, kind, completed),
    configuration: setting('CONFIGURATION_VERSION'),
    trustTrigger: integration.azumuta.contract.trustTrigger,
    reconciles: schedule.reconcile !== 'off',
    bookingTimes: bookingTimesOf(integration),
    settledWithinMs: completions.settledWithin * hourMs,
    beyondOrder: completions.beyondOrder === 'book' ? undefined : completions.beyondOrder,
    withoutRecordings: completions.unknownRecordings === 'ignore',
    erpOrderNumber: completions.erpOrderNumber && ((number) => erpOrderNumberOf(completions, number)),
    articleIsMapped: productOrders.article !== undefined,
    unknownOrder,
    liveFrom: liveFromOf(wiring),
  };
  const consumer: Consumer<CompletionHint> = {
    stage: functionName,
    flow: 'completions',
    partners: ['azumuta', 'erp'],
    parse: (body) => parseMessage(completionHintSchema, body),
    orderNumber: ({ productOrderNumber }) => productOrderNumber,
    eventId: ({ eventId }) => eventId,
    begin: (hint, attempt) => beginHint(hint, attempt, dependencies),
  };
  const inEachMode = consumerInMode(wiring, consumer, ({ productOrderNumber, otherNumber, via }) => ({
    number: productOrderNumber,
    otherNumber,
    isRepeated: via === 'reconciliation',
    isLook: false,
  }));
  return createWorker(inEachMode, {
    ...worker,
    // A booking also waits while bookings alone are paused.
    breaker: { outage: (partner, flow = 'bookings') => breaker.outage(partner, flow) },
  });
}
