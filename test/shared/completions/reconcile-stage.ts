import { azumutaSandboxKey } from '../../../infra/local/sandbox/api.ts';
import { type AzumutaControl, azumutaControl } from '../../../infra/local/sandbox/control.ts';
import { type AzumutaClient, createAzumutaClient } from '../../../shared/azumuta/client.ts';
import { defaultContract } from '../../../shared/azumuta/contract.ts';
import { type Breaker, createBreaker } from '../../../shared/circuit-breaker/circuit-breaker.ts';
import { createPartnerCalls, type PartnerCalls } from '../../../shared/circuit-breaker/guarded-call.ts';
import { type CompletionHint, completionHintSchema } from '../../../shared/completions/messages.ts';
import {
  createReconciliation,
  type ReconcileDependencies,
  type ReconcileReport,
} from '../../../shared/completions/reconcile.ts';
import { orderKey } from '../../../shared/ledger/keys.ts';
import { createLedger, type Ledger } from '../../../shared/ledger/ledger.ts';
import { orderEntryOf } from '../../../shared/ledger/records/product-orders.ts';
import { createQueues, parseMessage } from '../../../shared/platform/aws/queue.ts';
import { systemClock } from '../../../shared/platform/clock.ts';
import { type TestClock, testClock } from '../../support/clock.ts';
import { startLedgerStore } from '../../support/dynamodb.ts';
import { silent } from '../../support/logs.ts';
import { newOrder } from '../../support/orders.ts';
import { startSandboxHere } from '../../support/sandboxes.ts';
import { type SqsEndpoint, startSqsEndpoint } from '../../support/sqs.ts';

/** The Azumuta sandbox, a ledger and a queue, that reconciliation runs between. */
export interface ReconcileStage {
  readonly sqs: SqsEndpoint;
  readonly control: AzumutaControl;
  readonly azumuta: AzumutaClient;
  /** A new stage with the same servers, in a year of its own, so that tests do not see each other's overdue orders. */
  readonly begin: () => Promise<ReconcileTest>;
  readonly stop: () => Promise<void>;
}

/** The stage of one test. */
export interface ReconcileTest {
  readonly clock: TestClock;
  readonly ledger: Ledger;
  readonly breaker: Breaker;
  readonly partners: PartnerCalls;
  /** A product order that was created by this integration, and was due so many days ago. @returns its number. */
  readonly created: (name: string, dueDaysAgo: number) => Promise<string>;
  /** The same for an order that Azumuta does not know (any more). */
  readonly createdOutside: (name: string, dueDaysAgo: number) => Promise<string>;
  readonly run: (
    changes?: Partial<ReconcileDependencies> & { readonly remainingMs?: () => number },
  ) => Promise<ReconcileReport>;
  readonly hints: () => CompletionHint[];
  /** Numbers that Azumuta was asked about, in any order. */
  readonly askedAbout: () => Promise<string[]>;
}

export const never = new AbortController().signal;

export async function startReconcileStage(): Promise<ReconcileStage> {
  const [store, sqs, sandbox] = await Promise.all([
    startLedgerStore(),
    startSqsEndpoint(),
    startSandboxHere('azumuta'),
  ]);
  const control = azumutaControl(sandbox.url);
  const azumuta = createAzumutaClient({
    baseUrl: `${sandbox.url}/api/v1`,
    contract: defaultContract,
    apiKey: async () => azumutaSandboxKey,
    clock: systemClock,
  });
  let year = 2100;
  // A run recognises its lease by its own id.
  let runs = 0;

  async function begin(): Promise<ReconcileTest> {
    year -= 1;
    const clock = testClock(`${year}-11-24T08:00:00.000Z`);
    const ledger = createLedger({ ...store, clock, times: { settlingSeconds: 300 } });
    const breaker = createBreaker(store.table, clock);
    const partners = createPartnerCalls({
      breaker,
      newOwner: () => 'test',
      log: silent,
    });
    sqs.forget();
    await control.setFaults([]);

    async function put(name: string, dueDaysAgo: number, id?: string): Promise<string> {
      const number = `${name}-${year}`;
      const dueDate = new Date(clock.now().getTime() - dueDaysAgo * 86_400_000).toISOString();
      await ledger.orders.put(newOrder({ number, dueDate }));
      const claimed = await ledger.claims.claim(orderKey(number), {
        owner: 'test',
        messageId: 'test',
        endsAt: clock.now(),
      });
      const article = await azumuta.findArticle('GEAR-01', never);
      if (claimed.outcome !== 'claimed' || !article) throw new Error(`${number} cannot be created.`);
      const { draft } = orderEntryOf(claimed.claim.held);
      const productOrder =
        id === undefined ? await azumuta.createProductOrder(draft, article, never) : { id, number };
      const receipt = { productOrder, awaiting: 'completion' };
      await ledger.claims.complete(claimed.claim, receipt, { event: 'created' });
      await control.forgetCalls();
      return number;
    }

    return {
      clock,
      ledger,
      breaker,
      partners,
      created: (name, dueDaysAgo) => put(name, dueDaysAgo),
      createdOutside: (name, dueDaysAgo) => put(name, dueDaysAgo, 'gone2345678923456'),
      run: ({ remainingMs = () => 300_000, ...dependencies } = {}) =>
        createReconciliation({
          ledger,
          azumuta,
          partners,
          clock,
          queues: createQueues(sqs.client),
          completionsQueueUrl: sqs.queueUrl('completions'),
          log: silent,
          most: 50,
          graceHours: 24,
          ...dependencies,
        })({ awsRequestId: `run-${++runs}`, getRemainingTimeInMillis: remainingMs }),
      hints: () =>
        sqs.sent
          .filter(({ queue }) => queue === 'completions')
          .map(({ body }) => parseMessage(completionHintSchema, body)),
      async askedAbout() {
        const calls = await control.calls('path');
        return (await control.productOrders())
          .filter(({ id }) => calls[`GET /api/v1/productorders/${id}`] !== undefined)
          .map(({ number }) => number);
      },
    };
  }

  return {
    sqs,
    control,
    azumuta,
    begin,
    async stop() {
      await Promise.all([sandbox.stop(), store.stop(), sqs.stop()]);
    },
  };
}
