import { html } from 'hono/html';
import type { Partner } from '../../shared/model/partner.ts';
import { queueWords as messageWords } from '../../shared/model/queues.ts';
import { duration, localTime } from '../../shared/model/time.ts';

export { duration };

/** A piece of a page; every value that was put in is escaped. */
export type Html = ReturnType<typeof html>;

export const partnerWords: Readonly<Record<Partner, string>> = { erp: 'The ERP', azumuta: 'Azumuta' };

/** What a queue holds, for a planner, and what is done with its messages. */
export const queueWords = {
  'product-orders': {
    ...messageWords['product-orders'],
    title: 'To be created',
    work: 'Creating orders in Azumuta',
  },
  completions: { ...messageWords.completions, title: 'To be read', work: 'Reading completions from Azumuta' },
  bookings: { ...messageWords.bookings, title: 'To be booked', work: 'Booking in the ERP' },
} as const;

/** What was being done when a letter was put aside. */
export const stageWords: Readonly<Record<string, string>> = {
  'create-product-orders': 'creating it in Azumuta',
  'collect-completion': 'reading it from Azumuta',
  'book-completion': 'booking it in the ERP',
  'receive-webhook': 'taking in a call of Azumuta',
};

/** When a page is made, and on whose clock it tells times: the plant's. */
export interface PlantTime {
  readonly now: Date;
  readonly timeZone: string;
}

/** A moment on the plant's clock; without its day when that is today there. */
export function moment(at: Date, { now, timeZone }: PlantTime): Html {
  const [day = '', time = ''] = localTime(at, timeZone).split(' ');
  const isToday = localTime(now, timeZone).startsWith(day);
  return html`<time datetime="${at.toISOString()}" title="${day} ${time}">${isToday ? time : `${day} ${time}`}</time>`;
}

/** Address of an order's journey. */
export function orderLink(number: string): string {
  return `/order?${new URLSearchParams({ number })}`;
}

/** A text that is a sentence ends like one. */
export function sentence(text: string): string {
  return text === '' || /[.!?…]$/.test(text) ? text : `${text}.`;
}
