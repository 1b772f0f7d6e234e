import { mapProductOrders } from '../../../shared/integration/mapping/product-orders.ts';
import { orderKey } from '../../../shared/ledger/keys.ts';
import { createLedger, type Ledger } from '../../../shared/ledger/ledger.ts';
import type { ErpOrder } from '../../../shared/model/orders.ts';
import { type Accepted, createOrderAcceptor } from '../../../shared/orders/accept.ts';
import { createQueues } from '../../../shared/platform/aws/queue.ts';
import { type TestClock, testClock } from '../../support/clock.ts';
import { type LedgerStore, startLedgerStore } from '../../support/dynamodb.ts';
import { type HeardLog, recordedLog } from '../../support/logs.ts';
import { erpOrder } from '../../support/orders.ts';
import { type SqsEndpoint, startSqsEndpoint } from '../../support/sqs.ts';

export type Mapping = Parameters<typeof mapProductOrders>[0];

/** One product order for each unit, booked when all are completed. */
export const together: Mapping = { split: { per: 'unit', book: 'when-all-done' } };
/** The same, each booked when it is completed. */
export const each: Mapping = { split: { per: 'unit', book: 'each' } };
/** An ERP order of so many units. */
export const units = (number: string, amount: string) =>
  erpOrder({ number, quantity: { amount, unit: 'u' } });

interface How {
  readonly mapping?: Mapping;
  /** Default: a pull. */
  readonly via?: 'endpoint' | 'pull';
  /** Default: the stage's own. */
  readonly ledger?: Ledger;
}

/** The outcome of an attempt at creating a product order. */
export type AttemptEnd = 'created' | 'in doubt' | 'failed' | 'refused' | 'refused after it was sent';

/** A ledger and a queue, orders of the ERP, and attempts at creating them. */
export interface OrderStage {
  readonly clock: TestClock;
  readonly store: LedgerStore;
  readonly ledger: Ledger;
  readonly logged: HeardLog;
  /** Numbers of product orders whose completion must be looked at once more. */
  readonly lookedAt: string[];
  readonly accept: (order: ErpOrder, how?: How) => Promise<Accepted>;
  readonly acceptAll: (orders: readonly ErpOrder[], how?: How) => Promise<Accepted[]>;
  /** One attempt at its message; its dead letter, replayed, is the same message. @returns How the claim went. */
  readonly attempt: (number: string, how: AttemptEnd) => Promise<string>;
  /** `number status` of each. */
  readonly statuses: (accepted: Accepted) => string[];
  /** The ledger's record of the ERP order with this number. */
  readonly recordOf: (number: string) => ReturnType<Ledger['erpOrders']['find']>;
  /** `event: note` of a journey. */
  readonly journeyOf: (number: string) => Promise<string[]>;
  readonly stop: () => Promise<void>;
}

export async function startOrderStage(): Promise<OrderStage> {
  const [store, sqs] = await Promise.all([startLedgerStore(), startSqsEndpoint()]);
  const clock = testClock();
  const ledger = createLedger({ ...store, clock, times: { settlingSeconds: 300 } });
  const logged = recordedLog();
  const lookedAt: string[] = [];

  function dependencies(sqsEndpoint: SqsEndpoint, { mapping = {}, ledger: reached = ledger }: How) {
    return {
      ledger: reached,
      log: logged.log,
      queues: createQueues(sqsEndpoint.client),
      queueUrl: sqsEndpoint.queueUrl('product-orders'),
      lookAgain: async (number: string) => void lookedAt.push(number),
      map: (order: ErpOrder) => mapProductOrders(mapping, order),
    };
  }

  const acceptAll = (orders: readonly ErpOrder[], how: How = {}) => {
    // So that journeys can be told apart.
    clock.advance(1);
    return createOrderAcceptor(dependencies(sqs, how)).acceptOrders(orders, { via: how.via ?? 'pull' });
  };

  return {
    ...{ clock, store, ledger, logged, lookedAt, acceptAll },

    async accept(order, how) {
      const [accepted] = await acceptAll([order], how);
      if (!accepted) throw new Error('Each order is answered.');
      return accepted;
    },

    async attempt(number, how) {
      const claimant = { owner: `attempt at ${number}`, messageId: number, endsAt: clock.now() };
      const claimed = await ledger.claims.claim(orderKey(number), claimant);
      if (claimed.outcome !== 'claimed') return claimed.outcome;
      const { claims } = ledger;
      const { claim } = claimed;
      const productOrder = { id: `id of ${number}`, number };
      if (how === 'created')
        await claims.complete(
          claim,
          { productOrder, azumutaId: productOrder.id, awaiting: 'completion' },
          { event: 'created' },
        );
      else if (how === 'in doubt') await claims.holdForSettling(claim, 'Azumuta did not answer.');
      else if (how === 'failed') await claims.release(claim, 'Azumuta failed (503).');
      else
        await claims.reject(
          claim,
          { reason: 'Azumuta has no article.', cause: 'unknown-article' },
          how === 'refused' ? 'nothing' : 'perhaps',
        );
      return claimed.outcome;
    },

    statuses: ({ productOrders }) => productOrders.map(({ number, status }) => `${number} ${status}`),
    recordOf: (number) => ledger.erpOrders.find(erpOrder({ number })),
    journeyOf: async (number) =>
      (await ledger.journeys.of(number)).map(({ event, note }) => `${event}: ${note ?? ''}`),

    async stop() {
      await Promise.all([store.stop(), sqs.stop()]);
    },
  };
}
