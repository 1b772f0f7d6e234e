import { expect, it } from 'vitest';
import { createBookCompletion } from '../../functions/book-completion/book-completion.ts';
import { createCreateProductOrders } from '../../functions/create-product-orders/create-product-orders.ts';
import { createPullProductOrders } from '../../functions/pull-product-orders/pull-product-orders.ts';
import { completionHint } from '../../shared/completions/messages.ts';
import type { About } from '../../shared/model/errors.ts';
import { type consumerOf, type QueueName, queueNames } from '../../shared/model/queues.ts';
import type { DeadLetterAttribute } from '../../shared/worker/dead-letter.ts';
import { invocation, messages, type Surroundings, startSurroundings } from './stage.ts';

type Consumer = (typeof consumerOf)[QueueName];

/** What a dead letter says of what it is about, by the function that writes it: of a creation there is no booking. */
const saysAbout = {
  'create-product-orders': { booking: undefined, figures: undefined },
  'book-completion': { booking: expect.stringMatching(/#quantity$/), figures: '5 good' },
} satisfies Record<Consumer, Record<keyof About, unknown>>;

/** What each says. A field that all have is there; SQS takes no attribute without a text. */
const saysAlways = {
  orderNumber: expect.any(String),
  reason: expect.any(String),
  cause: expect.any(String),
  stage: expect.any(String),
  partner: expect.any(String),
  messageId: expect.any(String),
  firstAttemptAt: expect.any(String),
  lastAttemptAt: expect.any(String),
} satisfies Record<Exclude<DeadLetterAttribute, keyof About>, unknown>;

/** Has a message of each queue refused by the partner that it is for. */
const refusals: Readonly<Record<QueueName, (stage: Surroundings) => Promise<unknown>>> = {
  'product-orders': async (stage) => {
    const { integration, runtime, sqs, answers } = stage;
    stage.plan();
    await createPullProductOrders(integration, runtime)({}, invocation);
    answers.azumuta = ({ method }, answer) => (method === 'POST' ? { status: 422, body: {} } : answer());
    await createCreateProductOrders(integration, runtime)(
      messages(...sqs.sent.map(({ body }) => body)),
      invocation,
    );
  },
  completions: async (stage) => {
    const { integration, runtime, azumuta, answers } = stage;
    const order = stage.plan();
    await stage.created(order.number, { erpOrder: order });
    azumuta.complete(order.number);
    answers.erp = ({ method }, answer) => (method === 'POST' ? { status: 422, body: {} } : answer());
    const hint = completionHint('webhook', { productOrderNumber: order.number }, 'event');
    await createBookCompletion(integration, runtime)(messages(hint), invocation);
  },
};

it.each(queueNames)('say all that is known of what is refused: %s', async (queue) => {
  // Prepare
  const stage = await startSurroundings();

  // Act
  await refusals[queue](stage);

  // Assess
  const [letter] = stage.sqs.sent.filter((message) => message.queue === 'dead-letters');
  const { stage: written = '' } = letter?.attributes ?? {};
  const [, about] = Object.entries(saysAbout).find(([name]) => name === written) ?? [];
  expect(about).toBeDefined();
  expect(letter?.attributes).toEqual({ ...saysAlways, ...about });
});
