import { html } from 'hono/html';
import { type FactName, orderFacts, type ShownFacts } from '../../../shared/model/order-facts.ts';
import { localTime } from '../../../shared/model/time.ts';
import type { OrderNow } from '../../../shared/situation/open-orders.ts';
import type { OrderPlace } from '../../../shared/situation/stand.ts';
import type { OrderState } from '../../ops/trace/trace.ts';

/** A piece of a page; `html` escapes every value. */
export type Html = ReturnType<typeof html>;

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

/** The day since when something is open; the time, if that is today. */
export function dayOrTime(at: Date, { now, timeZone }: PlantTime): Html {
  const [day = '', time = ''] = localTime(at, timeZone).split(' ');
  const isToday = localTime(now, timeZone).startsWith(day);
  return html`<time datetime="${at.toISOString()}" title="${day} ${time}">${isToday ? time.slice(0, 5) : day}</time>`;
}

export function dateOf(iso: string): Html {
  return html`<time>${iso.slice(0, 10)}</time>`;
}

/** What is known of a fact of an ERP order. */
export function factCell(name: FactName, facts: ShownFacts): Cell {
  const value = facts[name];
  if (orderFacts[name].form === 'text') return wholeName(value ?? '');
  return value === undefined ? '–' : dateOf(value);
}

export function stageBadge(state: OrderState | OrderPlace): Html {
  return html`<span class="badge ${state.replaceAll(' ', '-')}">${state}</span>`;
}

/** Where an order stands: what is to be created by the name of the figure that counts it, anything else by its stage. */
export function standBadge({ stage, place }: Pick<OrderNow, 'stage' | 'place'>): Html {
  return stageBadge(place === 'to be created' ? place : stage);
}

export function orderLink(number: string): string {
  return `/order?${new URLSearchParams({ number })}`;
}

/** The page that tries the mapping, with this order's number filled in. */
export function tryLink(number: string): string {
  return `/try?${new URLSearchParams({ number })}`;
}

/** The pages of orders, by their numbers. @param more How many there are besides. */
export function orderLinks(numbers: readonly string[], more = 0): Html {
  const links = numbers.map(
    (number, at) => html`${at > 0 ? ', ' : ''}<a href="${orderLink(number)}">${number}</a>`,
  );
  return html`${links}${more > 0 ? `, and ${more} more` : ''}`;
}

/** A number or an article up to so many characters is not broken in two; a longer one is broken anywhere, so that it fits. */
const longestWhole = 24;

/** The name of something, which is one word however it is written: `GEAR-01`. */
export function wholeName(name: string): Cell {
  if (name === '') return name;
  return html`<span class="${name.length > longestWhole ? 'long' : 'whole'}">${name}</span>`;
}

export type Cell = string | Html;

/** Names and values; those without a value are left out. */
export function namesAndValues(rows: readonly (readonly [name: string, value: Cell | undefined])[]): Html {
  const known = rows.filter(([, value]) => value !== undefined);
  return html`<dl>${known.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** A column of a table: its title and its cells stand together, so that neither is without the other. */
export interface PageColumn<Row> {
  readonly title: string;
  readonly cell: (row: Row) => Cell;
  /** How it stands in a narrow window: next to others, or without its title. Default: title and cell in a line. */
  readonly narrow?: 'short' | 'bare';
  /** Under the cells, where the table has a foot. */
  readonly foot?: Cell;
}

export interface TableLook<Row> {
  /** The id of a row's element, where a refresh or a test has to recognise it. */
  readonly rowIdOf?: (row: Row) => string;
  /** What is said once above rows that follow each other. */
  readonly headingOf?: (row: Row) => string;
  /** It may be long, and nobody chooses among its rows: a narrow window shows the first ones and a link to the others. */
  readonly isList?: true;
}

/** Rows of a list that a narrow window shows before a person asks for the others: each is a card there. */
const firstRows = 8;

/**
 * A table whose rows are named by their first cells. In a narrow window each cell stands with its title: what is in a cell is
 * one element, so that its texts and links remain together.
 */
export function tablePart<Row>(
  caption: string,
  columns: readonly PageColumn<Row>[],
  rows: readonly Row[],
  { rowIdOf, headingOf, isList }: TableLook<Row> = {},
): Html {
  const content = (cell: Cell) => (cell === '' ? '' : html`<div>${cell}</div>`);
  const cells = (cellOf: (column: PageColumn<Row>) => Cell) =>
    columns.map((column, at) =>
      at === 0
        ? html`<th scope="row" data-label="${column.title}">${content(cellOf(column))}</th>`
        : html`<td data-label="${column.title}"${column.narrow ? html` class="${column.narrow}"` : ''}>${content(cellOf(column))}</td>`,
    );
  const shown = isList ? firstRows : rows.length;
  const headings = rows.map((row) => headingOf?.(row) ?? '');
  const headingRow = (at: number) => {
    const heading = headings[at] ?? '';
    const isSaid = heading === '' || heading === headings[at - 1];
    return isSaid
      ? ''
      : html`<tr class="heading${at < shown ? '' : ' further'}"><th scope="rowgroup" colspan="${columns.length}"><div>${heading}</div></th></tr>`;
  };
  const classOf = (at: number) => (at < shown ? '' : html` class="further"`);
  const hasFoot = columns.some(({ foot }) => foot !== undefined);
  return html`<div class="scroll"><table><caption class="unseen">${caption}</caption>
    <thead><tr>${columns.map(({ title }) => html`<th scope="col">${title}</th>`)}</tr></thead>
    <tbody>${rows.map((row, at) => html`${headingRow(at)}<tr${classOf(at)}${rowIdOf ? html` id="${rowIdOf(row)}"` : ''}>${cells(({ cell }) => cell(row))}</tr>`)}</tbody>
    ${hasFoot ? html`<tfoot><tr>${cells(({ foot }) => foot ?? '')}</tr></tfoot>` : ''}
  </table></div>${rows.length > shown ? furtherRowsPart(caption, rows.length - shown) : ''}`;
}

/** Opens the other rows of the table before it, where the style hides them. */
function furtherRowsPart(caption: string, count: number): Html {
  const id = caption.toLowerCase().replace(/\W+/g, '-');
  return html`<details class="others" id="others-of-${id}"><summary>Show ${count} more</summary></details>`;
}

/** A form that does something; it gets the console's key when the page is answered. @param look Classes of the form. */
export function postForm(
  action: string,
  content: Html,
  look = '',
  fields: Readonly<Record<string, string | readonly string[]>> = {},
): Html {
  const hidden = Object.entries(fields).flatMap(([name, values]) =>
    [values].flat().map((value) => html`<input type="hidden" name="${name}" value="${value}">`),
  );
  return html`<form method="post" action="${action}" class="${look}">${hidden}${content}</form>`;
}
