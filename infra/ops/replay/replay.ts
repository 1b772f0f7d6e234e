import * as z from 'zod/mini';
import { triggerNamesSchema } from '../../../shared/azumuta/trigger.ts';
import { reasonOf } from '../../../shared/model/errors.ts';
import type { QueueName } from '../../../shared/model/queues.ts';
import { createQueues } from '../../../shared/platform/aws/queue.ts';
import { type Clock, systemClock } from '../../../shared/platform/clock.ts';
import { fieldOf, isRecord, jsonOf } from '../../../shared/platform/json.ts';
import { ledgerOf, queueUrlsOf, sqsOf, type Target } from '../cli/target.ts';
import {
  copiesOf,
  type DeadLetterGroup,
  type DeadLetterMessage,
  groupDeadLetters,
  splitCopies,
} from '../dead-letters/dead-letter.ts';
import { DeadLetterQueue, type DeadLetterQueueOptions, splitIntoSqsPages } from '../dead-letters/queue.ts';
import {
  type AskDependencies,
  findOrders,
  ordersWithoutMessage,
  sendCreations,
  sendHints,
} from './ask-again.ts';
import type { SentAgain } from './outcomes.ts';

export interface ReplayDependencies extends AskDependencies {
  readonly deadLetters: DeadLetterQueue;
  readonly progress?: ((text: string) => void) | undefined;
}

export function replayDependenciesOf(target: Target, options?: Omit<DeadLetterQueueOptions, 'names'>) {
  const sqs = sqsOf(target);
  const ledger = ledgerOf(target);
  const queueUrls = queueUrlsOf(target);
  const names = z.parse(triggerNamesSchema, JSON.parse(target.output('TriggerNames')));
  return {
    deadLetters: new DeadLetterQueue(sqs, queueUrls['dead-letters'], { ...options, names }),
    queues: createQueues(sqs),
    queueUrls,
    ledger,
    clock: systemClock,
  } satisfies ReplayDependencies;
}

export type ConditionOnOne = (deadLetter: DeadLetterMessage) => boolean;

export interface ReplayRequest {
  /** False: only look. */
  readonly go: boolean;
  /** Numbers of the order, as planners know them; absent for any. */
  readonly orders?: ReadonlySet<string> | undefined;
  /** What each dead letter must have. Who asks by what they have wants those, and no order without one. */
  readonly conditions?: readonly ConditionOnOne[] | undefined;
  /** A further condition on each dead letter, which leaves orders without one in; absent for any. */
  readonly wanted?: ConditionOnOne | undefined;
  /** Figures beyond its order that a person accepts, of the one order that is asked for. @see limitsLeft */
  readonly accepts?: string | undefined;
  /** Who replays, and why: kept with each order. */
  readonly note?: string | undefined;
  /** About how many dead letters one run moves. Default 5000. */
  readonly most?: number | undefined;
  readonly signal: AbortSignal;
}

export type ReplayGroup = ReturnType<typeof groupReport>;
export type ReplayReport = Readonly<ReturnType<typeof reportOf>>;

interface ReplayRun {
  /** By SQS's id, so that a dead letter which is taken a second time replaces itself. */
  readonly chosen: Map<string, DeadLetterMessage>;
  lookedAt: number;
  moved: number;
  /** Second copies of the selected ones that were read in this run; those of what was replayed are removed. */
  copies: number;
  copiesRemoved: number;
  /** What was sent, whether or not its dead letter could be removed. */
  readonly sent: SentAgain[];
  /** Dead letters that are in both queues now: harmless, as the ledger books once, and the next run removes them. */
  copied: number;
  /** Orders asked for that are looked at again although no dead letter of them is replayed. */
  hinted: readonly string[];
  /** Of them those of which the ledger has nothing. */
  unknown: readonly string[];
  /** Those whose creation is asked for again, in the same way. */
  created: readonly string[];
  /** Where no order was asked for: orders with a dead letter whose message SQS has dropped, which are replayed one by one. */
  gone: readonly string[];
  /**
   * Some dead letters were not looked at: the limit was reached, or the first became visible again before the last were taken.
   */
  more: boolean;
}

/** All are held before the first is moved: one that fails again at once would be taken again, and the run would not end. */
const maxMoved = 5000;

type ReplayMove = ReturnType<typeof movesOf>[number];

function movesOf({ chosen }: Pick<ReplayRun, 'chosen'>) {
  return splitCopies([...chosen.values()]).firsts.flatMap((deadLetter) =>
    'to' in deadLetter.route ? [{ deadLetter, ...deadLetter.route }] : [],
  );
}

/**
 * Sends dead letters back to the queues they come from. Each is noted in the ledger, sent, and removed, in this order: it
 * may fail again at once, and a later note would tell the ledger that it is gone. A run that is killed leaves a dead letter in
 * one of the queues or in both; the next run corrects that, and a message that is worked on twice is booked once. Second
 * copies of what was sent are removed after it.
 */
export async function replayDeadLetters(request: ReplayRequest, dependencies: ReplayDependencies) {
  const { go, signal } = request;
  const run: ReplayRun = {
    chosen: new Map(),
    lookedAt: 0,
    more: false,
    moved: 0,
    copies: 0,
    copiesRemoved: 0,
    sent: [],
    copied: 0,
    hinted: [],
    unknown: [],
    created: [],
    gone: [],
  };
  let failure: string | undefined;
  try {
    const asked = request.orders && (await findOrders(request.orders, dependencies.ledger));
    await chooseDeadLetters(run, { ...request, orders: asked?.numbers }, dependencies);
    const { held } = dependencies.deadLetters;
    run.copies = copiesOf(splitCopies([...run.chosen.values()]).firsts, held).length;
    const isByWhatTheyHave = (request.conditions ?? []).length > 0;
    const mayLackOne = !isByWhatTheyHave && !run.more && !signal.aborted;
    if (asked && mayLackOne) {
      run.hinted = withoutDeadLetter(asked.homes, 'completions', run);
      run.unknown = run.hinted.filter((number) => asked.unknown.includes(number));
      run.created = withoutDeadLetter(asked.refused, 'product-orders', run);
    }
    if (!asked) run.gone = await ordersWithoutMessage(dependencies);
    if (go) {
      await moveAll(run, request, dependencies);
      const asking = {
        ...request,
        note: noteOfReplay('looked at again, as its dead letter is gone', request),
      };
      await sendHints(run.hinted, asking, dependencies);
      run.sent.push(...run.hinted.map((number): SentAgain => ({ number, to: 'completions' })));
      await sendCreations(run.created, asking, dependencies);
      run.sent.push(...run.created.map((number): SentAgain => ({ number, to: 'product-orders' })));
    }
  } catch (error) {
    failure = reasonOf(error);
  } finally {
    await dependencies.deadLetters.giveBack();
  }
  return reportOf(run, signal.aborted, failure);
}

async function chooseDeadLetters(run: ReplayRun, request: ReplayRequest, dependencies: ReplayDependencies) {
  const { deadLetters, progress } = dependencies;
  const { go, most = maxMoved, signal } = request;
  for await (const page of deadLetters.take()) {
    for (const deadLetter of page)
      if (isSelected(deadLetter, request)) run.chosen.set(deadLetter.sqsId, deadLetter);
    run.lookedAt = deadLetters.held.length;
    progress?.(`Looked at ${run.lookedAt} dead letters, ${run.chosen.size} of them selected`);
    // Dead letters that stay do not count here: otherwise thousands of them could use up the limit of a run.
    run.more = deadLetters.cameBack || (go && movesOf(run).length >= most);
    if (run.more || signal.aborted) return;
  }
}

async function moveAll(
  run: ReplayRun,
  request: ReplayRequest,
  dependencies: ReplayDependencies,
): Promise<void> {
  const { signal } = request;
  const { deadLetters, progress } = dependencies;
  const moves = movesOf(run);
  for (const page of splitIntoSqsPages(moves)) {
    if (signal.aborted) return;
    const sent = await noteAndSend(page, request, dependencies);
    run.sent.push(...sent.map(sentAgain));
    const gone = sent.map(({ deadLetter }) => deadLetter);
    const copies = copiesOf(gone, deadLetters.held);
    const left = await deadLetters.remove(gone);
    run.moved += gone.length - left.length;
    run.copied += left.length;
    for (const some of splitIntoSqsPages(copies))
      run.copiesRemoved += some.length - (await deadLetters.remove(some)).length;
    progress?.(`Replayed ${run.moved} of ${moves.length}`);
  }
}

/** A call that could not be read names its order once it can be. */
function sentAgain({ deadLetter: { messageId, orderNumber }, body, to }: ReplayMove): SentAgain {
  const named = fieldOf(jsonOf(body), 'productOrderNumber');
  const number = orderNumber === '' && typeof named === 'string' ? named : orderNumber;
  return { number, messageId, to };
}

/** @returns the dead letters that SQS took. The ledger records the others as dead again, and they stay where they are. */
async function noteAndSend(
  moves: readonly ReplayMove[],
  request: ReplayRequest,
  { ledger, queues, queueUrls, clock }: ReplayDependencies,
): Promise<readonly ReplayMove[]> {
  const sent: ReplayMove[] = [];
  try {
    for (const { deadLetter, to } of moves) {
      const { messageId, filedUnder: orderNumber } = deadLetter;
      const sending = noteOfReplay(`sending it to ${to} again`, request);
      await ledger.deadLetters.markReplayed({ messageId, orderNumber }, sending);
    }
    for (const [queue, group] of Map.groupBy(moves, ({ to }) => to)) {
      const messages = group.map((move) => messageOfMove(move, request, clock));
      const refused = await queues.sendAll(queueUrls[queue], messages);
      sent.push(...group.filter((_, at) => !refused.includes(at)));
    }
  } finally {
    for (const { deadLetter } of moves.filter((move) => !sent.includes(move))) {
      const { messageId, filedUnder: orderNumber, stage, reason, cause, partner } = deadLetter;
      // receive-webhook has no access to the table, so its dead letters have no record.
      if (stage !== 'receive-webhook')
        await ledger.deadLetters.record({ messageId, orderNumber, stage, reason, cause, partner });
    }
  }
  return sent;
}

function messageOfMove(
  { deadLetter: { messageId, since }, body, to }: ReplayMove,
  { accepts }: ReplayRequest,
  clock: Clock,
) {
  const firstAttemptAt = since.toISOString();
  const message = jsonOf(body);
  const isAccepting = accepts !== undefined && to === 'completions' && isRecord(message);
  return {
    body: isAccepting ? JSON.stringify({ ...message, accepts }) : body,
    attributes: { messageId, firstAttemptAt, replayedAt: clock.now().toISOString() },
  };
}

/** What was done, what a person accepts, and who and why. */
function noteOfReplay(done: string, { accepts, note }: ReplayRequest): string {
  const accepting = accepts === undefined ? done : `${done}, accepting ${accepts}`;
  return note === undefined ? accepting : `${accepting}: ${note}`;
}

/** The orders of which no message to this queue is replayed: one is enough for each. */
function withoutDeadLetter(numbers: readonly string[], queue: QueueName, run: ReplayRun): string[] {
  const moves = movesOf(run).filter(({ to }) => to === queue);
  const named = new Set(moves.flatMap(({ deadLetter }) => deadLetter.numbers));
  return numbers.filter((number) => !named.has(number));
}

function isSelected(
  deadLetter: DeadLetterMessage,
  { orders, conditions = [], wanted }: ReplayRequest,
): boolean {
  if (wanted && !wanted(deadLetter)) return false;
  if (orders && !deadLetter.numbers.some((number) => orders.has(number))) return false;
  return conditions.every((has) => has(deadLetter));
}

function reportOf(run: ReplayRun, interrupted: boolean, failure: string | undefined) {
  const { chosen, ...counts } = run;
  const selected = splitCopies([...chosen.values()]).firsts;
  return {
    ...counts,
    /** Without second copies. */
    selected: selected.length,
    groups: groupDeadLetters(selected).map(groupReport),
    /** Selected dead letters that can go back: moved now, or by a run with `go`. */
    movable: movesOf(run).length,
    interrupted,
    /** Why it ended early; no dead letter is lost by that. */
    failure,
  };
}

function groupReport({ reason, deadLetters }: DeadLetterGroup) {
  const [{ cause, stage, route, since }] = deadLetters;
  /** Queue that they go to, or why they stay. */
  const { to, whyNot } = { to: undefined, whyNot: undefined, ...route };
  /** At most ten of their orders. */
  const orders = [...new Set(deadLetters.flatMap(({ orderNumber }) => orderNumber || []))].slice(0, 10);
  /** `since`: when the oldest was first attempted. ISO. */
  return {
    cause,
    reason,
    stage,
    to,
    whyNot: whyNot,
    deadLetters: deadLetters.length,
    orders,
    since: since.toISOString(),
  };
}
