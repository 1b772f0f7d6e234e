/** SQS drops a message of this age, in each queue: the longest retention that there is. */
export const queueKeepsDays = 14;

export const queueNames = ['product-orders', 'completions'] as const;
export type QueueName = (typeof queueNames)[number];

/** The function that consumes each queue. It calls both partners: creating an order also gives the ERP its id. */
export const consumerOf = {
  'product-orders': 'create-product-orders',
  completions: 'book-completion',
} as const satisfies Record<QueueName, string>;

/** A message of each queue in a planner's words, and several of them. */
export const queueWords: Readonly<Record<QueueName, readonly [one: string, many: string]>> = {
  'product-orders': ['order to be created', 'orders to be created'],
  completions: ['completion to be booked', 'completions to be booked'],
};
