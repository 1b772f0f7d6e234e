import { html } from 'hono/html';
import { queueWords as messageWords } from '../../shared/model/queues.ts';
import { localTime } from '../../shared/model/time.ts';

/** A piece of a page; `html` escapes every value. */
export type Html = ReturnType<typeof html>;

/** The messages of a queue, in the words of a planner, and what is done with them. */
export const queueWords = {
  'product-orders': {
    ...messageWords['product-orders'],
    title: 'To be created',
    work: 'Creating orders in Azumuta',
  },
  completions: {
    ...messageWords.completions,
    title: 'To be booked',
    work: 'Reading completions from Azumuta and booking them in the ERP',
  },
} as const;

/** What a function was doing when its message became a dead letter. */
export const stageWords: Readonly<Record<string, string>> = {
  'create-product-orders': 'creating it in Azumuta',
  'book-completion': 'reading it from Azumuta or booking it in the ERP',
  'receive-webhook': 'receiving a call from Azumuta',
};

/** When a page is made, and the plant's time zone. */
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

export function orderLink(number: string): string {
  return `/order?${new URLSearchParams({ number })}`;
}
