import { html } from 'hono/html';
import { counted } from '../../ops/cli/output.ts';
import { redactedText, shownPayload } from '../../ops/cli/redact.ts';
import type { DeadLetterGroup, DeadLetterView, ShownDeadLetter } from '../dead-letters.ts';
import { duration, type Html, moment, orderLink, type PlantTime, stageWords } from '../labels.ts';

/** All dead letters, or those of one order, by reason. */
export function deadLettersPage(view: DeadLetterView, order: string | undefined, timeZone: string): Html {
  const groups = order === undefined ? view.groups : groupsNaming(view.groups, order);
  const total = groups.reduce((sum, { letters }) => sum + letters.length, 0);
  return html`<h1>Dead letters${order === undefined ? '' : html` of ${order}`}</h1>
    <p class="lead">Messages that would fail again at every attempt. Correct what the reason names, then replay them: a message that is replayed twice is booked once.</p>
    <div id="letters" data-live>
      ${
        total === 0
          ? html`<p class="verdict good"><span aria-hidden="true">✓</span> ${order === undefined ? 'There are none: nothing needs a person.' : `There are none of ${order}.`}</p>`
          : html`${groups.map((group) => groupPart(group, { now: view.at, timeZone }))}`
      }
      ${view.hidden > 0 ? html`<p class="hint">Another run holds ${counted(view.hidden, 'more dead letter')}, or was killed while it did; ${view.hidden === 1 ? 'it is' : 'they are'} visible again within 5 minutes.</p>` : ''}
      ${view.more ? html`<p class="hint">There are more than are shown here. Replaying or discarding a group includes all of its letters.</p>` : ''}
    </div>
    ${order === undefined ? '' : html`<p><a href="/letters">All dead letters</a></p>`}`;
}

/** One dead letter with its content. */
export function deadLetterPage(letter: ShownDeadLetter, time: PlantTime): Html {
  const { orderNumber, stage, cause, reason, since, messageId, route } = letter;
  return html`<h1>Dead letter${orderNumber === '' ? '' : html` of ${orderNumber}`}</h1>
    <p class="reason">${redactedText(reason)}</p>
    <section class="card"><dl>
      ${orderNumber === '' ? '' : html`<div><dt>Order</dt><dd><a href="${orderLink(orderNumber)}">${orderNumber}</a></dd></div>`}
      ${cause === undefined ? '' : html`<div><dt>Cause</dt><dd>${cause}</dd></div>`}
      <div><dt>Failed while</dt><dd>${stageWords[stage] ?? stage} <span class="of">${stage}</span></dd></div>
      <div><dt>First attempt</dt><dd>${moment(since, time)}</dd></div>
      <div><dt>A replay</dt><dd>${'to' in route ? `sends it to ${route.to}` : `cannot take it: ${redactedText(route.stays)}`}</dd></div>
      <div><dt>Message</dt><dd><code>${messageId}</code></dd></div>
    </dl></section>
    ${actions('letter', letter.sqsId, 'to' in route, 'it')}
    <h2 id="payload">Content</h2>
    <p class="hint">Secrets and names of persons are hidden.</p>
    <pre tabindex="0" aria-labelledby="payload">${shownPayload(letter.body)}</pre>
    <p><a href="/letters">All dead letters</a></p>`;
}

/** The dead letter was replayed or discarded meanwhile, perhaps by somebody else. */
export function deadLetterGonePage(): Html {
  return html`<h1>This dead letter is gone</h1>
    <p>It was replayed or discarded meanwhile, or another run holds it for a moment.</p>
    <p><a href="/letters">All dead letters</a></p>`;
}

/** The groups with only those letters that name the order. */
export function groupsNaming(groups: readonly DeadLetterGroup[], order: string): DeadLetterGroup[] {
  return groups.flatMap((group) => {
    const letters = group.letters.filter(({ numbers }) => numbers.includes(order));
    return letters.length > 0 ? [{ ...group, letters }] : [];
  });
}

function groupPart({ id, cause, reason, stage, letters }: DeadLetterGroup, time: PlantTime): Html {
  const { now } = time;
  const oldest = letters[0]?.since ?? now;
  const only = letters.length === 1 ? letters[0] : undefined;
  const movable = letters.some(({ route }) => 'to' in route);
  const [stays] = letters.flatMap(({ route }) => ('stays' in route ? [route.stays] : []));
  return html`<section class="letters" id="group-${id}" aria-labelledby="reason-${id}">
    <h2 id="reason-${id}">${redactedText(only?.reason ?? reason)}</h2>
    <p class="meta">${counted(letters.length, 'dead letter')}${cause === undefined ? '' : ` · cause: ${cause}`} · failed while ${stageWords[stage] ?? stage} · oldest ${duration(Math.max(0, (now.getTime() - oldest.getTime()) / 1000))} ago</p>
    ${stays === undefined ? '' : html`<p class="hint">A replay cannot take ${movable ? 'all of them' : letters.length === 1 ? 'it' : 'them'}: ${redactedText(stays)}.</p>`}
    ${actions('group', id, movable, letters.length === 1 ? 'it' : `all ${letters.length}`)}
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
