import * as z from 'zod/mini';
import type { Call, Reply, Route } from '../api.ts';
import { accepted } from '../api.ts';
import { inEnglish } from './catalogue.ts';
import { completionSchema, recordingsOf } from './complete.ts';
import { show } from './presenters.ts';
import { type Azumuta, errorBody } from './routes.ts';
import type { ProductOrderRecord } from './store.ts';
import { fireTriggers, networkSender, type TriggerSender, triggerLog, triggersSchema } from './triggers.ts';

const renameSchema = z.strictObject({ number: z.string().check(z.minLength(1)) });

/**
 * The shop floor: what operators and administrators do in Azumuta's own screens.
 * @param sender How triggers are called. Default: over the network, in real time.
 */
export function shopFloorRoutes(azumuta: Azumuta, sender: TriggerSender = networkSender): Route[] {
  const { catalogue, store, now, newId } = azumuta;
  const shown = (order: ProductOrderRecord, origin: string) =>
    show.productOrder(order, catalogue, store, origin);

  return [
    {
      method: 'GET',
      pattern: '/sandbox/productorders',
      answer: ({ origin }) => ({
        status: 200,
        body: store.productOrders().map((order) => shown(order, origin)),
      }),
    },
    { method: 'POST', pattern: '/sandbox/productorders/{number}/complete', answer: complete },
    { method: 'POST', pattern: '/sandbox/productorders/{number}/reopen', answer: reopen },
    { method: 'POST', pattern: '/sandbox/productorders/{number}/rename', answer: rename },
    { method: 'POST', pattern: '/sandbox/productorders/{number}/remove', answer: remove },
    {
      // The same trigger once more, late and with nothing new behind it.
      method: 'POST',
      pattern: '/sandbox/productorders/{number}/trigger',
      answer: ({ parameters: { number = '' }, origin }) => {
        const order = store.productOrdersNumbered(number).at(-1);
        if (!order) return unknownOrder(number);
        trigger(order);
        return { status: 200, body: shown(order, origin) };
      },
    },
    {
      method: 'GET',
      pattern: '/sandbox/triggers',
      answer: () => ({ status: 200, body: store.setting('triggers') ?? [] }),
    },
    {
      method: 'PUT',
      pattern: '/sandbox/triggers',
      answer: ({ body }) => {
        store.saveSetting('triggers', accepted(triggersSchema, body));
        return { status: 200, body: store.setting('triggers') };
      },
    },
    {
      method: 'GET',
      pattern: '/sandbox/trigger-log',
      answer: () => ({ status: 200, body: triggerLog(store) }),
    },
  ];

  function complete({ parameters: { number = '' }, body, origin }: Call): Reply {
    const request = accepted(completionSchema, body ?? {});
    const candidates = store
      .productOrdersNumbered(number)
      .filter(({ id }) => request.id === undefined || id === request.id);
    if (candidates.length === 0) return unknownOrder(number);
    const order = candidates.find(({ status }) => status !== 'completed');
    if (!order) {
      const message = `Product order ${number} is completed already; reopen it first.`;
      return { status: 409, body: errorBody('completed', message) };
    }
    const article = catalogue.articles.find(({ id }) => id === order.articleId);
    if (!article) return unknownOrder(number);
    const recordings = recordingsOf(order, article, request, { now: now(), newId });
    const completed: ProductOrderRecord = { ...order, status: 'completed', completedAt: now().toISOString() };
    store.save(completed, recordings);
    trigger(completed, recordings);
    return { status: 200, body: shown(completed, origin) };
  }

  function reopen({ parameters: { number = '' }, origin }: Call): Reply {
    const order = store.productOrdersNumbered(number).findLast(({ status }) => status === 'completed');
    if (!order) return unknownOrder(number);
    const reopened: ProductOrderRecord = { ...order, status: 'in-progress', completedAt: null };
    store.save(reopened);
    return { status: 200, body: shown(reopened, origin) };
  }

  /** Its id stays, and so does the number in what was recorded before. */
  function rename({ parameters: { number = '' }, body, origin }: Call): Reply {
    const order = store.productOrdersNumbered(number).at(-1);
    if (!order) return unknownOrder(number);
    const renamed: ProductOrderRecord = { ...order, ...accepted(renameSchema, body) };
    store.save(renamed);
    return { status: 200, body: shown(renamed, origin) };
  }

  /** ASSUMED: its recordings go with it. */
  function remove({ parameters: { number = '' }, origin }: Call): Reply {
    const order = store.productOrdersNumbered(number).at(-1);
    if (!order) return unknownOrder(number);
    const removed = shown(order, origin);
    store.remove(order.id);
    return { status: 200, body: removed };
  }

  function trigger(order: ProductOrderRecord, recordings = store.recordingsOf(order.id)): void {
    const category = catalogue.articles.find(({ id }) => id === order.articleId)?.category;
    fireTriggers(
      { store, now, sender },
      {
        productOrderNumber: order.number,
        workInstructionIds: [...new Set(recordings.map(({ workInstructionId }) => workInstructionId))],
        recordingIds: recordings.map(({ id }) => id),
        category: category ? [category.key, category.id, inEnglish(category.name)] : [],
      },
    );
  }

  function unknownOrder(number: string): Reply {
    return { status: 404, body: errorBody('not-found', `There is no such product order ${number} here.`) };
  }
}
