import { randomUUID } from 'node:crypto';
import demo from '../../../integration.config.ts';
import type { AzumutaClient } from '../../../shared/azumuta/client.ts';
import { Breaker } from '../../../shared/circuit-breaker/circuit-breaker.ts';
import { beginHint } from '../../../shared/completions/begin-hint.ts';
import type { HintDependencies } from '../../../shared/completions/inquiry.ts';
import { type CompletionHint, completionHint } from '../../../shared/completions/messages.ts';
import { OneReaderPerOrder } from '../../../shared/completions/one-reader-per-order.ts';
import { CompletionReader } from '../../../shared/completions/read-recordings.ts';
import { mapCompletion } from '../../../shared/integration/mapping/completions.ts';
import { planned, recorded } from '../../../shared/integration/mapping/recorded.ts';
import { orderKey } from '../../../shared/ledger/keys.ts';
import { createLedger, type Ledger } from '../../../shared/ledger/ledger.ts';
import type { CompletedProductOrder } from '../../../shared/model/completions.ts';
import { Rejected, rejectionOf, Wait } from '../../../shared/model/errors.ts';
import type { Part, ProductOrderRef } from '../../../shared/model/orders.ts';
import type { Partner } from '../../../shared/model/partner.ts';
import { hourMs } from '../../../shared/model/time.ts';
import type { WorkAttempt, WorkerStep } from '../../../shared/worker/worker.ts';
import { testClock } from '../../support/clock.ts';
import { startLedgerStore } from '../../support/dynamodb.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { newOrder, splitOrder } from '../../support/orders.ts';
import { partnersOn, type Sandboxes, startSandboxes, workAttempt } from '../../support/partners.ts';

/** A hint, or the number of the product order that a trigger is about. */
export type Hinted = string | (Partial<CompletionHint> & { readonly productOrderNumber: string });

/** What an attempt works with: the stage's own, unless a test puts something in between. */
export interface Handling extends Partial<Omit<HintDependencies, 'ledger'>> {
  readonly ledger?: Ledger;
  readonly breaker?: Breaker;
  readonly azumuta?: AzumutaClient;
  readonly includeOperators?: boolean;
  /** Steps that need this partner are left, and the message waits. */
  readonly down?: Partner;
}

/** Both sandboxes, and a ledger with a stopped clock. */
export type CompletionStage = Awaited<ReturnType<typeof stageOn>>;

/** A plant that counts only what differs from the plan, as most of these tests record nothing. */
const integration = {
  ...demo,
  completions: {
    ...demo.completions,
    quantity: (completed: CompletedProductOrder) =>
      recorded(completed, 'Good quantity', { optional: true }) ?? planned(completed),
  },
};

/** Seconds of the ERP's settling, as in the stack. */
export const settlingSeconds = 300;
/** After so many, the claim of an attempt that died is over: it had a minute. */
export const leaseSeconds = 60 + settlingSeconds;

/** Three parts of an ERP order. */
export const threeParts = (book: Part['book']): Part[] =>
  [1, 2, 3].map((index) => ({ index, first: '', book }));

/** A stage for the tests of a file, which is stopped after them. */
export async function startCompletionStage(): Promise<CompletionStage> {
  return stageOn(await forAllTests(startSandboxes()));
}

/** A stage on these sandboxes, with an empty ledger and a clock of its own. */
export async function stageOn(sandboxes: Omit<Sandboxes, 'stop'>) {
  const { azumuta, azumutaSide, azumutaUrl, erp, erpSide, erpToLookUp, erpUrl } = sandboxes;
  const store = await startLedgerStore();
  const clock = testClock();
  const ledger = createLedger({ ...store, clock, settlingSeconds });

  function dependenciesOf({ includeOperators = false, ...handling }: Handling): HintDependencies {
    const own = { clock, ledger, azumuta, erp, breaker: new Breaker(store.table, clock), ...handling };
    const partners = partnersOn({ ...store, clock }, { breaker: own.breaker });
    return {
      partners,
      // Only a trigger of a batch order sends further hints: `test/life/batches.test.ts` has them.
      queues: { send: () => Promise.reject(new Error('No hint is sent on this stage.')) },
      completionsQueueUrl: 'completions',
      reader: new CompletionReader({ ...own, partners, includeOperators }),
      oneReader: new OneReaderPerOrder(clock),
      map: (kind, completed) => mapCompletion(integration, kind, completed),
      configuration: 'version 1',
      trustTrigger: false,
      reconciles: false,
      settledWithinMs: 48 * hourMs,
      withoutRecordings: false,
      erpOrderNumber: undefined,
      bookingTimes: undefined,
      beyondOrder: { good: 1.1, scrap: 1 },
      articleIsMapped: false,
      unknownOrder: 'reject',
      erpToLookUp,
      liveFrom: undefined,
      ...own,
    };
  }

  /** Step by step; what is rejected is a dead letter, as the worker records it. */
  async function work(hint: CompletionHint, attempt: WorkAttempt, handling: Handling): Promise<void> {
    let order = hint.productOrderNumber;
    try {
      let step: WorkerStep | undefined = await beginHint(hint, attempt, dependenciesOf(handling));
      while (step) {
        order = step.order ?? order;
        if (step.needs !== undefined && step.needs === handling.down) {
          await step.leave?.(attempt);
          throw new Wait(`Waiting for ${step.needs} to recover.`, { awaits: 'partner' });
        }
        step = await step.run(attempt);
      }
    } catch (error) {
      const letter = { messageId: attempt.messageId, orderNumber: order, stage: 'book-completion' };
      if (error instanceof Rejected) await ledger.deadLetters.record({ ...letter, ...rejectionOf(error) });
      throw error;
    }
  }

  /** Works on a hint as the function does. Returns when it has ended. @throws Wait, RetryLater, Rejected */
  function handle(hinted: Hinted, given: Partial<WorkAttempt> = {}, handling: Handling = {}): Promise<void> {
    const named = typeof hinted === 'string' ? { productOrderNumber: hinted } : hinted;
    const hint = { ...completionHint('webhook', named, 'event'), ...named };
    return work(hint, workAttempt(clock, given), handling);
  }

  /** A product order in Azumuta alone, as somebody types it in. */
  async function build(number: string, quantity = 1): Promise<ProductOrderRef> {
    const { signal } = new AbortController();
    const article = await azumuta.findArticle('GEAR-01', { signal });
    if (!article) throw new Error('The sandbox has no GEAR-01.');
    const draft = { number, article: 'GEAR-01', parameters: { Quantity: quantity }, variants: [] };
    return azumuta.createProductOrder(draft, article, { signal });
  }

  /** What the ledger keeps of a product order that was created. */
  async function record(given: Parameters<typeof newOrder>[0], productOrder: ProductOrderRef): Promise<void> {
    await ledger.orders.create(newOrder(given));
    const claimed = await ledger.claims.claim(orderKey(given.number), workAttempt(clock));
    if (claimed.outcome !== 'claimed') throw new Error('The order was just put.');
    const receipt = { productOrder, azumutaId: productOrder.id, awaiting: 'completion' };
    await ledger.claims.complete(claimed.claim, receipt, { event: 'created' });
  }

  /** Writes how many parts an ERP order has now. */
  async function splitInto(number: string, parts: readonly Pick<Part, 'book'>[]): Promise<void> {
    const before = await ledger.erpOrders.find({ number });
    const book = parts[0]?.book === 'each' ? 'each' : 'when-all-done';
    const mostParts = Math.max(parts.length, before?.mostParts ?? 0);
    const version = (before?.version ?? 0) + 1;
    if (
      !(await ledger.erpOrders.writeVersion(splitOrder(number, parts.length, { book, mostParts, version })))
    )
      throw new Error('Another writer was faster.');
  }

  return {
    clock,
    store,
    ledger,
    azumutaSide,
    erpSide,
    azumuta,
    azumutaUrl,
    erp,
    erpToLookUp,
    erpUrl,
    handle,
    build,
    record,
    splitInto,

    /** The number of an order that the ERP has released. */
    async released(product = 'GEAR-01', quantity = 5): Promise<string> {
      const [order] = await erpSide.release({ product, quantity: String(quantity) });
      if (!order) throw new Error('The sandbox released no order.');
      return order.number;
    },

    /** An ERP order whose product orders exist in Azumuta and in the ledger. */
    async ordered(parts?: readonly Part[]): Promise<{ erpOrder: string; numbers: string[] }> {
      const erpOrder = await this.released('GEAR-01', parts?.length);
      const numbers = parts ? parts.map(({ index }) => `${erpOrder}/${index}`) : [erpOrder];
      for (const [index, number] of numbers.entries()) {
        const given = parts?.[index] ?? { index: 1, book: 'alone' as const };
        const part = { ...given, first: numbers[0] ?? '' };
        const erp = { number: erpOrder, article: 'GEAR-01', amount: '5' };
        await record({ number, part, erpOrder: erp }, await build(number, parts ? 1 : 5));
      }
      if (parts) await splitInto(erpOrder, parts);
      return { erpOrder, numbers };
    },

    /** A message that is sent now. @returns an attempt at it, with its failure. */
    message(hinted: Hinted, given?: Partial<WorkAttempt>): (handling?: Handling) => Promise<unknown> {
      const sent = { messageId: randomUUID(), sentAt: clock.now(), ...given };
      return (handling) =>
        handle(hinted, sent, handling).then(
          () => undefined,
          (error: unknown) => error,
        );
    },

    bookingsOf: async (erpOrder: string) =>
      (await erpSide.bookings()).filter(({ order }) => order === erpOrder),
  };
}
