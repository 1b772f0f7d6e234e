import { type Context, Hono } from 'hono';
import { html } from 'hono/html';
import { orderConcernKinds } from '../../../shared/ledger/records/concerns.ts';
import { eventWords } from '../../../shared/model/journey.ts';
import { counted } from '../../../shared/model/text.ts';
import { dayBefore } from '../../../shared/model/time.ts';
import { redactedText } from '../../ops/cli/redact.ts';
import type { Pages } from '../dependencies.ts';
import { type AskedOrders, askedOf, listLink, lists, type OrderRow, readOrders } from '../orders.ts';
import { dateOf, type Html, moment, orderLink, type PlantTime, stageBadge, table } from './parts.ts';

const pageSize = 50;
const fileSize = 1000;

export function ordersRoutes(pages: Pages): Hono {
  return new Hono().get('/orders', (c) => showList(c, pages)).get('/orders.csv', (c) => sendList(c, pages));
}

async function showList(c: Context, pages: Pages): Promise<Response> {
  const { clock, timeZone, show } = pages;
  const now = clock.now();
  const asked = askedOf(c.req.query());
  const { rows, day, leftOut, next } = await readOrders(asked, pageSize, { ...pages, now });
  const content = html`<h1>Orders</h1>
    <nav aria-label="Lists" class="tabs"><ul>${Object.entries(lists).map(
      ([list, title]) =>
        html`<li><a href="/orders?list=${list}"${list === asked.list ? html` aria-current="page"` : ''}>${title}</a></li>`,
    )}</ul></nav>
    ${asked.list === 'waiting' ? html`<p class="hint">By the date that the ERP wants, the earliest first.</p>` : ''}
    ${filterPart(asked, day)}
    <div id="orders" data-live>
      ${
        rows.length === 0
          ? html`<p class="verdict">There are none here.</p>`
          : table(
              lists[asked.list],
              ['Order', 'Article', 'Quantity', 'Due', 'Stage', 'What is so'],
              rows.map((row) => cellsOf(row, { now, timeZone })),
            )
      }
      ${leftOut > 0 ? html`<p class="hint">${counted(leftOut, 'order')} of this page of the list ${leftOut === 1 ? 'is' : 'are'} of other articles.</p>` : ''}
    </div>
    <p class="actions">
      ${next ? html`<a class="button main" href="${listLink({ ...asked, after: next })}">Next page</a>` : ''}
      <a class="button" href="${listLink(asked, '/orders.csv')}">As CSV, up to ${fileSize}</a>
    </p>`;
  return show(c, { name: 'orders', title: 'Orders', content });
}

function filterPart(asked: AskedOrders, day: string): Html {
  return html`<form action="/orders" method="get" class="filter">
    <input type="hidden" name="list" value="${asked.list}">
    ${
      asked.list === 'day'
        ? html`<p><label for="day">Day</label><input id="day" name="day" type="date" value="${day}"></p>
    <p><label for="begins">Number begins with</label><input id="begins" name="q" value="${asked.q}" maxlength="200" autocomplete="off" spellcheck="false"></p>`
        : ''
    }
    ${
      asked.list === 'concerns'
        ? html`<p><label for="kind">What is so</label><select id="kind" name="kind"><option value="">anything</option>${[
            ...orderConcernKinds,
            'dead-letter',
          ].map(
            (kind) =>
              html`<option value="${kind}"${kind === asked.kind ? html` selected` : ''}>${kind.replaceAll('-', ' ')}</option>`,
          )}</select></p>`
        : ''
    }
    <p><label for="of-article">Article</label><input id="of-article" name="article" value="${asked.article}" maxlength="200" autocomplete="off" spellcheck="false"></p>
    <p class="actions"><button>Show</button>${
      asked.list === 'day'
        ? html` <a class="button" href="${listLink({ ...asked, day: dayBefore(day), after: undefined })}">The day before</a>`
        : ''
    }</p>
  </form>`;
}

function cellsOf(
  { number, article, quantity, dueDate, stage, needsPerson, says, event, at }: OrderRow,
  time: PlantTime,
): (string | Html)[] {
  const last =
    event &&
    at &&
    html` <span class="of">${eventWords({ event }).words} ${moment(new Date(at), time)}</span>`;
  return [
    html`<a href="${orderLink(number)}">${number}</a>`,
    ...[article, quantity, dueDate === undefined ? '–' : dateOf(dueDate)],
    stageBadge(needsPerson ? 'needs a person' : stage),
    html`${redactedText(says)}${last ?? ''}`,
  ];
}

const columns = [
  'number',
  'article',
  'quantity',
  'dueDate',
  'stage',
  'needsPerson',
  'says',
  'event',
  'at',
] as const;

/**
 * The rows as CSV. A cell that a spreadsheet would take for a formula begins with an apostrophe, as OWASP advises.
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
async function sendList(c: Context, pages: Pages): Promise<Response> {
  const asked = askedOf(c.req.query());
  const { rows } = await readOrders(asked, fileSize, { ...pages, now: pages.clock.now() });
  const cell = (value: unknown) => {
    const text = redactedText(String(value ?? ''));
    return `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
  };
  const lines = [columns, ...rows.map((row) => columns.map((column) => row[column]))];
  return c.body(lines.map((line) => `${line.map(cell).join(',')}\r\n`).join(''), 200, {
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': `attachment; filename="orders-${asked.list}.csv"`,
  });
}
