import * as z from 'zod/mini';
import {
  type BookContext,
  type RestAnswer,
  type RestLookUp,
  type RestStep,
  rest,
  textAt,
  valueAt,
} from '../../../../shared/erp/rest/index.ts';
import type { ErpOrderRef } from '../../../../shared/model/orders.ts';
import type { Reached } from '../conformance/connecting.ts';

const fields = 'id number product quantity unit dueDate status locked azumutaIds changedAt';
const queries = {
  orders: `query Orders($since: Datetime, $first: Int, $after: Cursor) {
    allProductionOrders(first: $first, after: $after, orderBy: [CHANGED_AT_ASC, ID_ASC], filter: {
      changedAt: { greaterThanOrEqualTo: $since } }) { nodes { ${fields} } pageInfo { hasNextPage endCursor } } }`,
  order: `query Order($order: String!) { productionOrder(key: $order) { ${fields} } }`,
  bookings: `query Bookings($order: String!, $reference: String!) {
    allBookings(condition: { order: $order, reference: $reference }) { nodes { id goodQuantity } } }`,
  book: 'mutation Book($order: String!, $input: BookingInput!) { bookProduction(key: $order, input: $input) { id } }',
  note: 'mutation Note($order: String!, $input: NoteInput!) { noteProduction(key: $order, input: $input) { id } }',
  link: 'mutation Link($order: String!, $input: LinkInput!) { linkProduction(key: $order, input: $input) { id } }',
};

/** Every call is this one. */
const call = (name: keyof typeof queries, variables: object) => ({
  method: 'POST' as const,
  path: '/graphql',
  body: { query: queries[name], variables },
});
const keyOf = ({ id, number }: ErpOrderRef) => id ?? number;

const order = 'data.productionOrder';
const isUnknown = ({ json }: RestAnswer) => valueAt(json, order) === null;

/** Errors come in a 200: one of a lock passes, any other is for a person. */
const meaning: Pick<RestStep<unknown>, 'retryable' | 'success'> = {
  retryable: ({ json }) => textAt(json, 'errors.0.errcode') === '55P03',
  success: { test: ({ json }) => textAt(json, 'errors.0.message') ?? true },
};

const lookUps: RestLookUp<BookContext>[] = [
  {
    name: 'order',
    request: ({ completion }) => call('order', { order: keyOf(completion.erpOrder) }),
    unknown: isUnknown,
    article: ({ json }) => textAt(json, `${order}.product`),
    unit: ({ json }) => textAt(json, `${order}.unit`),
    quantity: ({ json }) => textAt(json, `${order}.quantity`),
    refused: ({ json }, { completion }) => {
      const status = textAt(json, `${order}.status`);
      if (status === 'cancelled') return 'it is cancelled';
      return status === 'done' && completion.kind === 'quantity'
        ? 'it was completed by somebody else'
        : undefined;
    },
    waits: ({ json }) => (valueAt(json, `${order}.locked`) === true ? 'somebody has it open' : undefined),
  },
  {
    name: 'bookings',
    request: ({ completion, key }) => call('bookings', { order: keyOf(completion.erpOrder), reference: key }),
    done: ({ json }) => textAt(json, 'data.allBookings.nodes.0.id'),
    good: ({ json }) => textAt(json, 'data.allBookings.nodes.0.goodQuantity'),
  },
];

/** An ERP with GraphQL in the form of PostGraphile, described for the generic connector. */
export const graphqlErp = ({ baseUrl, pageSize = 50, timeoutMs }: Reached) =>
  rest({
    name: 'GraphQL ERP',
    baseUrl,
    timeoutMs,
    auth: { kind: 'apiKey', header: 'X-Api-Key' },
    orders: {
      method: 'POST',
      path: '/graphql',
      body: (since, after) => call('orders', { since, first: pageSize, after }).body,
      paging: {
        kind: 'cursor',
        next: (json) =>
          valueAt(json, 'data.allProductionOrders.pageInfo.hasNextPage') === true
            ? valueAt(json, 'data.allProductionOrders.pageInfo.endCursor')
            : undefined,
      },
      list: 'data.allProductionOrders.nodes',
      row: z.object({
        ...{ id: z.string(), number: z.string(), product: z.string(), quantity: z.string() },
        ...{ unit: z.string(), dueDate: z.string(), status: z.string(), changedAt: z.string() },
      }),
      one: {
        request: (asked) => call('order', { order: keyOf(asked) }),
        unknown: isUnknown,
        row: ({ json }) => valueAt(json, order),
      },
      order: ({ product, status, ...row }) => ({
        ...row,
        article: product,
        state: status === 'released' || status === 'cancelled' ? status : 'other',
      }),
    },
    link: {
      lookUp: [
        {
          name: 'order',
          request: ({ order }) => call('order', { order: keyOf(order) }),
          unknown: isUnknown,
          done: ({ json }, { productOrder: { id } }) => {
            const ids = valueAt(json, `${order}.azumutaIds`);
            return Array.isArray(ids) && ids.includes(id) ? id : undefined;
          },
        },
      ],
      steps: [
        {
          name: 'link',
          ...meaning,
          request: ({ order, productOrder: { id, url } }) =>
            call('link', { order: keyOf(order), input: { azumutaId: id, azumutaUrl: url ?? null } }),
        },
      ],
    },
    book: {
      lookUp: lookUps,
      steps: [
        {
          name: 'book',
          ...meaning,
          when: ({ completion }) => completion.kind === 'quantity',
          request: ({ completion, built, key }) => call('book', bookingOf({ completion, built, key })),
        },
        {
          name: 'note',
          ...meaning,
          when: ({ completion }) => completion.kind === 'amendment',
          request: ({ completion: { erpOrder, notes, links }, key }) =>
            call('note', { order: keyOf(erpOrder), input: { reference: key, notes, links } }),
        },
      ],
    },
    // numeric(12,3)
    decimals: 3,
  });

function bookingOf({ completion, built, key }: Pick<BookContext, 'completion' | 'built' | 'key'>) {
  const { erpOrder, final, notes, links, completedAt } = completion;
  const lots = [
    ...built.goodLots.map(({ number, amount }) => ({ number, quantity: amount })),
    ...built.scrapLots.map(({ number, amount }) => ({ number, quantity: amount, scrapped: true })),
  ];
  const input = { goodQuantity: built.good, scrapQuantity: built.scrap, unit: built.unit, lots };
  return { order: keyOf(erpOrder), input: { reference: key, ...input, final, notes, links, completedAt } };
}
