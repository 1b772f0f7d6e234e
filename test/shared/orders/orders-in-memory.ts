import type { Concern } from '../../../shared/ledger/records/concerns.ts';
import type { ErpOrderRecord } from '../../../shared/ledger/records/erp-orders.ts';
import type { KnownOrder } from '../../../shared/ledger/records/known-orders.ts';
import type { OrderEntry } from '../../../shared/ledger/records/product-orders.ts';
import { type ErpOrder, isSameErpOrder, partNumbers } from '../../../shared/model/orders.ts';
import { decideLook } from '../../../shared/orders/decide-look.ts';
import { decideProductOrders } from '../../../shared/orders/decide-product-orders.ts';
import {
  factsOf,
  type KnownErpOrder,
  type OrderDecision,
  type PartDecision,
  type WantedOrder,
} from '../../../shared/orders/wanted-order.ts';

/** How an attempt at creating a product order ends. */
export const attempts = [
  'is created',
  'ends in doubt',
  'surely sent nothing',
  'is refused',
  'is refused after it was sent',
] as const;
export type Attempt = (typeof attempts)[number];

interface Disturbance {
  /** After so many writes the process dies and starts again. */
  readonly crashAfter?: number;
  /** What happens between its first read and its first write. */
  readonly meanwhile?: () => void;
}

/** A ledger in memory that carries out decisions, write by write, and refuses what the real one refuses. */
export class OrdersInMemory {
  readonly records = new Map<string, ErpOrderRecord>();
  readonly entries = new Map<string, OrderEntry>();
  /** Open concerns, by `<number> <kind>` or `<number> by <claimant>`. */
  readonly told = new Map<string, { readonly number: string; readonly concern: Concern }>();
  /** Every alert to a planner. */
  readonly news: string[] = [];

  accept(
    wanted: WantedOrder,
    { crashAfter = Number.POSITIVE_INFINITY, meanwhile }: Disturbance = {},
  ): OrderDecision {
    let left = crashAfter;
    for (let tries = 0; tries < 10; tries++) {
      const known = this.#read(wanted);
      const decision = decideProductOrders(known, wanted);
      if (tries === 0) meanwhile?.();
      const parts = decision.first.length > 0 ? decision.first : decision.parts;
      const writes = [
        ...(decision.first.length > 0 ? [] : [() => this.#record(wanted, decision)]),
        ...parts.map((part) => () => this.#write(part, wanted.order)),
      ];
      const done = writes.every((write) => left-- > 0 && write());
      if (left < 0) left = Number.POSITIVE_INFINITY;
      else if (done && decision.first.length === 0) return decision;
    }
    throw new Error('It does not come to an end.');
  }

  /** The number of a product order that may be tried. */
  openNumber(at: number): string | undefined {
    const open = [...this.entries.values()].filter(({ state, withdrawn }) => state !== 'done' && !withdrawn);
    return open[at % Math.max(open.length, 1)]?.number;
  }

  attempt(number: string, how: Attempt): void {
    const entry = this.entries.get(number);
    if (!entry) return;
    const clean = entry.surelyNotCreated;
    const after = {
      'is created': { state: 'done', surelyNotCreated: false },
      'ends in doubt': { state: 'claimed', surelyNotCreated: false },
      'surely sent nothing': { state: 'waiting', surelyNotCreated: clean },
      'is refused': { state: 'rejected', surelyNotCreated: clean },
      'is refused after it was sent': { state: 'rejected', surelyNotCreated: false },
    } as const;
    this.entries.set(number, { ...entry, ...after[how] });
  }

  #read({ order, mapped }: WantedOrder): KnownErpOrder {
    const record = this.records.get(String(order.id));
    const numbers = [
      ...(mapped?.productOrders ?? []).map(({ draft }) => draft.number),
      ...(record ? [{ ...record.split, of: record.mostParts }, ...record.earlier] : []).flatMap((split) =>
        partNumbers(split),
      ),
    ];
    const known = (number: string): KnownOrder => ({
      number,
      entry: this.entries.get(number),
      ...{
        ...{ bookings: [], letters: [], alias: undefined },
        question: undefined,
        answered: undefined,
      },
      concerns: this.#concernsOf(number),
    });
    return { record, productOrders: new Map(numbers.map((number) => [number, known(number)])) };
  }

  #record({ order, mapped }: WantedOrder, { split, mostParts, earlier }: OrderDecision): boolean {
    const id = String(order.id);
    const before = this.records.get(id);
    if (!before && !mapped) return true;
    this.records.set(id, {
      erpOrder: factsOf(order),
      dueDate: undefined,
      state: mapped ? 'released' : 'cancelled',
      ...{ split, mostParts, earlier, version: (before?.version ?? 0) + 1 },
    });
    return true;
  }

  #write(part: PartDecision, order: ErpOrder): boolean {
    const { number } = part;
    const held = this.entries.get(number);
    switch (part.action) {
      case 'create':
        if (held) return false;
        this.#put(part, order);
        return true;
      case 'replace':
        if (!isAsRead(held, part.entry) || !(held.surelyNotCreated || held.state === 'rejected'))
          return false;
        this.#put(part, order);
        return true;
      case 'withdraw':
        if (!isAsRead(held, part.entry) || !held.surelyNotCreated) return false;
        this.entries.set(number, { ...held, state: 'rejected', withdrawn: true });
        this.#end(number, part.ends);
        return true;
      case 'unclaimed':
        this.#end(number, part.ends);
        return true;
      default:
        this.#end(number, part.ends);
        for (const concern of part.begins) this.#begin(number, concern);
        if (part.looks) this.#look(part.entry);
        return true;
    }
  }

  #concernsOf(number: string): Concern[] {
    return [...this.told.values()].flatMap((told) => (told.number === number ? [told.concern] : []));
  }

  #begin(number: string, concern: Concern): void {
    const key = keyOf(number, concern);
    if (this.told.get(key)?.concern.content !== concern.content) this.news.push(`${key}: ${concern.content}`);
    this.told.set(key, { number, concern });
  }

  #end(number: string, ends: readonly Concern[]): void {
    for (const concern of ends) this.told.delete(keyOf(number, concern));
  }

  /** At Azumuta, which has it as it was made: nobody puts anything right there. */
  #look(entry: OrderEntry): void {
    const { number, draft } = entry;
    const seen = { id: number, completed: false, ...draft };
    const concerns = this.#concernsOf(number);
    const { ends, begins } = decideLook({ entry, concerns, seen, booking: 'none' });
    for (const concern of begins) this.#begin(number, concern);
    this.#end(
      number,
      ends.map(({ concern }) => concern),
    );
  }

  #put(part: Extract<PartDecision, { action: 'create' | 'replace' }>, order: ErpOrder): void {
    const { draft, part: index, contentHash } = part.wanted;
    const before = this.entries.get(draft.number);
    this.#end(draft.number, part.ends);
    this.entries.set(draft.number, {
      number: draft.number,
      ...{ erpOrder: factsOf(order), draft, contentHash, part: index, state: 'waiting' },
      // Only an attempt makes it uncertain, and no new content makes it certain again.
      surelyNotCreated: before?.surelyNotCreated ?? true,
      ...{ enqueued: false, withdrawn: false, linkInDoubt: false, awaitsCompletion: false },
      ...nothingHappened,
    });
  }
}

function keyOf(number: string, { kind, claimant }: Concern): string {
  return claimant === undefined ? `${number} ${kind}` : `${number} by ${claimant}`;
}

/** The fields of an entry about attempts, before the first. */
export const nothingHappened = {
  givenUp: false,
  productOrder: undefined,
  linkedAt: undefined,
  reason: undefined,
  cause: undefined,
  history: [],
  historyLeft: 0,
  expiresAt: 0,
} as const;

function isAsRead(held: OrderEntry | undefined, read: OrderEntry): held is OrderEntry {
  return held?.contentHash === read.contentHash && isSameErpOrder(held.erpOrder, read.erpOrder);
}
