import { randomUUID } from 'node:crypto';
import { azumutaSandboxKey, erpSandboxKey } from '../../../infra/local/sandbox/api.ts';
import {
  type AzumutaControl,
  azumutaControl,
  type ErpControl,
  erpControl,
} from '../../../infra/local/sandbox/control.ts';
import type { Booking } from '../../../infra/local/sandbox/erp/store.ts';
import integration from '../../../integration.config.ts';
import { type AzumutaClient, createAzumutaClient } from '../../../shared/azumuta/client.ts';
import { defaultContract } from '../../../shared/azumuta/contract.ts';
import { type Breaker, createBreaker } from '../../../shared/circuit-breaker/circuit-breaker.ts';
import { createPartnerCalls } from '../../../shared/circuit-breaker/guarded-call.ts';
import { type BookDependencies, createCompletionBooker } from '../../../shared/completions/book.ts';
import { type CollectDependencies, createCompletionCollector } from '../../../shared/completions/collect.ts';
import {
  type BookingMessage,
  bookingMessageSchema,
  type CompletionHint,
} from '../../../shared/completions/messages.ts';
import { createCompletionReader } from '../../../shared/completions/read-recordings.ts';
import type { ErpConnector } from '../../../shared/erp/connector.ts';
import { mapCompletion } from '../../../shared/integration/mapping/completions.ts';
import { orderKey } from '../../../shared/ledger/keys.ts';
import { createLedger, type Ledger } from '../../../shared/ledger/ledger.ts';
import type { Part } from '../../../shared/model/orders.ts';
import { createQueues, parseMessage } from '../../../shared/platform/aws/queue.ts';
import { systemClock } from '../../../shared/platform/clock.ts';
import type { WorkAttempt } from '../../../shared/worker/worker.ts';
import { type TestClock, testClock } from '../../support/clock.ts';
import { type LedgerStore, startLedgerStore } from '../../support/dynamodb.ts';
import { silent } from '../../support/logs.ts';
import { newOrder, splitOrder } from '../../support/orders.ts';
import { startSandboxHere } from '../../support/sandboxes.ts';
import { type SqsEndpoint, startSqsEndpoint } from '../../support/sqs.ts';
import { sandboxErp } from '../erp/rest/sandbox.ts';

/** What an attempt works with: the stage's own, unless a test puts something in between. */
export interface Reached {
  readonly ledger: Ledger;
  readonly breaker: Breaker;
  readonly erp: ErpConnector;
  readonly azumuta: AzumutaClient;
  readonly sqs: SqsEndpoint['client'];
}

/** Both sandboxes, a ledger with a stopped clock, and the queue of bookings. */
export interface CompletionStage {
  readonly clock: TestClock;
  readonly store: LedgerStore;
  readonly sqs: SqsEndpoint;
  readonly ledger: Ledger;
  readonly azumutaSide: AzumutaControl;
  readonly erpSide: ErpControl;
  readonly azumuta: AzumutaClient;
  readonly azumutaUrl: string;
  readonly erpUrl: string;
  /** An ERP order whose product orders exist in Azumuta and in the ledger. */
  readonly ordered: (parts?: readonly Part[]) => Promise<{ erpOrder: string; numbers: string[] }>;
  /** Works on a hint as the function does. */
  readonly collect: (
    hint: Partial<CompletionHint> & { readonly productOrderNumber: string },
    given?: Partial<WorkAttempt>,
    dependencies?: Partial<CollectDependencies> & Partial<Reached> & { readonly includeOperators?: boolean },
  ) => Promise<void>;
  /** Works on a booking as the function does. */
  readonly book: (
    message: BookingMessage,
    given?: Partial<WorkAttempt>,
    dependencies?: Partial<BookDependencies> & Partial<Reached>,
  ) => Promise<void>;
  /** Bookings that were sent so far. */
  readonly sent: () => BookingMessage[];
  readonly bookingsOf: (erpOrder: string) => Promise<Booking[]>;
  /** Writes how many parts an ERP order has now. */
  readonly splitInto: (erpOrder: string, parts: readonly Pick<Part, 'book'>[]) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Seconds of an attempt, and of the ERP's settling, as in the stack. */
export const timeoutSeconds = 60;
export const settlingSeconds = 300;

export const azumutaAt = (url: string): AzumutaClient =>
  createAzumutaClient({
    baseUrl: `${url}/api/v1`,
    contract: defaultContract,
    apiKey: async () => azumutaSandboxKey,
    clock: systemClock,
  });
export const erpAt = (baseUrl: string): ErpConnector =>
  sandboxErp({ baseUrl }).connect({
    clock: systemClock,
    credentials: async () => ({ apiKey: erpSandboxKey }),
  });

/** Three parts of an ERP order. */
export const threeParts = (book: Part['book']): Part[] =>
  [1, 2, 3].map((index) => ({ index, first: '', book }));

export async function startCompletionStage(): Promise<CompletionStage> {
  const [azumutaSandbox, erpSandbox, sqs, store] = await Promise.all([
    startSandboxHere('azumuta'),
    startSandboxHere('erp'),
    startSqsEndpoint(),
    startLedgerStore(),
  ]);
  const clock = testClock();
  const ledger = createLedger({ ...store, clock, times: { settlingSeconds } });
  const azumutaSide = azumutaControl(azumutaSandbox.url);
  const erpSide = erpControl(erpSandbox.url);
  const own: Reached = {
    ledger,
    breaker: createBreaker(store.table, clock),
    azumuta: azumutaAt(azumutaSandbox.url),
    erp: erpAt(erpSandbox.url),
    sqs: sqs.client,
  };

  function attemptOf(given: Partial<WorkAttempt>): WorkAttempt {
    return {
      owner: randomUUID(),
      messageId: randomUUID(),
      endsAt: new Date(clock.now().getTime() + timeoutSeconds * 1000),
      secondsUntil: (ms) => Math.max(1, Math.ceil((ms - clock.now().getTime()) / 1000)),
      signal: new AbortController().signal,
      log: silent,
      sentAt: clock.now(),
      receiveCount: 1,
      ...given,
    };
  }

  function readDependencies({ ledger: reached, breaker, azumuta }: Reached, includeOperators = false) {
    const partners = createPartnerCalls({ breaker, newOwner: randomUUID, log: silent });
    const reader = createCompletionReader({ ledger: reached, azumuta, partners, includeOperators });
    return { partners, reader };
  }

  /** Writes how many parts an ERP order has now. */
  async function splitInto(number: string, parts: readonly Pick<Part, 'book'>[]): Promise<void> {
    const before = await ledger.erpOrders.find({ number });
    const book = parts[0]?.book === 'each' ? 'each' : 'when-all-done';
    const mostParts = Math.max(parts.length, before?.mostParts ?? 0);
    const version = (before?.version ?? 0) + 1;
    const written = await ledger.erpOrders.write(
      splitOrder(number, parts.length, { book, mostParts, version }),
    );
    if (!written) throw new Error('Another writer was faster.');
  }

  return {
    clock,
    store,
    sqs,
    ledger,
    azumutaSide,
    erpSide,
    azumuta: own.azumuta,
    azumutaUrl: azumutaSandbox.url,
    erpUrl: erpSandbox.url,

    async ordered(parts) {
      const [order] = await erpSide.release({ product: 'GEAR-01', quantity: String(parts?.length ?? 5) });
      const signal = new AbortController().signal;
      const article = await own.azumuta.findArticle('GEAR-01', signal);
      if (!order || !article) throw new Error('The sandboxes have no order of GEAR-01.');
      const numbers = parts ? parts.map(({ index }) => `${order.number}/${index}`) : [order.number];
      for (const [index, number] of numbers.entries()) {
        const draft = { number, article: 'GEAR-01', parameters: { Quantity: parts ? 1 : 5 }, variants: [] };
        const given = parts?.[index];
        const part = given
          ? { ...given, first: `${order.number}/1` }
          : { index: 1, first: number, book: 'alone' as const };
        const facts = { number: order.number, article: 'GEAR-01' };
        await ledger.orders.put(newOrder({ number, draft, part, erpOrder: facts }));
        const claimed = await ledger.claims.claim(orderKey(number), attemptOf({}));
        if (claimed.outcome !== 'claimed') throw new Error('The order was just put.');
        const productOrder = await own.azumuta.createProductOrder(draft, article, signal);
        const receipt = { productOrder, azumutaId: productOrder.id, awaiting: 'completion' };
        await ledger.claims.complete(claimed.claim, receipt, { event: 'created' });
      }
      if (parts) await splitInto(order.number, parts);
      return { erpOrder: order.number, numbers };
    },

    splitInto,

    collect(hint, given = {}, dependencies = {}) {
      const reached = { ...own, ...dependencies };
      const collect = createCompletionCollector({
        ...readDependencies(reached, dependencies.includeOperators),
        clock,
        queues: createQueues(reached.sqs),
        bookingsQueueUrl: sqs.queueUrl('bookings'),
        trustTrigger: false,
        reconciles: false,
        withoutRecordings: false,
        articleIsMapped: false,
        erpOrderNumber: (number) => number,
        ...dependencies,
        ledger: reached.ledger,
      });
      return collect(
        {
          v: 1,
          kind: 'completion',
          event: 'product-order-completed',
          workInstructionIds: [],
          recordingIds: [],
          receivedAt: clock.now().toISOString(),
          eventId: 'event',
          via: 'webhook',
          ...hint,
        },
        attemptOf(given),
      );
    },

    book(message, given = {}, dependencies = {}) {
      const reached = { ...own, ...dependencies };
      const bookCompletion = createCompletionBooker({
        ...readDependencies(reached),
        unknownOrder: 'reject',
        map: (kind, completed) => mapCompletion(integration, kind, completed),
        ...dependencies,
        ledger: reached.ledger,
        erp: reached.erp,
      });
      return bookCompletion(message, attemptOf(given));
    },

    sent: () => sqs.sent.map(({ body }) => parseMessage(bookingMessageSchema, body)),
    bookingsOf: async (erpOrder) => (await erpSide.bookings()).filter(({ order }) => order === erpOrder),

    async stop() {
      await Promise.all([azumutaSandbox.stop(), erpSandbox.stop(), store.stop(), sqs.stop()]);
    },
  };
}
