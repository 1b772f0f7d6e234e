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
/** Messages that are collected before they are sent: a call that is cut short leaves about as many unsent. */
const maxWaiting = 100;

type Waiting = Map<string, { readonly again: boolean }>;

export type Outbox = ReturnType<typeof createOutbox>;
export type OrderOutbox = ReturnType<Outbox['ofOneOrder']>;

/** Product orders that were written, and whose messages are still to be sent. */
export function createOutbox(via: string, { ledger, queues, queueUrl, log }: OutboxDependencies) {
  let toSend: Waiting = new Map();

  async function send(): Promise<void> {
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
  }

  return {
    /**
     * The messages of one ERP order, sent only once all its parts are written. If a part was built before the others are
     * written, an ERP that does not list orders that are begun would never list the others again.
     */
    ofOneOrder() {
      const written: Waiting = new Map();
      return {
        /** @param again For a pull: once this message is sent, the ledger notes it as sent. */
        add(number: string, { again } = { again: false }): ProductOrderStatus {
          if (!written.has(number)) written.set(number, { again });
          return { number, status: 'queued' };
        },
        allWritten(): void {
          for (const [number, how] of written) if (!toSend.has(number)) toSend.set(number, how);
        },
      };
    },
    send,
    async sendIfFull(): Promise<void> {
      if (toSend.size >= maxWaiting) await send();
    },
  };
}
