import { Refusal } from '../api.ts';
import { type CompletionRequest, makeRecordings } from './complete.ts';
import { showObject } from './routes.ts';
import type { Azumuta, ProductOrderRecord, Trigger } from './store.ts';
import { fireTriggers, type TriggerSender } from './triggers.ts';

/** A product order as the sandbox shows it. */
export type ShownProductOrder = ReturnType<typeof showObject.productOrder>;

/**
 * The shop floor: what operators and administrators do in Azumuta's own screens. An act returns the product order that
 * it was done to, and throws a Refusal when there is none.
 * @param sender How triggers are called. Default: over the network, in real time.
 */
export function shopFloorOf(
  azumuta: Azumuta,
  sender: TriggerSender = { fetch, timeout: (ms) => AbortSignal.timeout(ms) },
) {
  const { catalogue, store } = azumuta;
  const floor = { ...azumuta, sender };
  const shown = (order: ProductOrderRecord) => showObject.productOrder(order, catalogue, '');

  return {
    /** All, oldest first. */
    productOrders: () => store.productOrders().map(shown),
    /** Operators record and complete the oldest open one, or the one that `how` names; the triggers fire. */
    complete: (number: string, how: CompletionRequest = {}) => shown(completeOpenOrder(floor, number, how)),
    /** Fires the triggers of the newest again, although nothing has changed. */
    trigger(number: string) {
      const order = requireProductOrder(number, store.productOrdersNumbered(number).at(-1));
      fireTriggers(floor, order.number, order.recordings);
      return shown(order);
    },
    setTriggers(triggers: readonly Trigger[]) {
      store.triggers = triggers;
    },
    triggerLog: () => store.triggerLog,
  };
}

function requireProductOrder(number: string, found: ProductOrderRecord | undefined): ProductOrderRecord {
  if (found) return found;
  throw new Refusal(404, 'not-found', `There is no such product order ${number} here.`);
}

function completeOpenOrder(
  floor: Azumuta & { readonly sender: TriggerSender },
  number: string,
  how: CompletionRequest,
): ProductOrderRecord {
  const { catalogue, store, now, newId } = floor;
  const candidates = store
    .productOrdersNumbered(number)
    .filter(({ id }) => how.id === undefined || id === how.id);
  const open = candidates.find(({ status }) => status !== 'completed');
  if (!open && candidates.length > 0) {
    const message = `Product order ${number} is completed already; reopen it first.`;
    throw new Refusal(409, 'completed', message);
  }
  const order = requireProductOrder(number, open);
  const article = catalogue.find(({ id }) => id === order.articleId);
  if (!article) throw new Refusal(404, 'not-found', `There is no article ${order.articleId}.`);
  const recordings = makeRecordings(order, article, how, { now: now(), newId });
  const done = store.save({
    ...order,
    status: 'completed',
    completedAt: now().toISOString(),
    recordings: [...order.recordings, ...recordings],
  });
  fireTriggers(floor, number, recordings);
  return done;
}
