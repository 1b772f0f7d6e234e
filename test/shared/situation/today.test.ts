import { expect, it } from 'vitest';
import type { Situation } from '../../../shared/situation/read.ts';
import { waitingFigures } from '../../../shared/situation/today.ts';
import { noOrders } from './no-orders.ts';

const orders: Situation['orders'] = {
  ...noOrders,
  inAzumuta: 600,
  toBeCreated: 300,
  toBeBooked: 100,
  needPerson: 7,
};

/** @param queued Messages about orders. */
function figuresOf(given: Partial<Situation['orders']>, queued: number, cut: Situation['cut'] = new Set()) {
  const none = { waiting: 0, underWay: 0 };
  const queues = { 'product-orders': { waiting: queued, underWay: 1 }, completions: none };
  const figures = waitingFigures({ orders: { ...orders, ...given }, queues, cut });
  return figures.map(([, value]) => value);
}

it.each<[what: string, figures: string[], ...Parameters<typeof figuresOf>]>([
  ['are orders, whatever is in the queues', ['600', '300', '100', '7'], {}, 900],
  [
    'are at least what was read of more than that',
    ['at least 600', 'at least 300', 'at least 100', '7'],
    { isCut: true },
    0,
  ],
  [
    'of what is to be created, are about what the queue has',
    ['at least 600', 'about 901', 'at least 100', '7'],
    { isCut: true },
    900,
  ],
  [
    'for a person, are at least what was read of one kind',
    ['600', '300', '100', 'at least 7'],
    {},
    0,
    new Set(['dead-letter'] as const),
  ],
])('the figures of what waits %s', (_, figures, ...given) => {
  expect(figuresOf(...given)).toEqual(figures);
});
