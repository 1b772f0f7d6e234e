import { createHash } from 'node:crypto';
import { withUnseen } from '../model/text.ts';

/** A piece of a page: every value in it was escaped. */
export interface Markup {
  readonly text: string;
}

type Value = string | number | Markup | readonly Markup[];

/** Escapes each value that is not markup already; characters that nobody sees are written out. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Markup {
  return { text: parts.map((part, at) => part + escapedText(values[at])).join('') };
}

function escapedText(value: Value = ''): string {
  if (typeof value === 'object')
    return [value]
      .flat()
      .map(({ text }) => text)
      .join('');
  return withUnseen(String(value).toWellFormed()).replace(/[&<>"']/g, (found) => `&#${found.charCodeAt(0)};`);
}

const pageStyle = `:root{color-scheme:light dark;font:1rem/1.5 system-ui,sans-serif}
body{margin:0 auto;max-width:44rem;padding:1rem;overflow-wrap:anywhere}
h1{font-size:1.5rem;margin:0}h2{font-size:1.15rem;margin:1.5rem 0 .5rem}
dl{display:grid;grid-template-columns:minmax(7rem,1fr) 2fr;gap:.25rem 1rem;margin:0}
dt,.hint{color:light-dark(#555,#b5b5b5)}dd{margin:0;font-weight:600}
ul{list-style:none;margin:0;padding:0}li{border-top:1px solid light-dark(#ccc,#555);padding:.5rem 0}
p{margin:.25rem 0}a{color:light-dark(#0645ad,#8ab4f8)}`;

/** A whole page, which needs no script and loads nothing. */
export function htmlPage(title: string, content: Markup): string {
  return html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title><style>${{ text: pageStyle }}</style></head>
<body><main><h1>${title}</h1>
${content}</main></body>
</html>
`.text;
}

/** A page of `htmlPage` with a sentence above all that it says. */
export function underNote(note: string, page: string): string {
  return page.replace(
    '<body><main>',
    (begin) => html`${{ text: begin }}<p><strong>${note}</strong></p>`.text,
  );
}

const styleHash = createHash('sha256').update(pageStyle).digest('base64');

/** Of every answer: nobody keeps it, lists it, frames it, learns the link that led to it, or runs anything in it. */
export const pageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'x-robots-tag': 'noindex',
  'referrer-policy': 'no-referrer',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

/** Names and values; those that are not known are left out. */
export function definitionList(
  rows: readonly (readonly [name: string, value: string | undefined])[],
): Markup {
  const known = rows.flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : html`<dt>${name}</dt><dd>${value}</dd>`,
  );
  return html`<dl>${known}</dl>`;
}
