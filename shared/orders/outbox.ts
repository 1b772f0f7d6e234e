import type { Ledger } from '../ledger/ledger.ts';
import type { Queues } from '../platform/aws/queue.ts';
import type { Logger } from '../platform/log.ts';
import { mapConcurrently } from '../platform/map-concurrently.ts';
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

/** Product orders that were written, and whose messages are still to be sent. */
export interface Outbox {
  /**
   * What is written of one ERP order: sent only once all of it is. Were a part built before the others are written, an
   * ERP that lists no order that is begun would never tell of those again.
   */
  readonly ofOneOrder: () => OrderOutbox;
  readonly send: () => Promise<void>;
  readonly sendIfFull: () => Promise<void>;
}

export interface OrderOutbox {
  /** @param again Of a pull: it is known to have been sent once this is sent. */
  readonly add: (number: string, options?: { readonly again: boolean }) => ProductOrderStatus;
  readonly allWritten: () => void;
}

type Waiting = Map<string, { readonly again: boolean }>;

export function createOutbox(via: string, dependencies: OutboxDependencies): Outbox {
  const { ledger, queues, queueUrl, log } = dependencies;
  let toSend: Waiting = new Map();
  return {
    ofOneOrder() {
      const written: Waiting = new Map();
      return {
        add(number, { again } = { again: false }) {
          if (!written.has(number)) written.set(number, { again });
          return { number, status: 'queued' };
        },
        allWritten() {
          for (const [number, how] of written) if (!toSend.has(number)) toSend.set(number, how);
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
