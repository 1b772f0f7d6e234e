import { expect, it } from 'vitest';
import type { OrderFigure, OrderNow } from '../../../shared/situation/open-orders.ts';
import type { OrderPlace } from '../../../shared/situation/stand.ts';
import { figureCells, noteOfFigures, readFigures, waitingTexts } from '../../../shared/situation/today.ts';

function ordersAt(place: OrderPlace, count: number, needsPerson = false): OrderNow[] {
  return Array.from({ length: count }, (_, at) => ({
    number: `${place} ${needsPerson} ${at}`,
    home: '',
    dueDate: undefined,
    stage: 'wanted',
    place,
    due: 'not due',
    needsNothing: false,
    needsPerson,
    open: [],
    refusal: undefined,
  }));
}

/** @param queued Messages about orders. */
function textsOf(queued: number, cut: readonly OrderFigure[] = []) {
  const none = { waiting: 0, underWay: 0 };
  const queues = { 'product-orders': { waiting: queued, underWay: 1 }, completions: none };
  const all = [
    ...ordersAt('in Azumuta', 600),
    ...ordersAt('to be created', 300),
    ...ordersAt('to be booked', 60),
    ...ordersAt('to be booked', 40, true),
    ...ordersAt('ended', 2, true),
  ];
  const texts = waitingTexts({ orders: { all, openOn: new Map(), cut: new Set(cut) }, queues });
  return texts.map(([, text]) => text);
}

it.each<[what: string, texts: string[], ...Parameters<typeof textsOf>]>([
  [
    'are orders, whatever is in the queues, and say how many need a person',
    ['600', '300', '100, 40 for a person', '42'],
    900,
  ],
  [
    'are at least what was read of more than that',
    ['at least 600', 'at least 300', 'at least 100, 40 for a person', '42'],
    0,
    ['in Azumuta', 'to be created', 'to be booked'],
  ],
  [
    'of what is to be created, are about what the queue has',
    ['600', 'about 901', '100, 40 for a person', '42'],
    900,
    ['to be created'],
  ],
  [
    'for a person, are at least what was read',
    ['600', '300', '100, 40 for a person', 'at least 42'],
    0,
    ['for a person'],
  ],
])('the figures of what waits %s', (_, texts, ...given) => {
  expect(textsOf(...given)).toEqual(texts);
});

/** A day, counted by this version or by one that did not count by due days, while so many late orders are read. */
async function figuresOf(bookedDue: Readonly<Record<string, number>> | undefined, cut: OrderFigure[] = []) {
  const counted = { day: '2026-11-23', upTo: '2026-11-23T23:00:00Z', events: {}, good: {}, scrap: {} };
  const situation = {
    at: new Date('2026-11-24T08:00:00Z'),
    orders: { all: [], openOn: new Map(), cut: new Set(cut) },
    terms: { timeZone: 'Europe/Brussels', graceHours: 0 },
  };
  const days = { readDays: async () => [{ ...counted, due: 0, late: 0, bookedDue }] };
  const { sums } = await readFigures(situation, [['2026-11-23']], { days });
  return { onTime: figureCells(sums[0]).at(-1)?.[1], note: noteOfFigures(sums) };
}

it('what was on time is a share, or not known, and then it says why', async () => {
  expect(await figuresOf({ '2026-11-23': 4 })).toEqual({ onTime: '100 % of 4', note: undefined });
  expect(await figuresOf(undefined)).toEqual({
    onTime: 'not known',
    note: 'Not known: an earlier version has counted, and not by due days.',
  });
  expect(await figuresOf({}, ['late'])).toEqual({
    onTime: 'not known',
    note: 'Not known: more orders are late than are read.',
  });
});
