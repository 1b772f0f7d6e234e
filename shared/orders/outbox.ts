import type { Ledger } from '../ledger/ledger.ts';
import type { Queues } from '../platform/aws/queue.ts';
import type { Logger } from '../platform/log.ts';
import { mapConcurrently } from '../platform/map-concurrently.ts';
import { productOrderMessage } from './messages.ts';
import type { ProductOrderStatus } from './order-status.ts';

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

/** Product orders that were written, and whose messages are still to be sent. */
export class Outbox {
  readonly #via: string;
  readonly #dependencies: OutboxDependencies;
  #toSend: Waiting = new Map();

  constructor(via: string, dependencies: OutboxDependencies) {
    this.#via = via;
    this.#dependencies = dependencies;
  }

  ofOneOrder(): OrderOutbox {
    return new OrderOutbox((number, how) => {
      if (!this.#toSend.has(number)) this.#toSend.set(number, how);
    });
  }

  async sendIfFull(): Promise<void> {
    if (this.#toSend.size >= maxWaiting) await this.send();
  }

  async send(): Promise<void> {
    const { ledger, queues, queueUrl, log } = this.#dependencies;
    const sending = [...this.#toSend];
    this.#toSend = new Map();
    if (sending.length === 0) return;
    const messages = sending.map(([number]) => ({ body: productOrderMessage(number) }));
    const refused = new Set(await queues.sendAll(queueUrl, messages));
    const sent = sending.filter((_, index) => !refused.has(index));
    if (sent.length > 0) log.info('Orders accepted', { via: this.#via }, { OrdersAccepted: sent.length });
    const again = sent.filter(([, one]) => one.again);
    await mapConcurrently(again, concurrency, ([number]) => ledger.orders.markSentAgain(number));
    if (refused.size > 0)
      throw new Error(`SQS did not take ${refused.size} of ${sending.length} product orders.`);
  }
}

/**
 * The messages of one ERP order, sent only once all its parts are written. If a part was built before the others are
 * written, an ERP that does not list orders that are begun would never list the others again.
 */
export class OrderOutbox {
  readonly #written: Waiting = new Map();
  readonly #send: (number: string, how: { readonly again: boolean }) => void;

  constructor(send: (number: string, how: { readonly again: boolean }) => void) {
    this.#send = send;
  }

  /** @param again Once this message is sent, the ledger notes it as sent. */
  add(number: string, { again } = { again: false }): ProductOrderStatus {
    if (!this.#written.has(number)) this.#written.set(number, { again });
    return { number, status: 'queued' };
  }

  allWritten(): void {
    for (const [number, how] of this.#written) this.#send(number, how);
  }
}
