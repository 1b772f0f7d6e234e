import { isRefused } from '../../shared/alerts/words.ts';
import { type Partner, partnerNames } from '../../shared/model/partner.ts';
import { partnersCalledBy } from '../../shared/model/queues.ts';
import { counted } from '../ops/cli/output.ts';
import { type QueueName, queueNames, stageOfQueue } from '../ops/dead-letters/dead-letter.ts';
import type { FlowsStatus, QueueStatus } from '../ops/flows/flow-status.ts';
import { duration, partnerWords, queueWords, sentence } from './labels.ts';
import type { LastAttempt } from './last-attempts.ts';

/** Something that stands still, for whoever is asked to mend it. */
export interface FlowProblem {
  /** Stable, so that a page knows it again. */
  readonly id: string;
  readonly grade: 'stuck' | 'slow';
  /** What stands still. */
  readonly what: string;
  readonly why: string;
  /** What to do. */
  readonly next: string;
  /** What to type for it. */
  readonly command?: string;
  /** Orders that are known to be concerned. */
  readonly orders: readonly string[];
  /** A page that helps. */
  readonly link?: { readonly href: string; readonly label: string };
}

type LastTries = Readonly<Partial<Record<QueueName, LastAttempt>>>;

/** A healthy flow is done with a message in seconds. */
const slowSeconds = 120;

/**
 * What stands still and why, worst first. Empty when everything flows.
 * @param commands Options that name this stack on the command line.
 * @param tries What the last attempts said, where that is known.
 */
export function flowProblemsOf(status: FlowsStatus, commands: string, tries: LastTries = {}): FlowProblem[] {
  const unwell = partnerNames.filter((partner) => status.partners[partner].open);
  return [
    ...unwell.map((partner) => unwellPartner(partner, status, commands)),
    ...queueNames.flatMap((queue) => pausedQueue(queue, status.queues[queue], commands)),
    ...(status.deadLetters > 0 ? [forAPerson(status.deadLetters)] : []),
    ...queueNames.flatMap((queue) =>
      partnersCalledBy[queue].some((partner) => unwell.includes(partner))
        ? []
        : slowQueue(queue, status.queues[queue], tries[queue]),
    ),
  ];
}

function unwellPartner(partner: Partner, status: FlowsStatus, commands: string): FlowProblem {
  const { reason = '', openedAt, openUntilMs } = status.partners[partner];
  const waiting = queueNames.filter(
    (queue) => partnersCalledBy[queue].includes(partner) && inQueue(status.queues[queue]) > 0,
  );
  const verb =
    openedAt === undefined ? 'is unwell' : `has been unwell for ${secondsSince(openedAt, status.at)}`;
  const nextTry = openUntilMs === undefined ? 0 : (openUntilMs - status.at.getTime()) / 1000;
  const goesOn =
    waiting.length === 0
      ? 'Nothing waits for it: the next message tries it again.'
      : `Nothing is lost: what waits goes on by itself (${nextTry > 0 ? `the next try is in ${duration(nextTry)}` : 'it is being tried again now'}).`;
  const refused = isRefused(reason);
  return {
    id: `partner-${partner}`,
    grade: 'stuck',
    what: `${partnerWords[partner]} ${verb}${waiting.length === 0 ? '' : `; ${waiting.map((queue) => countedIn(queue, status.queues[queue])).join(' and ')} ${isOne(waiting, status) ? 'waits' : 'wait'} for it`}.`,
    why: sentence(reason) || 'It did not answer well, several times within a minute.',
    next: `${refused ? 'It refuses the credentials: set the right ones.' : 'Mend it there.'} ${goesOn}`,
    ...(refused ? { command: `npm run secrets -- ${commands}` } : {}),
    orders: waiting.flatMap((queue) => status.queues[queue].orders),
  };
}

function pausedQueue(queue: QueueName, status: QueueStatus, commands: string): FlowProblem[] {
  if (!status.paused) return [];
  const flow = queue === 'product-orders' ? 'orders' : queue;
  return [
    {
      id: `paused-${queue}`,
      grade: 'stuck',
      what: `${queueWords[queue].work} is paused; ${inQueue(status) === 0 ? 'nothing waits' : waitsIn(queue, status)}.`,
      why: `Somebody paused it: the event source mapping of ${stageOfQueue(queue)} is disabled.`,
      next: 'Resume it when the maintenance is over.',
      command: `npm run resume -- ${flow} ${commands}`,
      orders: status.orders,
    },
  ];
}

function forAPerson(count: number): FlowProblem {
  return {
    id: 'dead-letters',
    grade: 'stuck',
    what: `${counted(count, 'message')} ${count === 1 ? 'needs' : 'need'} a person.`,
    why: 'They would fail again however often they were tried; each says why.',
    next: 'Mend what the reason names, then replay, or discard with a note.',
    orders: [],
    link: { href: '/letters', label: 'Dead letters' },
  };
}

function slowQueue(queue: QueueName, status: QueueStatus, lastTry: LastAttempt | undefined): FlowProblem[] {
  const { oldestSeconds = 0, underWay, waiting, paused, orders } = status;
  if (paused || inQueue(status) === 0) return [];
  if (lastTry === undefined && oldestSeconds < slowSeconds) return [];
  const stage = stageOfQueue(queue);
  const what = `${waitsIn(queue, status)}, the oldest for ${duration(oldestSeconds)}.`;
  if (lastTry !== undefined) {
    return [
      {
        id: `slow-${queue}`,
        grade: 'slow',
        what,
        why: `The last attempt at ${lastTry.number}: ${sentence(lastTry.note)}`,
        next: 'It comes again by itself, with growing pauses. Mend what it names if it stays.',
        orders,
      },
    ];
  }
  if (underWay > 0) {
    return [
      {
        id: `slow-${queue}`,
        grade: 'slow',
        what,
        why: 'They were tried and come again by themselves: an order that is locked or busy, or a partner that is slow.',
        next: 'Search for the order: its journey tells what the last attempt said.',
        orders,
      },
    ];
  }
  return [
    {
      id: `slow-${queue}`,
      grade: 'stuck',
      what,
      why: `${counted(waiting, 'message')} ${waiting === 1 ? 'lies' : 'lie'} in the queue, and nobody takes ${waiting === 1 ? 'it' : 'them'}.`,
      next: `Look whether ${stage} is throttled or fails to start: its logs are in CloudWatch.`,
      orders,
    },
  ];
}

function inQueue({ waiting, underWay }: QueueStatus): number {
  return waiting + underWay;
}

function countedIn(queue: QueueName, status: QueueStatus): string {
  return counted(inQueue(status), queueWords[queue].one, queueWords[queue].many);
}

/** `3 bookings wait`. */
function waitsIn(queue: QueueName, status: QueueStatus): string {
  return `${countedIn(queue, status)} ${inQueue(status) === 1 ? 'waits' : 'wait'}`;
}

function isOne(waiting: readonly QueueName[], { queues }: FlowsStatus): boolean {
  return waiting.reduce((sum, queue) => sum + inQueue(queues[queue]), 0) === 1;
}

function secondsSince(iso: string, now: Date): string {
  return duration(Math.max(0, (now.getTime() - Date.parse(iso)) / 1000));
}
