import type { Mismatch } from '../../../shared/platform/validation.ts';

/** Operations of the HTTP API, by their ids in the OpenAPI document. */
export type Operation = 'postProductOrders' | 'getProductOrder' | 'getTrigger' | 'postTrigger';

/** One call and its answer: shown in the document, and carried out by the tests in this order. */
export interface Example {
  readonly operation: Operation;
  readonly name: string;
  readonly summary: string;
  readonly request: {
    /** Path parameter or query, as it is sent. */
    readonly number?: string;
    readonly query?: string;
    readonly body?: unknown;
    /** Whether the call has a valid key or token. Default: yes. */
    readonly authorized?: false;
  };
  readonly answer: { readonly status: number; readonly body: unknown };
}

const order = {
  number: 'MO/0001',
  article: 'GEAR-01',
  quantity: '5',
  unit: 'u',
  dueDate: '2026-12-24',
  attributes: { colour: 'red' },
};

const queued = {
  number: 'MO/0001',
  status: 'queued',
  productOrders: [{ number: 'MO/0001', status: 'queued' }],
};

const invalid = (number: string, error: Mismatch) => ({
  ...{ number, status: 'rejected', productOrders: [] },
  reason: 'The order is invalid: see errors.',
  cause: 'order-data',
  errors: [error],
});

export const examples: readonly Example[] = [
  {
    operation: 'postProductOrders',
    name: 'oneOrder',
    summary: 'One order',
    request: { body: order },
    answer: { status: 202, body: { orders: [{ ...queued, statusUrl: '/product-orders/MO%2F0001' }] } },
  },
  {
    operation: 'postProductOrders',
    name: 'listWithMistake',
    summary: 'A list, one of which is invalid',
    request: { body: [order, { number: 'MO/0002', article: 'GEAR-01', quantity: '-1' }] },
    answer: {
      status: 202,
      body: {
        orders: [
          { ...queued, statusUrl: '/product-orders/MO%2F0001' },
          invalid('MO/0002', {
            path: '$[1].quantity',
            found: 'string',
            expected: 'a decimal above 0, as text ("12.5") or a number',
          }),
        ],
      },
    },
  },
  {
    operation: 'postProductOrders',
    name: 'changedOrder',
    summary: 'An order that is being created, or was, with other content',
    request: { body: { orders: [{ ...order, article: 'GEAR-02' }] } },
    answer: {
      status: 409,
      body: {
        orders: [
          {
            number: 'MO/0001',
            status: 'conflict',
            productOrders: [
              {
                number: 'MO/0001',
                status: 'conflict',
                reason:
                  'Product order MO/0001 exists with other content: article is GEAR-01, wanted GEAR-02.',
                cause: 'conflict',
              },
            ],
            statusUrl: '/product-orders/MO%2F0001',
          },
        ],
      },
    },
  },
  {
    operation: 'postProductOrders',
    name: 'nothingToTake',
    summary: 'No order that can be used',
    request: { body: { number: 'MO/0003' } },
    answer: {
      status: 422,
      body: { orders: [invalid('MO/0003', { path: '$.article', found: 'missing', expected: 'string' })] },
    },
  },
  {
    operation: 'postProductOrders',
    name: 'wrongKey',
    summary: 'A wrong key',
    request: { body: order, authorized: false },
    answer: { status: 401, body: { error: 'The key in X-API-Key is not valid.' } },
  },
  {
    operation: 'getProductOrder',
    name: 'known',
    summary: 'An order that waits for Azumuta',
    request: { number: 'MO/0001' },
    answer: { status: 200, body: { orders: [queued] } },
  },
  {
    operation: 'getProductOrder',
    name: 'unknown',
    summary: 'An order that was never received',
    request: { number: 'MO/9999' },
    answer: { status: 404, body: { error: 'No order MO/9999 was received.' } },
  },
  {
    operation: 'getTrigger',
    name: 'completed',
    summary: 'A completed product order, with the recording it ended with',
    request: { query: 'productOrderNumber=MO%2F0001&recordingId=SarLiLeyuNWgw3Tai' },
    answer: { status: 202, body: { status: 'accepted', eventId: 'KlbwWhbbjoEEJVw=' } },
  },
  {
    operation: 'getTrigger',
    name: 'wrongToken',
    summary: 'A wrong token',
    request: { query: 'productOrderNumber=MO%2F0001', authorized: false },
    answer: { status: 401, body: { status: 'unauthorized' } },
  },
  {
    operation: 'postTrigger',
    name: 'completedInTwoRecordings',
    summary: 'A completed product order with two recordings',
    request: {
      body: { productOrderNumber: 'MO/0001', recordingIds: ['SarLiLeyuNWgw3Tai', '5KKoy7m6ms89mvrTg'] },
    },
    answer: { status: 202, body: { status: 'accepted', eventId: 'KlbwWhbbjoEEJVw=' } },
  },
  {
    operation: 'postTrigger',
    name: 'withoutNumber',
    summary: 'A call that does not say which product order',
    request: { body: { article: 'GEAR-01' } },
    answer: {
      status: 400,
      body: {
        status: 'kept for a person',
        reason:
          'No product order number: expected one of the fields productOrderNumber, productOrder, orderNumber, number. article (string) was taken for nothing. Name the right field in azumuta.contract.trigger.',
        eventId: 'KlbwWhbbjoEEJVw=',
      },
    },
  },
];
