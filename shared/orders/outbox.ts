import type { Ledger } from '../ledger/ledger.ts';
import type { Logger } from '../platform/log.ts';
import { mapConcurrently } from '../platform/map-concurrently.ts';
import type { Queues } from '../platform/queue.ts';
import type { ProductOrderStatus } from './http-api-responses.ts';
import { productOrderMessage } from './messages.ts';

export interface OutboxDependencies {
  readonly ledger: Pick<Ledger, 'orders'>;
  readonly queues: Pick<Queues, 'sendAll'>;
  readonly queueUrl: string;
  readonly log: Logger;
}

const concurrency = 8;
/** Messages that wait for being sent: a call that is cut short leaves about as many unsent. */
const maxWaiting = 100;

/** Where product orders go once they are written. */
export interface ToSend {
  /** @param again Of a pull: it is known to have been sent once this is sent. */
  readonly add: (number: string, options?: { readonly again: boolean }) => ProductOrderStatus;
}

/** Product orders that were written, and whose messages are still to be sent. */
export interface Outbox extends ToSend {
  /**
   * Holds the product orders of one ERP order until all are written. Were some sent before, and built, the ERP might not
   * list the order any more when the next pull comes for the others.
   */
  readonly ofOrder: () => ToSend & { readonly release: () => void };
  readonly send: () => Promise<void>;
  readonly sendIfFull: () => Promise<void>;
}

export function createOutbox(via: string, dependencies: OutboxDependencies): Outbox {
  const { ledger, queues, queueUrl, log } = dependencies;
  let toSend = new Map<string, { readonly again: boolean }>();
  return {
    add(number, { again } = { again: false }) {
      if (!toSend.has(number)) toSend.set(number, { again });
      return { number, status: 'queued' };
    },
    ofOrder() {
      const held: Parameters<ToSend['add']>[] = [];
      return {
        add(...given) {
          held.push(given);
          return { number: given[0], status: 'queued' };
        },
        release: () => {
          for (const given of held) this.add(...given);
        },
      };
    },
    async send() {
      const sending = [...toSend];
      toSend = new Map();
      if (sending.length === 0) return;
      const messages = sending.map(([number]) => ({ body: productOrderMessage(number) }));
      const refused = new Set(await queues.sendAll(queueUrl, messages));
      const sent = sending.filter((_, index) => !refused.has(index));
      if (sent.length > 0) log.info('Orders accepted', { via }, { OrdersAccepted: sent.length });
      const again = sent.filter(([, one]) => one.again);
      await mapConcurrently(again, concurrency, ([number]) => ledger.orders.markSentAgain(number));
      if (refused.size > 0)
        throw new Error(`SQS did not take ${refused.size} of ${sending.length} product orders.`);
    },
    async sendIfFull() {
      if (toSend.size >= maxWaiting) await this.send();
    },
  };
}
