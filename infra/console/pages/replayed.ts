import { type Context, Hono } from 'hono';
import { html } from 'hono/html';
import { counted } from '../../../shared/model/text.ts';
import { redactedText } from '../../ops/cli/redact.ts';
import { hiddenInWords } from '../../ops/dead-letters/queue.ts';
import {
  countOutcomes,
  isSettledOutcome,
  type Outcome,
  outcomes,
  outcomesInWords,
  type ReplayOutcome,
} from '../../ops/replay/outcomes.ts';
import type { BegunReplay, DeadLetterDesk } from '../dead-letters.ts';
import type { ConsolePageDependencies } from '../dependencies.ts';
import { backToDeadLetters, deadLettersPageBase, removedCopies } from './dead-letters.ts';
import { type Html, moment, orderLink, type PlantTime, tablePart, wholeName } from './parts.ts';

export function replayedRoutes(pages: ConsolePageDependencies): Hono {
  return new Hono().get('/letters/replayed', (c) => showReplay(c, pages));
}

/** Orders that the page lists; all are counted. */
const mostListed = 200;

/** What a replay does, and what becomes of each message that it has sent. */
async function showReplay(
  c: Context,
  { deadLetters: desk, commands, clock, timeZone, show }: ConsolePageDependencies,
): Promise<Response> {
  const replay = desk.begun(c.req.query('replay') ?? '');
  const base = { name: deadLettersPageBase.name, title: 'Replay' };
  if (!replay) {
    const content = html`<h1>Replay</h1>
    <p class="verdict">The console was started again since, and does not know this replay any more. What it has sent is on the pages of its orders; what was refused again is among the dead letters.</p>
    ${backToDeadLetters}`;
    return show(c, { ...base, refreshSeconds: undefined, content });
  }
  const all = await desk.outcomesOf(replay);
  const says = sentenceOfReplay(replay, commands);
  const content = html`<h1>Replay <small>begun at ${moment(replay.at, { now: clock.now(), timeZone })}</small></h1>
    <div id="replay" data-live>
      <p class="verdict ${replay.failure === undefined ? '' : 'bad'}">${says}</p>
      ${all.length === 0 ? '' : outcomesPart(all, { now: clock.now(), timeZone })}
    </div>
    ${backToDeadLetters}`;
  const isSettled = all.every(isSettledOutcome) && replay.report !== undefined;
  const headline = all.length === 0 ? says : `${says} ${outcomesInWords(all)}.`;
  return show(c, { ...base, headline, content, ...(isSettled ? { refreshSeconds: undefined } : {}) });
}

function sentenceOfReplay({ does, report, failure }: BegunReplay, commands: string): string {
  if (failure !== undefined) return `Stopped: ${failure} Nothing is lost: replay the rest again.`;
  return report ? noticeOfReplay(report, commands) : `${does}.`;
}

const outcomeTitles: Readonly<Record<Outcome, string>> = {
  'refused again': 'Refused again',
  booked: 'Booked',
  'in Azumuta': 'Created in Azumuta',
  'ended without a booking': 'Ended without a booking',
  'under way': 'Under way',
  'of no order': 'Of no known order',
};

function outcomesPart(all: readonly ReplayOutcome[], time: PlantTime): Html {
  const counts = new Map(countOutcomes(all));
  const rank = ({ outcome }: ReplayOutcome) => outcomes.indexOf(outcome);
  const listed = all.toSorted((a, b) => rank(a) - rank(b)).slice(0, mostListed);
  return html`<section aria-labelledby="outcomes">
    <h2 id="outcomes">What became of them <small>as of ${moment(time.now, time)}</small></h2>
    <dl class="tiles">${outcomes
      .filter((outcome) => counts.has(outcome))
      .map(
        (outcome) =>
          html`<div class="tile" id="outcome-${outcome.replaceAll(' ', '-')}"><dt>${outcomeTitles[outcome]}</dt><dd><span class="number">${counts.get(outcome)}</span></dd></div>`,
      )}</dl>
    ${tablePart(
      'What became of each',
      [
        {
          title: 'Order',
          cell: ({ number }) =>
            number === '' ? 'unknown' : html`<a href="${orderLink(number)}">${wholeName(number)}</a>`,
        },
        { title: 'What became of it', narrow: 'bare', cell: ({ says }) => redactedText(says) },
      ],
      listed,
      { headingOf: ({ outcome }) => outcomeTitles[outcome] },
    )}
    ${all.length > listed.length ? html`<p class="hint">${all.length - listed.length} more are left out here.</p>` : ''}
  </section>`;
}

function noticeOfReplay(
  { moved, movable, copiesRemoved, more, missing, failure }: Awaited<ReturnType<DeadLetterDesk['replay']>>,
  commands: string,
): string {
  if (failure !== undefined)
    return `Stopped after ${counted(moved, 'dead letter')}: ${failure} Nothing is lost: replay the rest again.`;
  if (movable + missing === 0) return 'There was nothing left to replay.';
  const mayFindMore = more && missing > 0;
  if (moved < movable || mayFindMore)
    return `Replayed ${moved} of ${counted(movable + missing, 'dead letter')}: replay the rest again.`;
  const done = `Replayed ${counted(moved, 'dead letter')}.${removedCopies(copiesRemoved)}`;
  if (missing === 0) return done;
  return `${done} The queue does not have ${counted(missing, 'more dead letter')}: another run holds them, or SQS has dropped them. What is listed in ${hiddenInWords} still: have its order looked at again, on its page or with npm run replay -- --order <number> ${commands}, unless it was booked by hand; then discard it, which ends its record.`;
}
