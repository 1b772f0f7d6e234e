import { createBookCompletion } from '../../../../functions/book-completion/book-completion.ts';
import { createCreateProductOrders } from '../../../../functions/create-product-orders/create-product-orders.ts';
import { createPullProductOrders } from '../../../../functions/pull-product-orders/pull-product-orders.ts';
import { createReceiveWebhook } from '../../../../functions/receive-webhook/receive-webhook.ts';
import type {
  AccountRecording,
  RecordedTrigger,
} from '../../../../infra/local/recorded/account-recording.ts';
import { Replay } from '../../../../infra/local/recorded/replay.ts';
import {
  mappingsOfReplay,
  plannedForReplay,
  type ReplayedOrder,
} from '../../../../infra/local/recorded/replayed-plant.ts';
import type { AzumutaContractSettings } from '../../../../shared/azumuta/contract.ts';
import { call, invocation, keys, messages, startSurroundings } from '../../../functions/stage.ts';
import type { Answer, Received } from '../../../support/server.ts';

interface SomeAzumuta {
  readonly contract: AzumutaContractSettings;
  readonly order: ReplayedOrder;
  readonly answer: (call: Received) => Answer;
  /** Somebody completes it. */
  readonly complete: () => RecordedTrigger['trigger'];
}

/** Both flows, of one order of the ERP. @returns what the ERP has booked, and what else came of it. */
export async function runBothFlows({ contract, order, answer, complete }: SomeAzumuta) {
  const stage = await startSurroundings({ azumuta: { contract }, ...mappingsOfReplay(order) });
  const { integration, runtime, sqs } = stage;
  stage.answers.azumuta = (received) =>
    answer({ ...received, url: new URL(received.url.pathname + received.url.search, 'http://here') });
  const sentSince = () => {
    const bodies = sqs.sent.map(({ body }) => body);
    sqs.forget();
    return messages(...bodies);
  };

  const released = stage.plan(plannedForReplay(order));
  await createPullProductOrders(integration, runtime)({}, invocation);
  const made = await createCreateProductOrders(integration, runtime)(sentSince(), invocation);
  const { method, query, body } = complete();
  const triggered = await call(createReceiveWebhook(runtime), {
    method,
    pathParameters: { event: 'product-order-completed', token: keys.webhook },
    rawQueryString: String(new URLSearchParams(query)),
    body: body === undefined ? '' : JSON.stringify(body),
  });
  const hints = sentSince();
  const book = () => createBookCompletion(integration, runtime)(hints, invocation);
  const first = await book();
  // What was not confirmed yet is asked again a little later.
  const booked = first.batchItemFailures.length > 0 ? await book() : first;
  const { good, productOrders } = stage.erp.books(released);
  return {
    booked: good,
    linked: productOrders.length,
    triggered: triggered.statusCode,
    failed: [...made.batchItemFailures, ...booked.batchItemFailures].length,
    deadLetters: stage.sent('dead-letters'),
  };
}

/** Both flows with an Azumuta that speaks as recorded. @param contract Default: the lines that the kit has recognised. */
export function replayRecording(
  recording: AccountRecording,
  contract: AzumutaContractSettings = recording.head.contract,
) {
  const replay = new Replay(recording);
  const { order } = recording.head;
  return runBothFlows({
    contract,
    order,
    answer: (received) => replay.answer(received),
    complete: () =>
      replay.complete() ?? { method: 'POST', query: {}, body: { productOrderNumber: order.number } },
  }).then((came) => ({ ...came, unanswered: replay.unanswered }));
}
