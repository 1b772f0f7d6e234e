import { mapProductOrders } from '../../../shared/integration/mapping/product-orders.ts';
import { orderKey } from '../../../shared/ledger/keys.ts';
import type { Ledger } from '../../../shared/ledger/ledger.ts';
import { Rejected } from '../../../shared/model/errors.ts';
import type { ErpOrder, ProductOrderDraft } from '../../../shared/model/orders.ts';
import { acceptOrders } from '../../../shared/orders/accept.ts';
import type { AcceptDependencies, Accepted } from '../../../shared/orders/accept-wanted.ts';
import { lookAtOrder } from '../../../shared/orders/look.ts';
import type { Via } from '../../../shared/orders/wanted-order.ts';
import { createQueues } from '../../../shared/platform/aws/queue.ts';
import { testClock } from '../../support/clock.ts';
import { ledgerOn } from '../../support/ledger.ts';
import { recordedLog, silent } from '../../support/logs.ts';
import { erpOrder } from '../../support/orders.ts';
import { partnersOn } from '../../support/partners.ts';
import { startSqsEndpoint } from '../../support/sqs.ts';

export type Mapping = Parameters<typeof mapProductOrders>[0];

/** One product order for each unit, booked when all are completed. */
export const together: Mapping = { split: { per: 'unit', book: 'when-all-done' } };
/** The same, each booked when it is completed. */
export const each: Mapping = { split: { per: 'unit', book: 'each' } };
/** An ERP order of so many units. */
export const units = (number: string, amount: string) =>
  erpOrder({ number, quantity: { amount, unit: 'u' } });

/** Accepts orders into this ledger; their messages are sent nowhere. */
export const acceptInto = (
  ledger: Ledger,
  orders: readonly ErpOrder[],
  via: Via,
  changes: Partial<AcceptDependencies> = {},
) =>
  acceptOrders(orders, via, {
    ledger,
    log: silent,
    queues: { sendAll: async () => [] },
    queueUrl: '',
    lookAgain: async () => {},
    map: (order) => mapProductOrders({}, order),
    accept: () => true,
    clock: testClock(),
    ...changes,
  });

/** A queue that takes all: their product orders' numbers. */
export const collecting = (numbers: string[]): AcceptDependencies['queues'] => ({
  async sendAll(_, messages) {
    numbers.push(...messages.map(({ body }) => JSON.parse(body).number));
    return [];
  },
});

interface How extends Partial<AcceptDependencies> {
  readonly mapping?: Mapping;
  /** Default: a pull. */
  readonly via?: Via;
}

/** The outcome of an attempt at creating a product order. */
export type AttemptEnd = 'created' | 'in doubt' | 'failed' | 'refused' | 'refused after it was sent';

/** A ledger and a queue, orders of the ERP, and attempts at creating them. */
export async function startOrderStage() {
  const { table, clock, ledger } = ledgerOn();
  const sqs = await startSqsEndpoint();
  const logged = recordedLog();
  /** Numbers of product orders whose completion must be looked at once more. */
  const lookedAt: string[] = [];
  /** Those that are to be created anew. */
  const enqueued: string[] = [];

  const acceptAll = (orders: readonly ErpOrder[], { mapping = {}, via = 'pull', ...changes }: How = {}) => {
    // So that journeys can be told apart.
    clock.advance(1);
    return acceptInto(ledger, orders, via, {
      log: logged.log,
      queues: createQueues(sqs.client),
      queueUrl: sqs.queueUrl('product-orders'),
      lookAgain: async (number) => void lookedAt.push(number),
      map: (order) => mapProductOrders(mapping, order),
      clock,
      ...changes,
    });
  };

  return {
    clock,
    table,
    sqs,
    ledger,
    logged,
    lookedAt,
    enqueued,
    acceptAll,

    async accept(order: ErpOrder, how?: How): Promise<Accepted> {
      const [accepted] = await acceptAll([order], how);
      if (!accepted) throw new Error('Each order is answered.');
      return accepted;
    },

    /** One attempt at its message; its dead letter, replayed, is the same message. @returns How the claim went. */
    async attempt(number: string, how: AttemptEnd) {
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
      else if (how === 'in doubt') await claims.giveBack(claim, 'Azumuta did not answer.', true);
      else if (how === 'failed') await claims.giveBack(claim, 'Azumuta failed (503).', false);
      else
        await claims.giveBack(
          claim,
          new Rejected('Azumuta has no article.', { causeCode: 'unknown-article' }),
          how !== 'refused',
        );
      return claimed.outcome;
    },

    /** A look at Azumuta, which has it as it was made, with these parameters instead, or not at all. */
    async look(number: string, seen: ProductOrderDraft['parameters'] | 'not there' = {}): Promise<void> {
      const entry = await ledger.orders.find(number);
      const isThere = entry && seen !== 'not there';
      const parameters = isThere ? { ...entry.draft.parameters, ...seen } : {};
      const has = async () =>
        isThere ? { id: `id of ${number}`, completed: false, ...entry.draft, parameters } : undefined;
      await lookAtOrder(
        number,
        { signal: new AbortController().signal, log: silent },
        {
          ledger,
          azumuta: { productOrder: has, findProductOrder: has },
          partners: partnersOn({ table, clock }),
          enqueue: async (again) => void enqueued.push(again),
        },
      );
    },

    /** `number status` of each. */
    statuses: ({ productOrders }: Accepted) =>
      productOrders.map(({ number, status }) => `${number} ${status}`),
    /** `event: note` of a journey. */
    journeyOf: async (number: string) =>
      (await ledger.journeys.of(number)).map(({ event, note }) => `${event}: ${note ?? ''}`),
  };
}
