import { html } from 'hono/html';
import { formKeyField } from '../auth.ts';
import { type Html, orderLink } from '../labels.ts';
import { type ErpMode, erpModes, type ShopFloorOrder, type ShopFloorView } from '../shop-floor.ts';

/** Articles of the ERP; the last one is missing in Azumuta. */
const articles = [
  ['GEAR-01', 'GEAR-01 · Worm gearbox 1:20'],
  ['GEAR-02', 'GEAR-02 · Bevel gearbox 1:3'],
  ['GEAR-99', 'GEAR-99 · not in Azumuta'],
] as const;

/** Forms that work on the partners' sandboxes: release an order, complete it, break the ERP. */
export function shopFloorPage(view: ShopFloorView, formKey: string): Html {
  return html`<h1>Shop floor</h1>
    <p class="lead">Both partners are sandboxes here. Release an order, complete it, break the ERP, and watch what happens.</p>
    <div class="cards">${releasePart(formKey)}${switchPart(view.erp, formKey)}</div>
    <div id="floor-orders" data-live>
      <h2>Orders</h2>
      ${view.orders.length === 0 ? html`<p class="verdict">There are none yet: release one above.</p>` : ordersTable(view, formKey)}
      ${view.more > 0 ? html`<p class="hint">And ${view.more} older ones.</p>` : ''}
    </div>`;
}

function releasePart(formKey: string): Html {
  return html`<section class="card" aria-labelledby="release">
    <h2 id="release">Release an order in the ERP</h2>
    <form method="post" action="/floor/release" class="stack">
      <input type="hidden" name="${formKeyField}" value="${formKey}">
      <label for="article">Article</label>
      <select id="article" name="article">${articles.map(([value, label]) => html`<option value="${value}">${label}</option>`)}</select>
      <label for="quantity">Quantity</label>
      <input id="quantity" name="quantity" type="number" inputmode="numeric" min="1" max="999" value="5" required>
      <p class="actions"><button class="main">Release it</button></p>
    </form>
  </section>`;
}

function switchPart(current: ErpMode, formKey: string): Html {
  return html`<section class="card" aria-labelledby="switch">
    <h2 id="switch">The ERP <span id="erp-mode" data-live class="badge mode-${current}">${erpModes[current].label}</span></h2>
    <form method="post" action="/floor/erp" class="stack">
      <input type="hidden" name="${formKeyField}" value="${formKey}">
      <fieldset>
        <legend>From now on it</legend>
        ${Object.entries(erpModes).map(
          ([mode, { label, does }]) => html`<p class="choice-line">
            <input type="radio" name="mode" id="mode-${mode}" value="${mode}" aria-describedby="does-${mode}"${mode === current ? html` checked` : ''}>
            <label for="mode-${mode}">${label}</label> <span class="hint" id="does-${mode}">${does}</span>
          </p>`,
        )}
      </fieldset>
      <p class="actions"><button>Apply</button></p>
    </form>
  </section>`;
}

function ordersTable({ orders }: ShopFloorView, formKey: string): Html {
  return html`<div class="scroll"><table class="wide">
    <thead><tr>
      <th scope="col">Order</th><th scope="col">Article</th><th scope="col">Quantity</th>
      <th scope="col">In Azumuta</th><th scope="col">Booked in the ERP</th><th scope="col">Complete it</th>
    </tr></thead>
    <tbody>${orders.map((order) => orderRow(order, formKey))}</tbody>
  </table></div>`;
}

function orderRow(order: ShopFloorOrder, formKey: string): Html {
  const { number, article, quantity, inAzumuta, inErp, booked } = order;
  const id = idOf(number);
  return html`<tr id="row-${id}">
    <th scope="row" data-label="Order"><a id="link-${id}" href="${orderLink(number)}">${number}</a></th>
    <td data-label="Article">${article}</td>
    <td data-label="Quantity">${quantity}</td>
    <td data-label="In Azumuta">${inAzumuta ?? (inErp === 'cancelled' ? 'cancelled' : 'not yet')}</td>
    <td data-label="Booked in the ERP">${bookedText(booked)}</td>
    <td data-label="Complete it">${
      inAzumuta === undefined || inAzumuta === 'completed' ? '' : completeForm(order, id, formKey)
    }</td>
  </tr>`;
}

function bookedText(booked: ShopFloorOrder['booked']): string {
  if (booked.length === 0) return 'not yet';
  return `${booked.length === 1 ? 'once' : `${booked.length} times`}: ${booked.join(' + ')}`;
}

function completeForm({ number, quantity }: ShopFloorOrder, id: string, formKey: string): Html {
  return html`<form method="post" action="/floor/complete" class="inline">
    <input type="hidden" name="${formKeyField}" value="${formKey}">
    <input type="hidden" name="number" value="${number}">
    <label for="good-${id}">Good<span class="unseen"> pieces of ${number}</span></label>
    <input id="good-${id}" name="good" type="number" inputmode="numeric" min="0" max="9999" value="${quantity}" required>
    <label for="scrap-${id}">Scrap<span class="unseen"> of ${number}</span></label>
    <input id="scrap-${id}" name="scrap" type="number" inputmode="numeric" min="0" max="9999" value="0" required>
    <button id="complete-${id}">Complete<span class="unseen"> ${number}</span></button>
  </form>`;
}

/** The id of an element must not contain spaces. */
function idOf(number: string): string {
  return encodeURIComponent(number).replaceAll('%', '_');
}
