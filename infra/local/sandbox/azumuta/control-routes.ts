import * as z from 'zod/mini';
import { accepted, Refusal, type Route, route } from '../api.ts';
import { completionSchema, recordingsOf } from './complete.ts';
import { type Azumuta, show } from './routes.ts';
import type { ProductOrderRecord } from './store.ts';
import { fireTriggers, type TriggerSender, triggersSchema } from './triggers.ts';

const renameSchema = z.strictObject({ number: z.string().check(z.minLength(1)) });

/** Azumuta, and how its triggers are called. */
interface ShopFloor extends Azumuta {
  readonly sender: TriggerSender;
}

/** Done to one of the product orders with a number, oldest first; returns the one that it was done to. */
type Act = (orders: readonly ProductOrderRecord[], body: unknown) => ProductOrderRecord | undefined;

/**
 * The shop floor: what operators and administrators do in Azumuta's own screens.
 * @param sender How triggers are called. Default: over the network, in real time.
 */
export function shopFloorRoutes(
  azumuta: Azumuta,
  sender: TriggerSender = { fetch, timeout: (ms) => AbortSignal.timeout(ms) },
): Route[] {
  const floor = { ...azumuta, sender };
  const { catalogue, store } = azumuta;
  const shown = (order: ProductOrderRecord, origin: string) => show.productOrder(order, catalogue, origin);
  const act = (name: string, work: Act): Route =>
    route('POST', `/sandbox/productorders/{number}/${name}`, ({ parameters, body, origin }) => {
      const { number = '' } = parameters;
      const order = work(store.productOrdersNumbered(number), body);
      if (order) return shown(order, origin);
      throw new Refusal(404, 'not-found', `There is no such product order ${number} here.`);
    });
  /** An act that is done to the newest product order of the number. */
  const toNewest = (name: string, work: (order: ProductOrderRecord, body: unknown) => unknown): Route =>
    act(name, (orders, body) => {
      const newest = orders.at(-1);
      if (newest) work(newest, body);
      return newest && (store.productOrder(newest.id) ?? newest);
    });

  return [
    route('GET', '/sandbox/productorders', ({ origin }) =>
      store.productOrders().map((order) => shown(order, origin)),
    ),
    act('complete', (orders, body) => complete(floor, orders, body)),
    act('reopen', (orders) => {
      const order = orders.findLast(({ status }) => status === 'completed');
      return order && store.save({ ...order, status: 'in-progress', completedAt: null });
    }),
    // Its id stays, and so does the number in what was recorded before.
    toNewest('rename', (order, body) => store.save({ ...order, ...accepted(renameSchema, body) })),
    // ASSUMED: its recordings are removed, too.
    toNewest('remove', ({ id }) => store.remove(id)),
    // The same trigger once more, late and although nothing has changed.
    toNewest('trigger', (order) => fireTriggers(floor, order.number, order.recordings)),
    route('PUT', '/sandbox/triggers', ({ body }) => {
      store.triggers = accepted(triggersSchema, body);
      return store.triggers;
    }),
    route('GET', '/sandbox/trigger-log', () => store.triggerLog),
  ];
}

/** The oldest that is open, or the one that the body names by its id. */
function complete(
  floor: ShopFloor,
  orders: readonly ProductOrderRecord[],
  body: unknown,
): ProductOrderRecord | undefined {
  const { catalogue, store, now, newId } = floor;
  const request = accepted(completionSchema, body ?? {});
  const candidates = orders.filter(({ id }) => request.id === undefined || id === request.id);
  const order = candidates.find(({ status }) => status !== 'completed');
  const [completed] = candidates;
  if (!order && completed) {
    const message = `Product order ${completed.number} is completed already; reopen it first.`;
    throw new Refusal(409, 'completed', message);
  }
  const article = catalogue.articles.find(({ id }) => id === order?.articleId);
  if (!order || !article) return undefined;
  const recordings = recordingsOf(order, article, request, { now: now(), newId });
  const done = store.save({
    ...order,
    status: 'completed',
    completedAt: now().toISOString(),
    recordings: [...order.recordings, ...recordings],
  });
  fireTriggers(floor, done.number, recordings);
  return done;
}
