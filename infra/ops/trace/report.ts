import { bookedFiguresIn } from '../../../shared/completions/content.ts';
import type { JourneyEntry } from '../../../shared/ledger/records/events.ts';
import { eventWords } from '../../../shared/model/journey.ts';
import { maxTextLength } from '../../../shared/model/text.ts';
import { duration, localTime } from '../../../shared/model/time.ts';
import { shellWord } from '../../../shared/platform/shell-word.ts';
import { definedLines, styled, tableLines } from '../cli/output.ts';
import type { Trace, TracedBooking, TracedOrder } from './trace.ts';

/** The status of each order, then its timeline. @param stack Times are shown in the plant's zone. */
export function traceLines(
  trace: Trace,
  { where, timeZone }: { readonly where: string; readonly timeZone: string },
): string[] {
  if (trace.productOrders.length === 0)
    return definedLines(
      `The ledger has no order, ERP order or recording ${trace.asked.length > maxTextLength ? `of ${trace.asked.length} characters` : trace.asked}.`,
      trace.notAsked,
      'An article, and a receipt that does not hold the number of its order, cannot be looked up. The beginning of a number is searched on the console’s page Orders.',
      'Orders appear here once the ERP has sent them, or the pull has found them. To see what the pull would find:',
      `  npm run pull -- --dry-run ${where}`,
    );
  if (trace.productOrders.length > maxInFull) return summaryLines(trace, where);
  return trace.productOrders.flatMap((order, at) => definedLines(at > 0 && '', orderLines(order, timeZone)));
}

/** A split order has up to some hundred parts; above this number each gets one line only. */
const maxInFull = 5;

function summaryLines({ asked, productOrders }: Trace, where: string): string[] {
  // The number of the ERP order would find all of them again, so the example is another one.
  const one = productOrders.map(({ number }) => number).find((number) => number !== asked) ?? asked;
  const states = Map.groupBy(productOrders, ({ state }) => state);
  return [
    styled('bold', `${asked} is ${productOrders.length} product orders`),
    [...states].map(([state, orders]) => `${orders.length} ${state}`).join(' · '),
    '',
    ...tableLines(
      [
        { title: 'Product order', cell: ({ number }) => number },
        { title: 'State', cell: ({ state }) => state },
        { title: 'Status', cell: ({ says }) => says, most: 90 },
      ],
      productOrders,
    ),
    '',
    'To see one of them:',
    `  npm run trace -- ${shellWord(one)} ${where}`,
  ];
}

function orderLines(order: TracedOrder, timeZone: string): string[] {
  const { number, erpOrder, azumuta, part, state, stage, says, next, who, command, journey } = order;
  const names = definedLines(
    erpOrder !== undefined && erpOrder !== number && `ERP order ${erpOrder}`,
    part && `part ${part.index} of ${part.of}`,
    azumuta && (azumuta.url ?? `Azumuta ${azumuta.id}`),
    state !== stage && stage,
  );
  const colour = state === 'needs a person' ? 'red' : state === 'booked' ? 'green' : 'yellow';
  return definedLines(
    `${styled('bold', number)}${names.length > 0 ? `  ${styled('dim', names.join(' · '))}` : ''}`,
    styled(colour, says),
    next && `What to do (${who.join(' and ')}): ${next}`,
    command && `  ${command}`,
    draftLine(order),
    order.bookings.map((booking) =>
      styled('dim', `${bookingWords(booking)}: ${bookedFiguresIn(booking.figures, booking.lots)}`),
    ),
    '',
    timeline(journey, timeZone),
  );
}

export function bookingWords({
  kind,
  state,
  discarded,
}: Pick<TracedBooking, 'kind' | 'state' | 'discarded'>): string {
  const what = kind === 'quantity' ? '' : ' (later recording)';
  if (state === 'rejected') return `${discarded ? 'Discarded' : 'Refused'}${what}`;
  const words = { done: 'Booked', ignored: 'Ignored', waiting: 'To be booked', claimed: 'To be booked' };
  return `${words[state]}${what}`;
}

function draftLine({ draft }: TracedOrder): string | undefined {
  if (!draft) return undefined;
  const parameters = Object.entries(draft.parameters).map(([key, value]) => `${key} ${value}`);
  const variants = draft.variants.length > 0 && `variants ${draft.variants.join(', ')}`;
  return styled('dim', definedLines(`Article ${draft.article}`, parameters, variants).join(' · '));
}

function timeline(journey: readonly JourneyEntry[], timeZone: string): string[] {
  let day = '';
  let before: JourneyEntry | undefined;
  return groupEqualEntries(journey).flatMap((run) => {
    const [entry] = run;
    const last = run.at(-1) ?? entry;
    const [date = '', time = ''] = localTime(new Date(entry.at), timeZone).split(' ');
    const pause = before === undefined ? '' : waited(Date.parse(entry.at) - Date.parse(before.at));
    const note = noteWithoutRepeat(entry, before);
    const lastTime = localTime(new Date(last.at), timeZone).slice(11);
    const repeated = run.length > 1 ? ` (${run.length} times, last at ${lastTime})` : '';
    const { words, tone } = eventWords(entry);
    const line = `  ${time}  ${pause.padStart(8)}  ${markOfTone(tone)} ${words}${repeated}${note ? styled('dim', `: ${note}`) : ''}`;
    const head = date === day ? [] : [styled('dim', `  ${date}`)];
    day = date;
    before = last;
    return [...head, line];
  });
}

/** One or more entries in a row that say the same. */
export type EqualEntries = readonly [JourneyEntry, ...JourneyEntry[]];

export function groupEqualEntries(journey: readonly JourneyEntry[]): EqualEntries[] {
  const runs: [JourneyEntry, ...JourneyEntry[]][] = [];
  for (const entry of journey) {
    const run = runs.at(-1);
    const first = run?.[0];
    const isRepeated = first?.event === entry.event && first.of === entry.of && first.note === entry.note;
    if (run && isRepeated) run.push(entry);
    else runs.push([entry]);
  }
  return runs;
}

/** A dead letter often repeats the reason of the entry before it; then only the function is shown. */
function noteWithoutRepeat({ event, note = '' }: JourneyEntry, before: JourneyEntry | undefined): string {
  if (event !== 'dead-lettered') return note;
  // The ledger writes a dead letter as `<stage>: <reason>`.
  const [, stage = 'unknown', reason = note || 'no reason is known'] = /^([a-z-]+): (.*)$/s.exec(note) ?? [];
  return reason === before?.note ? `by ${stage}` : reason;
}

function markOfTone(tone: 'good' | 'bad' | 'plain'): string {
  return { good: styled('green', '✔'), bad: styled('yellow', '!'), plain: '·' }[tone];
}

/** `+0.4 s`, `+12 min`, `+3 h`, `+2 d`. */
function waited(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  return `+${seconds < 120 ? `${seconds.toFixed(1)} s` : duration(seconds)}`;
}
