import * as z from 'zod/mini';
import type { Answer, Received } from '../../../support/server.ts';

interface Order {
  readonly id: string;
  readonly number: string;
  readonly product: string;
  readonly quantity: string;
  readonly unit: string;
  readonly changedAt: string;
  status: 'released' | 'cancelled' | 'finished';
}

interface Booking {
  readonly id: string;
  readonly order: string;
  readonly reference: string;
  readonly good: string;
  readonly scrap: string;
  readonly final: boolean;
}

/** What an order lists, by the names of REST and GraphQL. */
const orderLists = {
  components: [{ line: '10', product: 'WHEEL', planned: '5', used: '0', unit: 'u' }],
  operations: [{ number: '20', name: 'Press' }],
};

/** What else a booking may have, by those names. Fields that it does not know are refused, as by a typed server. */
const plainDetails = {
  components: z.optional(
    z.array(
      z.strictObject({
        line: z.string(),
        quantity: z.string(),
        lots: z.array(z.strictObject({ number: z.string(), quantity: z.string() })),
      }),
    ),
  ),
  operations: z.optional(
    z.array(
      z.strictObject({
        number: z.string(),
        setupMinutes: z.number(),
        runMinutes: z.number(),
        finished: z.boolean(),
      }),
    ),
  ),
  scrapReasons: z.optional(z.array(z.strictObject({ quantity: z.string(), reason: z.string() }))),
};

/** @param decimal How a figure with decimals is written. */
const odataDetails = <Decimal extends z.ZodMiniType>(decimal: Decimal) => ({
  Components: z.optional(
    z.array(
      z.strictObject({
        LineNo: z.int(),
        Quantity: decimal,
        Lots: z.array(z.strictObject({ LotNo: z.string(), Quantity: decimal })),
      }),
    ),
  ),
  Operations: z.optional(
    z.array(
      z.strictObject({
        OperationNo: z.string(),
        SetupMinutes: decimal,
        RunMinutes: decimal,
        Finished: z.boolean(),
      }),
    ),
  ),
  ScrapReasons: z.optional(z.array(z.strictObject({ Quantity: decimal, Reason: z.string() }))),
  Checks: z.optional(
    z.array(
      z.strictObject({
        Name: z.string(),
        Value: z.string(),
        Unit: z.optional(z.string()),
        Passed: z.optional(z.boolean()),
      }),
    ),
  ),
});

export type Books = ReturnType<typeof newBooks>;

/** Six orders, two of which changed in one moment, on pages of two. A booking is refused where its order is not released. */
export function newBooks() {
  const orders = [1, 2, 3, 4, 5, 6].map((day): Order => {
    const changedAt = `2026-12-0${day === 3 ? 2 : day}T08:00:00Z`;
    const status = day === 6 ? 'cancelled' : 'released';
    return {
      id: `${day}`,
      number: `WO-${day}`,
      product: 'GEAR',
      quantity: '5',
      unit: 'u',
      changedAt,
      status,
    };
  });
  const bookings: Booking[] = [];
  const details: object[] = [];
  return {
    orders,
    bookings,
    /** What came with each booking besides. */
    details,
    /** Books, and answers nothing. */
    losesAnswer: false,
    /** Writes figures as text, as SAP CAP 10.1.1 does with an Edm.Decimal (seen on `@sap/cds` with SQLite). */
    figuresAsText: false,
    /** Keeps no decimals, and does not say so. */
    rounds: false,
    listed: (since: string) =>
      orders
        .filter(
          ({ status, changedAt }) => status !== 'finished' && Date.parse(changedAt) >= Date.parse(since),
        )
        .sort((a, b) => (a.changedAt + a.id < b.changedAt + b.id ? -1 : 1)),
    order: (number: string) => orders.find((order) => order.number === number),
    bookingsOf: (reference: string) => bookings.filter((booking) => booking.reference === reference),
    /** @returns why it is refused. */
    book(asked: Omit<Booking, 'id'>, others: object = {}): string | undefined {
      const order = orders.find(({ number }) => number === asked.order);
      if (order?.status !== 'released') return `Order ${asked.order} is not released.`;
      const good = this.rounds ? `${Math.round(Number(asked.good))}` : asked.good;
      bookings.push({ ...asked, good, id: `B-${bookings.length + 1}` });
      details.push(others);
      if (asked.final) order.status = 'finished';
      return undefined;
    },
  };
}

const always = '2000-01-01T00:00:00Z';
const pageSize = 2;

/** Undefined closes the connection, after the booking. */
function written({ losesAnswer }: Books, answer: Answer): Answer | undefined {
  return losesAnswer ? undefined : answer;
}

const figures = {
  reference: z.string(),
  good: z.string(),
  scrap: z.string(),
  final: z.boolean(),
};
/** Its checks are as they were recorded. */
const restBooking = z.strictObject({
  ...figures,
  ...plainDetails,
  checks: z.optional(z.array(z.looseObject({ name: z.string(), passed: z.boolean() }))),
});

/** An ERP with REST. */
export function restErp(books: Books, { method, url, headers, body }: Received): Answer | undefined {
  const { pathname, searchParams: query } = url;
  if (headers.authorization !== 'Bearer secret') return { status: 401 };
  const [, number, rest = ''] = /^\/api\/orders\/([^/]+)(\/bookings)?$/.exec(pathname) ?? [];
  if (pathname === '/api/orders') {
    const from = (Number(query.get('page')) - 1) * pageSize;
    const all = books.listed(query.get('changedSince') ?? always);
    const sorted = query.get('sort') === 'changedAt,id' ? all : all.toReversed();
    return { body: { orders: sorted.slice(from, from + pageSize) } };
  }
  if (pathname === '/api/bookings')
    return { body: { bookings: books.bookingsOf(query.get('reference') ?? '') } };
  const order = books.order(decodeURIComponent(number ?? ''));
  if (!order) return { status: 404, body: { error: 'There is no such order.' } };
  if (rest === '' || method !== 'POST') return { body: { ...order, ...orderLists } };
  const asked = z.safeParse(restBooking, JSON.parse(body));
  if (!asked.success) return { status: 400, body: { error: 'The booking has a field that is unknown.' } };
  const { reference, good, scrap, final, ...others } = asked.data;
  const error = books.book({ order: order.number, reference, good, scrap, final }, others);
  return written(books, error === undefined ? { status: 201 } : { status: 409, body: { error } });
}

const sessionLogin = z.strictObject({ user: z.literal('me'), password: z.literal('secret') });

/**
 * The ERP with REST behind a session that ends after three calls, which it says with 200.
 * @param opened The sessions; the last one is open.
 */
export function sessionErp(opened: string[]) {
  let left = 0;
  return (books: Books, received: Received): Answer | undefined => {
    const { method, url, headers, body } = received;
    const id = opened.at(-1);
    if (url.pathname === '/api/sessions' && method === 'POST') {
      if (!z.safeParse(sessionLogin, JSON.parse(body)).success) return { status: 403 };
      left = 3;
      opened.push(`session-${opened.length + 1}`);
      return { body: { session: { id: opened.at(-1) } } };
    }
    if (headers['x-session'] !== id || left === 0) return { body: { error: { code: 'SESSION_ENDED' } } };
    left -= 1;
    return restErp(books, { ...received, headers: { ...headers, authorization: 'Bearer secret' } });
  };
}

const odataBooking = z.strictObject({
  OrderNo: z.string(),
  Reference: z.string(),
  Quantity: z.number(),
  ScrapQuantity: z.number(),
  Finished: z.boolean(),
  ...odataDetails(z.number()),
});

/** Lists come where `$expand` asks for them: part 2 of the same, 5.1.3. */
const odataLists = (expand: string | null) =>
  expand === 'Components,Operations'
    ? {
        Components: orderLists.components.map(({ line, product, planned, used, unit }) => ({
          LineNo: Number(line),
          ItemNo: product,
          PlannedQuantity: Number(planned),
          UsedQuantity: Number(used),
          UnitOfMeasure: unit,
        })),
        Operations: orderLists.operations.map(({ number, name }) => ({
          OperationNo: number,
          Description: name,
        })),
      }
    : {};

const odataRow = (
  { number, product, quantity, unit, status, changedAt }: Order,
  { figuresAsText }: Pick<Books, 'figuresAsText'>,
) => ({
  '@odata.etag': 'W/"1"',
  OrderNo: number,
  ItemNo: product,
  Quantity: figuresAsText ? `${quantity}.000` : Number(quantity),
  UnitOfMeasure: unit,
  Status: `${status.charAt(0).toUpperCase()}${status.slice(1)}`,
  ModifiedAt: changedAt,
});

/**
 * An ERP with OData V4: literals and filters as in https://docs.oasis-open.org/odata/odata/v4.01/odata-v4.01-part2-url-conventions.html,
 * pages as in part 1, *Server-Driven Paging*. It refuses filters that it does not know, such as one with `+` for a blank, and
 * names a host that only it knows.
 */
export function odataErp(books: Books, { method, url, headers, body }: Received): Answer | undefined {
  const { pathname, searchParams: query } = url;
  const failed = (status: number, message: string) => ({
    status,
    body: { error: { code: `${status}`, message } },
  });
  if (headers.authorization !== `Basic ${btoa('me:secret')}`) return failed(401, 'Log in.');
  if (method === 'POST') {
    const { OrderNo, Reference, Quantity, ScrapQuantity, Finished, ...others } = z.parse(
      odataBooking,
      JSON.parse(body),
    );
    const booking = { order: OrderNo, reference: Reference, final: Finished };
    const error = books.book({ ...booking, good: `${Quantity}`, scrap: `${ScrapQuantity}` }, others);
    return written(books, error === undefined ? { status: 201, body: {} } : failed(400, error));
  }
  const filter = query.get('$filter') ?? '';
  const [, field, text = ''] = /^(OrderNo|Reference) eq '((?:[^']|'')*)'$/.exec(filter) ?? [];
  const wanted = text.replaceAll("''", "'");
  if (field === 'Reference')
    return {
      body: {
        value: books
          .bookingsOf(wanted)
          .map(({ id, good }) => ({ EntryNo: Number(id.slice(2)), Quantity: Number(good) })),
      },
    };
  const lists = odataLists(query.get('$expand'));
  if (field === 'OrderNo') {
    const found = [books.order(wanted) ?? []].flat();
    return { body: { value: found.map((order) => ({ ...odataRow(order, books), ...lists })) } };
  }
  const listed = /^\(Status eq 'Released' or Status eq 'Cancelled'\)(?: and ModifiedAt ge (\S+Z))?$/.exec(
    filter,
  );
  if (!listed || query.get('$orderby') !== 'ModifiedAt,OrderNo')
    return failed(400, `The filter ${filter} is invalid.`);
  const from = Number(query.get('$skiptoken'));
  const all = books.listed(listed[1] ?? always);
  const next = new URL(url);
  next.searchParams.set('$skiptoken', `${from + pageSize}`);
  const nextLink = `http://inside${pathname}${next.search.replaceAll('+', '%20')}`;
  const link = from + pageSize < all.length ? { '@odata.nextLink': nextLink } : {};
  return {
    body: { value: all.slice(from, from + pageSize).map((order) => odataRow(order, books)), ...link },
  };
}

const v2Decimal = z.pipe(z.string().check(z.regex(/^\d+(\.\d+)?$/)), z.transform(Number));
const odataV2Booking = z.strictObject({
  OrderNo: z.string(),
  Reference: z.string(),
  Quantity: v2Decimal,
  ScrapQuantity: v2Decimal,
  Finished: z.boolean(),
  ...odataDetails(v2Decimal),
});
const odataList = z.optional(z.array(z.record(z.string(), z.unknown())));
/** A list that `$expand` asks for stands in `results`; one that it does not ask for is a link, which nothing here follows. */
const v2List = (list: z.output<typeof odataList>, link: string) =>
  list
    ? { results: list.map((row) => Object.fromEntries(Object.entries(row).map(inV2))) }
    : { __deferred: { uri: link } };
/** A decimal is text. */
const inV2 = ([name, value]: [string, unknown]) => [name, name.endsWith('Quantity') ? `${value}` : value];
const odataAnswer = z.object({
  value: z.array(z.record(z.string(), z.unknown())),
  '@odata.nextLink': z.optional(z.string()),
});
const csrfToken = 'token-of-session';

/**
 * An ERP with OData V2: as the one with V4, but with the literals, times and decimals of
 * https://www.odata.org/documentation/odata-version-2-0/json-format/, and the token of SAP Gateway.
 */
export function odataV2Erp(books: Books, received: Received): Answer | undefined {
  const { method, url, headers, body } = received;
  const session = { 'x-csrf-token': csrfToken, 'set-cookie': 'session=1' };
  if (headers['x-csrf-token'] === 'Fetch') return { body: { d: {} }, headers: session };
  if (method === 'POST') {
    const isOfSession = headers['x-csrf-token'] === csrfToken && headers.cookie === 'session=1';
    if (!isOfSession) return { status: 403, headers: { 'x-csrf-token': 'Required' } };
    const booking = z.parse(odataV2Booking, JSON.parse(body));
    return odataErp(books, { ...received, body: JSON.stringify(booking) });
  }
  const asked = new URL(url);
  const filter = url.searchParams.get('$filter') ?? '';
  // A time that is no such literal fits no filter of V4.
  const inV4 = filter.replace(/ ge datetimeoffset'(.*)'$/, ' ge $1');
  const isLiteral = inV4 !== filter || !filter.includes(' ge ');
  asked.searchParams.set('$filter', isLiteral ? inV4 : '');
  const answer = odataErp(books, { ...received, url: asked });
  const read = z.safeParse(odataAnswer, answer?.body);
  if (!read.success) return answer;
  const results = read.data.value.map((row) => {
    const { ModifiedAt, Quantity } = row;
    const time = typeof ModifiedAt === 'string' ? { ModifiedAt: `/Date(${Date.parse(ModifiedAt)})/` } : {};
    const link = `${url.origin}${url.pathname}('${row.OrderNo}')`;
    const [Components, Operations] = [row.Components, row.Operations].map((list) =>
      v2List(z.parse(odataList, list), link),
    );
    return { ...row, ...time, Quantity: `${Quantity}`, Components, Operations };
  });
  const next = read.data['@odata.nextLink'];
  if (next === undefined) return { body: { d: { results } } };
  const link = new URL(next);
  link.searchParams.set('$filter', filter);
  return { body: { d: { results, __next: `${link}`.replaceAll('+', '%20') } } };
}

const graphqlCall = z.object({ query: z.string(), variables: z.record(z.string(), z.unknown()) });
/** A field of an input has one type. */
const graphqlBooking = z.strictObject({
  order: z.string(),
  ...figures,
  ...plainDetails,
  checks: z.optional(
    z.array(
      z.strictObject({
        name: z.string(),
        value: z.string(),
        unit: z.optional(z.string()),
        passed: z.boolean(),
      }),
    ),
  ),
});

/** An ERP with GraphQL, as https://graphql.github.io/graphql-over-http has it for `application/json`: errors come in a 200. */
export function graphqlErp(books: Books, { method, url, headers, body }: Received): Answer | undefined {
  if (headers['x-api-key'] !== 'secret') return { status: 401 };
  if (method !== 'POST' || url.pathname !== '/api/graphql') return { status: 404, body: {} };
  const { query, variables } = z.parse(graphqlCall, JSON.parse(body));
  const shown = (order: Order) => ({ ...order, status: order.status.toUpperCase() });
  const [, operation] = /^(?:query|mutation) (\w+)\(/.exec(query) ?? [];
  const text = (name: string) => z.parse(z._default(z.string(), ''), variables[name]);
  if (operation === 'Orders') {
    const all = books.listed(text('since') || always);
    const end = Number(text('after') || 0) + pageSize;
    const pageInfo = { hasNextPage: end < all.length, endCursor: `${end}` };
    return { body: { data: { orders: { nodes: all.slice(end - pageSize, end).map(shown), pageInfo } } } };
  }
  if (operation === 'Order') {
    const order = books.order(text('number'));
    const lists = query.includes('components {') ? orderLists : {};
    return { body: { data: { order: order ? { ...shown(order), ...lists } : null } } };
  }
  if (operation === 'Bookings')
    return { body: { data: { bookings: { nodes: books.bookingsOf(text('key')) } } } };
  const { order, reference, good, scrap, final, ...others } = z.parse(graphqlBooking, variables.booking);
  const error = books.book({ order, reference, good, scrap, final }, others);
  return written(books, {
    body:
      error === undefined ? { data: { book: { id: 'new' } } } : { data: null, errors: [{ message: error }] },
  });
}
