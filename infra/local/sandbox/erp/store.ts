import * as z from 'zod/mini';
import { toDecimal } from '../../../../shared/model/quantity.ts';
import { Refusal } from '../api.ts';

/** A production order as this ERP stores and shows it. Quantities are decimal text. */
export interface ProductionOrder {
  readonly id: string;
  readonly number: string;
  readonly product: string;
  readonly productName: string;
  /** It was released with the components and operations of this product, and keeps them when that is renamed. */
  readonly madeAs: string;
  readonly quantity: string;
  readonly unit: string;
  /** Each piece needs its own number. */
  readonly serialNumbers: boolean;
  readonly dueDate: string;
  readonly status: 'released' | 'done' | 'cancelled';
  readonly customer: string;
  readonly options: Readonly<Record<string, string | number | boolean>>;
  /** The product order that was linked last. */
  readonly azumutaId: string | null;
  /** All that were linked: an order may be split. */
  readonly azumutaIds: readonly string[];
  readonly azumutaUrl: string | null;
  /** Somebody has it open: every write is refused with 423. */
  readonly locked: boolean;
  /** ISO instant with milliseconds; changes with every write, as in real ERPs with links, too. */
  readonly changedAt: string;
}

const bookedDecimal = z.pipe(
  z.union([z.string(), z.number()]).check(z.refine((value) => toDecimal(value) !== undefined, 'a decimal')),
  z.transform((value) => toDecimal(value) ?? '0'),
);

const operationSeconds = z.optional(z.number().check(z.nonnegative()));
const bookedCheckSchema = z.strictObject({
  name: z.string(),
  value: z.optional(z.union([z.string(), z.number(), z.boolean()])),
  unit: z.optional(z.string()),
  min: z.optional(z.number()),
  max: z.optional(z.number()),
  passed: z.boolean(),
  problem: z.optional(z.string()),
  recording: z.optional(z.string()),
});

/** What a caller says of a booking, and what it has where the caller says nothing. */
export const sandboxBookingSchema = z.strictObject({
  /** Any text of the caller: not unique, and not checked. */
  reference: z._default(z.nullable(z.string()), null),
  goodQuantity: bookedDecimal,
  scrapQuantity: z._default(bookedDecimal, '0'),
  final: z._default(z.boolean(), false),
  lots: z._default(
    z.array(
      z.object({
        number: z.string(),
        quantity: z.optional(bookedDecimal),
        /** The piece with this number is scrap. */
        scrapped: z.optional(z.boolean()),
      }),
    ),
    [],
  ),
  notes: z._default(z.array(z.string()), []),
  links: z._default(z.array(z.object({ name: z.string(), url: z.string() })), []),
  completedAt: z._default(z.nullable(z.string()), null),
  unit: z.optional(z.string()),
  scrapReasons: z.optional(
    z.array(z.strictObject({ reason: z.string(), quantity: bookedDecimal, lot: z.optional(z.string()) })),
  ),
  /** What was used, instead of what is planned of it. */
  components: z.optional(
    z.array(
      z.strictObject({
        article: z.string(),
        quantity: bookedDecimal,
        lots: z._default(z.array(z.strictObject({ number: z.string(), quantity: bookedDecimal })), []),
      }),
    ),
  ),
  /** By their numbers in the routing, each once. */
  operations: z.optional(
    z.array(
      z.strictObject({
        number: z.string(),
        setupSeconds: operationSeconds,
        runSeconds: operationSeconds,
        finished: z.boolean(),
      }),
    ),
  ),
  checks: z.optional(z.array(bookedCheckSchema)),
});

/** One entry in the books: an amount produced, or notes that came later. */
export type SandboxBooking = z.output<typeof sandboxBookingSchema> & {
  readonly id: string;
  readonly order: string;
  readonly kind: 'production' | 'notes';
  readonly unit: string;
  readonly bookedAt: string;
};

/** Orders and bookings, in memory. */
export class Store {
  /** Most rows on a page, whatever is asked for; until a restart. */
  largestPage = 200;
  readonly #now: () => Date;
  readonly #byId = new Map<string, ProductionOrder>();
  #bookings: readonly SandboxBooking[] = [];
  /** The latest change, in milliseconds since 1970. */
  #latest = 0;

  /** @param kept What `books` returned before the ERP was stopped. */
  constructor(now: () => Date, kept?: ReturnType<Store['books']>) {
    this.#now = now;
    this.#bookings = kept?.bookings ?? [];
    for (const order of kept?.orders ?? []) this.saveOrder(order);
  }

  books(): { readonly orders: readonly ProductionOrder[]; readonly bookings: readonly SandboxBooking[] } {
    return { orders: this.orders(), bookings: this.bookings() };
  }

  /** Writes an order, new or changed, and returns it. */
  saveOrder(order: ProductionOrder): ProductionOrder {
    this.#byId.set(order.id, order);
    this.#latest = Math.max(this.#latest, Date.parse(order.changedAt));
    return order;
  }

  /** As every write does, it renews the order's change time. */
  change(order: ProductionOrder, differs: Partial<ProductionOrder>): ProductionOrder {
    return this.saveOrder({ ...order, ...differs, changedAt: this.tick() });
  }

  /** Gives an order another number; it keeps its id and its bookings. */
  renameOrder(order: ProductionOrder, number: string): ProductionOrder {
    this.#bookings = this.#bookings.map((one) =>
      one.order === order.number ? { ...one, order: number } : one,
    );
    return this.saveOrder({ ...order, number });
  }

  /** Changed at or after `since`, by change time and id. */
  orders(since = ''): ProductionOrder[] {
    return [...this.#byId.values()]
      .filter(({ changedAt }) => changedAt >= since)
      .sort((a, b) => (`${a.changedAt} ${a.id}` < `${b.changedAt} ${b.id}` ? -1 : 1));
  }

  /** By its number, or by its id. */
  order(key: string): ProductionOrder | undefined {
    return this.#byId.get(key) ?? this.#byId.values().find(({ number }) => number === key);
  }

  /** @throws Refusal when there is none. */
  known(key: string): ProductionOrder {
    const order = this.order(key);
    if (order) return order;
    throw new Refusal(404, 'unknown-order', `There is no production order ${key}.`);
  }

  bookings(number?: string, reference?: string): readonly SandboxBooking[] {
    return this.#bookings.filter(
      (booking) =>
        (number === undefined || booking.order === number) &&
        (reference === undefined || booking.reference === reference),
    );
  }

  addBooking(
    { number: order, unit }: ProductionOrder,
    kind: SandboxBooking['kind'],
    booking: z.input<typeof sandboxBookingSchema>,
  ): SandboxBooking {
    const id = `B-${String(this.#bookings.length + 1).padStart(6, '0')}`;
    const bookedAt = this.#now().toISOString();
    const added: SandboxBooking = { ...sandboxBookingSchema.parse(booking), id, order, kind, unit, bookedAt };
    this.#bookings = [...this.#bookings, added];
    return added;
  }

  /** The count in the next order's number. */
  nextCount(): number {
    return this.#byId.size + 1;
  }

  /** Now, or a millisecond after the latest change, so that every change is later than those before it. */
  tick(): string {
    return new Date(Math.max(this.#now().getTime(), this.#latest + 1)).toISOString();
  }
}
