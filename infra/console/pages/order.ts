import { type Context, Hono } from 'hono';
import { html } from 'hono/html';
import { bookedFiguresIn } from '../../../shared/completions/content.ts';
import type { JourneyEntry } from '../../../shared/ledger/records/events.ts';
import { eventWords } from '../../../shared/model/journey.ts';
import { factNames, orderFacts } from '../../../shared/model/order-facts.ts';
import { maxTextLength, sentence } from '../../../shared/model/text.ts';
import { dayIn, duration } from '../../../shared/model/time.ts';
import { redacted, redactedText } from '../../ops/cli/redact.ts';
import { bookingWords, type EqualEntries, groupEqualEntries } from '../../ops/trace/report.ts';
import { type TracedOrder, traceOrder } from '../../ops/trace/trace.ts';
import type { ConsolePageDependencies } from '../dependencies.ts';
import { actionsPart } from './order-actions.ts';
import {
  factCell,
  type Html,
  moment,
  namesAndValues,
  orderLink,
  type PlantTime,
  stageBadge,
  standBadge,
} from './parts.ts';

export function orderRoutes(pages: ConsolePageDependencies): Hono {
  return new Hono().get('/search', (c) => search(c, pages)).get('/order', (c) => showOrder(c, pages));
}

function lookingOf({ commands: where, clock, timeZone, graceHours }: ConsolePageDependencies) {
  return { where, now: { at: clock.now(), timeZone, graceHours } };
}

/** Azumuta is only asked about what may be the id of a recording. */
async function search(c: Context, pages: ConsolePageDependencies): Promise<Response> {
  const { ledger, findOwner, show } = pages;
  const asked = (c.req.query('q') ?? '').trim().slice(0, maxTextLength);
  if (asked === '') return c.redirect('/orders', 303);
  const { productOrders, notAsked } = await traceOrder(asked, ledger, lookingOf(pages), findOwner);
  const [only, ...others] = productOrders;
  if (only && others.length === 0) return c.redirect(orderLink(only.number), 303);
  if (!only) {
    const content = nothingFound(asked, notAsked);
    return show(c, { name: 'orders', title: 'Nothing found', asked, content });
  }
  const title = `${productOrders.length} orders of ${asked}`;
  const content = html`<h1>${productOrders.length} product orders of ${asked}</h1>
    <div id="found" data-live><ul class="choice">${productOrders.map(
      (order) => html`<li>
        <a href="${orderLink(order.number)}">${order.number}</a> ${stateBadges(order)}
        <p>${redactedText(order.says)}</p>
      </li>`,
    )}</ul></div>`;
  return show(c, { name: 'orders', title, asked, content });
}

function nothingFound(asked: string, notAsked: string | undefined): Html {
  return html`<h1>Nothing found</h1>
    <p>The ledger has no order, ERP order or recording <strong>${asked}</strong>.</p>
    ${notAsked === undefined ? '' : html`<p>${redactedText(notAsked)}</p>`}
    <ul>
      <li>Look for <a href="/orders?${new URLSearchParams({ list: 'day', q: asked })}">numbers of today that begin with it</a>, and choose another day there.</li>
      <li>An order appears after the ERP has sent it or the pull has found it. It must be <em>released</em> in the ERP.</li>
      <li>A dead letter that names no order that is known is on the page <a href="/letters">Dead letters</a>.</li>
    </ul>`;
}

async function showOrder(c: Context, pages: ConsolePageDependencies): Promise<Response> {
  const { ledger, clock, timeZone, nameActor, show } = pages;
  const number = c.req.query('number') ?? '';
  const { productOrders } = await traceOrder(number, ledger, lookingOf(pages));
  const order = productOrders.find((each) => each.number === number);
  if (!order) return c.redirect(`/search?${new URLSearchParams({ q: number })}`, 303);
  const siblings = productOrders.filter((each) => each !== order);
  return show(c, {
    name: 'orders',
    title: `Order ${number}`,
    asked: number,
    headline: `Order ${number}: ${order.state}. ${order.says}`,
    content: orderPageContent(order, siblings, { now: clock.now(), timeZone, nameActor }),
  });
}

export function orderPageContent(
  order: TracedOrder,
  siblings: readonly TracedOrder[],
  time: PlantTime & Pick<ConsolePageDependencies, 'nameActor'>,
): Html {
  const runs = groupEqualEntries(order.journey);
  return html`<h1>Order ${order.number}</h1>
    <div id="status" data-live>${statusPart(order, time)}</div>
    ${actionsPart(order)}
    <div id="journey" data-live>
      ${siblings.length > 0 ? siblingsPart(siblings) : ''}
      <div class="cards sides">${receivedPart(order)}${sentPart(order)}${completedPart(order, time)}${bookingsPart(order)}</div>
      <section aria-labelledby="timeline">
        <h2 id="timeline">What happened</h2>
        <ol class="timeline">${runs.map((run, place) => runPart(run, runs[place - 1]?.at(-1), place, time))}</ol>
      </section>
    </div>`;
}

/** Where it stands, as the lists say it, and whether it needs a person. */
function stateBadges(order: TracedOrder): Html {
  const needsPerson = order.state === 'needs a person';
  return html`${needsPerson ? html`${stageBadge(order.state)} ` : ''}${standBadge(order)}`;
}

function statusPart(order: TracedOrder, { nameActor }: Pick<ConsolePageDependencies, 'nameActor'>): Html {
  const { state, says, next, who, command, deadLetters } = order;
  const tones: Partial<Record<typeof state, string>> = {
    booked: 'good',
    'needs a person': 'bad',
    withdrawn: '',
    'given up': '',
  };
  const typed = command === undefined || deadLetters.length > 0 ? '' : html` <code>${command}</code>`;
  return html`<div class="verdict ${tones[state] ?? 'going'}">
    ${stateBadges(order)}
    <p>${redactedText(says)}</p>
    ${next === undefined ? '' : html`<p><strong>What to do</strong> (${who.map(nameActor).join(' and ')})<strong>:</strong> ${next}${typed}</p>`}
  </div>`;
}

function siblingsPart(siblings: readonly TracedOrder[]): Html {
  return html`<p>Other product orders of this ERP order: ${siblings.map(
    ({ number, state }, at) =>
      html`${at > 0 ? ', ' : ''}<a href="${orderLink(number)}">${number}</a> (${state})`,
  )}</p>`;
}

function receivedPart(order: TracedOrder): Html {
  const { number, erpOrder, part, journey, draft } = order;
  const how = journey.find(({ event }) => event === 'queued')?.note;
  if (erpOrder === undefined && !draft) return html``;
  return card('Received from the ERP', [
    ['ERP order', erpOrder],
    ...factNames.map(
      (name) =>
        [orderFacts[name].title, order[name] === undefined ? undefined : factCell(name, order)] as const,
    ),
    ['Received', how],
    ['Part', part ? `${part.index} of ${part.of}` : undefined],
    [
      'Read live',
      html`<a href="/order/now?${new URLSearchParams({ number })}">As it is now</a> in the ERP and in Azumuta`,
    ],
  ]);
}

function sentPart({ draft, azumuta }: TracedOrder): Html {
  if (!draft) return html``;
  const parameters = Object.entries(redacted(draft.parameters) ?? {});
  return card(azumuta ? 'Sent to Azumuta' : 'To be sent to Azumuta', [
    ['Number', draft.number],
    ['Article', draft.article],
    ...parameters.map(([key, value]): [string, string] => [key, String(value)]),
    ['Variants', draft.variants.join(', ') || 'none'],
    ['Azumuta id', azumuta && externalLink(azumuta)],
  ]);
}

function completedPart({ bookings, journey }: TracedOrder, time: PlantTime): Html {
  const recordings = bookings.flatMap(({ recordingIds }) => recordingIds);
  const completed = journey.find(({ event }) => event === 'completed' || event === 'planned');
  if (!completed) return html``;
  const learned = new Date(completed.at);
  const done = bookings.find(({ completedAt }) => completedAt)?.completedAt;
  return card('Received from Azumuta', [
    ['Completed there', done === undefined ? undefined : moment(new Date(done), { ...time, now: learned })],
    ['Known here since', moment(learned, { ...time, now: learned })],
    [
      recordings.length === 1 ? 'Recording' : 'Recordings',
      html`${recordings.map((id) => html`<code>${id}</code> `)}`,
    ],
  ]);
}

function bookingsPart({ bookings, journey }: TracedOrder): Html {
  if (bookings.length === 0) return html``;
  return card(
    bookings.some(({ state }) => state === 'done') ? 'Sent to the ERP' : 'To be sent to the ERP',
    bookings.flatMap((booking) => {
      const receipt = journey.findLast(
        ({ of, event }) => of === `booking ${booking.key}` && (event === 'booked' || event === 'amended'),
      )?.note;
      const { state, reason } = booking;
      return [
        [bookingWords(booking), bookedFiguresIn(booking.figures, booking.lots)],
        ["The ERP's reference", receipt === undefined ? undefined : redactedText(receipt)],
        ["The ERP's answer", state === 'rejected' && reason !== undefined ? redactedText(reason) : undefined],
      ] as const;
    }),
  );
}

function card(title: string, rows: readonly (readonly [string, string | Html | undefined])[]): Html {
  return html`<section class="card"><h2>${title}</h2>${namesAndValues(rows)}</section>`;
}

/** Only http and https addresses become links. */
function externalLink({ id, url = '' }: NonNullable<TracedOrder['azumuta']>): Html | string {
  return /^https?:\/\//i.test(url) ? html`<a href="${url}" rel="noreferrer" target="_blank">${id}</a>` : id;
}

function runPart(run: EqualEntries, before: JourneyEntry | undefined, place: number, time: PlantTime): Html {
  const [entry] = run;
  const at = new Date(entry.at);
  const pause = before === undefined ? 0 : (at.getTime() - Date.parse(before.at)) / 1000;
  const dayOf = ({ at: instant }: JourneyEntry) => dayIn(time.timeZone, instant);
  const isNewDay = before === undefined || dayOf(entry) !== dayOf(before);
  const { words, tone } = eventWords(entry);
  return html`<li class="${tone}">
    <p class="when">${moment(at, isNewDay ? time : { ...time, now: at })}${pause < 1 ? '' : html` <span class="pause">after ${duration(pause)}</span>`}</p>
    <p class="event">${words}${run.length > 1 ? html` <span class="times">${run.length} times</span>` : ''}</p>
    ${entry.note === undefined ? '' : html`<p class="note">${sentence(redactedText(entry.note))}</p>`}
    ${run.length > 1 ? timesPart(run, place, time) : ''}
    ${entry.of === 'order' ? '' : html`<p class="of">${entry.of}</p>`}
  </li>`;
}

function timesPart(run: EqualEntries, place: number, time: PlantTime): Html {
  const times = run.map(({ at }) => moment(new Date(at), time));
  // The id lets a refresh recognise the element, so that one which the reader has opened remains open.
  return html`<details id="times-${place}"><summary class="hint">The last time at ${times.at(-1)}</summary>
      <p class="hint">${times.map((each) => html`${each} `)}</p></details>`;
}
