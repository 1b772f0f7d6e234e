import { html } from 'hono/html';
import { counted } from '../../ops/cli/output.ts';
import { redactedText } from '../../ops/cli/redact.ts';
import { maxNote, minNote } from '../../ops/dead-letters/discard.ts';
import type { ReplayReport } from '../../ops/replay/replay.ts';
import { formKeyField } from '../auth.ts';
import type { Chosen, ShownDeadLetter } from '../dead-letters.ts';
import type { Html } from '../labels.ts';

/** What a replay would do, for confirmation. */
export function replayPage(chosen: Chosen, report: ReplayReport, formKey: string): Html {
  const { movable, selected, groups, failure } = report;
  if (failure !== undefined)
    return html`<h1>Replay</h1><p class="verdict bad">The dead letters could not be read: ${redactedText(failure)}</p>${back}`;
  return html`<h1>Replay ${counted(movable, 'dead letter')}</h1>
    <p class="lead">Nothing has been moved yet. This is what would happen:</p>
    <div class="scroll"><table>
      <thead><tr><th scope="col">Dead letters</th><th scope="col">Reason</th><th scope="col">Goes to</th><th scope="col">Orders</th></tr></thead>
      <tbody>${groups.map(
        ({ letters, reason, to, stays, orders }) => html`<tr>
          <td data-label="Dead letters">${letters}</td>
          <td data-label="Reason">${redactedText(letters === 1 ? reason.replaceAll('‹order›', orders[0] ?? '‹order›') : reason)}</td>
          <td data-label="Goes to">${to ?? `stays: ${redactedText(stays ?? '')}`}</td>
          <td data-label="Orders">${orders.join(', ') || 'unknown'}${letters > orders.length && orders.length > 0 ? ' …' : ''}</td>
        </tr>`,
      )}</tbody>
    </table></div>
    ${selected > movable ? html`<p class="hint">${counted(selected - movable, 'dead letter')} cannot be replayed and ${selected - movable === 1 ? 'stays' : 'stay'}.</p>` : ''}
    ${
      movable > 0
        ? html`<p>Have you corrected what the reason names? Otherwise ${movable === 1 ? 'it comes' : 'they come'} back here.</p>
    <form method="post" action="/letters/replay" class="actions">
      ${hiddenFields(chosen, formKey)}
      <button class="main">Replay ${movable === 1 ? 'it' : `all ${movable}`} now</button>
      <a class="button" href="/letters">Cancel</a>
    </form>`
        : html`<p class="verdict">There is nothing to replay: it was replayed or discarded meanwhile, or another run holds it.</p>${back}`
    }`;
}

/** Asks why, and for confirmation. */
export function discardPage(
  chosen: Chosen,
  letters: readonly ShownDeadLetter[],
  formKey: string,
  complaint: { readonly note: string; readonly sentence: string } | undefined,
): Html {
  if (letters.length === 0)
    return html`<h1>Discard</h1><p class="verdict">There is nothing to discard: it was replayed or discarded meanwhile, or another run holds it.</p>${back}`;
  const orders = [...new Set(letters.flatMap(({ orderNumber }) => orderNumber || []))];
  return html`<h1>Discard ${counted(letters.length, 'dead letter')}</h1>
    <p class="lead">A discarded dead letter is gone: nothing creates or books it later. Discard it when somebody has done it by hand, or when it must not be done.</p>
    ${orders.length > 0 ? html`<p>Orders: ${orders.slice(0, 10).join(', ')}${orders.length > 10 ? ' …' : ''}</p>` : ''}
    <form method="post" action="/letters/discard" class="stack">
      ${hiddenFields(chosen, formKey)}
      <label for="note">Why? Your note and your name are shown with the order later.</label>
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

const back = html`<p><a href="/letters">All dead letters</a></p>`;

function hiddenFields(chosen: Chosen, formKey: string): Html {
  const [[name, value] = ['', '']] = Object.entries(chosen);
  return html`<input type="hidden" name="${formKeyField}" value="${formKey}"><input type="hidden" name="${name}" value="${value}">`;
}
