/** A released order of the ERP stub, with the fields that the sample configuration reads. */
export interface ReleasedOrder {
  readonly id: string;
  readonly number: string;
  readonly product: string;
  readonly quantity: string;
  readonly unit: string;
  readonly dueDate: string;
  readonly status: string;
  readonly customer: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly changedAt: string;
}

/** What both stubs have recorded since the last reset. */
export interface Books {
  /** Calls by partner and kind: `azumuta product order`, `erp booking` … */
  readonly calls: Readonly<Record<string, number>>;
  /** Number of bookings by ERP order: more than one is a double booking. */
  readonly bookings: Readonly<Record<string, number>>;
  /** Epoch milliseconds of the first booking of each ERP order. */
  readonly bookedAt: Readonly<Record<string, number>>;
  /** Epoch milliseconds of the last booking; 0 without one. */
  readonly lastBookingAt: number;
  /** Requested pages of released orders, each with the number of requests. */
  readonly pages: Readonly<Record<string, number>>;
  /** Product orders created in Azumuta, by number. */
  readonly created: Readonly<Record<string, number>>;
}

/** The change time of the first order; each further order was changed a second later. */
const firstChange = Date.parse('2026-02-01T00:00:00Z');
const instructions = 10;
/** Product orders with this in their number have ten recordings. */
export const tenRecordings = 'TEN';

/**
 * The stubs' memory. Product orders, recordings and instructions are derived from the requested number, so a stub costs
 * nothing but its delay. Each product order has one recording, or ten, of one of ten instructions.
 */
export function createBooks() {
  let calls = new Map<string, number>();
  let bookings = new Map<string, { id: string; reference: string; at: number }[]>();
  let pages = new Map<string, number>();
  let created = new Map<string, number>();
  let links = new Map<string, string>();
  let lastBookingAt = 0;
  let released = 0;
  let failingUntil = 0;
  let holdsBack = false;
  const count = (counted: Map<string, number>, name: string) =>
    void counted.set(name, (counted.get(name) ?? 0) + 1);

  return {
    count: (name: string) => count(calls, name),
    read: (): Books => ({
      calls: Object.fromEntries(calls),
      bookings: Object.fromEntries([...bookings].map(([order, all]) => [order, all.length])),
      bookedAt: Object.fromEntries([...bookings].map(([order, [first]]) => [order, first?.at ?? 0])),
      lastBookingAt,
      pages: Object.fromEntries(pages),
      created: Object.fromEntries(created),
    }),
    reset(orders: number) {
      calls = new Map();
      bookings = new Map();
      pages = new Map();
      created = new Map();
      links = new Map();
      lastBookingAt = 0;
      released = orders;
    },
    /** The ERP answers 503 for this time. */
    fail(ms: number, now: number) {
      failingUntil = now + ms;
    },
    failing: (now: number) => now < failingUntil,
    /** The ERP makes the next booking, but does not answer. */
    holdBack() {
      holdsBack = true;
    },
    /** Whether this is the booking that is not answered. */
    isHeldBack() {
      const held = holdsBack;
      holdsBack = false;
      return held;
    },

    productOrder: (number: string) => ({
      object: 'product-order',
      id: `order${number}`,
      number,
      status: 'completed',
      completedAt: '2026-03-01T10:00:00Z',
      url: `https://azumuta.example/product-orders/${number}`,
      article: { id: 'articleGear01', number: 'GEAR-01' },
      parameters: [{ key: 'Quantity', value: 5 }],
      variants: [],
      recordings: Array.from({ length: number.includes(tenRecordings) ? 10 : 1 }, (_, at) => ({
        object: 'recording',
        id: `recording${number}${at === 0 ? '' : `.${at}`}`,
      })),
    }),
    recording: (id: string) => {
      const number = id.replace(/^recording|\.\d$/g, '');
      return {
        object: 'recording',
        id,
        productOrderId: `order${number}`,
        productOrderNumber: number,
        workInstruction: { id: `instruction${Number(number.replace(/\D/g, '')) % instructions}`, version: 3 },
        startedAt: '2026-03-01T09:30:00Z',
        finishedAt: '2026-03-01T10:00:00Z',
        durationSeconds: 1800,
        steps: [
          { id: 's1', name: { en: 'Good quantity' }, value: 5 },
          { id: 's2', name: { en: 'Serial number' }, value: `SN-${number}` },
          { id: 's3', name: { en: 'Torque' }, value: 41.5, unit: 'Nm', result: 'Ok' },
        ],
        url: `https://azumuta.example/recordings/${id}`,
      };
    },
    /** A product order for a completion always exists; one that starts with `PO-` only after it was created. */
    exists: (number: string) => !number.startsWith('PO-') || created.has(number),
    create(number: string) {
      count(created, number);
      return { ...this.productOrder(number), status: 'open' };
    },

    bookingsOf: (order: string, reference: string | null) =>
      (bookings.get(order) ?? []).filter((booking) => reference === null || booking.reference === reference),
    book(order: string, reference: string, now: number) {
      const known = bookings.get(order) ?? [];
      const booking = { id: `booking-${order}-${known.length + 1}`, reference, at: now };
      bookings.set(order, [...known, booking]);
      lastBookingAt = now;
      return booking;
    },
    isBooked: (order: string) => bookings.has(order),
    link: (order: string, productOrderId: string) => void links.set(order, productOrderId),
    linkOf: (order: string) => links.get(order) ?? null,

    /** One page of the released orders changed at or after `since`, oldest first. */
    page(since: string | null, page: number, size: number) {
      count(pages, `${since} page ${page}`);
      const first = Math.max(0, Math.ceil((Date.parse(since ?? '') - firstChange) / 1000) || 0);
      const from = first + (page - 1) * size;
      const to = Math.min(released, from + size);
      const orders: ReleasedOrder[] = [];
      for (let at = from; at < to; at += 1) orders.push(releasedOrder(at));
      return { orders, ...(to < released ? { nextPage: page + 1 } : {}) };
    },
  };
}

function releasedOrder(at: number): ReleasedOrder {
  return {
    id: `id-${at}`,
    number: `PO-${String(at).padStart(6, '0')}`,
    product: 'GEAR-01',
    quantity: '5',
    unit: 'u',
    dueDate: '2027-03-01',
    status: 'released',
    customer: 'Example',
    options: { side: 'Left' },
    changedAt: new Date(firstChange + at * 1000).toISOString(),
  };
}
