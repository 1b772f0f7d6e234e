import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { type AzumutaControl, azumutaControl } from '../../infra/local/sandbox/azumuta/control.ts';
import { type ErpControl, erpControl } from '../../infra/local/sandbox/erp/control.ts';
import { azumutaSandboxKey, erpSandboxKey } from '../../infra/local/sandbox/keys.ts';
import { type Sandbox, startSandbox } from '../../infra/local/sandbox/process.ts';
import integration from '../../integration.config.ts';
import { assumptionsSchema } from '../../shared/azumuta/assumptions.ts';
import { type AzumutaClient, createAzumutaClient } from '../../shared/azumuta/client.ts';
import { collectCompletion } from '../../shared/completions/collect.ts';
import { deliverCompletion } from '../../shared/completions/deliver.ts';
import {
  type CompletionHint,
  type DeliveryMessage,
  deliveryMessageSchema,
} from '../../shared/completions/messages.ts';
import type { ErpConnector } from '../../shared/erp/port.ts';
import { mapCompletion } from '../../shared/integration/completions.ts';
import { orderKey } from '../../shared/ledger/keys.ts';
import { createLedger, type Ledger } from '../../shared/ledger/ledger.ts';
import { RetryLater } from '../../shared/model/errors.ts';
import type { Part } from '../../shared/model/orders.ts';
import { systemClock } from '../../shared/platform/clock.ts';
import { parseMessage } from '../../shared/platform/message.ts';
import { createQueues } from '../../shared/platform/queue.ts';
import type { WorkAttempt } from '../../shared/worker/consume.ts';
import { createPartnerCalls } from '../../shared/worker/partner.ts';
import { sandboxErp } from '../erp/rest-sandbox.ts';
import { type LedgerStore, startLedgerStore } from '../harness/dynamodb.ts';
import { silent } from '../harness/logs.ts';
import { newOrder } from '../harness/orders.ts';
import { type SqsEndpoint, startSqsEndpoint } from '../harness/sqs.ts';

let folder: string;
let store: LedgerStore;
let sqs: SqsEndpoint;
let sandboxes: readonly Sandbox[];
let azumutaSide: AzumutaControl;
let erpSide: ErpControl;
let azumuta: AzumutaClient;
let erp: ErpConnector;
let ledger: Ledger;
let attempts = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'exactly-once-'));
  const [azumutaSandbox, erpSandbox] = await Promise.all([
    startSandbox('azumuta', { dataDir: join(folder, 'azumuta') }),
    startSandbox('erp', { dataDir: join(folder, 'erp') }),
  ]);
  sandboxes = [azumutaSandbox, erpSandbox];
  azumutaSide = azumutaControl(azumutaSandbox.url);
  erpSide = erpControl(erpSandbox.url);
  azumuta = createAzumutaClient({
    baseUrl: `${azumutaSandbox.url}/api/v1`,
    assumptions: z.parse(assumptionsSchema, {}),
    apiKey: async () => azumutaSandboxKey,
    clock: systemClock,
  });
  erp = sandboxErp({ baseUrl: erpSandbox.url }).connect({
    clock: systemClock,
    credentials: async () => ({ apiKey: erpSandboxKey }),
  });
  sqs = await startSqsEndpoint();
  store = await startLedgerStore();
  ledger = createLedger({ ...store, clock: systemClock, times: { settlingSeconds: 1 } });
});
afterAll(async () => {
  await Promise.all([...sandboxes.map((sandbox) => sandbox.stop()), store.stop(), sqs.stop()]);
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => sqs.forget());

/** One invocation's attempt at one message. */
function attempt(messageId: string = randomUUID()): WorkAttempt {
  attempts += 1;
  return {
    owner: `attempt ${attempts}`,
    messageId,
    endsAt: new Date(Date.now() + 5000),
    secondsUntil: (ms) => Math.max(1, Math.ceil((ms - Date.now()) / 1000)),
    signal: new AbortController().signal,
    log: silent,
    sentAt: new Date(),
    receiveCount: 1,
  };
}

const readParts = () => ({
  azumuta,
  partners: createPartnerCalls({
    breaker: ledger.breaker,
    newOwner: () => 'test',
    clock: systemClock,
    log: silent,
  }),
  workInstructionNames: ledger.workInstructionNames,
  includeOperators: false,
});
const collect = (number: string, messageId?: string) =>
  collectCompletion(hintOf(number), attempt(messageId), {
    ...readParts(),
    ledger,
    clock: systemClock,
    queues: createQueues(sqs.client),
    deliveriesQueueUrl: sqs.queueUrl('deliveries'),
    trustTrigger: false,
    erpOrderNumber: (own) => own,
  });
const deliver = (message: DeliveryMessage) =>
  deliverCompletion(message, attempt(), {
    ...readParts(),
    ledger,
    erp,
    unknownOrder: 'reject',
    map: (kind, completed) => mapCompletion(integration.completions, kind, completed),
  });

function hintOf(productOrderNumber: string): CompletionHint {
  return {
    v: 1,
    kind: 'completion',
    event: 'product-order-completed',
    productOrderNumber,
    workInstructionIds: [],
    recordingIds: [],
    receivedAt: new Date().toISOString(),
    eventId: 'event',
    via: 'webhook',
  };
}

/** Deliveries that were sent so far. */
const sent = () => sqs.sent.map(({ body }) => parseMessage(deliveryMessageSchema, body));
const bookingsOf = async (number: string) =>
  (await erpSide.bookings()).filter(({ order }) => order === number);

/** An ERP order whose product orders exist in Azumuta and in the ledger. */
async function ordered(
  parts: readonly Part[] | undefined = undefined,
): Promise<{ erpOrder: string; numbers: string[] }> {
  const [order] = await erpSide.release({ product: 'GEAR-01', quantity: String(parts?.length ?? 5) });
  if (!order) throw new Error('the sandbox released nothing');
  const article = await azumuta.findArticle('GEAR-01', new AbortController().signal);
  if (!article) throw new Error('the sandbox has no GEAR-01');
  const numbers = parts ? parts.map(({ index }) => `${order.number}/${index}`) : [order.number];
  for (const [index, number] of numbers.entries()) {
    const draft = { number, article: 'GEAR-01', parameters: { Quantity: parts ? 1 : 5 }, variants: [] };
    const given = parts?.[index];
    const part = given
      ? { ...given, first: `${order.number}/1` }
      : { index: 1, of: 1, first: number, book: 'each' as const };
    await ledger.orders.put(newOrder({ number, draft, part, erpOrder: { number: order.number } }));
    const claimed = await ledger.steps.claim(orderKey(number), {
      owner: 'creator',
      messageId: 'creator',
      endsAt: new Date(),
    });
    if (claimed.outcome !== 'claimed') throw new Error('the order was just put');
    const productOrder = await azumuta.createProductOrder(draft, article, new AbortController().signal);
    await ledger.steps.receipt(claimed.claim, { productOrder, awaiting: 'completion' }, { event: 'created' });
  }
  return { erpOrder: order.number, numbers };
}

describe('any interleaving of duplicate and concurrent deliveries books once', () => {
  it('whatever comes twice, at once or after another', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 3 }),
        async (rounds, triggers) => {
          // Prepare
          sqs.forget();
          const { erpOrder, numbers } = await ordered();
          const [number = ''] = numbers;
          await azumutaSide.complete(number, { quantity: 4 });

          // Act
          await Promise.all(Array.from({ length: triggers }, () => collect(number)));
          const messages = sent();
          for (const copies of rounds) {
            const outcomes = await Promise.allSettled(
              Array.from({ length: copies }, () => messages.map((message) => deliver(message))).flat(),
            );
            for (const outcome of outcomes) {
              if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(RetryLater);
            }
          }

          // Assess
          expect(messages).toHaveLength(1);
          const bookings = await bookingsOf(erpOrder);
          expect(bookings.map(({ goodQuantity }) => goodQuantity)).toEqual(['4']);
        },
      ),
      { numRuns: 12 },
    );
  }, 60_000);
});

describe('a split order', () => {
  const parts = (book: Part['book']): Part[] => [1, 2, 3].map((index) => ({ index, of: 3, first: '', book }));

  it('booked when all are done is booked once, with the sum, whichever parts finish together', async () => {
    // Prepare
    const { erpOrder, numbers } = await ordered(parts('when-all-done'));
    const [first = '', second = '', third = ''] = numbers;

    // Act
    await azumutaSide.complete(first, { quantity: 1 });
    await collect(first);
    expect(sent()).toEqual([]);
    await azumutaSide.complete(second, { quantity: 1 });
    await azumutaSide.complete(third, { quantity: 1 });
    await Promise.all([collect(second), collect(third), collect(first)]);
    for (const message of sent()) await deliver(message);

    // Assess
    expect(sent().map(({ key }) => key)).toEqual([`${erpOrder}#quantity`]);
    expect(await bookingsOf(erpOrder)).toMatchObject([{ goodQuantity: '3', final: true }]);
  });

  it('booked each leaves the ERP order open until its quantity is reached', async () => {
    const { erpOrder, numbers } = await ordered(parts('each'));
    for (const number of numbers) {
      await azumutaSide.complete(number, { quantity: 1 });
      await collect(number);
    }
    for (const message of sent()) await deliver(message);
    const bookings = await bookingsOf(erpOrder);
    expect(bookings.map(({ goodQuantity, final }) => [goodQuantity, final])).toEqual([
      ['1', false],
      ['1', false],
      ['1', false],
    ]);
    expect((await erpSide.orders()).find(({ number }) => number === erpOrder)).toMatchObject({
      status: 'done',
    });
  });
});

describe('a crash between planning and sending', () => {
  it('sends exactly what was planned when the hint comes again', async () => {
    // Prepare: SQS is down at that moment
    const { numbers } = await ordered();
    const [number = ''] = numbers;
    await azumutaSide.complete(number, { quantity: 5 });
    sqs.fail('SendMessage', 500);
    await expect(collect(number, 'first trigger')).rejects.toThrow();

    // Act
    await collect(number, 'second trigger');
    const byAnother = sent().length;
    await collect(number, 'first trigger');

    // Assess: another trigger of the same order leaves it to the one that planned it
    expect(byAnother).toBe(0);
    expect(sent()).toHaveLength(1);
    expect(sent()[0]?.key).toMatch(/#quantity$/);
  });
});

describe('newer facts', () => {
  it('a second completion with more recordings is a new delivery, and its quantity stays', async () => {
    const { erpOrder, numbers } = await ordered();
    const [number = ''] = numbers;
    await azumutaSide.complete(number, { quantity: 5 });
    await collect(number);
    await azumutaSide.reopen(number);
    await azumutaSide.complete(number, { quantity: 9, recordings: 1 });
    await collect(number);
    // The newer one arrives first.
    for (const message of sent().reverse()) await deliver(message);
    const bookings = await bookingsOf(erpOrder);
    expect(
      bookings.filter(({ kind }) => kind === 'production').map(({ goodQuantity }) => goodQuantity),
    ).toEqual(['5']);
    expect(bookings.filter(({ kind }) => kind === 'notes')).toHaveLength(1);
  });
});
