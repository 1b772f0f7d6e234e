import { once } from 'node:events';
import { type Context, Hono } from 'hono';
import { html } from 'hono/html';
import * as z from 'zod/mini';
import { partnerWords } from '../../../shared/model/partner.ts';
import { capitalized, counted } from '../../../shared/model/text.ts';
import { duration } from '../../../shared/model/time.ts';
import { adviceWithButtons } from '../../../shared/situation/advice.ts';
import { adviceOn, whoActs } from '../../../shared/situation/words.ts';
import type { DeadLetterAttribute } from '../../../shared/worker/dead-letter.ts';
import { redactedText, shownPayload } from '../../ops/cli/redact.ts';
import { maxNote, minNote, signedNote } from '../../ops/cli/target.ts';
import {
  type DeadLetterGroup,
  type DeadLetterMessage,
  groupDeadLetters,
  type ListedDeadLetter,
} from '../../ops/dead-letters/dead-letter.ts';
import { hiddenInWords } from '../../ops/dead-letters/queue.ts';
import { type DeadLetterDesk, idOfDeadLetter } from '../dead-letters.ts';
import type { ConsolePageDependencies } from '../dependencies.ts';
import {
  type Cell,
  type Html,
  moment,
  namesAndValues,
  orderLinks,
  type PlantTime,
  postForm,
  tablePart,
} from './parts.ts';

const mostOrdersLinked = 10;

const chosenIdSchema = z.string().check(z.minLength(1), z.maxLength(200));
type DeadLetterAction = 'replay' | 'discard';
const chosenSchema = z.union([
  z.object({ group: chosenIdSchema }),
  z.object({ letter: z.union([chosenIdSchema, z.array(chosenIdSchema)]) }),
]);

export function deadLetterRoutes(pages: ConsolePageDependencies): Hono {
  return new Hono()
    .get('/letters', (c) => showAll(c, pages))
    .get('/letters/unfiled', (c) => showUnfiled(c, pages))
    .get('/letters/one', (c) => showDeadLetter(c, pages))
    .post('/letters/choose', (c) => confirmTicked(c, pages))
    .get('/letters/replay', (c) => askToConfirm(c, 'replay', c.req.query(), pages))
    .post('/letters/replay', (c) => answerReplay(c, pages))
    .get('/letters/discard', (c) => askToConfirm(c, 'discard', c.req.query(), pages))
    .post('/letters/discard', (c) => answerDiscard(c, pages));
}

/** Its items are read again each time. */
const deadLettersRefreshSeconds = 10;
/** A page that asks for a decision does not refresh itself. */
export const deadLettersPageBase = { name: 'letters', refreshSeconds: undefined } as const;

async function showAll(
  c: Context,
  { deadLetters, situation, timeZone, nameActor, show }: ConsolePageDependencies,
): Promise<Response> {
  const now = await situation();
  const view = await deadLetters.open(now);
  const total = view.total + now.unfiled;
  const content = html`<h1>Dead letters</h1>
    <p class="lead">Messages that would fail again at every attempt. Correct what the reason names, then replay them: a message that is replayed twice is booked once.</p>
    <div id="letters" data-live>
      ${total === 0 ? html`<p class="verdict good"><span aria-hidden="true">✓</span> There are none.</p>` : ''}
      ${view.leftOut.length > 0 ? leftOutPart(view) : ''}
      ${now.unfiled > 0 ? unfiledPart(now.unfiled) : ''}
      ${view.groups.map((group) => groupPart(group, { now: now.at, timeZone, nameActor }))}
    </div>`;
  const headline = counted(total, 'dead letter');
  return show(
    c,
    { name: 'letters', title: 'Dead letters', headline, content, refreshSeconds: deadLettersRefreshSeconds },
    now,
  );
}

function leftOutPart({ groups, total, isCut, leftOut }: Awaited<ReturnType<DeadLetterDesk['open']>>): Html {
  const most = isCut ? 'At least ' : '';
  return html`<div class="verdict">
    <p>${most}${counted(total, 'dead letter')}, of which ${groups.flatMap(({ deadLetters }) => deadLetters).length} are listed: the oldest of each cause. The others follow once these are replayed or discarded; the command replay takes thousands at once.</p>
    <ul>${leftOut.map((headline) => html`<li>${most}${headline}</li>`)}${isCut ? html`<li>There may be others that were not counted, also of other causes.</li>` : ''}</ul>
  </div>`;
}

function unfiledPart(unfiled: number): Html {
  return html`<div class="verdict" id="unfiled">
    <p>The queue has ${counted(unfiled, 'message')} more: second copies, or calls that nobody could read. <a href="/letters/unfiled">Look at ${unfiled === 1 ? 'it' : 'them'}</a></p>
    <p class="hint">That reads the queue: for a moment nobody else can replay or discard what is in it.</p>
  </div>`;
}

async function showUnfiled(
  c: Context,
  { deadLetters, timeZone, nameActor, show }: ConsolePageDependencies,
): Promise<Response> {
  const { at, groups, copies, hidden, more } = await deadLetters.unfiled();
  const content = html`<h1>Calls that nobody could read</h1>
    ${groups.length === 0 ? html`<p class="verdict">There are none among the dead letters that were read.</p>` : groups.map((group) => groupPart(group, { now: at, timeZone, nameActor }))}
    ${copies > 0 ? html`<p class="hint">${counted(copies, 'second copy', 'second copies')} of dead letters ${copies === 1 ? 'was' : 'were'} read as well: ${copies === 1 ? 'it is' : 'they are'} removed when those are replayed or discarded.</p>` : ''}
    ${hidden > 0 ? html`<p class="hint">Another run holds ${counted(hidden, 'more dead letter')}, or was killed while it did; ${hidden === 1 ? 'it is' : 'they are'} visible again within ${hiddenInWords}.</p>` : ''}
    ${more ? html`<p class="hint">The queue has more dead letters than were read.</p>` : ''}
    ${backToDeadLetters}`;
  return show(c, { ...deadLettersPageBase, title: 'Calls that nobody could read', content });
}

async function showDeadLetter(
  c: Context,
  { deadLetters, clock, timeZone, nameActor, show }: ConsolePageDependencies,
): Promise<Response> {
  const message = await deadLetters.message(c.req.query('letter') ?? '');
  if (!message) {
    const content = html`<h1>This dead letter is gone</h1>
    <p>It was replayed or discarded meanwhile, or another run holds it for a moment; or the queue has more dead letters than were read.</p>
    ${backToDeadLetters}`;
    return show(c, { ...deadLettersPageBase, title: 'Dead letter', content });
  }
  const { orderNumber, body } = message;
  const time = { now: clock.now(), timeZone, nameActor };
  const content = html`<h1>Dead letter${orderNumber === '' ? '' : html` of ${orderNumber}`}</h1>
    ${groupDeadLetters([message]).map((group) => groupPart(group, time, { letter: idOfDeadLetter(message) }))}
    <section class="card">${namesAndValues(attributeRowsOf(message, time))}</section>
    <h2 id="payload">Content</h2>
    <p class="hint">Secrets and names of persons are hidden.</p>
    <pre tabindex="0" aria-labelledby="payload">${shownPayload(body)}</pre>
    ${backToDeadLetters}`;
  return show(c, { ...deadLettersPageBase, title: 'Dead letter', content });
}

interface AttributeRow {
  readonly title: string;
  readonly cell: (message: DeadLetterMessage, time: PlantTime) => Cell | undefined;
}

/**
 * What the page of one dead letter says of each of its attributes, in this order: by a row, in its heading and group above the
 * rows, or nothing. An attribute that a function gives it, and that is missing here, does not compile.
 */
const attributeRows: Readonly<Record<DeadLetterAttribute, AttributeRow | 'above' | 'left out'>> = {
  orderNumber: 'above',
  reason: 'above',
  cause: 'above',
  stage: 'above',
  booking: { title: 'Booking', cell: ({ booking }) => booking && html`<code>${booking}</code>` },
  figures: { title: 'Figures', cell: ({ figures }) => figures && redactedText(figures) },
  partner: { title: 'Called last', cell: ({ partner }) => partner && capitalized(partnerWords[partner]) },
  firstAttemptAt: { title: 'First attempt', cell: ({ since }, time) => moment(since, time) },
  // It stands in its queue since then.
  lastAttemptAt: 'left out',
  messageId: { title: 'Message', cell: ({ messageId }) => html`<code>${messageId}</code>` },
};

function attributeRowsOf(message: DeadLetterMessage, time: PlantTime) {
  return Object.values(attributeRows).flatMap((row) =>
    typeof row === 'string' ? [] : [[row.title, row.cell(message, time)] as const],
  );
}

/** What a function was doing when its message became a dead letter. */
const stageWords: Readonly<Record<string, string>> = {
  'create-product-orders': 'creating it in Azumuta',
  'book-completion': 'reading it from Azumuta or booking it in the ERP',
  'receive-webhook': 'receiving a call from Azumuta',
};

/** @param one The only dead letter, where it is shown with its content. */
function groupPart(
  group: DeadLetterGroup,
  { nameActor, ...time }: PlantTime & Pick<ConsolePageDependencies, 'nameActor'>,
  one?: { letter: string },
): Html {
  const { id, reason, deadLetters } = group;
  const [oldest, ...others] = deadLetters;
  const { cause, stage, since } = oldest;
  const trouble = { kind: 'dead-letter', cause } as const;
  const isOne = others.length === 0;
  const orders = firstOrders(deadLetters);
  return html`<section class="letters" id="group-${id}" aria-labelledby="reason-${id}">
    <h2 id="reason-${id}">${redactedText(isOne ? oldest.reason : reason)}</h2>
    <p class="meta">${counted(deadLetters.length, 'dead letter')}${cause === undefined ? '' : ` · cause: ${cause}`} · failed while ${stageWords[stage] ?? stage} · oldest ${duration(Math.max(0, (time.now.getTime() - since.getTime()) / 1000))} ago</p>
    ${namesAndValues([
      ['Who acts', nameActor(whoActs(trouble))],
      ['What to do', adviceWithButtons(adviceOn(trouble))],
      ['Orders', orders],
      ['A replay', 'to' in oldest.route ? undefined : replayWords(oldest)],
    ])}
    ${actionLinks(one ?? { group: id }, group)}
    ${one || !isOne ? '' : showLink(oldest)}
  </section>`;
}

function isComparedFirst({ cause }: Pick<ListedDeadLetter, 'cause'>): boolean {
  return cause !== undefined && adviceOn({ kind: 'dead-letter', cause }).compareFirst === true;
}

function firstOrders(deadLetters: readonly ListedDeadLetter[]): Html | undefined {
  const orders = [...new Set(deadLetters.flatMap(({ orderNumber }) => orderNumber || []))];
  if (orders.length === 0) return undefined;
  return orderLinks(orders.slice(0, mostOrdersLinked), orders.length - mostOrdersLinked);
}

function replayWords({ route }: ListedDeadLetter): string {
  return 'to' in route ? `sends it to ${route.to}` : `cannot take it: ${redactedText(route.whyNot)}`;
}

/** To its content, where there is no page of an order that says all of it. */
export function showLink(deadLetter: ListedDeadLetter): Html {
  const { record, orderNumber } = deadLetter;
  if (record && orderNumber !== '') return html``;
  return html`<a href="/letters/one?${new URLSearchParams({ letter: idOfDeadLetter(deadLetter) })}">Show it<span class="unseen">: the dead letter of ${orderNumber || 'an unknown order'}</span></a>`;
}

function actionLinks(
  chosen: { readonly group: string } | { readonly letter: string },
  { deadLetters }: DeadLetterGroup,
): Html {
  const [{ cause, route }, ...others] = deadLetters;
  const what = others.length === 0 ? 'it' : `all ${deadLetters.length}`;
  const query = new URLSearchParams(Object.entries(chosen));
  const compares = isComparedFirst({ cause });
  const isChosen = 'group' in chosen && (compares || others.length > 0);
  const some = html`<a class="button${compares ? ' main' : ''}" href="/letters/some?${query}">${compares ? `Compare ${what}` : 'Choose some'} …</a>`;
  return html`${compares ? html`<p class="verdict going"><strong>Compare before you replay:</strong> do what stands above; what you find shows whether to replay or to discard.</p>` : ''}
  ${compares ? '' : html`<p class="hint">Replay once that is corrected.</p>`}
  <p class="actions">
    ${compares && isChosen ? some : ''}
    ${'to' in route ? html`<a class="button${compares ? '' : ' main'}" href="/letters/replay?${query}">Replay ${what} …</a>` : ''}
    <a class="button" href="/letters/discard?${query}">Discard ${what} …</a>
    ${!compares && isChosen ? some : ''}
  </p>`;
}

/** A form posts what was chosen, as an address cannot hold so many ids. Nothing is done before the confirmation. */
async function confirmTicked(c: Context, pages: ConsolePageDependencies): Promise<Response> {
  const form = await c.req.parseBody({ all: true });
  if (form.letter === undefined)
    return pages.redirect(c, '/letters', 'Nothing was chosen: tick at least one dead letter.');
  return askToConfirm(c, form.action === 'discard' ? 'discard' : 'replay', form, pages);
}

async function askToConfirm(
  c: Context,
  action: DeadLetterAction,
  given: unknown,
  { deadLetters, show }: ConsolePageDependencies,
): Promise<Response> {
  const { data: chosen } = z.safeParse(chosenSchema, given);
  if (!chosen) return c.redirect('/letters', 303);
  const all = await deadLetters.find(chosen);
  const concerned = action === 'replay' ? all.filter(({ route }) => 'to' in route) : all;
  const title = capitalized(action);
  if (concerned.length === 0) {
    const content = html`<h1>${title}</h1><p class="verdict">There is nothing to ${action}: it was replayed or discarded meanwhile.</p>${backToDeadLetters}`;
    return show(c, { ...deadLettersPageBase, title, content });
  }
  const stay = all.length - concerned.length;
  const content = html`<h1>${title} ${counted(concerned.length, 'dead letter')}</h1>
    <p class="lead">${
      action === 'replay'
        ? 'Nothing has been moved yet. This is what would happen:'
        : 'A discarded dead letter is gone, and nothing creates or books it later, unless a person asks for its order again. Discard it when somebody has done it by hand, or when it must not be done.'
    }</p>
    ${chosenTable(all)}
    ${stay > 0 ? html`<p class="hint">${counted(stay, 'dead letter')} cannot be replayed and ${stay === 1 ? 'remains' : 'remain'}.</p>` : ''}
    ${postForm(`/letters/${action}`, action === 'replay' ? replayForm(concerned) : discardForm(concerned.length), 'stack', chosen)}`;
  return show(c, { ...deadLettersPageBase, title, content });
}

function replayForm(deadLetters: readonly ListedDeadLetter[]): Html {
  const [count, compares] = [deadLetters.length, deadLetters.some(isComparedFirst)];
  const [it, comes] = count === 1 ? ['it', 'it comes'] : [`all ${count}`, 'they come'];
  return html`<p>${compares ? 'Have you compared, and is something left to be done?' : 'Have you corrected what the reason names?'} Otherwise ${comes} back here.</p>
    <p class="actions"><button${compares ? '' : html` class="main"`}>Replay ${it} now</button> ${cancel}</p>`;
}

function discardForm(count: number): Html {
  return html`<label for="note">Why? Your note and name are shown with the order.</label>
      <textarea id="note" name="note" rows="3" required minlength="${minNote}" maxlength="${maxNote}"></textarea>
      <p class="actions"><button class="danger">Discard ${count === 1 ? 'it' : `all ${count}`} for good</button> ${cancel}</p>`;
}

function chosenTable(deadLetters: readonly ListedDeadLetter[]): Html {
  return tablePart(
    'The chosen dead letters, by reason',
    [
      {
        title: 'Reason',
        cell: ({ reason, deadLetters: [oldest, ...others] }) =>
          redactedText(others.length === 0 ? oldest.reason : reason),
      },
      { title: 'Dead letters', cell: (group) => String(group.deadLetters.length) },
      { title: 'A replay', cell: ({ deadLetters: [oldest] }) => replayWords(oldest) },
      { title: 'Orders', cell: (group) => firstOrders(group.deadLetters) ?? 'unknown' },
    ],
    groupDeadLetters(deadLetters),
  );
}

/** What is sent within this time is sent when its page opens. */
const patienceMs = 5000;

async function answerReplay(
  c: Context,
  { deadLetters, operator, clock }: ConsolePageDependencies,
): Promise<Response> {
  const chosen = z.parse(chosenSchema, await c.req.parseBody({ all: true }));
  const note = signedNote('chosen among the dead letters', await operator());
  const replay = deadLetters.begin(chosen, note);
  const limit = clock.timeout(patienceMs);
  await Promise.race([replay.ended, once(limit, 'abort')]);
  limit.clear?.();
  return c.redirect(`/letters/replayed?${new URLSearchParams({ replay: replay.id })}`, 303);
}

async function answerDiscard(
  c: Context,
  { deadLetters, operator, redirect }: ConsolePageDependencies,
): Promise<Response> {
  const form = await c.req.parseBody({ all: true });
  const report = deadLetters.discard(z.parse(chosenSchema, form), String(form.note ?? ''), await operator());
  return redirect(c, '/letters', report.then(noticeOfDiscard));
}

function noticeOfDiscard({
  discarded: gone,
  selected,
  copies,
  ended,
  failure,
}: Awaited<ReturnType<DeadLetterDesk['discard']>>): string {
  if (failure !== undefined) return `Discarded ${gone} of ${counted(selected, 'dead letter')}. ${failure}`;
  if (selected + ended === 0) return 'There was nothing left to discard.';
  const without = ended === 0 ? '' : ` The queue did not have ${ended} of them any more.`;
  return `Discarded ${counted(gone + ended, 'dead letter')}.${removedCopies(copies)}${without}`;
}

export function removedCopies(count: number): string {
  return count === 0 ? '' : ` ${counted(count, 'second copy', 'second copies')} removed with it.`;
}

const cancel = html`<a class="button" href="/letters">Cancel</a>`;
export const backToDeadLetters = html`<p><a href="/letters">All dead letters</a></p>`;
