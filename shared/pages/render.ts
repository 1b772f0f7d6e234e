import type { BookedFigures, BookingEntry } from '../ledger/records/bookings.ts';
import { flowNames } from '../ledger/records/pauses.ts';
import { dueDayOf } from '../model/due.ts';
import { eventWords } from '../model/journey.ts';
import { factInWords, factNames, orderFacts } from '../model/order-facts.ts';
import { partnerNames, partnerWords } from '../model/partner.ts';
import { formatQuantity } from '../model/quantity.ts';
import { capitalized, counted } from '../model/text.ts';
import { localTime } from '../model/time.ts';
import { ordersOf, standInWords } from '../situation/open-orders.ts';
import type { OrderFacts } from '../situation/order-facts.ts';
import { orderInOwnWords } from '../situation/order-in-words.ts';
import { flows } from '../situation/pauses.ts';
import { type Problem, problemsOfTroubles } from '../situation/problems.ts';
import type { Situation } from '../situation/read.ts';
import {
  figureCells,
  lateBy,
  mostDueShown,
  noteOfFigures,
  type Today,
  waitingTexts,
} from '../situation/today.ts';
import { partnerState } from '../situation/words.ts';
import { definitionList, html, htmlPage, type Markup } from './html.ts';

const wordsOfBookings: Readonly<Record<BookingEntry['state'], string>> = {
  done: 'Booked',
  ignored: 'Ignored',
  rejected: 'Not booked',
  waiting: 'To be booked',
  claimed: 'To be booked',
};

/** The page of an order, as the link that shows this page may go on to it. */
type LinkTo = (number: string) => string;

/** How the day of the plant is: what was made, what waits, what is late, and what needs a person. */
export function todayPage(
  today: Today,
  situation: Situation,
  { plant, timeZone, linkTo }: { readonly plant: string; readonly timeZone: string; readonly linkTo: LinkTo },
): string {
  const figures = today.days.find(({ day }) => day === today.day);
  const made = figures
    ? html`${definitionList(figureCells(figures))}<p class="hint">Counted up to ${localTime(new Date(figures.upTo), timeZone)}. ${noteOfFigures([figures, today.sumBefore]) ?? ''}</p>`
    : html`<p>This day is not counted yet: the next run of the alerts does it.</p>`;
  return htmlPage(
    `Today at ${plant}`,
    html`<p class="hint">${localTime(situation.at, timeZone)} (${timeZone})</p>
<section><h2>Made on ${today.day}</h2>${made}</section>
${latePart(today, situation, linkTo)}
${dueTodayPart(today, linkTo)}
<section><h2>Waiting</h2>${definitionList(waitingTexts(situation))}${heldBack(situation)}</section>
${peoplePart(situation, linkTo)}
${weekPart(today)}
`,
  );
}

function weekPart({ day: today, days, sumBefore }: Today): Markup | string {
  const isCounted = days.some(({ day }) => day !== today);
  return isCounted
    ? html`<section><h2>The week before</h2>${definitionList(figureCells(sumBefore))}</section>`
    : '';
}

/** Whatever waits for a partner, or for a person who has paused it. Its reason is the partner's words. */
function heldBack({ partners }: Situation): Markup[] {
  const down = partnerNames.filter((partner) => partners[partner].open);
  return [
    ...down.map(
      (partner) =>
        html`<p>${capitalized(partnerWords[partner])} ${partnerState(partners[partner].reason)}. What needs it waits, and nothing is lost.</p>`,
    ),
    ...flowNames.flatMap((name) =>
      partners.erp.paused?.[name] ? html`<p>${capitalized(flows[name].does)} is paused.</p>` : [],
    ),
  ];
}

function latePart({ day, late, lateCount }: Today, { orders, terms }: Situation, linkTo: LinkTo): Markup {
  const rows = late.map(({ number, order, article = '', quantity = '', dueDate, place = '' }) => {
    const due = dueDayOf({ dueDate }, terms.timeZone) ?? 'no date';
    const by = lateBy(dueDate, day, terms.timeZone);
    const details = [article, quantity, place, `due ${due}`, `late by ${by}`].filter(Boolean).join(' · ');
    return html`<li><a href="${linkTo(number)}">${order}</a><p>${details}</p></li>`;
  });
  const more = ordersOf('late', orders).length - late.length;
  return html`<section><h2>Late: ${late.length === 0 ? 'none' : lateCount}</h2>
<ul>${rows}</ul>${more > 0 ? html`<p class="hint">These were due first; ${more} more are left out.</p>` : ''}</section>`;
}

function dueTodayPart({ dueToday }: Today, linkTo: LinkTo): Markup {
  const shown = dueToday.slice(0, mostDueShown);
  const rows = shown.map(
    (order) =>
      html`<li><a href="${linkTo(order.number)}">${order.number}</a><p>${standInWords(order)}</p></li>`,
  );
  const more = dueToday.length - shown.length;
  return html`<section><h2>Due today: ${dueToday.length === 0 ? 'none' : counted(dueToday.length, 'product order')}</h2>
<ul>${rows}</ul>${more > 0 ? html`<p class="hint">${more} more are left out.</p>` : ''}</section>`;
}

function peoplePart(situation: Situation, linkTo: LinkTo): Markup {
  // This page shows no commands; what is late stands above.
  const all = problemsOfTroubles(situation, '');
  const problems = all.filter(({ kind }) => kind !== 'overdue');
  const title = html`<h2>For a person</h2>`;
  const besides = all.length > 0 ? ' besides what is late' : '';
  if (problems.length === 0)
    return html`<section>${title}<p>Nothing${besides} is open about an order, as far as the ledger knows.</p></section>`;
  return html`<section>${title}<ul>${problems.map((problem) => problemPart(problem, linkTo))}</ul></section>`;
}

function problemPart({ what, who, next, orders }: Problem, linkTo: LinkTo): Markup {
  const links = orders.map((number) => html`<a href="${linkTo(number)}">${number}</a> `);
  return html`<li><strong>${what}</strong><p>${capitalized(who)}: ${next}</p>${
    orders.length > 0 ? html`<p>${links}</p>` : ''
  }</li>`;
}

/** One order: what it is, how far it has got, and what a person does about it, in our own words. */
export function orderPage(number: string, facts: OrderFacts, timeZone: string): string {
  const { stage, needsPerson, says, next, who } = orderInOwnWords(facts);
  return htmlPage(
    `Order ${number}`,
    html`<p><strong>${capitalized(needsPerson ? 'needs a person' : stage)}.</strong> ${says}</p>
${next === undefined ? '' : html`<p>What to do (${who.join(' and ')}): ${next}</p>`}
${definitionList([
  ...factNames
    .filter((name) => orderFacts[name].isOnLinkedPage)
    .map((name): [string, string | undefined] => [orderFacts[name].title, factInWords(name, facts)]),
  ['Stage', stage],
  ...facts.bookings.map(({ state, figures }): [string, string | undefined] => [
    wordsOfBookings[state],
    figures && builtInWords(figures),
  ]),
  ...facts.journey
    .filter(({ event }) => milestones.has(event))
    .map((entry): [string, string] => [eventWords(entry).words, localTime(new Date(entry.at), timeZone)]),
])}
`,
  );
}

function builtInWords({ good, scrap }: BookedFigures): string {
  const quantities = [good && `${formatQuantity(good)} good`, scrap && `${formatQuantity(scrap)} scrap`];
  return quantities.filter((quantity) => quantity !== undefined).join(', ');
}

/** Events whose time a page tells; its words are ours. */
const milestones: ReadonlySet<string> = new Set(['queued', 'created', 'adopted', 'completed', 'booked']);
