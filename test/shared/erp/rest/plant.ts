import { createApi, erpSandboxKey, errorReply, Refusal } from '../../../../infra/local/sandbox/api.ts';
import { plannersOf } from '../../../../infra/local/sandbox/erp/planners.ts';
import { erpApiRoutes } from '../../../../infra/local/sandbox/erp/routes.ts';
import {
  type ProductionOrder,
  type SandboxBooking,
  Store,
} from '../../../../infra/local/sandbox/erp/store.ts';
import type { ErpOrderRef } from '../../../../shared/model/orders.ts';
import { sumOf } from '../../../../shared/model/quantity.ts';
import { plannersOn } from '../../../support/planners.ts';
import type { Answer, Received } from '../../../support/server.ts';
import { consumedIn } from '../conformance/completions.ts';
import type { BookedQuantity, ErpPlant, PlantBooks } from '../conformance/plants/plant.ts';
import type { Details } from '../conformance/target.ts';

/** The sandbox ERP in this process, with what only its tests do. */
interface SandboxPlant extends ErpPlant {
  /** From now on a page holds no more rows than this. */
  readonly capPages: (rows: number) => void;
}

const usualPage = 200;

export function sandboxPlant(now: () => Date = () => new Date()): SandboxPlant {
  const store = new Store(now);
  const { release } = plannersOf(store);
  const planners = plannersOn(store);
  const apiWith = (key: string) => createApi(erpApiRoutes(store), key);
  let key: string = erpSandboxKey;
  let api = apiWith(key);
  let ignoresNextBooking = false;
  /** By their ids. */
  const withheld = new Map<string, 'planned' | 'deleted'>();

  function order({ number, id }: ErpOrderRef): ProductionOrder {
    const found = store.order(id ?? number);
    if (!found) throw new Error(`there is no order ${number}`);
    return found;
  }

  /** Whether planners could do it to the order. */
  function did(ref: ErpOrderRef, act: (id: string) => unknown): boolean {
    const { id } = order(ref);
    try {
      act(id);
      return true;
    } catch (error) {
      if (error instanceof Refusal) return false;
      throw error;
    }
  }

  const onOpen: typeof did = (ref, act) => {
    const { status, locked } = order(ref);
    return status === 'released' && !locked && did(ref, act);
  };

  function withhold(ref: ErpOrderRef, as: 'planned' | 'deleted'): boolean {
    const { id, number, status, locked } = order(ref);
    if (status !== 'released' || locked || withheld.has(id) || store.bookings(number).length > 0)
      return false;
    withheld.set(id, as);
    return did(ref, planners.touch);
  }

  /** The store has no order that is not released: what it shows of such a one is changed, and it books nothing on it. */
  function withheldFrom(call: Received): Answer {
    const [, key, what] = /^\/api\/production-orders\/([^/]+)(?:\/(\w+))?$/.exec(call.url.pathname) ?? [];
    const named = key === undefined ? undefined : store.order(decodeURIComponent(key));
    const as = named && withheld.get(named.id);
    if (as === 'deleted')
      return errorReply(404, 'unknown-order', `There is no production order ${named?.number}.`);
    if (as === 'planned' && what === 'bookings' && call.method === 'POST')
      return errorReply(409, 'order-planned', `Production order ${named?.number} is not released.`);
    const answer = api.answer(call);
    if (as === 'planned' && what === undefined && answer.status === 200)
      return { ...answer, body: { ...Object(answer.body), status: 'planned' } };
    if (named || withheld.size === 0 || answer.status !== 200) return answer;
    const { orders = [] }: { readonly orders?: readonly ProductionOrder[] } = Object(answer.body);
    return {
      ...answer,
      body: { ...Object(answer.body), orders: orders.filter(({ id }) => !withheld.has(id)) },
    };
  }

  return {
    answer(call: Received): Answer {
      if (ignoresNextBooking && call.method === 'POST' && call.url.pathname.endsWith('/bookings')) {
        ignoresNextBooking = false;
        return { body: {} };
      }
      return withheld.size === 0 ? api.answer(call) : withheldFrom(call);
    },
    credentials: () => ({ apiKey: key }),
    rotate(secret) {
      key = secret;
      api = apiWith(key);
    },
    restart() {
      store.largestPage = usualPage;
    },
    articles: { plain: 'GEAR-01', lots: 'GEAR-02', serials: 'GEAR-03' },
    assembly: {
      article: 'GEAR-02',
      components: [
        { article: 'HOUSING-02', lot: 'H-2601' },
        { article: 'BEARING-30', lot: 'B-17' },
        { article: 'PINION-02', lot: 'P-4' },
      ],
      scarceLot: 'H-2599',
      operations: ['10', '20', '30', '40'],
      reasons: ['Scratch', 'Leak'],
    },
    plan({ article, quantity, changedAt, dueDate }) {
      const changed = changedAt ? { changedAt } : {};
      const [released] = release({ product: article, quantity, dueDate, ...changed });
      if (!released) throw new Error('nothing was released');
      return { number: released.number, id: released.id, article };
    },
    cancel: (ref) => onOpen(ref, planners.cancel),
    putBack: (ref) => withhold(ref, 'planned'),
    remove: (ref) => withhold(ref, 'deleted'),
    releaseAgain: (ref) => withheld.delete(order(ref).id) && did(ref, planners.touch),
    changeQuantity: (ref, quantity) =>
      !order(ref).locked && did(ref, (id) => planners.revise(id, { quantity })),
    changeDueDate: (ref, dueDate) => void did(ref, (id) => planners.revise(id, { dueDate })),
    renameArticle(ref, product) {
      const open = order(ref);
      if (open.status !== 'released' || open.locked) return false;
      store.change(open, { product });
      return true;
    },
    rename: (ref, number) => !order(ref).locked && did(ref, (id) => planners.revise(id, { number })),
    finishByHand: (ref) => onOpen(ref, planners.finish),
    touch: (ref) => void did(ref, planners.touch),
    lock: (ref) => void did(ref, planners.lock),
    unlock: (ref) => void did(ref, planners.unlock),
    ignoreNextBooking() {
      ignoresNextBooking = true;
    },
    books(ref) {
      const found = order(ref);
      return booksOf(found, store.bookings(found.number));
    },
    markOf: (bookingKey) => bookingKey,
    everything: () => store.books(),
    capPages(rows) {
      store.largestPage = rows;
    },
  };
}

function booksOf(order: ProductionOrder, entries: readonly SandboxBooking[]): PlantBooks {
  const bookings = entries.filter(({ kind }) => kind === 'production').map(bookingOf);
  return {
    state: order.status === 'released' ? 'open' : order.status,
    unit: order.unit,
    good: sumOf(bookings.map(({ good }) => good)),
    scrap: sumOf(bookings.map(({ scrap }) => scrap)),
    bookings,
    lots: bookings.flatMap(({ lots }) => lots),
    scrappedLots: bookings.flatMap(({ scrappedLots }) => scrappedLots),
    notes: entries.flatMap(({ notes }) => notes),
    links: entries.flatMap(({ links }) => links.map(({ url }) => url)),
    productOrders: order.azumutaIds,
    details: detailsOf(entries),
  };
}

/** All of it, over all bookings of an order; what was reported twice is there twice. */
function detailsOf(entries: readonly SandboxBooking[]): Details {
  const used = Object.groupBy(
    entries.flatMap(({ components = [] }) => components),
    (one) => one.article,
  );
  const reports = Object.groupBy(
    entries.flatMap(({ operations = [] }) => operations),
    (one) => one.number,
  );
  const reasons = Object.groupBy(
    entries.flatMap(({ scrapReasons = [] }) => scrapReasons),
    (one) => one.reason,
  );
  const each = <T, R>(groups: Partial<Record<string, T[]>>, make: (group: readonly T[]) => R) =>
    Object.fromEntries(Object.entries(groups).map(([name, group = []]) => [name, make(group)]));
  return {
    components: each(used, (of) => ({
      amount: sumOf(of.map(({ quantity }) => quantity)),
      lots: consumedIn(
        of.flatMap(({ lots }) => lots.map(({ number: lot, quantity: amount }) => ({ amount, lot }))),
      ).lots,
    })),
    operations: each(reports, (of) => ({
      minutes:
        of.reduce((sum, { setupSeconds = 0, runSeconds = 0 }) => sum + setupSeconds + runSeconds, 0) / 60,
      finished: of.some(({ finished }) => finished),
    })),
    reasons: each(reasons, (of) => sumOf(of.map(({ quantity }) => quantity))),
    checks: entries
      .flatMap(({ checks = [] }) => checks.map(({ name, passed }) => (passed ? name : `!${name}`)))
      .sort(),
  };
}

function bookingOf({ reference, goodQuantity, scrapQuantity, lots }: SandboxBooking): BookedQuantity {
  return {
    mark: reference ?? undefined,
    good: goodQuantity,
    scrap: scrapQuantity,
    lots: lots.map(({ number }) => number),
    scrappedLots: lots.flatMap(({ number, scrapped }) => (scrapped ? [number] : [])),
  };
}
