import { type Context, Hono } from 'hono';
import { html } from 'hono/html';
import * as z from 'zod/mini';
import { concernKinds, orderConcernKinds } from '../../../shared/ledger/records/concerns.ts';
import { mostOpenOrders } from '../../../shared/ledger/records/open-orders.ts';
import type { ListedOrder, OrderPage, PageRange } from '../../../shared/ledger/records/order-lists.ts';
import { isInAzumuta } from '../../../shared/ledger/records/product-orders.ts';
import type { DueNow } from '../../../shared/model/due.ts';
import { eventWords } from '../../../shared/model/journey.ts';
import { factNames, orderFacts, shownFactsOf } from '../../../shared/model/order-facts.ts';
import { counted } from '../../../shared/model/text.ts';
import { dayBefore, dayIn, isDate, startOfDay } from '../../../shared/model/time.ts';
import { jsonOf } from '../../../shared/platform/json.ts';
import { atOnce, mapConcurrently } from '../../../shared/platform/map-concurrently.ts';
import { readOrdersNow } from '../../../shared/situation/open-orders.ts';
import { readStanding } from '../../../shared/situation/order-facts.ts';
import type { Situation } from '../../../shared/situation/read.ts';
import { toldOf } from '../../../shared/situation/told.ts';
import type { OperatorLedger } from '../../local/operator-clients.ts';
import { redactedText } from '../../ops/cli/redact.ts';
import type { ConsolePageDependencies } from '../dependencies.ts';
import {
  factCell,
  type Html,
  moment,
  orderLink,
  type PageColumn,
  type PlantTime,
  stageBadge,
  tablePart,
} from './parts.ts';

const ordersPerPage = 50;
const ordersPerFile = 1000;

export function ordersRoutes(pages: ConsolePageDependencies): Hono {
  return new Hono().get('/orders', (c) => showList(c, pages)).get('/orders.csv', (c) => sendList(c, pages));
}

const orderListTitles = {
  day: 'By day',
  late: 'Late',
  waiting: 'In Azumuta',
  concerns: 'For a person',
} as const;

const textUpTo = (most: number) => z._default(z.string().check(z.trim(), z.maxLength(most)), '');
const cursorSchema = z.record(
  z.string().check(z.maxLength(20)),
  z.union([z.string().check(z.maxLength(2048)), z.number()]),
);
/** What the page Orders is asked for. What is invalid counts as not given. */
const askedSchema = z.object({
  list: z.catch(z._default(z.enum(['day', 'late', 'waiting', 'concerns']), 'day'), 'day'),
  day: z.catch(z.optional(z.string().check(z.refine(isDate))), undefined),
  /** The beginning of a number. */
  q: z.catch(textUpTo(200), ''),
  kind: z.catch(z.optional(z.enum(concernKinds)), undefined),
  article: z.catch(textUpTo(200), ''),
  /** Where the page begins: the keys of an entry as JSON. */
  after: z.catch(z.optional(z.pipe(z.pipe(z.string(), z.transform(jsonOf)), cursorSchema)), undefined),
});
type AskedOrders = z.output<typeof askedSchema>;
export const parseAskedOrders = (query: unknown): AskedOrders => z.parse(askedSchema, query);

type OrderRow = Awaited<ReturnType<typeof readOrderRow>>;

/** Entries of a day that are searched for the beginning of a number. */
const maxSearched = 10_000;

export async function readOrders(
  asked: AskedOrders,
  limit: number,
  { ledger, now }: Pick<ConsolePageDependencies, 'ledger'> & { readonly now: DueNow },
) {
  const { timeZone, at } = now;
  const day = asked.day ?? dayIn(timeZone, at);
  const page = await readOrderPage(asked, day, limit, ledger, now);
  const partners = await ledger.breaker.states();
  const wanted = page.orders.slice(0, limit);
  const read = await mapConcurrently(wanted, atOnce, (order) => readOrderRow(order, partners, ledger, now));
  const rows = asked.list === 'waiting' ? read.filter(({ isThere }) => isThere) : read;
  const article = asked.article.toLowerCase();
  const kept = rows.filter((row) => (row.article ?? '').toLowerCase().includes(article));
  /** `leftOut`: orders of the page that are of other articles. */
  return { day, rows: kept, leftOut: rows.length - kept.length, next: page.next };
}

function readOrderPage(
  { list, q, kind, after }: AskedOrders,
  day: string,
  limit: number,
  ledger: OperatorLedger,
  now: DueNow,
): Promise<OrderPage> {
  const { lists: read } = ledger;
  const { timeZone } = now;
  if (list === 'late') return readLatePage({ limit, after }, ledger, now);
  if (list === 'waiting') return read.listAwaited({ limit, after });
  if (list === 'concerns') return read.listWithConcerns({ limit, after }, kind);
  const [from, until] = [startOfDay(timeZone, day), startOfDay(timeZone, dayBefore(day, -1))];
  return read.listByDay(from, until, { limit: q === '' ? limit : maxSearched, after }, q);
}

/** No index has what is late alone: a page begins at a place. */
async function readLatePage(
  { limit, after }: PageRange,
  ledger: OperatorLedger,
  now: DueNow,
): Promise<OrderPage> {
  const open = await ledger.concerns.listOpen(() => mostOpenOrders);
  const { late } = await readOrdersNow(ledger, open, now);
  const from = Number(after?.place ?? 0);
  const place = from + limit;
  return { orders: late.slice(from, place), next: place < late.length ? { place } : undefined };
}

async function readOrderRow(
  listed: ListedOrder,
  partners: Situation['partners'],
  ledger: OperatorLedger,
  now: DueNow,
) {
  const standing = await readStanding(listed.number, ledger, now);
  const { stage, needsPerson, says } = toldOf({ ...standing, partners });
  // The index has what is not made yet, too, and what is to be booked.
  const isThere = standing.entry !== undefined && isInAzumuta(standing.entry) && stage !== 'to be booked';
  return { ...listed, ...shownFactsOf(standing), stage, needsPerson, says, isThere };
}

/** The address of a list. @param after The entry of an index behind which the page begins: it has nothing but keys. */
function listLink(
  { after, ...plain }: Omit<AskedOrders, 'after'> & { readonly after?: OrderPage['next'] },
  path = '/orders',
): string {
  const given = Object.entries(plain).filter(([, value]) => value !== undefined && value !== '');
  const query = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)]));
  if (after) query.set('after', JSON.stringify(after));
  return `${path}?${query}`;
}

async function showList(c: Context, pages: ConsolePageDependencies): Promise<Response> {
  const { ledger, clock, timeZone, graceHours, show } = pages;
  const now = { at: clock.now(), timeZone, graceHours };
  const asked = parseAskedOrders(c.req.query());
  const { rows, day, leftOut, next } = await readOrders(asked, ordersPerPage, { ledger, now });
  const content = html`<h1>Orders</h1>
    <nav aria-label="Lists" class="tabs"><ul>${Object.entries(orderListTitles).map(
      ([list, title]) =>
        html`<li><a href="/orders?list=${list}"${list === asked.list ? html` aria-current="page"` : ''}>${title}</a></li>`,
    )}</ul></nav>
    ${asked.list === 'waiting' || asked.list === 'late' ? html`<p class="hint">By the date that the ERP wants, the earliest first.</p>` : ''}
    ${filterPart(asked, day)}
    <div id="orders" data-live>
      ${
        rows.length === 0
          ? html`<p class="verdict">There are none here.</p>`
          : tablePart(orderListTitles[asked.list], orderColumns({ now: now.at, timeZone }), rows)
      }
      ${leftOut > 0 ? html`<p class="hint">${counted(leftOut, 'order')} of this page of the list ${leftOut === 1 ? 'is' : 'are'} of other articles.</p>` : ''}
    </div>
    <p class="actions">
      ${next ? html`<a class="button main" href="${listLink({ ...asked, after: next })}">Next page</a>` : ''}
      <a class="button" href="${listLink(asked, '/orders.csv')}">As CSV, up to ${ordersPerFile}</a>
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
        ? html`<p><label for="kind">What is open</label><select id="kind" name="kind"><option value="">anything</option>${[
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

interface OrderColumn extends PageColumn<OrderRow> {
  /** The fields of a row that stand in the CSV instead, by the titles of its columns. */
  readonly csv: readonly (keyof OrderRow)[];
}

/** What a list shows of each order, as a page and as CSV. */
function orderColumns(time: PlantTime): readonly OrderColumn[] {
  return [
    {
      title: 'Order',
      cell: ({ number }) => html`<a href="${orderLink(number)}">${number}</a>`,
      csv: ['number'],
    },
    ...factNames.map(
      (name): OrderColumn => ({
        title: orderFacts[name].title,
        cell: (row) => factCell(name, row),
        csv: [name],
      }),
    ),
    {
      title: 'Stage',
      cell: ({ stage, needsPerson }) => stageBadge(needsPerson ? 'needs a person' : stage),
      csv: ['stage', 'needsPerson'],
    },
    {
      title: 'What is open',
      cell: ({ says, event, at }) => html`${redactedText(says)}${lastEventPart(event, at, time)}`,
      csv: ['says', 'event', 'at'],
    },
  ];
}

function lastEventPart(event: OrderRow['event'], at: OrderRow['at'], time: PlantTime): Html | string {
  if (!event || !at) return '';
  return html` <span class="of">${eventWords({ event }).words} ${moment(new Date(at), time)}</span>`;
}

/**
 * The rows as CSV. A cell that a spreadsheet would take for a formula begins with an apostrophe, as OWASP advises.
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
async function sendList(c: Context, pages: ConsolePageDependencies): Promise<Response> {
  const asked = parseAskedOrders(c.req.query());
  const { ledger, clock, timeZone, graceHours } = pages;
  const now = { at: clock.now(), timeZone, graceHours };
  const { rows } = await readOrders(asked, ordersPerFile, { ledger, now });
  const fields = orderColumns({ now: now.at, timeZone }).flatMap(({ csv }) => csv);
  const cell = (value: unknown) => {
    const text = redactedText(String(value ?? ''));
    return `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
  };
  const lines = [fields, ...rows.map((row) => fields.map((field) => row[field]))];
  return c.body(lines.map((line) => `${line.map(cell).join(',')}\r\n`).join(''), 200, {
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': `attachment; filename="orders-${asked.list}.csv"`,
  });
}
