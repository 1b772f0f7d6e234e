import type { ErpOrderRef } from '../../../../../shared/model/orders.ts';
import { compareDecimals, type Decimal, sumOf } from '../../../../../shared/model/quantity.ts';
import type { ErpBooks, PlannedOrder } from '../../conformance/target.ts';

export interface ShopOrder {
  readonly id: number;
  readonly number: string;
  readonly article: string;
  quantity: Decimal;
  state: 'released' | 'cancelled';
  /** Milliseconds since 1970. */
  changedAt: number;
  dueDate: string;
}

export interface ShopBooking {
  readonly id: number;
  readonly order: number;
  /** What a person booked has none. */
  readonly key: string | undefined;
  readonly good: Decimal;
  readonly scrap: Decimal;
  readonly lots: readonly string[];
  readonly notes: readonly string[];
}

/** The books of an ERP, and what its people do in its own screens: what the small servers of this folder have in common. */
export function createShop(numberOf: (id: number) => string) {
  const orders: ShopOrder[] = [];
  const bookings: ShopBooking[] = [];
  const locked = new Set<number>();
  let now = Date.parse('2026-11-24T10:00:00Z');
  let isSilent = false;
  let cap: number | undefined;

  function touch(order: ShopOrder): void {
    now += 1000;
    order.changedAt = now;
  }

  function orderOf({ number }: ErpOrderRef): ShopOrder {
    const order = orders.find((one) => one.number === number);
    if (!order) throw new Error(`there is no order ${number}`);
    return order;
  }

  const bookedOn = ({ id }: ShopOrder) => bookings.filter(({ order }) => order === id);
  const sum = (of: readonly ShopBooking[], what: 'good' | 'scrap') => sumOf(of.map((one) => one[what]));
  const madeOf = (order: ShopOrder) => sumOf([sum(bookedOn(order), 'good'), sum(bookedOn(order), 'scrap')]);
  const isDone = (order: ShopOrder) => compareDecimals(madeOf(order), order.quantity) >= 0;

  /** Books, unless it is a call that answers as if it had. */
  function book(order: ShopOrder, made: Omit<ShopBooking, 'id' | 'order'>): ShopBooking {
    const booking = { ...made, id: bookings.length + 1, order: order.id };
    if (isSilent) {
      isSilent = false;
      return booking;
    }
    bookings.push(booking);
    touch(order);
    return booking;
  }

  return {
    orders,
    bookings,
    orderOf,
    bookedOn,
    madeOf,
    isDone,
    book,
    touch,
    isLocked: ({ id }: ShopOrder) => locked.has(id),
    /** Rows of a page, which the server may cap. */
    page: <Row>(rows: readonly Row[], from: number, size: number) =>
      rows.slice(from, from + Math.min(size, cap ?? size)),
    plan({ article, quantity, changedAt, dueDate = '2027-01-15' }: PlannedOrder): ShopOrder {
      const id = orders.length + 1;
      const order: ShopOrder = {
        id,
        number: numberOf(id),
        article,
        quantity,
        state: 'released',
        changedAt: 0,
        dueDate,
      };
      touch(order);
      if (changedAt) order.changedAt = Date.parse(changedAt);
      orders.push(order);
      return order;
    },
    /** What the conformance suite does in the ERP's own screens. */
    hooks: {
      async cancelOrder(ref: ErpOrderRef) {
        orderOf(ref).state = 'cancelled';
        touch(orderOf(ref));
      },
      async finishByHand(ref: ErpOrderRef) {
        const order = orderOf(ref);
        book(order, { key: undefined, good: order.quantity, scrap: '0', lots: [], notes: [] });
      },
      async changeQuantity(ref: ErpOrderRef, quantity: Decimal) {
        orderOf(ref).quantity = quantity;
        touch(orderOf(ref));
      },
      changeFact: {
        async dueDate(ref: ErpOrderRef, dueDate: string) {
          orderOf(ref).dueDate = dueDate;
          touch(orderOf(ref));
        },
      },
      touch: async (ref: ErpOrderRef) => touch(orderOf(ref)),
      lockOrder: async (ref: ErpOrderRef) => void locked.add(orderOf(ref).id),
      unlockOrder: async (ref: ErpOrderRef) => void locked.delete(orderOf(ref).id),
      async silentNoOp() {
        isSilent = true;
      },
      async capPages(rows?: number) {
        cap = rows;
      },
      everything: async () => structuredClone({ orders, bookings }),
      async books(ref: ErpOrderRef): Promise<ErpBooks> {
        const order = orderOf(ref);
        const made = bookedOn(order);
        const state = isDone(order) ? 'done' : 'open';
        return {
          state: order.state === 'cancelled' ? 'cancelled' : state,
          good: sum(made, 'good'),
          scrap: sum(made, 'scrap'),
          bookings: made.length,
          lots: made.flatMap(({ lots }) => lots),
          notes: made.flatMap(({ notes }) => notes),
          links: made.flatMap(({ notes }) => notes.flatMap((note) => /: (https:\S+)$/.exec(note)?.[1] ?? [])),
          productOrders: [],
        };
      },
    },
  };
}

export type Shop = ReturnType<typeof createShop>;

/** An answer as JSON. */
export function jsonAnswer(status: number, body: unknown) {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

/** What a server refuses. */
export class ErpRefusal extends Error {
  readonly answer: ReturnType<typeof jsonAnswer>;
  constructor(status: number, body: unknown) {
    super(`${status}`);
    this.answer = jsonAnswer(status, body);
  }
}
