import { html } from 'hono/html';
import { duration } from '../../../shared/model/time.ts';
import { counted } from '../../ops/cli/output.ts';
import { redactedText, shownPayload } from '../../ops/cli/redact.ts';
import { maxNote, minNote } from '../../ops/cli/signed-note.ts';
import type { LetterGroup, RoutedLetter } from '../../ops/dead-letters/dead-letter.ts';
import { hiddenInWords } from '../../ops/dead-letters/queue.ts';
import type { ReplayReport } from '../../ops/replay/replay.ts';
import { formKeyField } from '../auth.ts';
import type { Chosen, DeadLetterView } from '../dead-letters.ts';
import { type Html, moment, orderLink, type PlantTime, stageWords } from '../labels.ts';

/** All dead letters, or those of one order, by reason. */
export function deadLettersPage(view: DeadLetterView, order: string | undefined, timeZone: string): Html {
  const groups = order === undefined ? view.groups : groupsNaming(view.groups, order);
  const total = countOf(groups);
  return html`<h1>Dead letters${order === undefined ? '' : html` of ${order}`}</h1>
    <p class="lead">Messages that would fail again at every attempt. Correct what the reason names, then replay them: a message that is replayed twice is booked once.</p>
    <div id="letters" data-live>
      ${
        total === 0
          ? html`<p class="verdict good"><span aria-hidden="true">✓</span> ${order === undefined ? 'There are none.' : `There are none of ${order}.`}</p>`
          : html`${groups.map((group) => groupPart(group, { now: view.at, timeZone }))}`
      }
      ${view.hidden > 0 ? html`<p class="hint">Another run holds ${counted(view.hidden, 'more dead letter')}, or was killed while it did; ${view.hidden === 1 ? 'it is' : 'they are'} visible again within ${hiddenInWords}.</p>` : ''}
      ${view.more ? html`<p class="hint">There are more than are shown here. Replaying or discarding a group includes all of its letters.</p>` : ''}
    </div>
    ${order === undefined ? '' : back}`;
}

/** One dead letter with its content. */
export function deadLetterPage(letter: RoutedLetter, time: PlantTime): Html {
  const { orderNumber, stage, cause, reason, since, messageId, booking, figures, route } = letter;
  return html`<h1>Dead letter${orderNumber === '' ? '' : html` of ${orderNumber}`}</h1>
    <p class="reason">${redactedText(reason)}</p>
    <section class="card"><dl>
      ${orderNumber === '' ? '' : html`<div><dt>Order</dt><dd><a href="${orderLink(orderNumber)}">${orderNumber}</a></dd></div>`}
      ${cause === undefined ? '' : html`<div><dt>Cause</dt><dd>${cause}</dd></div>`}
      <div><dt>Failed while</dt><dd>${stageWords[stage] ?? stage} <span class="of">${stage}</span></dd></div>
      ${booking === undefined ? '' : html`<div><dt>Booking</dt><dd><code>${booking}</code></dd></div>`}
      ${figures === undefined ? '' : html`<div><dt>Figures</dt><dd>${redactedText(figures)}</dd></div>`}
      <div><dt>First attempt</dt><dd>${moment(since, time)}</dd></div>
      <div><dt>A replay</dt><dd>${'to' in route ? `sends it to ${route.to}` : `cannot take it: ${redactedText(route.stays)}`}</dd></div>
      <div><dt>Message</dt><dd><code>${messageId}</code></dd></div>
    </dl></section>
    ${actions('letter', letter.sqsId, 'to' in route, 'it')}
    <h2 id="payload">Content</h2>
    <p class="hint">Secrets and names of persons are hidden.</p>
    <pre tabindex="0" aria-labelledby="payload">${shownPayload(letter.body)}</pre>
    ${back}`;
}

/** The dead letter was replayed or discarded meanwhile, perhaps by somebody else. */
export function deadLetterGonePage(): Html {
  return html`<h1>This dead letter is gone</h1>
    <p>It was replayed or discarded meanwhile, or another run holds it for a moment.</p>
    ${back}`;
}

/** How many dead letters are in these groups. */
export function countOf(groups: readonly LetterGroup[]): number {
  return groups.flatMap(({ letters }) => letters).length;
}

/** The groups with only those letters that name the order. */
export function groupsNaming(groups: readonly LetterGroup[], order: string): LetterGroup[] {
  return groups.flatMap((group) => {
    const letters = group.letters.filter(({ numbers }) => numbers.includes(order));
    return letters.length > 0 ? [{ ...group, letters }] : [];
  });
}

function groupPart({ id, cause, reason, stage, route, since, letters }: LetterGroup, time: PlantTime): Html {
  const only = letters.length === 1 ? letters[0] : undefined;
  return html`<section class="letters" id="group-${id}" aria-labelledby="reason-${id}">
    <h2 id="reason-${id}">${redactedText(only?.reason ?? reason)}</h2>
    <p class="meta">${counted(letters.length, 'dead letter')}${cause === undefined ? '' : ` · cause: ${cause}`} · failed while ${stageWords[stage] ?? stage} · oldest ${duration(Math.max(0, (time.now.getTime() - since.getTime()) / 1000))} ago</p>
    ${'to' in route ? '' : html`<p class="hint">A replay cannot take ${only ? 'it' : 'them'}: ${redactedText(route.stays)}.</p>`}
    ${actions('group', id, 'to' in route, only ? 'it' : `all ${letters.length}`)}
    <details id="of-${id}"${letters.length <= 3 ? html` open` : ''}>
      <summary>${letters.length === 1 ? 'The dead letter' : `All ${letters.length} dead letters`}</summary>
      <ul>${letters.map(
        (letter) => html`<li id="letter-${letter.sqsId}">
          ${letter.orderNumber === '' ? html`<span class="of">order unknown</span>` : html`<a href="${orderLink(letter.orderNumber)}">${letter.orderNumber}</a>`}
          ${moment(letter.since, time)}
          <a href="/letters/one?${new URLSearchParams({ letter: letter.sqsId })}">Show it<span class="unseen">: the dead letter of ${letter.orderNumber || 'an unknown order'}</span></a>
        </li>`,
      )}</ul>
    </details>
  </section>`;
}

function actions(kind: 'group' | 'letter', id: string, movable: boolean, what: string): Html {
  const query = new URLSearchParams({ [kind]: id });
  return html`<p class="actions">
    ${movable ? html`<a class="button main" href="/letters/replay?${query}">Replay ${what} …</a>` : ''}
    <a class="button" href="/letters/discard?${query}">Discard ${what} …</a>
  </p>`;
}

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
  letters: readonly RoutedLetter[],
  formKey: string,
  complaint: { readonly note: string; readonly sentence: string } | undefined,
): Html {
  if (letters.length === 0)
    return html`<h1>Discard</h1><p class="verdict">There is nothing to discard: it was replayed or discarded meanwhile, or another run holds it.</p>${back}`;
  const orders = [...new Set(letters.flatMap(({ orderNumber }) => orderNumber || []))];
  return html`<h1>Discard ${counted(letters.length, 'dead letter')}</h1>
    <p class="lead">A discarded dead letter is gone, and nothing creates or books it later, unless a person asks for its order again. Discard it when somebody has done it by hand, or when it must not be done.</p>
    ${orders.length > 0 ? html`<p>Orders: ${orders.slice(0, 10).join(', ')}${orders.length > 10 ? ' …' : ''}</p>` : ''}
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

const back = html`<p><a href="/letters">All dead letters</a></p>`;

function hiddenFields(chosen: Chosen, formKey: string): Html {
  const [[name, value] = ['', '']] = Object.entries(chosen);
  return html`<input type="hidden" name="${formKeyField}" value="${formKey}"><input type="hidden" name="${name}" value="${value}">`;
}
