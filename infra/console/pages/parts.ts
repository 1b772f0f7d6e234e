import { html } from 'hono/html';
import { type FactName, orderFacts, type ShownFacts } from '../../../shared/model/order-facts.ts';
import { localTime } from '../../../shared/model/time.ts';
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

export function dateOf(iso: string): Html {
  return html`<time>${iso.slice(0, 10)}</time>`;
}

/** What is known of a fact of an ERP order. */
export function factCell(name: FactName, facts: ShownFacts): Cell {
  const value = facts[name];
  if (orderFacts[name].form === 'text') return value ?? '';
  return value === undefined ? '–' : dateOf(value);
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

type Cell = string | Html;

/** Names and values; those without a value are left out. */
export function namesAndValues(rows: readonly (readonly [name: string, value: Cell | undefined])[]): Html {
  const known = rows.filter(([, value]) => value !== undefined);
  return html`<dl>${known.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** A column of a table: its title and its cells stand together, so that neither is without the other. */
export interface PageColumn<Row> {
  readonly title: string;
  readonly cell: (row: Row) => Cell;
  /** Under the cells, where the table has a foot. */
  readonly foot?: Cell;
}

/**
 * A table whose rows are named by their first cells. In a narrow window each cell stands with its title.
 * @param rowIdOf The id of a row's element, where a refresh or a test has to recognise it.
 */
export function tablePart<Row>(
  caption: string,
  columns: readonly PageColumn<Row>[],
  rows: readonly Row[],
  rowIdOf?: (row: Row) => string,
): Html {
  const cells = (cellOf: (column: PageColumn<Row>) => Cell) =>
    columns.map((column, at) =>
      at === 0
        ? html`<th scope="row" data-label="${column.title}">${cellOf(column)}</th>`
        : html`<td data-label="${column.title}">${cellOf(column)}</td>`,
    );
  const hasFoot = columns.some(({ foot }) => foot !== undefined);
  return html`<div class="scroll"><table><caption class="unseen">${caption}</caption>
    <thead><tr>${columns.map(({ title }) => html`<th scope="col">${title}</th>`)}</tr></thead>
    <tbody>${rows.map((row) => html`<tr${rowIdOf ? html` id="${rowIdOf(row)}"` : ''}>${cells(({ cell }) => cell(row))}</tr>`)}</tbody>
    ${hasFoot ? html`<tfoot><tr>${cells(({ foot }) => foot ?? '')}</tr></tfoot>` : ''}
  </table></div>`;
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
