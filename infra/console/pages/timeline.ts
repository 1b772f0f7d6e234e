import { html } from 'hono/html';
import type { JourneyEntry } from '../../../shared/ledger/records/events.ts';
import { dayIn } from '../../../shared/model/time.ts';
import { redactedText } from '../../ops/cli/redact.ts';
import { eventWords, toneOf } from '../../ops/trace/report.ts';
import { duration, type Html, moment, type PlantTime, sentence } from '../labels.ts';

/** What happened in the same way several times on end. */
type Run = readonly [JourneyEntry, ...JourneyEntry[]];

/** A journey, oldest first; what happened again and again in the same way is told once, with its times. */
export function timelinePart(journey: readonly JourneyEntry[], time: PlantTime): Html {
  const runs = runsOf(journey);
  return html`<ol class="timeline">${runs.map((run, place) =>
    runPart(run, { before: runs[place - 1]?.at(-1), place, time }),
  )}</ol>`;
}

function runsOf(journey: readonly JourneyEntry[]): Run[] {
  const runs: [JourneyEntry, ...JourneyEntry[]][] = [];
  for (const entry of journey) {
    const run = runs.at(-1);
    const first = run?.[0];
    if (run && first?.event === entry.event && first.of === entry.of && first.note === entry.note) {
      run.push(entry);
    } else {
      runs.push([entry]);
    }
  }
  return runs;
}

interface Beside {
  readonly before: JourneyEntry | undefined;
  readonly place: number;
  readonly time: PlantTime;
}

function runPart(run: Run, { before, place, time }: Beside): Html {
  const [entry] = run;
  const at = new Date(entry.at);
  const pause = before === undefined ? 0 : (at.getTime() - Date.parse(before.at)) / 1000;
  const isNewDay = before === undefined || dayOf(entry, time) !== dayOf(before, time);
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
  // The server does not know which of them the reader has opened: its place in the journey is its name.
  return html`<details id="times-${place}"><summary class="hint">The last time at ${times.at(-1)}</summary>
      <p class="hint">${times.map((each) => html`${each} `)}</p></details>`;
}

function dayOf({ at }: JourneyEntry, { timeZone }: PlantTime): string {
  return dayIn(timeZone, at);
}
