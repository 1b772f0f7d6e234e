import { Hono } from 'hono';
import { html } from 'hono/html';
import * as z from 'zod/mini';
import { reasonOf } from '../../../shared/model/errors.ts';
import {
  type ErpMode,
  erpModeSchema,
  erpModes,
  type ShopFloor,
  type ShopFloorOrder,
} from '../../local/sandbox/shop-floor.ts';
import { type SandboxedPartners, sandboxSentence } from '../../local/sandbox/who-is-sandbox.ts';
import type { PageAnswers } from '../dependencies.ts';
import { type Html, orderLink, type PageColumn, postForm, tablePart, wholeName } from './parts.ts';

/** Articles of the ERP; the last one is missing in Azumuta. */
const articles = [
  ['GEAR-01', 'GEAR-01 · Worm gearbox 1:20'],
  ['GEAR-02', 'GEAR-02 · Bevel gearbox 1:3'],
  ['GEAR-99', 'GEAR-99 · not in Azumuta'],
] as const;

const pieces = z.coerce.number().check(z.int(), z.minimum(0), z.maximum(9999));
const releaseFormSchema = z.object({
  article: z.string().check(z.minLength(1), z.maxLength(40)),
  quantity: pieces,
});
const completeSchema = z.object({ number: z.string().check(z.minLength(1)), good: pieces, scrap: pieces });
const switchSchema = z.object({ mode: erpModeSchema });

interface ShopFloorDependencies {
  readonly shopFloor: ShopFloor;
  readonly sandboxed: () => Promise<SandboxedPartners | undefined>;
}

export function shopFloorRoutes(
  { shopFloor, sandboxed }: ShopFloorDependencies,
  { show, redirect }: PageAnswers,
): Hono {
  return new Hono()
    .get('/floor', async (c) => {
      const { erp, orders, more } = await shopFloor.look();
      const known = await sandboxed().catch(reasonOf);
      const content = html`<h1>Shop floor</h1>
    <p class="lead">${leadSentence(known)}</p>
    ${isErpReal(known) ? '' : html`<div class="cards">${releasePart()}${switchPart(erp)}</div>`}
    <div id="floor-orders" data-live>
      <h2>Orders</h2>
      ${orders.length === 0 ? html`<p class="verdict">There are none yet: release one above.</p>` : ordersTable(orders)}
      ${more > 0 ? html`<p class="hint">And ${more} older ones.</p>` : ''}
    </div>`;
      return show(c, { name: 'floor', title: 'Shop floor', content });
    })
    .post('/floor/release', async (c) => {
      const { article, quantity } = z.parse(releaseFormSchema, await c.req.parseBody());
      const { number, notPulled } = await shopFloor.release(article, quantity);
      const notice =
        notPulled === undefined
          ? `Released ${number}: it will appear in Azumuta.`
          : `Released ${number} in the ERP, but the pull failed: ${notPulled}`;
      return redirect(c, '/floor', notice);
    })
    .post('/floor/complete', async (c) => {
      const { number, good, scrap } = z.parse(completeSchema, await c.req.parseBody());
      await shopFloor.complete(number, good, scrap);
      const notice = `Completed ${number} with ${good} good${scrap > 0 ? ` and ${scrap} scrap` : ''}.`;
      return redirect(c, '/floor', notice);
    })
    .post('/floor/erp', async (c) => {
      const { mode } = z.parse(switchSchema, await c.req.parseBody());
      await shopFloor.setErp(mode);
      return redirect(c, '/floor', erpModes[mode].notice);
    });
}

/** Of a plant's configuration that cannot be loaded there is the reason. */
function leadSentence(known: SandboxedPartners | string | undefined): string {
  if (typeof known !== 'object') return `Whether your partners are sandboxes is not known: ${known}`;
  const todo = known.erp
    ? 'Release an order, complete it, break the ERP, and watch what happens.'
    : 'Release an order in that ERP, complete it here, and watch what happens.';
  return `${sandboxSentence(known)} ${todo}`;
}

/** Orders that are released in the sandbox would reach nobody. */
function isErpReal(known: SandboxedPartners | string | undefined): boolean {
  return typeof known === 'object' && !known.erp;
}

function releasePart(): Html {
  const content = html`<label for="article">Article</label>
      <select id="article" name="article">${articles.map(([value, label]) => html`<option value="${value}">${label}</option>`)}</select>
      <label for="quantity">Quantity</label>
      <input id="quantity" name="quantity" type="number" inputmode="numeric" min="1" max="999" value="5" required>
      <p class="actions"><button class="main">Release it</button></p>`;
  return html`<section class="card" aria-labelledby="release">
    <h2 id="release">Release an order in the ERP</h2>
    ${postForm('/floor/release', content, 'stack')}
  </section>`;
}

function switchPart(current: ErpMode): Html {
  const content = html`<fieldset>
        <legend>From now on it</legend>
        ${Object.entries(erpModes).map(
          ([mode, { label, does }]) => html`<p class="choice-line">
            <input type="radio" name="mode" id="mode-${mode}" value="${mode}" aria-describedby="does-${mode}"${mode === current ? html` checked` : ''}>
            <label for="mode-${mode}">${label}</label> <span class="hint" id="does-${mode}">${does}</span>
          </p>`,
        )}
      </fieldset>
      <p class="actions"><button>Apply</button></p>`;
  return html`<section class="card" aria-labelledby="switch">
    <h2 id="switch">The ERP <span id="erp-mode" data-live class="badge mode-${current}">${erpModes[current].label}</span></h2>
    ${postForm('/floor/erp', content, 'stack')}
  </section>`;
}

function ordersTable(orders: readonly ShopFloorOrder[]): Html {
  return tablePart('Orders of both sandboxes', floorOrderColumns, orders, {
    rowIdOf: ({ number }) => `row-${elementIdOf(number)}`,
    isList: true,
  });
}

const floorOrderColumns: readonly PageColumn<ShopFloorOrder>[] = [
  {
    title: 'Order',
    cell: ({ number }) => html`<a id="link-${elementIdOf(number)}" href="${orderLink(number)}">${number}</a>`,
  },
  { title: 'Article', cell: ({ article }) => wholeName(article) },
  { title: 'Quantity', cell: ({ quantity }) => quantity },
  {
    title: 'In Azumuta',
    cell: ({ inAzumuta, inErp }) => inAzumuta ?? (inErp === 'cancelled' ? 'cancelled' : 'not yet'),
  },
  { title: 'Booked in the ERP', cell: ({ booked }) => bookedText(booked) },
  {
    title: 'Complete it',
    cell: (order) =>
      order.inAzumuta === undefined || order.inAzumuta === 'completed' ? '' : completeForm(order),
  },
];

function bookedText(booked: ShopFloorOrder['booked']): string {
  if (booked.length === 0) return 'not yet';
  return `${booked.length === 1 ? 'once' : `${booked.length} times`}: ${booked.join(' + ')}`;
}

function completeForm({ number, quantity }: ShopFloorOrder): Html {
  const id = elementIdOf(number);
  const content = html`<label for="good-${id}">Good<span class="unseen"> pieces of ${number}</span></label>
    <input id="good-${id}" name="good" type="number" inputmode="numeric" min="0" max="9999" value="${quantity}" required>
    <label for="scrap-${id}">Scrap<span class="unseen"> of ${number}</span></label>
    <input id="scrap-${id}" name="scrap" type="number" inputmode="numeric" min="0" max="9999" value="0" required>
    <button id="complete-${id}">Complete<span class="unseen"> ${number}</span></button>`;
  return postForm('/floor/complete', content, 'inline', { number });
}

/** The id of an element must not contain spaces. */
function elementIdOf(number: string): string {
  return encodeURIComponent(number).replaceAll('%', '_');
}
