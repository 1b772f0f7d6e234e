import { type Context, Hono } from 'hono';
import { html } from 'hono/html';
import * as z from 'zod/mini';
import { numberOf } from '../../../shared/ledger/keys.ts';
import { concernKinds, orderConcernKinds } from '../../../shared/ledger/records/concerns.ts';
import type { ListedOrder, OrderPage } from '../../../shared/ledger/records/order-lists.ts';
import type { DueNow } from '../../../shared/model/due.ts';
import { eventWords } from '../../../shared/model/journey.ts';
import { factNames, orderFacts, shownFactsOf } from '../../../shared/model/order-facts.ts';
import { capitalized, counted } from '../../../shared/model/text.ts';
import { dayBefore, dayIn, isDate, localTime, startOfDay } from '../../../shared/model/time.ts';
import { jsonOf } from '../../../shared/platform/json.ts';
import { atOnce, mapConcurrently } from '../../../shared/platform/map-concurrently.ts';
import { adviceWithButtons } from '../../../shared/situation/advice.ts';
import {
  countOrders,
  countsAs,
  type OrderFigure,
  type OrderNow,
  ordersOf,
} from '../../../shared/situation/open-orders.ts';
import { readFactsForWords } from '../../../shared/situation/order-facts.ts';
import { orderInWords } from '../../../shared/situation/order-in-words.ts';
import type { SeenTrouble, Situation } from '../../../shared/situation/read.ts';
import { lateBy } from '../../../shared/situation/today.ts';
import { adviceOn } from '../../../shared/situation/words.ts';
import type { OperatorLedger } from '../../local/operator-clients.ts';
import { redactedText } from '../../ops/cli/redact.ts';
import type { ConsolePageDependencies } from '../dependencies.ts';
import {
  dayOrTime,
  factCell,
  type Html,
  moment,
  orderLink,
  type PageColumn,
  type PlantTime,
  stageBadge,
  standBadge,
  tablePart,
  wholeName,
} from './parts.ts';
import type { listOfFigure } from './places.ts';

const ordersPerPage = 50;
const ordersPerFile = 1000;

export function ordersRoutes(pages: ConsolePageDependencies): Hono {
  return new Hono().get('/orders', (c) => showList(c, pages)).get('/orders.csv', (c) => sendList(c, pages));
}

/** Lists of orders with their titles; each but the days has the orders that a figure counts. */
const orderLists = {
  day: { title: 'By day' },
  late: { title: 'Late', figure: 'late' },
  'due-today': { title: 'Due today', figure: 'due today' },
  'to-be-created': { title: 'To be created', figure: 'to be created' },
  waiting: { title: 'In Azumuta', figure: 'in Azumuta' },
  'to-be-booked': { title: 'To be booked', figure: 'to be booked' },
  concerns: { title: 'For a person', figure: 'for a person' },
} as const satisfies Record<
  'day' | (typeof listOfFigure)[OrderFigure],
  { readonly title: string; readonly figure?: OrderFigure }
>;
type OrderList = keyof typeof orderLists;
// TypeScript knows the keys of an object as texts only.
const orderListNames = Object.keys(orderLists) as OrderList[];

function figureOfList(list: OrderList): OrderFigure | undefined {
  return list === 'day' ? undefined : orderLists[list].figure;
}

const textUpTo = (most: number) => z._default(z.string().check(z.trim(), z.maxLength(most)), '');
const cursorSchema = z.record(
  z.string().check(z.maxLength(20)),
  z.union([z.string().check(z.maxLength(2048)), z.number()]),
);
/** What the page Orders is asked for. What is invalid counts as not given. */
const askedSchema = z.object({
  list: z.catch(z._default(z.enum(orderListNames), 'day'), 'day'),
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

interface OrderReads extends Pick<ConsolePageDependencies, 'ledger' | 'situation' | 'nameActor'> {
  readonly now: DueNow;
}

export async function readOrders(asked: AskedOrders, limit: number, dependencies: OrderReads) {
  const { ledger, now, situation } = dependencies;
  const { timeZone, at } = now;
  const day = asked.day ?? dayIn(timeZone, at);
  const seen = await situation();
  const figure = figureOfList(asked.list);
  const page =
    figure === undefined
      ? await readDayPage(asked, day, limit, ledger, timeZone)
      : pageOfFigure(figure, asked, limit, seen);
  const open = openOfOrders(seen);
  const wanted = page.orders.slice(0, limit);
  const read = await mapConcurrently(wanted, atOnce, (order) =>
    readOrderRow(order, open, seen.partners, dependencies),
  );
  // An order is somewhere else by now.
  const rows = read.filter((row) => figure === undefined || countsAs(figure, row));
  const article = asked.article.toLowerCase();
  const kept = rows.filter((row) => (row.article ?? '').toLowerCase().includes(article));
  const isCut = figure !== undefined && page.next === undefined && seen.orders.cut.has(figure);
  /** `leftOut`: orders of the page that are of other articles. `isCut`: there are more than were read. */
  return { day, rows: kept, leftOut: rows.length - kept.length, next: page.next, isCut, seen };
}

function readDayPage(
  { q, after }: AskedOrders,
  day: string,
  limit: number,
  { lists }: OperatorLedger,
  timeZone: string,
): Promise<OrderPage> {
  const [from, until] = [startOfDay(timeZone, day), startOfDay(timeZone, dayBefore(day, -1))];
  return lists.listByDay(from, until, { limit: q === '' ? limit : maxSearched, after }, q);
}

/** The orders that a figure counts, as one look has found them: a page begins at a place. */
function pageOfFigure(
  figure: OrderFigure,
  { kind, after }: AskedOrders,
  limit: number,
  { orders }: Situation,
): OrderPage {
  const isAsked = (of: OrderNow['open']) => kind === undefined || of.some((one) => one.kind === kind);
  const counted = ordersOf(figure, orders).filter(({ open }) => isAsked(open));
  const from = Number(after?.place ?? 0);
  const place = from + limit;
  const numbers = counted.slice(from, place).map(({ number }) => ({ number }));
  return { orders: numbers, next: place < counted.length ? { place } : undefined };
}

/** What is open about each order of which something is, as it was found in one look. */
function openOfOrders({ troubles }: Situation): ReadonlyMap<string, readonly SeenTrouble[]> {
  const ofOrders = troubles.filter(({ key }) => key !== undefined);
  return Map.groupBy(ofOrders, ({ key }) => (key === undefined ? '' : numberOf({ ...key })));
}

async function readOrderRow(
  listed: ListedOrder,
  open: ReturnType<typeof openOfOrders>,
  partners: Situation['partners'],
  { ledger, now, nameActor }: OrderReads,
) {
  const standing = await readFactsForWords(listed.number, ledger, now);
  const { stage, place, due, needsPerson, says, next, who } = orderInWords({ ...standing, partners });
  const { timeZone, at } = now;
  const ofOrder = open.get(standing.number) ?? open.get(standing.home) ?? [];
  const steps = new Set(ofOrder.map((trouble) => adviceWithButtons(adviceOn(trouble))));
  const begun = ofOrder.map(({ since }) => since.toISOString()).sort();
  return {
    ...listed,
    ...shownFactsOf(standing),
    due,
    place,
    /** `4 days`, where it is late. */
    late: due === 'late' ? lateBy(standing.dueDate, dayIn(timeZone, at), timeZone) : undefined,
    stage,
    needsPerson,
    says,
    /** Since when that is open about it (ISO). */
    since: needsPerson ? begun[0] : undefined,
    who: who.map(nameActor).join(' and '),
    next: steps.size > 0 ? [...steps].join(' ') : next,
  };
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
  const { clock, timeZone, graceHours, show } = pages;
  const now = { at: clock.now(), timeZone, graceHours };
  const asked = parseAskedOrders(c.req.query());
  const { rows, day, leftOut, next, isCut, seen } = await readOrders(asked, ordersPerPage, { ...pages, now });
  const content = html`<h1>Orders</h1>
    <nav aria-label="Lists" class="tabs lists" id="lists" data-live><ul>${orderListNames.map((list) =>
      listTab(list, list === asked.list, seen),
    )}</ul></nav>
    ${asked.list === 'day' || isForPersons(asked.list) ? '' : html`<p class="hint">By the date that the ERP wants, the earliest first.</p>`}
    ${filterPart(asked, day)}
    <div id="orders" data-live>
      ${
        rows.length === 0
          ? html`<p class="verdict">There are none here.</p>`
          : listPart(asked.list, rows, { now: now.at, timeZone })
      }
      ${isCut ? html`<p class="hint">There are more than these, which no view has read: they follow as these are done. Each is found by its number.</p>` : ''}
      ${leftOut > 0 ? html`<p class="hint">${counted(leftOut, 'order')} of this page of the list ${leftOut === 1 ? 'is' : 'are'} of other articles.</p>` : ''}
    </div>
    <p class="actions">
      ${next ? html`<a class="button main" href="${listLink({ ...asked, after: next })}">Next page</a>` : ''}
      <a class="button" href="${listLink(asked, '/orders.csv')}">As CSV, up to ${ordersPerFile}</a>
    </p>`;
  return show(c, { name: 'orders', title: 'Orders', content }, seen);
}

function listTab(list: OrderList, isCurrent: boolean, { orders }: Situation): Html {
  const figure = figureOfList(list);
  const count = figure === undefined ? '' : html` <span class="count">${countOrders(figure, orders)}</span>`;
  return html`<li><a href="/orders?list=${list}"${isCurrent ? html` aria-current="page"` : ''}>${orderLists[list].title}${count}</a></li>`;
}

function listPart(list: AskedOrders['list'], rows: readonly OrderRow[], time: PlantTime): Html {
  const columns = orderColumns(list, time);
  const { title } = orderLists[list];
  if (!isForPersons(list)) return tablePart(title, columns, rows, { isList: true });
  // Those of one cause follow each other: what is to be done about them, and by whom, is said once.
  const ofEach = columns.filter(({ isInHeading }) => !isInHeading);
  return tablePart(title, ofEach, rows, { headingOf, isList: true });
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
  readonly csv: readonly [keyof OrderRow, ...(keyof OrderRow)[]];
  /** Said once above the rows of the list that is for persons. */
  readonly isInHeading?: true;
}

const isForPersons = (list: AskedOrders['list']): boolean => list === 'concerns';

/** What a list shows of each order, as a page and as CSV. */
function orderColumns(list: AskedOrders['list'], time: PlantTime): readonly OrderColumn[] {
  return [
    {
      title: 'Order',
      cell: ({ number }) => html`<a href="${orderLink(number)}">${wholeName(number)}</a>`,
      csv: ['number'],
    },
    ...factNames.map(
      (name): OrderColumn => ({
        title: orderFacts[name].title,
        narrow: 'short',
        cell: (row) => (name === 'dueDate' ? dueCell(row) : factCell(name, row)),
        csv: name === 'dueDate' ? [name, 'late'] : [name],
      }),
    ),
    {
      title: 'Stage',
      narrow: 'short',
      cell: ({ stage, place, needsPerson }) => {
        const isSaid = !needsPerson || isForPersons(list) || list === 'late';
        return html`${standBadge({ stage, place })}${isSaid ? '' : html` ${stageBadge('needs a person')}`}`;
      },
      csv: ['stage', 'needsPerson'],
    },
    {
      title: 'Since',
      narrow: 'short',
      cell: ({ since }) => (since === undefined ? '' : dayOrTime(new Date(since), time)),
      csv: ['since'],
    },
    {
      title: 'What is open',
      narrow: 'bare',
      cell: ({ says, event, at }) => html`${redactedText(says)}${lastEventPart(event, at, time)}`,
      csv: ['says', 'event', 'at'],
    },
    {
      title: 'Who acts',
      cell: ({ who }) => who,
      csv: ['who', 'next'],
      isInHeading: true,
    },
  ];
}

function dueCell(row: OrderRow): Html {
  const late = row.late === undefined ? '' : html` <strong class="late">${row.late} late</strong>`;
  return html`${factCell('dueDate', row)}${late}`;
}

/** Who acts and what is to be done, of an order that needs a person. */
function headingOf({ who, next }: OrderRow): string {
  return next === undefined ? '' : `${capitalized(who)}: ${next}`;
}

function lastEventPart(event: OrderRow['event'], at: OrderRow['at'], time: PlantTime): Html | string {
  if (!event || !at) return '';
  return html` <span class="of">${eventWords({ event }).words} ${moment(new Date(at), time)}</span>`;
}

/** Fields of a row that are instants (ISO). */
const instantsOfRow: ReadonlySet<keyof OrderRow> = new Set(['since', 'at']);

/** An instant by the clock of the plant, as the page says it and spreadsheets read it. */
function csvValue(row: OrderRow, field: keyof OrderRow, timeZone: string): string {
  const value = String(row[field] ?? '');
  const isInstant = instantsOfRow.has(field) && value !== '';
  return isInstant ? localTime(new Date(value), timeZone) : value;
}

/**
 * The rows as CSV. A cell that a spreadsheet would take for a formula begins with an apostrophe, as OWASP advises.
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
async function sendList(c: Context, pages: ConsolePageDependencies): Promise<Response> {
  const asked = parseAskedOrders(c.req.query());
  const { clock, timeZone, graceHours } = pages;
  const now = { at: clock.now(), timeZone, graceHours };
  const { rows } = await readOrders(asked, ordersPerFile, { ...pages, now });
  const fields = orderColumns(asked.list, { now: now.at, timeZone }).flatMap(({ csv }) => csv);
  const cell = (value: string) => {
    const text = redactedText(value);
    return `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
  };
  const lines = [fields, ...rows.map((row) => fields.map((field) => csvValue(row, field, timeZone)))];
  return c.body(lines.map((line) => `${line.map(cell).join(',')}\r\n`).join(''), 200, {
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': `attachment; filename="orders-${asked.list}.csv"`,
  });
}
