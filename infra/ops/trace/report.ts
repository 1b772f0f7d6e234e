import type { JourneyEntry } from '../../../shared/ledger/records/events.ts';
import { localTime } from '../../../shared/model/time.ts';
import { shellWord } from '../../../shared/platform/shell-word.ts';
import { styled, tableOf } from '../cli/output.ts';
import { stageAndReason, type Trace, type TracedOrder } from './trace.ts';

/** What happened, in words; an event that this table does not know is told by its own name. */
const words: Readonly<Record<string, string>> = {
  queued: 'Received from the ERP',
  created: 'Created in Azumuta',
  adopted: 'Found in Azumuta, typed by hand',
  linked: 'Told to the ERP',
  completed: 'Completed in Azumuta',
  collected: 'Read from Azumuta, to be booked',
  booked: 'Booked in the ERP',
  amended: 'Notes and links added in the ERP',
  ignored: 'Left out: the ERP does not know the order',
  retry: 'Tried, and to be tried again',
  rejected: 'Refused',
  conflict: 'Changed in the ERP since',
  resolved: 'The ERP wants it as it is again',
  withdrawn: 'Taken back by the ERP',
  'not completed': 'Not completed yet in Azumuta',
  'not mapped': 'Cannot become a product order',
  'cancelled in the ERP': 'Cancelled in the ERP',
  'dead-lettered': 'Put aside for a person',
  replayed: 'Sent on its way again',
  recovered: 'Went well after all',
  discarded: 'Discarded by a person',
};
const good = new Set(['created', 'adopted', 'booked', 'amended']);
const bad = new Set([
  'retry',
  'rejected',
  'conflict',
  'not mapped',
  'cancelled in the ERP',
  'dead-lettered',
  'discarded',
]);

/** A line of a journey in plain words, for every place that shows one. */
export function eventWords({ event }: Pick<JourneyEntry, 'event'>): string {
  return words[event] ?? event;
}

export type Tone = 'good' | 'bad' | 'plain';

export function toneOf({ event }: Pick<JourneyEntry, 'event'>): Tone {
  if (good.has(event)) return 'good';
  return bad.has(event) ? 'bad' : 'plain';
}

/** The stack that is told of. */
export interface TracedStack {
  /** Options that name it, for commands to type. */
  readonly where: string;
  /** The plant's: times are told on its clock. */
  readonly timeZone: string;
}

/** The journeys as lines for a person: how it stands first, then the timeline. */
export function traceLines(trace: Trace, { where, timeZone }: TracedStack): string[] {
  if (trace.productOrders.length === 0) {
    return [
      `The ledger knows no order, ERP order or recording ${trace.asked}.`,
      'Orders appear here once the ERP has sent them, or the pull has found them. To see what it would find:',
      `  npm run pull -- --dry-run ${where}`,
    ];
  }
  if (trace.productOrders.length > maxInFull) return summaryLines(trace, where);
  return trace.productOrders.flatMap((order, at) => [
    ...(at > 0 ? [''] : []),
    ...orderLines(order, timeZone),
  ]);
}

/** A split order has up to some hundred parts: more than these are told in a line each. */
const maxInFull = 5;

function summaryLines({ asked, productOrders }: Trace, where: string): string[] {
  // By the number of the ERP order all of them are found again, also where the first part has the same.
  const one = productOrders.map(({ number }) => number).find((number) => number !== asked) ?? asked;
  const states = Map.groupBy(productOrders, ({ state }) => state);
  return [
    styled('bold', `${asked} is ${productOrders.length} product orders`),
    [...states].map(([state, orders]) => `${orders.length} ${state}`).join(' · '),
    '',
    ...tableOf(
      [{ title: 'Product order' }, { title: 'State' }, { title: 'How it stands', most: 90 }],
      productOrders.map(({ number, state, says }) => [number, state, says]),
    ),
    '',
    'One of them in full:',
    `  npm run trace -- ${shellWord(one)} ${where}`,
  ];
}

function orderLines(order: TracedOrder, timeZone: string): string[] {
  const { number, erpOrder, azumuta, part, state, says, next, command, journey } = order;
  const names = [
    ...(erpOrder !== undefined && erpOrder !== number ? [`ERP order ${erpOrder}`] : []),
    ...(part ? [`part ${part.index} of ${part.of}`] : []),
    ...(azumuta ? [azumuta.url ?? `Azumuta ${azumuta.id}`] : []),
  ];
  const colour = state === 'needs a person' ? 'red' : state === 'booked' ? 'green' : 'yellow';
  return [
    `${styled('bold', number)}${names.length > 0 ? `  ${styled('dim', names.join(' · '))}` : ''}`,
    styled(colour, says),
    ...(next === undefined ? [] : [`What to do: ${next}${command === undefined ? '' : ':'}`]),
    ...(command === undefined ? [] : [`  ${command}`]),
    ...draftLines(order),
    '',
    ...timeline(journey, timeZone),
  ];
}

function draftLines({ draft }: TracedOrder): string[] {
  if (!draft) return [];
  const parameters = Object.entries(draft.parameters).map(([key, value]) => `${key} ${value}`);
  const variants = draft.variants.length > 0 ? [`variants ${draft.variants.join(', ')}`] : [];
  return [styled('dim', [`Article ${draft.article}`, ...parameters, ...variants].join(' · '))];
}

function timeline(journey: readonly JourneyEntry[], timeZone: string): string[] {
  let day = '';
  let before: JourneyEntry | undefined;
  return collapsed(journey).flatMap(({ entry, times, last }) => {
    const [date = '', time = ''] = localTime(new Date(entry.at), timeZone).split(' ');
    const pause = before === undefined ? '' : waited(Date.parse(entry.at) - Date.parse(before.at));
    const note = noteOf(entry, before);
    const repeated =
      times > 1 ? ` (${times} times, last at ${localTime(new Date(last.at), timeZone).slice(11)})` : '';
    const line = `  ${time}  ${pause.padStart(8)}  ${mark(entry)} ${eventWords(entry)}${repeated}${note ? styled('dim', `: ${note}`) : ''}`;
    const head = date === day ? [] : [styled('dim', `  ${date}`)];
    day = date;
    before = last;
    return [...head, line];
  });
}

/** Lines that say the same one after the other as one. */
function collapsed(journey: readonly JourneyEntry[]) {
  const lines: { entry: JourneyEntry; last: JourneyEntry; times: number }[] = [];
  for (const entry of journey) {
    const line = lines.at(-1);
    const same =
      line?.entry.of === entry.of && line.entry.event === entry.event && line.entry.note === entry.note;
    if (line && same) Object.assign(line, { last: entry, times: line.times + 1 });
    else lines.push({ entry, last: entry, times: 1 });
  }
  return lines;
}

/** A dead letter repeats what the line before it told: then only who put it aside is news. */
function noteOf(entry: JourneyEntry, before: JourneyEntry | undefined): string | undefined {
  if (entry.event !== 'dead-lettered') return entry.note;
  const { stage, reason } = stageAndReason(entry);
  return reason === before?.note ? `by ${stage}` : reason;
}

function mark(entry: JourneyEntry): string {
  const tone = toneOf(entry);
  if (tone === 'good') return styled('green', '✔');
  return tone === 'bad' ? styled('yellow', '!') : '·';
}

/** `+0.4 s`, `+12 min`, `+3 h`, `+2 d`. */
function waited(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 120) return `+${seconds.toFixed(1)} s`;
  if (seconds < 2 * 3600) return `+${Math.round(seconds / 60)} min`;
  return seconds < 48 * 3600 ? `+${Math.round(seconds / 3600)} h` : `+${Math.round(seconds / 86_400)} d`;
}
