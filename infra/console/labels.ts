import { html } from 'hono/html';
import type { Partner } from '../../shared/model/partner.ts';
import { localTime } from '../../shared/model/time.ts';
import type { QueueName } from '../ops/dead-letters/dead-letter.ts';

/** A piece of a page; every value that was put in is escaped. */
export type Html = ReturnType<typeof html>;

export const partnerWords: Readonly<Record<Partner, string>> = { erp: 'The ERP', azumuta: 'Azumuta' };

/** What a queue holds, for a planner. */
export const queueWords: Readonly<Record<QueueName, QueueWords>> = {
  'product-orders': {
    title: 'To be created',
    one: 'order to be created',
    many: 'orders to be created',
    work: 'Creating orders in Azumuta',
  },
  completions: {
    title: 'To be read',
    one: 'completion to be read',
    many: 'completions to be read',
    work: 'Reading completions from Azumuta',
  },
  bookings: { title: 'To be booked', one: 'booking', many: 'bookings', work: 'Booking in the ERP' },
};

interface QueueWords {
  readonly title: string;
  readonly one: string;
  readonly many: string;
  /** What is done with its messages. */
  readonly work: string;
}

/** What was being done when a letter was put aside. */
export const stageWords: Readonly<Record<string, string>> = {
  'create-product-orders': 'creating it in Azumuta',
  'collect-completion': 'reading it from Azumuta',
  'book-completion': 'booking it in the ERP',
  'receive-webhook': 'taking in a call of Azumuta',
};

/** A duration in the largest unit that fits: `40 s`, `12 min`, `3 h`, `2 d`. */
export function duration(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 2 * 3600) return `${Math.round(seconds / 60)} min`;
  return seconds < 48 * 3600 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`;
}

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
