import { type Context, Hono } from 'hono';
import { html } from 'hono/html';
import { bookedFiguresIn, figuresInWords, unpackCompletion } from '../../../shared/completions/content.ts';
import type { BookingEntry } from '../../../shared/ledger/records/bookings.ts';
import type { Standing } from '../../../shared/ledger/records/known-orders.ts';
import type { DueNow } from '../../../shared/model/due.ts';
import { atOnce, mapConcurrently } from '../../../shared/platform/map-concurrently.ts';
import { adviceWithButtons } from '../../../shared/situation/advice.ts';
import { readFactsForWords } from '../../../shared/situation/order-facts.ts';
import { adviceOn, whoActs } from '../../../shared/situation/words.ts';
import { redactedText } from '../../ops/cli/redact.ts';
import type { ListedDeadLetter } from '../../ops/dead-letters/dead-letter.ts';
import { idOfDeadLetter } from '../dead-letters.ts';
import type { ConsolePageDependencies } from '../dependencies.ts';
import { backToDeadLetters, deadLettersPageBase, showLink } from './dead-letters.ts';
import {
  dayOrTime,
  type Html,
  namesAndValues,
  orderLink,
  type PageColumn,
  type PlantTime,
  postForm,
  tablePart,
  wholeName,
} from './parts.ts';

export function choiceRoutes(pages: ConsolePageDependencies): Hono {
  return new Hono().get('/letters/some', (c) => showChoice(c, pages));
}

/** Dead letters that one page offers: each is read with its order. */
const mostOffered = 200;

type Offered = Awaited<ReturnType<typeof readOffered>>;

/** Dead letters of one reason with what a person compares, and a box for each. Nothing is done before the confirmation. */
async function showChoice(
  c: Context,
  { deadLetters: desk, ledger, clock, timeZone, graceHours, nameActor, show }: ConsolePageDependencies,
): Promise<Response> {
  const group = await desk.group(c.req.query('group') ?? '');
  if (!group) {
    const content = html`<h1>Choose</h1>
    <p class="verdict">There is nothing to choose: they were replayed or discarded meanwhile.</p>
    ${backToDeadLetters}`;
    return show(c, { ...deadLettersPageBase, title: 'Choose', content });
  }
  const now = clock.now();
  const offered = await mapConcurrently(group.deadLetters.slice(0, mostOffered), atOnce, (one) =>
    readOffered(one, ledger, { at: now, timeZone, graceHours }),
  );
  const [{ cause, route }] = group.deadLetters;
  const trouble = { kind: 'dead-letter', cause } as const;
  const isAll = offered.length === group.deadLetters.length;
  const form = html`${tablePart('The dead letters', choiceColumns(offered, { now, timeZone }), offered)}
    <p class="actions">
      ${'to' in route ? html`<button name="action" value="replay">Replay the chosen …</button>` : ''}
      <button name="action" value="discard">Discard the chosen …</button>
      <a class="button" href="/letters">Cancel</a>
    </p>`;
  const content = html`<h1>Choose some of ${isAll ? `the ${offered.length}` : `the oldest ${offered.length}`}</h1>
    <section class="letters">
      <h2>${redactedText(group.reason)}</h2>
      ${namesAndValues([
        ['Who acts', nameActor(whoActs(trouble))],
        ['What to do', adviceWithButtons(adviceOn(trouble))],
      ])}
    </section>
    ${postForm('/letters/choose', form, 'wide')}`;
  return show(c, { ...deadLettersPageBase, title: 'Choose', content });
}

async function readOffered(
  deadLetter: ListedDeadLetter,
  ledger: ConsolePageDependencies['ledger'],
  now: DueNow,
) {
  if (deadLetter.orderNumber === '') return { deadLetter };
  const standing = await readFactsForWords(deadLetter.orderNumber, ledger, now);
  return {
    deadLetter,
    article: standing.article,
    ordered: standing.quantity,
    built: refusedFigures(standing, deadLetter),
    isKnown: standing.entry !== undefined,
  };
}

/** What would be booked by its refused booking: good, scrap, lots and components. */
function refusedFigures({ bookings }: Standing, { messageId }: ListedDeadLetter): string | undefined {
  const refused = bookings.filter(({ state, discarded }) => state === 'rejected' && !discarded);
  const booking = refused.find(({ rejectedBy }) => rejectedBy === messageId) ?? refused[0];
  return booking && figuresOfBooking(booking);
}

function figuresOfBooking(booking: BookingEntry): string {
  const { content, figures } = booking;
  return content === undefined
    ? bookedFiguresIn(figures)
    : figuresInWords(unpackCompletion(content, booking));
}

function choiceColumns(all: readonly Offered[], time: PlantTime): readonly PageColumn<Offered>[] {
  const columns: readonly PageColumn<Offered>[] = [
    {
      title: 'Order',
      cell: ({ deadLetter }) => {
        const id = idOfDeadLetter(deadLetter);
        return html`<input type="checkbox" id="choose-${id}" name="letter" value="${id}">
          <label for="choose-${id}">${deadLetter.orderNumber === '' ? 'order unknown' : wholeName(deadLetter.orderNumber)}</label>`;
      },
    },
    { title: 'Article', narrow: 'short', cell: ({ article = '' }) => wholeName(article) },
    { title: 'Ordered', narrow: 'short', cell: ({ ordered = '' }) => ordered },
    { title: 'Since', narrow: 'short', cell: ({ deadLetter }) => dayOrTime(deadLetter.since, time) },
    { title: 'Built', cell: ({ built = '' }) => redactedText(built) },
    { title: 'To compare', cell: comparingLinks },
  ];
  // Of orders that are to be created nothing is built yet.
  return columns.filter(({ title }) => title !== 'Built' || all.some(({ built }) => built !== undefined));
}

function comparingLinks({ deadLetter, isKnown }: Offered): Html {
  const { orderNumber } = deadLetter;
  if (orderNumber === '') return showLink(deadLetter);
  const name = html`<span class="unseen">: ${orderNumber}</span>`;
  const live = `/order/now?${new URLSearchParams({ number: orderNumber })}`;
  return html`<a href="${orderLink(orderNumber)}">its page${name}</a>${
    isKnown ? html`, <a href="${live}">the ERP and Azumuta now${name}</a>` : ''
  }`;
}
