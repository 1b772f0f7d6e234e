import { mapConcurrently } from '../platform/map-concurrently.ts';
import type { AcceptDependencies, Messages } from './accept-wanted.ts';
import { productOrderMessage } from './messages.ts';
import type { Via } from './wanted-order.ts';

const concurrency = 8;
/** Messages that are collected before they are sent: a call that is cut short leaves about as many unsent. */
const maxWaiting = 100;

/** Product orders that were written, and whose messages are still to be sent. */
export class Outbox {
  readonly #via: Via;
  readonly #dependencies: AcceptDependencies;
  #toSend = new Map<string, 'first' | 'again'>();

  constructor(via: Via, dependencies: AcceptDependencies) {
    this.#via = via;
    this.#dependencies = dependencies;
  }

  async add(messages: Messages): Promise<void> {
    for (const [number, which] of messages) if (!this.#toSend.has(number)) this.#toSend.set(number, which);
    if (this.#toSend.size >= maxWaiting) await this.send();
  }

  /** What a pull has sent again is noted as sent, or each pull would send it once more. */
  async send(): Promise<void> {
    const { ledger, queues, queueUrl, log } = this.#dependencies;
    const sending = [...this.#toSend];
    this.#toSend = new Map();
    if (sending.length === 0) return;
    const messages = sending.map(([number]) => ({ body: productOrderMessage(number) }));
    const refused = new Set(await queues.sendAll(queueUrl, messages));
    const sent = sending.filter((_, index) => !refused.has(index));
    if (sent.length > 0) log.info('Orders accepted', { via: this.#via }, { OrdersAccepted: sent.length });
    const noted = sent.filter(([, which]) => which === 'again' && this.#via !== 'endpoint');
    await mapConcurrently(noted, concurrency, ([number]) => ledger.orders.markSentAgain(number));
    if (refused.size > 0)
      throw new Error(`SQS did not take ${refused.size} of ${sending.length} product orders.`);
  }
}
