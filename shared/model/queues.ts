/** SQS drops a message of this age, in each queue: the longest retention that there is. */
export const queueKeepsDays = 14;

/** The queues of both flows. */
export const queueNames = ['product-orders', 'completions'] as const;
export type QueueName = (typeof queueNames)[number];

/** The function that consumes each queue. It calls both partners: creating an order also gives the ERP its id. */
export const consumerOf = {
  'product-orders': 'create-product-orders',
  completions: 'book-completion',
} as const satisfies Record<QueueName, string>;

/** The flow of each queue, as operators name it, what its function does, and a message of it in a planner's words. */
export const queueWords = {
  'product-orders': {
    flow: 'orders',
    does: 'creating product orders in Azumuta',
    one: 'order to be created',
    many: 'orders to be created',
  },
  completions: {
    flow: 'completions',
    does: 'reading completions from Azumuta and booking them in the ERP',
    one: 'completion to be booked',
    many: 'completions to be booked',
  },
} as const satisfies Record<QueueName, Readonly<Record<'flow' | 'does' | 'one' | 'many', string>>>;
