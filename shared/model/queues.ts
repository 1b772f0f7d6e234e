import type { Partner } from './partner.ts';

/** The queues of both flows. */
export const queueNames = ['product-orders', 'completions', 'bookings'] as const;
export type QueueName = (typeof queueNames)[number];

/** The function that takes from each. */
export const consumerOf = {
  'product-orders': 'create-product-orders',
  completions: 'collect-completion',
  bookings: 'book-completion',
} as const satisfies Record<QueueName, string>;

/** Which partners the consumer of a queue calls: the created order's id goes back to the ERP, too. */
export const partnersCalledBy: Readonly<Record<QueueName, readonly Partner[]>> = {
  'product-orders': ['azumuta', 'erp'],
  completions: ['azumuta'],
  bookings: ['erp'],
};

/** What a message of each queue is to a planner. */
export const queueWords = {
  'product-orders': { one: 'order to be created', many: 'orders to be created' },
  completions: { one: 'completion to be read', many: 'completions to be read' },
  bookings: { one: 'booking', many: 'bookings' },
} as const satisfies Record<QueueName, { readonly one: string; readonly many: string }>;
