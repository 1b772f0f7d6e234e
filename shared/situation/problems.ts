import { noOrder, numberOf } from '../ledger/keys.ts';
import { type FlowName, flowNames } from '../ledger/records/pauses.ts';
import { type Partner, partnerNames, partnerWords } from '../model/partner.ts';
import { consumerOf, type QueueName, queueNames, queueWords } from '../model/queues.ts';
import type { Role } from '../model/roles.ts';
import { capitalized, counted, oneLine, sentence } from '../model/text.ts';
import { duration, localMinute } from '../model/time.ts';
import { adviceInWords, adviceOnOthers } from './advice.ts';
import { placesInWords } from './open-orders.ts';
import { flows, pauseHoldingQueue, whyPaused } from './pauses.ts';
import { groupOf, type QueueStatus, type SeenTrouble, type Situation, type TroubleKind } from './read.ts';
import {
  commandOf,
  headlineOf,
  nextStepInWords,
  partnerState,
  refusesCredentials,
  shownReasonLength,
  whoActs,
} from './words.ts';

/** Something that is stuck, late or slow, for the person who is asked to correct it. */
export interface Problem {
  /** Stable, so that a page that refreshes itself recognises it. */
  readonly id: string;
  /** What is slow goes on by itself; what is paused too long was perhaps forgotten. */
  readonly kind: TroubleKind | 'paused' | 'paused-too-long' | 'slow' | 'stalled';
  readonly what: string;
  readonly why: string;
  readonly next: string;
  readonly who: Role;
  readonly command?: string | undefined;
  /** Orders that are known to be affected: the first ones, and how many there are besides. */
  readonly orders: readonly string[];
  readonly more?: number;
}

const mostOrdersNamed = 10;
/** A healthy flow finishes a message within seconds. */
const slowSeconds = 120;
/** Who pauses for longer says until when. */
const longPauseSeconds = 3 * 86_400;

export const partnerProblemId = (partner: Partner) => `partner-${partner}`;
export const pauseProblemId = (flow: FlowName) => `paused-${flow}`;

/** Worst first; none when all is well. @param where Options that select the stack on a command line, quoted for its shell. */
export function problemsOf(situation: Situation, where: string): Problem[] {
  const { partners, queues } = situation;
  const down = partnerNames.filter((partner) => partners[partner].open);
  return [
    ...down.map((partner) => partnerDownProblem(partner, situation, where)),
    ...flowNames.flatMap((name) => pausedProblem(name, situation, where)),
    ...problemsOfTroubles(situation, where),
    ...(down.length > 0 ? [] : queueNames)
      // Messages that wait for the end of a pause: nothing is wrong with them.
      .filter((queue) => !pauseHoldingQueue(queue, partners.erp))
      .flatMap((queue) => slowQueue(queue, queues[queue])),
  ];
}

/** The problems that are known without the queues and besides outages: what the ledger has that needs a person. */
export function problemsOfTroubles(situation: Situation, where: string): Problem[] {
  const { troubles, partners } = situation;
  // What waits for a partner that is down is shown with it.
  const others = troubles.filter(
    ({ kind, partner }) => kind !== 'partner-down' && (kind !== 'waiting' || !partners[partner].open),
  );
  return [...Map.groupBy(others, groupOf).values()].flatMap((group) => groupProblem(group, situation, where));
}

/** The problems as one sentence after the other; what is announced, or stands above all. */
export function headlineOfAll(problems: readonly Problem[]): string {
  return problems.length === 0 ? 'Everything works.' : problems.map(({ what }) => what).join(' ');
}

export function partnerDownProblem(
  partner: Partner,
  { partners, queues, at }: Situation,
  where: string,
): Problem {
  const { reason = '', openedAt } = partners[partner];
  const group = { kind: 'partner-down', partner } as const;
  const total = queueNames.reduce((sum, queue) => sum + messagesInQueue(queues[queue]), 0);
  const downSeconds = Math.max(0, (at.getTime() - Date.parse(openedAt ?? '')) / 1000);
  const refused = refusesCredentials(reason);
  const lasting = openedAt === undefined ? undefined : duration(downSeconds);
  const isDown = lasting === undefined ? 'is down' : `has been down for ${lasting}`;
  const refuses = `${partnerState(reason)}${lasting === undefined ? '' : ` (for ${lasting})`}`;
  const messages = waitingIn(queues).join(' and ');
  return {
    id: partnerProblemId(partner),
    kind: 'partner-down',
    orders: [],
    what: `${capitalized(partnerWords[partner])} ${refused ? refuses : isDown}.`,
    why: sentence(oneLine(reason, shownReasonLength)) || 'Several calls to it have failed.',
    next: [
      adviceInWords(adviceOnOthers[refused ? 'credentials refused' : 'partner-down'], {
        partner: partnerWords[partner],
      }),
      total === 0
        ? 'Nothing waits for it: the next message tries it again.'
        : `Nothing is lost: ${messages} ${total === 1 ? 'waits, and continues' : 'wait, and continue'} automatically.`,
    ].join(' '),
    who: whoActs(group),
    command: refused ? commandOf(group, partners, where) : undefined,
  };
}

function pausedProblem(name: FlowName, { partners, queues, terms, at }: Situation, where: string): Problem[] {
  const pause = partners.erp.paused?.[name];
  if (!pause) return [];
  const { does, queue, meanwhile, resumed } = flows[name];
  const status = queue && queues[queue];
  const waits = status && messagesInQueue(status) > 0 ? waitsIn(queue, status) : 'nothing waits';
  const seconds = (at.getTime() - pause.since.getTime()) / 1000;
  const isLong = queue !== undefined && waits !== 'nothing waits' && seconds >= longPauseSeconds;
  const known = pause.ends === undefined ? (isLong ? 'paused too long' : 'paused') : 'paused until';
  const advice = adviceOnOthers[known];
  const lasting = seconds > 0 ? ` for ${duration(seconds)}` : '';
  const until = pause.until && pause.ends ? ` until ${localMinute(pause.until, terms.timeZone)}` : lasting;
  const waiting = queue ? `${capitalized(waits)}.` : '';
  const next = [adviceInWords(advice), `Then ${resumed}.`, waiting];
  const problem: Problem = {
    id: pauseProblemId(name),
    kind: known === 'paused too long' ? 'paused-too-long' : 'paused',
    orders: [],
    who: advice.who,
    what: `${capitalized(does)} is paused${until}.`,
    why: `${whyPaused(pause, at, terms.timeZone)} ${meanwhile}`,
    next: next.filter((text) => text !== '').join(' '),
    command: `npm run resume -- ${name} ${where}`,
  };
  return [problem];
}

function groupProblem(
  group: readonly SeenTrouble[],
  { partners, cut, at }: Situation,
  where: string,
): Problem[] {
  return group.slice(0, 1).map((first) => {
    const { kind } = first;
    const orders = [...new Set(group.flatMap((trouble) => orderOf(trouble) ?? []))];
    return {
      id: groupOf(first).replaceAll('/', '-'),
      kind,
      what: `${cut.has(kind) ? 'At least ' : ''}${headlineOf(first, countThings(group))}.`,
      why: whyOf(first, group, at),
      next: nextStepInWords(first),
      who: whoActs(first),
      command: commandOf(first, partners, where),
      orders: orders.slice(0, mostOrdersNamed),
      more: Math.max(0, orders.length - mostOrdersNamed),
    };
  });
}

/** A message that waits is not filed under its order, and nobody knows the order of an unknown number. */
function orderOf({ kind, order, key }: SeenTrouble): string | undefined {
  if (kind === 'waiting' || kind === 'unknown-numbers') return undefined;
  const number = order ?? (key && numberOf({ ...key }));
  return number === noOrder ? undefined : number;
}

/** Orders, each once; and what names none. */
function countThings(group: readonly SeenTrouble[]): number {
  const things = new Map(group.map((trouble) => [orderOf(trouble) ?? trouble.id, trouble.count ?? 1]));
  return [...things.values()].reduce((sum, count) => sum + count, 0);
}

function whyOf({ kind, reason }: SeenTrouble, group: readonly SeenTrouble[], at: Date): string {
  if (kind === 'overdue') {
    const places = placesInWords(group.flatMap(({ place = [] }) => place));
    return `${capitalized(places)}. The page of each order says more.`;
  }
  const isOfOrders = group.some((trouble) => orderOf(trouble) !== undefined);
  const elsewhere = isOfOrders ? 'The page of each order says it.' : 'The list says it.';
  const oldest = Math.min(...group.map(({ since }) => since.getTime()));
  const forSeconds = (at.getTime() - oldest) / 1000;
  const age = forSeconds < 60 ? '' : ` The oldest is open for ${duration(forSeconds)}.`;
  return `${reason === undefined ? elsewhere : sentence(oneLine(reason, shownReasonLength))}${age}`;
}

function slowQueue(queue: QueueName, status: QueueStatus): Problem[] {
  const { oldestSeconds = 0, underWay, waiting } = status;
  if (messagesInQueue(status) === 0 || oldestSeconds < slowSeconds) return [];
  const kind = underWay > 0 ? 'slow' : 'stalled';
  const advice = adviceOnOthers[kind];
  return [
    {
      id: `slow-${queue}`,
      kind,
      who: advice.who,
      orders: [],
      what: `${waitsIn(queue, status)}, the oldest for ${duration(oldestSeconds)}.`,
      why:
        kind === 'slow'
          ? 'They failed and are retried automatically: an order is locked or busy, or a partner is slow.'
          : `No function takes the ${counted(waiting, 'message')} in the queue.`,
      next: adviceInWords(advice, { function: consumerOf[queue] }),
    },
  ];
}

export function messagesInQueue({ waiting, underWay }: QueueStatus): number {
  return waiting + underWay;
}

/** What is in the queues: `3 messages about orders`. */
export function waitingIn(queues: Situation['queues']): string[] {
  return queueNames
    .filter((queue) => messagesInQueue(queues[queue]) > 0)
    .map((queue) => countedIn(queue, queues[queue]));
}

function countedIn(queue: QueueName, status: QueueStatus): string {
  return counted(messagesInQueue(status), ...queueWords[queue]);
}

/** `3 messages about completions wait`. */
function waitsIn(queue: QueueName, status: QueueStatus): string {
  return `${countedIn(queue, status)} ${messagesInQueue(status) === 1 ? 'waits' : 'wait'}`;
}
