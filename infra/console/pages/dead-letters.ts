import { html } from 'hono/html';
import { remedies } from '../../../shared/model/remedies.ts';
import { duration } from '../../../shared/model/time.ts';
import { nextOf, whoActs } from '../../../shared/situation/words.ts';
import { counted } from '../../ops/cli/output.ts';
import { redactedText, shownPayload } from '../../ops/cli/redact.ts';
import { maxNote, minNote } from '../../ops/cli/signed-note.ts';
import {
  groupsOf,
  type LetterGroup,
  type ListedLetter,
  type RoutedLetter,
} from '../../ops/dead-letters/dead-letter.ts';
import { hiddenInWords } from '../../ops/dead-letters/queue.ts';
import { formKeyField } from '../auth.ts';
import { type Chosen, idOf, type OpenLetters, type UnfiledLetters } from '../dead-letters.ts';
import { type Html, moment, orderLink, orderLinks, type PlantTime, stageWords } from '../labels.ts';

/** Letters of a group that can be chosen: their ids fit into a form. */
const maxChoices = 500;
/** Orders of a group that are named. */
const maxOrders = 10;

/** The dead letters that the ledger knows, by reason, and how many the queue has besides. */
export function deadLettersPage(view: OpenLetters, unfiled: number, timeZone: string, formKey: string): Html {
  const time = { now: view.at, timeZone };
  return html`<h1>Dead letters</h1>
    <p class="lead">Messages that would fail again at every attempt. Correct what the reason names, then replay them: a message that is replayed twice is booked once.</p>
    <div id="letters" data-live>
      ${view.total + unfiled === 0 ? html`<p class="verdict good"><span aria-hidden="true">✓</span> There are none.</p>` : ''}
      ${view.leftOut.length > 0 ? leftOutPart(view) : ''}
      ${unfiled > 0 ? unfiledPart(unfiled) : ''}
      ${view.groups.map((group) => groupPart(group, time, formKey))}
    </div>`;
}

function leftOutPart({ groups, total, isCut, leftOut }: OpenLetters): Html {
  const most = isCut ? 'At least ' : '';
  return html`<div class="verdict">
    <p>${most}${counted(total, 'dead letter')}, of which ${countOf(groups)} are listed: the oldest of each cause. The others follow once these are replayed or discarded; the command replay takes thousands at once.</p>
    <ul>${leftOut.map((headline) => html`<li>${most}${headline}</li>`)}${isCut ? html`<li>There may be others that were not counted, also of other causes.</li>` : ''}</ul>
  </div>`;
}

function unfiledPart(unfiled: number): Html {
  return html`<div class="verdict" id="unfiled">
    <p>${counted(unfiled, 'dead letter')} ${unfiled === 1 ? 'belongs' : 'belong'} to no order that the ledger knows. <a href="/letters/unfiled">Look at ${unfiled === 1 ? 'it' : 'them'}</a></p>
    <p class="hint">That reads the queue: for a moment nobody else can replay or discard what is in it.</p>
  </div>`;
}

/** What the queue has and the ledger does not know. */
export function unfiledPage(
  { at, groups, hidden, more }: UnfiledLetters,
  timeZone: string,
  formKey: string,
): Html {
  return html`<h1>Dead letters of no known order</h1>
    ${groups.length === 0 ? html`<p class="verdict">There are none among the letters that were read.</p>` : groups.map((group) => groupPart(group, { now: at, timeZone }, formKey))}
    ${hidden > 0 ? html`<p class="hint">Another run holds ${counted(hidden, 'more dead letter')}, or was killed while it did; ${hidden === 1 ? 'it is' : 'they are'} visible again within ${hiddenInWords}.</p>` : ''}
    ${more ? html`<p class="hint">The queue has more letters than were read.</p>` : ''}
    ${back}`;
}

/** One dead letter with its content. */
export function deadLetterPage(letter: RoutedLetter, time: PlantTime): Html {
  const { orderNumber, stage, cause, reason, since, messageId, booking, figures } = letter;
  return html`<h1>Dead letter${orderNumber === '' ? '' : html` of ${orderNumber}`}</h1>
    <p class="reason">${redactedText(reason)}</p>
    <section class="card"><dl>
      ${orderNumber === '' ? '' : html`<div><dt>Order</dt><dd><a href="${orderLink(orderNumber)}">${orderNumber}</a></dd></div>`}
      ${cause === undefined ? '' : html`<div><dt>Cause</dt><dd>${cause}</dd></div>`}
      ${adviceRows(letter)}
      <div><dt>Failed while</dt><dd>${stageWords[stage] ?? stage} <span class="of">${stage}</span></dd></div>
      ${booking === undefined ? '' : html`<div><dt>Booking</dt><dd><code>${booking}</code></dd></div>`}
      ${figures === undefined ? '' : html`<div><dt>Figures</dt><dd>${redactedText(figures)}</dd></div>`}
      <div><dt>First attempt</dt><dd>${moment(since, time)}</dd></div>
      <div><dt>A replay</dt><dd>${replayWords(letter)}</dd></div>
      <div><dt>Message</dt><dd><code>${messageId}</code></dd></div>
    </dl></section>
    ${actions({ letter: idOf(letter) }, letter, 'it')}
    <h2 id="payload">Content</h2>
    <p class="hint">Secrets and names of persons are hidden.</p>
    <pre tabindex="0" aria-labelledby="payload">${shownPayload(letter.body)}</pre>
    ${back}`;
}

/** The dead letter was replayed or discarded meanwhile, perhaps by somebody else. */
export function deadLetterGonePage(): Html {
  return html`<h1>This dead letter is gone</h1>
    <p>It was replayed or discarded meanwhile, or another run holds it for a moment; or the queue has more letters than were read.</p>
    ${back}`;
}

/** How many dead letters are in these groups. */
function countOf(groups: readonly LetterGroup[]): number {
  return groups.reduce((sum, { letters }) => sum + letters.length, 0);
}

function groupPart({ id, reason, letters }: LetterGroup, time: PlantTime, formKey: string): Html {
  const [oldest, ...others] = letters;
  const { cause, stage, since } = oldest;
  const isOne = others.length === 0;
  const orders = firstOrders(letters);
  return html`<section class="letters" id="group-${id}" aria-labelledby="reason-${id}">
    <h2 id="reason-${id}">${redactedText(isOne ? oldest.reason : reason)}</h2>
    <p class="meta">${counted(letters.length, 'dead letter')}${cause === undefined ? '' : ` · cause: ${cause}`} · failed while ${stageWords[stage] ?? stage} · oldest ${duration(Math.max(0, (time.now.getTime() - since.getTime()) / 1000))} ago</p>
    <dl>
      ${adviceRows(oldest)}
      ${orders ? html`<div><dt>Orders</dt><dd>${orders}</dd></div>` : ''}
      ${'to' in oldest.route ? '' : html`<div><dt>A replay</dt><dd>${replayWords(oldest)}</dd></div>`}
    </dl>
    ${actions({ group: id }, oldest, isOne ? 'it' : `all ${letters.length}`)}
    ${isOne ? showLink(oldest) : choices(id, letters, time, formKey)}
  </section>`;
}

/** Who acts, and how. */
function adviceRows({ cause }: ListedLetter): Html {
  const of = { kind: 'dead-letter', cause } as const;
  return html`<div><dt>Who acts</dt><dd>${whoActs(of)}</dd></div>
    <div><dt>What to do</dt><dd>${nextOf(of)}</dd></div>`;
}

function isComparedFirst({ cause }: Pick<ListedLetter, 'cause'>): boolean {
  return cause !== undefined && remedies[cause].compareFirst === true;
}

/** The first orders; undefined when none is known. */
function firstOrders(letters: readonly ListedLetter[]): Html | undefined {
  const orders = [...new Set(letters.flatMap(({ orderNumber }) => orderNumber || []))];
  if (orders.length === 0) return undefined;
  const more = orders.length > maxOrders ? `, and ${orders.length - maxOrders} more` : '';
  return html`${orderLinks(orders.slice(0, maxOrders))}${more}`;
}

function replayWords({ route }: ListedLetter): string {
  return 'to' in route ? `sends it to ${route.to}` : `cannot take it: ${redactedText(route.stays)}`;
}

/** To its content, where there is no page of an order that says all of it. */
function showLink(letter: ListedLetter): Html {
  const { record, orderNumber } = letter;
  if (record && orderNumber !== '') return html``;
  return html`<a href="/letters/one?${new URLSearchParams({ letter: idOf(letter) })}">Show it<span class="unseen">: the dead letter of ${orderNumber || 'an unknown order'}</span></a>`;
}

/** A form to choose some of a group. */
function choices(id: string, letters: readonly ListedLetter[], time: PlantTime, formKey: string): Html {
  const shown = letters.slice(0, maxChoices);
  return html`<details id="of-${id}">
      <summary>Choose some of ${shown.length < letters.length ? `the oldest ${shown.length}` : `the ${letters.length}`}</summary>
      <form method="post" action="/letters/choose">
        ${hiddenField(formKeyField, formKey)}
        <ul>${shown.map((letter) => {
          const one = idOf(letter);
          return html`<li id="letter-${one}">
          <input type="checkbox" id="choose-${one}" name="letter" value="${one}">
          <label for="choose-${one}">${letter.orderNumber || 'order unknown'}</label>
          ${moment(letter.since, time)}
          ${showLink(letter)}
        </li>`;
        })}</ul>
        <p class="actions">
          ${shown[0] && 'to' in shown[0].route ? html`<button name="action" value="replay">Replay the chosen …</button>` : ''}
          <button name="action" value="discard">Discard the chosen …</button>
        </p>
      </form>
    </details>`;
}

function actions(
  chosen: { readonly group: string } | { readonly letter: string },
  { cause, route }: ListedLetter,
  what: string,
): Html {
  const query = new URLSearchParams(Object.entries(chosen));
  const compares = isComparedFirst({ cause });
  return html`${compares ? html`<p class="verdict going"><strong>Compare before you replay:</strong> only what you find shows whether to replay or to discard.</p>` : ''}
  <p class="actions">
    ${'to' in route ? html`<a class="button${compares ? '' : ' main'}" href="/letters/replay?${query}">Replay ${what} …</a>` : ''}
    <a class="button" href="/letters/discard?${query}">Discard ${what} …</a>
  </p>`;
}

/** What a replay would do, for confirmation. */
export function replayPage(chosen: Chosen, letters: readonly ListedLetter[], formKey: string): Html {
  const movable = letters.filter(({ route }) => 'to' in route).length;
  const stay = letters.length - movable;
  const compares = letters.some(isComparedFirst);
  const [it, comes] = movable === 1 ? ['it', 'it comes'] : [`all ${movable}`, 'they come'];
  if (movable === 0) return html`<h1>Replay</h1>${nothingLeft('replay')}`;
  return html`<h1>Replay ${counted(movable, 'dead letter')}</h1>
    <p class="lead">Nothing has been moved yet. This is what would happen:</p>
    ${chosenPart(letters)}
    ${stay > 0 ? html`<p class="hint">${counted(stay, 'dead letter')} cannot be replayed and ${stay === 1 ? 'stays' : 'stay'}.</p>` : ''}
    <p>${compares ? 'Have you compared, and is something left to be done?' : 'Have you corrected what the reason names?'} Otherwise ${comes} back here.</p>
    <form method="post" action="/letters/replay" class="actions">
      ${hiddenFields(chosen, formKey)}
      <button${compares ? '' : html` class="main"`}>Replay ${it} now</button>
      <a class="button" href="/letters">Cancel</a>
    </form>`;
}

/** Asks why, and for confirmation. */
export function discardPage(
  chosen: Chosen,
  letters: readonly ListedLetter[],
  formKey: string,
  complaint?: { readonly note: string; readonly sentence: string },
): Html {
  if (letters.length === 0) return html`<h1>Discard</h1>${nothingLeft('discard')}`;
  return html`<h1>Discard ${counted(letters.length, 'dead letter')}</h1>
    <p class="lead">A discarded dead letter is gone, and nothing creates or books it later, unless a person asks for its order again. Discard it when somebody has done it by hand, or when it must not be done.</p>
    ${chosenPart(letters)}
    <form method="post" action="/letters/discard" class="stack">
      ${hiddenFields(chosen, formKey)}
      <label for="note">Why? Your note and name are shown with the order.</label>
      <textarea id="note" name="note" rows="3" required minlength="${minNote}" maxlength="${maxNote}"${
        complaint ? html` aria-invalid="true" aria-describedby="complaint" autofocus` : ''
      }>${complaint?.note ?? ''}</textarea>
      ${complaint ? html`<p id="complaint" class="complaint">${complaint.sentence}</p>` : ''}
      <p class="actions">
        <button class="danger">Discard ${letters.length === 1 ? 'it' : `all ${letters.length}`} for good</button>
        <a class="button" href="/letters">Cancel</a>
      </p>
    </form>`;
}

function chosenPart(letters: readonly ListedLetter[]): Html {
  return html`<div class="scroll"><table>
      <thead><tr><th scope="col">Dead letters</th><th scope="col">Reason</th><th scope="col">A replay</th><th scope="col">Orders</th></tr></thead>
      <tbody>${groupsOf(letters).map(
        ({ reason, letters: [oldest, ...others] }) => html`<tr>
          <td data-label="Dead letters">${others.length + 1}</td>
          <td data-label="Reason">${redactedText(others.length === 0 ? oldest.reason : reason)}</td>
          <td data-label="A replay">${replayWords(oldest)}</td>
          <td data-label="Orders">${firstOrders([oldest, ...others]) ?? 'unknown'}</td>
        </tr>`,
      )}</tbody>
    </table></div>`;
}

const back = html`<p><a href="/letters">All dead letters</a></p>`;

function nothingLeft(what: 'replay' | 'discard'): Html {
  return html`<p class="verdict">There is nothing to ${what}: it was replayed or discarded meanwhile.</p>${back}`;
}

function hiddenFields(chosen: Chosen, formKey: string): Html {
  const [[name, values] = ['', '']] = Object.entries(chosen);
  return html`${hiddenField(formKeyField, formKey)}${[values].flat().map((value) => hiddenField(name, value))}`;
}

function hiddenField(name: string, value: string): Html {
  return html`<input type="hidden" name="${name}" value="${value}">`;
}
