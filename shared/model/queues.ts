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

/** A message of each queue in a planner's words. */
export const queueWords = {
  'product-orders': { one: 'order to be created', many: 'orders to be created' },
  completions: { one: 'completion to be booked', many: 'completions to be booked' },
} as const satisfies Record<QueueName, { readonly one: string; readonly many: string }>;
