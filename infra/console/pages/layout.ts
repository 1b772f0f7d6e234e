import { html } from 'hono/html';
import type { Html } from './parts.ts';

export interface Frame {
  readonly target: string;
  readonly timeZone: string;
  readonly inShadow: boolean;
  /** What is true of the stack whatever page it is: that it is in shadow, or does not book yet. */
  readonly standing?: string | undefined;
  /** Whether there is a shop floor: only when the partners are sandboxes. */
  readonly hasFloor: boolean;
  /** How many dead letters there are; undefined when that is not known. */
  readonly deadLetters?: number | undefined;
  readonly notice?: string | undefined;
}

export interface ConsolePage {
  readonly name: 'today' | 'orders' | 'letters' | 'flows' | 'try' | 'floor' | 'shadow' | 'none';
  readonly title: string;
  readonly content: Html;
  /** A sentence that a screen reader announces when it changes. */
  readonly headline?: string;
  /** Seconds between two refreshes; undefined for a page that does not refresh itself. */
  readonly refreshSeconds?: number | undefined;
  readonly asked?: string;
}

/** A whole page. It works without JavaScript; with it, the parts with `data-live` refresh themselves. */
export function layOutPage(frame: Frame, page: ConsolePage): Html {
  const { target, timeZone, inShadow, standing, hasFloor, deadLetters, notice } = frame;
  const title = `${notice === undefined ? '' : `${notice} · `}${page.title} · Azumuta ↔ ERP`;
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>${title}</title>
    <link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
    ${['base', 'forms', 'flows', 'pages'].map((name) => html`<link rel="stylesheet" href="/assets/${name}.css">`)}
    <script src="/assets/refresh.js" defer></script>
  </head>
  <body${page.refreshSeconds === undefined ? '' : html` data-refresh-seconds="${page.refreshSeconds}" data-time-zone="${timeZone}"`}>
    <a class="skip" href="#main">Skip to the content</a>
    <header class="top">
      <p class="brand"><a href="/">Azumuta <span aria-hidden="true">↔</span><span class="unseen">and</span> ERP</a></p>
      <nav aria-label="Pages" class="tabs">
        <ul>
          ${tab('/', 'Today', page.name === 'today')}
          ${tab('/orders', 'Orders', page.name === 'orders')}
          ${tab('/letters', 'Dead letters', page.name === 'letters', deadLetters)}
          ${tab('/flows', 'Flows', page.name === 'flows')}
          ${tab('/try', 'Try', page.name === 'try')}
          ${inShadow ? tab('/shadow', 'Shadow', page.name === 'shadow') : ''}
          ${hasFloor ? tab('/floor', 'Shop floor', page.name === 'floor') : ''}
        </ul>
      </nav>
      <search>
        <form action="/search" method="get" class="find">
          <label for="q" class="unseen">Order number, ERP number or recording id</label>
          <input id="q" name="q" type="search" value="${page.asked ?? ''}" placeholder="Order or recording id" autocomplete="off" spellcheck="false" maxlength="200" required>
          <button>Find</button>
        </form>
      </search>
    </header>
    <main id="main" tabindex="-1">
      ${standing === undefined ? '' : html`<p class="notice" role="note">${standing}</p>`}
      ${notice === undefined ? '' : html`<p class="notice" role="status">${notice}</p>`}
      ${page.content}
    </main>
    <footer class="foot">
      <p>${target} · times in ${timeZone}</p>
      ${page.refreshSeconds === undefined ? '' : refreshing}
    </footer>
    <p class="unseen" role="status" id="announcer">${page.headline ?? ''}</p>
  </body>
</html>`;
}

const refreshing = html`<p class="refreshing">
        <span id="refreshed"><a href="">Refresh</a></span>
        <button type="button" id="pause" class="quiet" aria-pressed="false" hidden>Pause refreshing</button>
      </p>`;

function tab(href: string, label: string, current: boolean, count?: number): Html {
  return html`<li><a href="${href}"${current ? html` aria-current="page"` : ''}>${label}${
    count === undefined
      ? ''
      : html` <span id="count-${label.toLowerCase().replace(/\W+/g, '-')}" data-live class="count${count > 0 ? ' some' : ''}">${count}<span class="unseen"> that need a person</span></span>`
  }</a></li>`;
}
