import { html } from 'hono/html';
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

/** A table whose rows are named by their first cells. In a narrow window each cell stands with its title. */
export function tablePart(
  caption: string,
  titles: readonly string[],
  rows: readonly (readonly Cell[])[],
  { foot, rowIds }: { readonly foot?: readonly Cell[]; readonly rowIds?: readonly string[] } = {},
): Html {
  const cells = ([first = '', ...others]: readonly Cell[]) =>
    html`<th scope="row" data-label="${titles[0]}">${first}</th>${others.map((cell, at) => html`<td data-label="${titles[at + 1]}">${cell}</td>`)}`;
  return html`<div class="scroll"><table><caption class="unseen">${caption}</caption>
    <thead><tr>${titles.map((title) => html`<th scope="col">${title}</th>`)}</tr></thead>
    <tbody>${rows.map((row, at) => html`<tr${rowIds ? html` id="${rowIds[at]}"` : ''}>${cells(row)}</tr>`)}</tbody>
    ${foot ? html`<tfoot><tr>${cells(foot)}</tr></tfoot>` : ''}
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
