/** SQS drops a message of this age, in each queue: the longest retention that there is. */
export const queueKeepsDays = 14;

export const queueNames = ['product-orders', 'completions'] as const;
export type QueueName = (typeof queueNames)[number];

/** The function that consumes each queue. It calls both partners: creating an order also gives the ERP its id. */
export const consumerOf = {
  'product-orders': 'create-product-orders',
  completions: 'book-completion',
} as const satisfies Record<QueueName, string>;

/** A message of each queue, and several of them: an order may have more than one, and of a call that names none it is one, too. */
export const queueWords: Readonly<Record<QueueName, readonly [one: string, many: string]>> = {
  'product-orders': ['message about orders', 'messages about orders'],
  completions: ['message about completions', 'messages about completions'],
};
