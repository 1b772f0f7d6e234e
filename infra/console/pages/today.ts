import { type Context, Hono } from 'hono';
import { html } from 'hono/html';
import type { Role } from '../../../shared/model/roles.ts';
import { counted } from '../../../shared/model/text.ts';
import { dayBefore } from '../../../shared/model/time.ts';
import { countProductOrders, ordersOf, standInWords } from '../../../shared/situation/open-orders.ts';
import { headlineOfAll, type Problem, problemsOf } from '../../../shared/situation/problems.ts';
import type { Situation } from '../../../shared/situation/read.ts';
import {
  figureCells,
  lateBy,
  mostDueShown,
  noteOfFigures,
  readToday,
  type Today,
  waitingFigures,
} from '../../../shared/situation/today.ts';
import type { ConsolePageDependencies } from '../dependencies.ts';
import { worksPart } from './flows.ts';
import {
  dateOf,
  type Html,
  moment,
  orderLink,
  type PageColumn,
  type PlantTime,
  tablePart,
  wholeName,
} from './parts.ts';
import { addressOfFigure, addressOfProblem } from './places.ts';

const shownDays = 30;

export const todayRoutes = (pages: ConsolePageDependencies) =>
  new Hono().get('/', (c) => showToday(c, pages));

async function showToday(c: Context, pages: ConsolePageDependencies): Promise<Response> {
  const now = await pages.situation();
  const problems = problemsOf(now, pages.commands);
  const content = todayPageContent(await readToday(now, shownDays, pages), problems, now, pages);
  return pages.show(c, { name: 'today', title: 'Today', headline: headlineOfAll(problems), content }, now);
}

export function todayPageContent(
  today: Today,
  problems: readonly Problem[],
  situation: Situation,
  { timeZone, nameActor }: Pick<ConsolePageDependencies, 'timeZone' | 'nameActor'>,
): Html {
  const time = { now: situation.at, timeZone };
  return html`<h1>Today</h1>
    <div id="today" data-live>
      ${needsPart(problems, situation, nameActor)}
      ${lateOrdersPart(today, situation)}
      ${ordersDuePart(today)}
      ${figuresPart(today, time)}
      ${waitingPart(situation)}
      ${monthPart(today)}
    </div>`;
}

/** Each kind of what is open in one line, once: what it is, where it is put right, and who acts. */
function needsPart(
  problems: readonly Problem[],
  { orders }: Situation,
  nameActor: (role: Role) => string,
): Html {
  if (problems.length === 0) return worksPart;
  const about = html` <small>about <a href="${addressOfFigure('for a person')}">${countProductOrders('for a person', orders)}</a></small>`;
  return html`<section aria-labelledby="needs">
    <h2 id="needs">${counted(problems.length, 'thing')} for a person${ordersOf('for a person', orders).length === 0 ? '' : about}</h2>
    <ul class="lines">${problems.map(
      (problem) => html`<li id="need-${problem.id}">
        <a href="${addressOfProblem(problem)}">${problem.what}</a> <span class="who">${nameActor(problem.who)}</span>
      </li>`,
    )}</ul>
  </section>`;
}

function figuresPart({ day, days }: Today, time: PlantTime): Html {
  const of = (name: string) => days.find((one) => one.day === name);
  const [today, lastWeek] = [of(day), of(dayBefore(day, 7))];
  if (!today)
    return html`<p class="verdict">Today is not counted yet: the next run of the alerts does it.</p>`;
  const before = figureCells(lastWeek);
  const made = figureCells(today);
  const note = noteOfFigures([today, lastWeek]);
  const weekday = new Intl.DateTimeFormat('en', { weekday: 'long', timeZone: 'UTC' }).format(new Date(day));
  return html`<section aria-labelledby="made">
    <h2 id="made">Made today <small>counted up to ${moment(new Date(today.upTo), time)}</small></h2>
    ${tilesOf(
      made.map(([name, value], at) => {
        const then = lastWeek ? before[at]?.[1] : 'not counted';
        return [
          html`${name}`,
          value,
          html` <span class="hint">the whole of last ${weekday}: <span class="whole">${then}</span></span>`,
        ];
      }),
    )}
    ${note === undefined ? '' : html`<p class="hint">${note}</p>`}
  </section>`;
}

function waitingPart(situation: Situation): Html {
  return html`<section aria-labelledby="waits">
    <h2 id="waits">Waiting now <small>in product orders</small></h2>
    ${tilesOf(
      waitingFigures(situation).map(({ figure, name, value, note }) => [
        html`<a href="${addressOfFigure(figure)}">${name}</a>`,
        value,
        note === undefined ? undefined : html` <span class="hint">${note}</span>`,
      ]),
    )}
  </section>`;
}

function tilesOf(tiles: readonly (readonly [name: Html, value: string, hint: Html | undefined])[]): Html {
  return html`<dl class="tiles">${tiles.map(
    ([name, value, hint]) =>
      html`<div class="tile"><dt>${name}</dt><dd><span class="number">${value}</span>${hint ?? ''}</dd></div>`,
  )}</dl>`;
}

function lateOrdersPart({ day, late, lateCount }: Today, { orders, terms }: Situation): Html {
  const more = ordersOf('late', orders).length - late.length;
  return html`<section aria-labelledby="late">
    <h2 id="late">Late: ${late.length === 0 ? 'none' : lateCount}</h2>
    ${
      late.length === 0
        ? html`<p class="hint">Every order that has a date has time left, or is booked.</p>`
        : tablePart(
            'Late product orders',
            [
              {
                title: 'Order',
                cell: ({ number, order }) => html`<a href="${orderLink(number)}">${wholeName(order)}</a>`,
              },
              { title: 'Article', narrow: 'short', cell: ({ article = '' }) => wholeName(article) },
              { title: 'Quantity', narrow: 'short', cell: ({ quantity = '' }) => quantity },
              {
                title: 'Due',
                narrow: 'short',
                cell: ({ dueDate }) => (dueDate === undefined ? 'no date' : dateOf(dueDate)),
              },
              {
                title: 'Late by',
                narrow: 'short',
                cell: ({ dueDate }) => lateBy(dueDate, day, terms.timeZone),
              },
              { title: 'Where it stands', narrow: 'short', cell: ({ place = '' }) => place },
            ],
            [...Map.groupBy(late, ({ next }) => next).values()].flat(),
            { headingOf: ({ next }) => next },
          )
    }
    ${more > 0 ? html`<p class="hint">These were due first; <a href="${addressOfFigure('late')}">all of them</a>.</p>` : ''}
  </section>`;
}

function ordersDuePart({ dueToday }: Today): Html {
  const shown = dueToday.slice(0, mostDueShown);
  return html`<section aria-labelledby="due">
    <h2 id="due">Due today: ${dueToday.length === 0 ? 'none' : counted(dueToday.length, 'product order')}</h2>
    <ul>${shown.map((order) => html`<li><a href="${orderLink(order.number)}">${wholeName(order.number)}</a> ${standInWords(order)}</li>`)}</ul>
    ${dueToday.length > shown.length ? html`<p class="hint"><a href="${addressOfFigure('due today')}">All ${dueToday.length} that are due today</a></p>` : ''}
  </section>`;
}

type CountedDay = Today['days'][number];
const bookedOn = ({ events }: CountedDay) => events.booked ?? 0;
const chart = { width: 600, height: 120, gap: 4 } as const;

/** Booked orders of each day as bars, and all figures as a table: what is drawn can be read. */
function monthPart(read: Today): Html {
  const { day: today, days } = read;
  if (days.length === 0) return html``;
  const most = Math.max(1, ...days.map((day) => bookedOn(day)));
  const width = chart.width / days.length;
  return html`<section aria-labelledby="month">
    <h2 id="month">The last ${shownDays} days</h2>
    <svg viewBox="0 0 ${chart.width} ${chart.height}" preserveAspectRatio="none" role="img" aria-labelledby="chart-title" class="chart">
      <title id="chart-title">Booked orders of each day, at most ${most}; the table below has the figures.</title>
      ${days.map((day, at) => {
        const booked = bookedOn(day);
        const height = (booked / most) * (chart.height - 2);
        return html`<rect x="${at * width + chart.gap / 2}" y="${chart.height - height}" width="${width - chart.gap}" height="${height}"${day.day === today ? html` class="now"` : ''}><title>${day.day}: ${counted(booked, 'order')} booked</title></rect>`;
      })}
    </svg>
    <p class="ends hint"><span>${days[0]?.day}</span><span>booked orders, at most ${most}</span><span>${days.at(-1)?.day}</span></p>
    <details id="month-figures"><summary>The figures</summary>${monthTable(read)}</details>
  </section>`;
}

function monthTable({ day: today, days, sum }: Today): Html {
  const figures: PageColumn<CountedDay>[] = figureCells(sum).map(([title, foot], at) => ({
    title,
    cell: (day) => figureCells(day)[at]?.[1] ?? '',
    foot,
  }));
  const dayColumn: PageColumn<CountedDay> = {
    title: 'Day',
    cell: ({ day }) =>
      html`<a href="/orders?list=day&amp;day=${day}">${day}</a>${day === today ? ' so far' : ''}`,
    foot: 'All',
  };
  return tablePart(
    `What happened on each of the last ${shownDays} days`,
    [dayColumn, ...figures],
    days.toReversed(),
    { isList: true },
  );
}
