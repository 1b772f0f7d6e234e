import { numberOf } from '../../shared/ledger/keys.ts';
import { type Partner, partnerNames, partnerWords } from '../../shared/model/partner.ts';
import { consumerOf, type QueueName, queueNames, queueWords } from '../../shared/model/queues.ts';
import { capitalized, sentence } from '../../shared/model/text.ts';
import { duration } from '../../shared/model/time.ts';
import { nextOf } from '../../shared/situation/kinds.ts';
import { groupsOf, isRefused, setCredentials } from '../../shared/situation/words.ts';
import { counted } from '../ops/cli/output.ts';
import { policyWords } from '../ops/cli/policy-words.ts';
import { type FlowsStatus, maxOpen, type QueueStatus } from '../ops/flows/flow-status.ts';
import { flows, pausable } from '../ops/pause/switch-flow.ts';

/** Something that is stuck or slow, for the person who is asked to correct it. */
export interface FlowProblem {
  /** Stable, so that a page that refreshes itself recognises it. */
  readonly id: string;
  readonly grade: 'stuck' | 'slow';
  readonly what: string;
  readonly why: string;
  readonly next: string;
  readonly command?: string | undefined;
  /** Orders that are known to be affected. */
  readonly orders?: readonly string[];
  /** A page that helps. */
  readonly link?: { readonly href: string; readonly label: string };
}

/** Orders that are named at most. */
const maxOrders = 10;
/** A healthy flow finishes a message within seconds. */
const slowSeconds = 120;

/**
 * Lists what is stuck or slow and why, worst first. Empty when both flows are healthy.
 * @param commands Options that select this stack on a command line.
 */
export function flowProblemsOf(status: FlowsStatus, commands: string): FlowProblem[] {
  const down = partnerNames.filter((partner) => status.partners[partner].open);
  return [
    ...down.map((partner) => partnerDown(partner, status, commands)),
    ...pausedFlows(status, commands),
    ...deadLetters(status),
    ...openConcerns(status, commands),
    // What waits while a partner is down is told with it.
    ...(down.length > 0 ? [] : queueNames)
      // While bookings are paused, their messages wait, and nothing is wrong with them.
      .filter((queue) => queue !== 'completions' || !status.partners.erp.bookingsPausedAt)
      .flatMap((queue) => slowQueue(queue, status.queues[queue])),
  ];
}

function partnerDown(partner: Partner, { partners, queues, at }: FlowsStatus, commands: string): FlowProblem {
  const { reason = '', openedAt, openUntilMs = 0 } = partners[partner];
  const waiting = queueNames.filter((queue) => inQueue(queues[queue]) > 0);
  const total = waiting.reduce((sum, queue) => sum + inQueue(queues[queue]), 0);
  const downSeconds = Math.max(0, (at.getTime() - Date.parse(openedAt ?? '')) / 1000);
  const isDown = openedAt === undefined ? 'is down' : `has been down for ${duration(downSeconds)}`;
  const messages = waiting.map((queue) => countedIn(queue, queues[queue])).join(' and ');
  const nextSeconds = (openUntilMs - at.getTime()) / 1000;
  const nextTry = nextSeconds > 0 ? `the next try is in ${duration(nextSeconds)}` : 'it is being tried now';
  const refused = isRefused(reason);
  return {
    id: `partner-${partner}`,
    grade: 'stuck',
    what: `${capitalized(partnerWords[partner])} ${isDown}${total === 0 ? '' : `; ${messages} ${total === 1 ? 'waits' : 'wait'} for it`}.`,
    why: sentence(reason) || 'Several calls to it have failed.',
    next: [
      refused
        ? 'It refuses our credentials: set the right ones.'
        : `Fix the cause in ${partnerWords[partner]}.`,
      total === 0
        ? 'Nothing waits for it: the next message tries it again.'
        : `Nothing is lost: messages that wait continue automatically (${nextTry}).`,
    ].join(' '),
    command: refused ? `npm run secrets -- ${setCredentials[partner]} ${commands}` : undefined,
  };
}

function pausedFlows({ queues, partners }: FlowsStatus, commands: string): FlowProblem[] {
  const problemOf = (flow: 'bookings' | keyof typeof pausable, queue: QueueName, work: string) => ({
    id: `paused-${flow === 'bookings' ? flow : queue}`,
    grade: 'stuck' as const,
    what: `${capitalized(work)} is paused; ${inQueue(queues[queue]) === 0 ? 'nothing waits' : waitsIn(queue, queues[queue])}.`,
    command: `npm run resume -- ${flow} ${commands}`,
  });
  const problems = flows.flatMap((flow) => {
    const { queue, does } = pausable[flow];
    if (!queues[queue].paused) return [];
    const why = `Somebody paused it: the event source mapping of ${consumerOf[queue]} is disabled.`;
    return [{ ...problemOf(flow, queue, does), why, next: 'Resume it when the maintenance is over.' }];
  });
  if (partners.erp.bookingsPausedAt !== undefined)
    problems.push({
      ...problemOf('bookings', 'completions', 'booking in the ERP'),
      why: 'Somebody paused it. Completions are still read from Azumuta and planned.',
      next: `Resume it when the maintenance is over: what waits is booked within ${policyWords.longestRetry}.`,
    });
  return problems;
}

/** By the queue, or by the ledger, where SQS has dropped their messages. */
function deadLetters({ deadLetters, open }: FlowsStatus): FlowProblem[] {
  const count = Math.max(deadLetters, open.filter(({ kind }) => kind === 'dead-letter').length);
  if (count === 0) return [];
  return [
    {
      id: 'dead-letters',
      grade: 'stuck',
      what: `${counted(count, 'message')} ${count === 1 ? 'needs' : 'need'} a person.`,
      why: 'Another attempt would fail again. Each dead letter says why.',
      next: 'Correct what the reason names and replay them, or discard them with a note.',
      link: { href: '/letters', label: 'Dead letters' },
    },
  ];
}

/** What waits for a partner that is down is told with it. */
function openConcerns({ open, partners }: FlowsStatus, commands: string): FlowProblem[] {
  const told = open.filter(
    ({ kind, partner }) => kind !== 'dead-letter' && (kind !== 'waiting' || !partners[partner].open),
  );
  return groupsOf(told).map(({ kind, partner, cause, headline, concerns }) => {
    // A message that waits is not filed under its order.
    const orders = kind === 'waiting' ? [] : concerns.map(({ key }) => numberOf({ ...key }));
    return {
      id: `open-${kind}-${partner}-${cause}`,
      grade: 'stuck',
      what: `${open.length < maxOpen ? '' : 'At least '}${headline}.`,
      why: orders.length > 0 ? 'The page of each order says it.' : 'The list says it.',
      next: nextOf({ kind, cause }),
      command: `npm run alert -- ${commands}`,
      orders: [...new Set(orders)].slice(0, maxOrders),
    };
  });
}

function slowQueue(queue: QueueName, status: QueueStatus): FlowProblem[] {
  const { oldestSeconds = 0, underWay, waiting, paused } = status;
  if (paused || inQueue(status) === 0 || oldestSeconds < slowSeconds) return [];
  const problem = {
    id: `slow-${queue}`,
    what: `${waitsIn(queue, status)}, the oldest for ${duration(oldestSeconds)}.`,
  };
  if (underWay === 0) {
    const why = `No function takes the ${counted(waiting, 'message')} in the queue.`;
    const next = `Check whether ${consumerOf[queue]} is throttled or fails to start: its logs are in CloudWatch.`;
    return [{ ...problem, grade: 'stuck', why, next }];
  }
  const why = 'They failed and are retried automatically: an order is locked or busy, or a partner is slow.';
  const next = 'Search for the order: its journey shows why the last attempt failed.';
  return [{ ...problem, grade: 'slow', why, next }];
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
