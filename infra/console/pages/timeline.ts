import { html } from 'hono/html';
import type { JourneyEntry } from '../../../shared/ledger/records/events.ts';
import { dayIn } from '../../../shared/model/time.ts';
import { redactedText } from '../../ops/cli/redact.ts';
import { eventWords, type Run, runsOf, toneOf } from '../../ops/trace/report.ts';
import { duration, type Html, moment, type PlantTime, sentence } from '../labels.ts';

/** A journey, oldest entry first; entries in a row that say the same are shown once, with their times. */
export function timelinePart(journey: readonly JourneyEntry[], time: PlantTime): Html {
  const runs = runsOf(journey);
  return html`<ol class="timeline">${runs.map((run, place) => runPart(run, runs[place - 1]?.at(-1), place, time))}</ol>`;
}

function runPart(run: Run, before: JourneyEntry | undefined, place: number, time: PlantTime): Html {
  const [entry] = run;
  const at = new Date(entry.at);
  const pause = before === undefined ? 0 : (at.getTime() - Date.parse(before.at)) / 1000;
  const dayOf = ({ at: instant }: JourneyEntry) => dayIn(time.timeZone, instant);
  const isNewDay = before === undefined || dayOf(entry) !== dayOf(before);
  return html`<li class="${toneOf(entry)}">
    <p class="when">${moment(at, isNewDay ? time : { ...time, now: at })}${pause < 1 ? '' : html` <span class="pause">after ${duration(pause)}</span>`}</p>
    <p class="event">${eventWords(entry)}${run.length > 1 ? html` <span class="times">${run.length} times</span>` : ''}</p>
    ${entry.note === undefined ? '' : html`<p class="note">${sentence(redactedText(entry.note))}</p>`}
    ${run.length > 1 ? timesPart(run, place, time) : ''}
    ${entry.of === 'order' ? '' : html`<p class="of">${entry.of}</p>`}
  </li>`;
}

function timesPart(run: Run, place: number, time: PlantTime): Html {
  const times = run.map(({ at }) => moment(new Date(at), time));
  // The id lets a refresh recognise the element, so that one which the reader has opened stays open.
  return html`<details id="times-${place}"><summary class="hint">The last time at ${times.at(-1)}</summary>
      <p class="hint">${times.map((each) => html`${each} `)}</p></details>`;
}
