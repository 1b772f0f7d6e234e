import { html } from 'hono/html';
import { localTime } from '../../shared/model/time.ts';
import type { OrderState } from '../ops/trace/trace.ts';

/** A piece of a page; `html` escapes every value. */
export type Html = ReturnType<typeof html>;

export const queueTitles = { 'product-orders': 'To be created', completions: 'To be booked' } as const;

/** What a function was doing when its message became a dead letter. */
export const stageWords: Readonly<Record<string, string>> = {
  'create-product-orders': 'creating it in Azumuta',
  'book-completion': 'reading it from Azumuta or booking it in the ERP',
  'receive-webhook': 'receiving a call from Azumuta',
};

export interface PlantTime {
  readonly now: Date;
  readonly timeZone: string;
}

/** A time in the plant's time zone, without the date if it is today. */
export function moment(at: Date, { now, timeZone }: PlantTime): Html {
  const [day = '', time = ''] = localTime(at, timeZone).split(' ');
  const isToday = localTime(now, timeZone).startsWith(day);
  return html`<time datetime="${at.toISOString()}" title="${day} ${time}">${isToday ? time : `${day} ${time}`}</time>`;
}

export function dateOf(iso: string): Html {
  return html`<time>${iso.slice(0, 10)}</time>`;
}

export function stageBadge(state: OrderState): Html {
  return html`<span class="badge ${state.replaceAll(' ', '-')}">${state}</span>`;
}

export function orderLink(number: string): string {
  return `/order?${new URLSearchParams({ number })}`;
}

/** The pages of orders, by their numbers. @param more How many there are besides. */
export function orderLinks(numbers: readonly string[], more = 0): Html {
  const links = numbers.map(
    (number, at) => html`${at > 0 ? ', ' : ''}<a href="${orderLink(number)}">${number}</a>`,
  );
  return html`${links}${more > 0 ? `, and ${more} more` : ''}`;
}
