import type { TriggerNames } from '../../../shared/azumuta/trigger.ts';
import type { Ledger } from '../../../shared/ledger/ledger.ts';
import type { DeadLetterRecords } from '../../../shared/ledger/records/dead-letters.ts';
import { type Cause, reasonOf } from '../../../shared/model/errors.ts';
import type { Queues } from '../../../shared/platform/aws/queue.ts';
import type { Clock } from '../../../shared/platform/clock.ts';
import { type DeadLetterMessage, type QueueName, type Route, routeOf } from '../dead-letters/dead-letter.ts';
import { type DeadLetterQueue, pageSize, pagesOf } from '../dead-letters/queue.ts';
import { ordersWithLostBooking, planAgain } from './lost-bookings.ts';

export interface ReplayDependencies {
  readonly deadLetters: DeadLetterQueue;
  readonly queues: Pick<Queues, 'sendAll'>;
  readonly queueUrls: Readonly<Record<QueueName, string>>;
  readonly records: Pick<DeadLetterRecords, 'record' | 'markReplayed' | 'of'>;
  readonly ledger: Pick<Ledger, 'knownOrders' | 'bookings'>;
  /** Under which names triggers carry their content, as the stack has it now. */
  readonly names: TriggerNames;
  readonly clock: Clock;
  readonly progress: (text: string) => void;
}

export interface ReplayRequest {
  /** False: only look. */
  readonly go: boolean;
  /** Numbers of the order, as planners know it; absent for any. */
  readonly orders?: ReadonlySet<string>;
  /** Part of the reason, in any case, or a cause code; absent for any. */
  readonly reason?: string;
  /** A further condition on each letter; absent for any. */
  readonly wanted?: (letter: DeadLetterMessage) => boolean;
  /** Letters moved in one run, about. Default 5000. */
  readonly most?: number;
  readonly signal: AbortSignal;
}

/** Letters of one cause and reason that go the same way. */
export interface ReplayGroup {
  /** Absent when SQS put them aside by itself. */
  readonly cause?: Cause;
  readonly reason: string;
  readonly stage: string;
  /** Queue that they go to; absent when they stay. */
  readonly to?: QueueName;
  /** Why they stay. */
  readonly stays?: string;
  readonly letters: number;
  /** Up to ten of their orders. */
  readonly orders: readonly string[];
  /** When the first of them was first tried. ISO. */
  readonly since: string;
}

export interface ReplayReport {
  readonly lookedAt: number;
  readonly selected: number;
  readonly groups: readonly ReplayGroup[];
  /** Selected letters that can go back: moved now, or by a run with `go`. */
  readonly movable: number;
  readonly moved: number;
  /** Letters that are in two places: harmless, as the ledger books once, and mended by the next run. */
  readonly copied: number;
  /** Of the orders asked for: those with a rejected booking whose letter is gone. It is planned again with `go`. */
  readonly lost: readonly string[];
  /** Not all letters were looked at: the run's limit was reached, or the first came back before the last was seen. */
  readonly more: boolean;
  readonly interrupted: boolean;
  /** Why the moving ended early; nothing is lost by it. */
  readonly failure?: string;
}

/**
 * They are all held before the first is moved, so that one that is put aside again at once is not taken a second
 * time, and a run ends.
 */
const maxMoved = 5000;

/**
 * Sends dead letters to the queues that they come from: note in the ledger, send, remove, in this order. The note
 * comes first because a letter may be put aside again before the run goes on: a late note would tell the ledger
 * that it is gone. So a run that is killed leaves each letter where it was, where it goes, or in both places; the
 * next run mends that, and what is worked on twice is booked once.
 */
export async function replay(
  request: ReplayRequest,
  dependencies: ReplayDependencies,
): Promise<ReplayReport> {
  const { go, signal, most = maxMoved } = request;
  // By SQS's id: one that comes a second time replaces itself.
  const held = new Map<string, DeadLetterMessage>();
  const chosen = new Map<string, Chosen>();
  // Those that stay do not count, or thousands of them would hide one that could go.
  const movable = new Set<string>();
  let lookedAt = 0;
  let more = false;
  const outcome = { moved: 0, copied: 0 };
  let lost: string[] = [];
  let failure: string | undefined;
  try {
    for await (const page of dependencies.deadLetters.take()) {
      const again = page.some(({ sqsId }) => held.has(sqsId));
      for (const letter of page) {
        held.set(letter.sqsId, letter);
        if (!isSelected(letter, request)) continue;
        const route = routeOf(letter, dependencies.names, dependencies.clock.now());
        chosen.set(letter.sqsId, { letter, route });
        if ('to' in route) movable.add(letter.sqsId);
      }
      lookedAt = held.size;
      dependencies.progress(`Looked at ${lookedAt} dead letters, ${chosen.size} of them selected`);
      more = again || (go && movable.size >= most);
      if (more || signal.aborted) break;
    }
    const homes = new Set([...chosen.values()].flatMap(({ letter }) => letter.home ?? []));
    if (request.orders && !more && !signal.aborted)
      lost = await ordersWithLostBooking(request.orders, homes, dependencies.ledger);
    if (go) {
      await moveAll([...chosen.values()], held, outcome, signal, dependencies);
      const completionsQueueUrl = dependencies.queueUrls.completions;
      if (lost.length > 0) await planAgain(lost, { ...dependencies, completionsQueueUrl });
    }
  } catch (error) {
    failure = reasonOf(error);
  } finally {
    await giveBack([...held.values()], dependencies);
  }
  const selected = [...chosen.values()];
  return {
    lookedAt,
    selected: selected.length,
    groups: groupsOf(selected),
    movable: movable.size,
    ...outcome,
    lost,
    more,
    interrupted: signal.aborted,
    ...(failure === undefined ? {} : { failure }),
  };
}

interface Chosen {
  readonly letter: DeadLetterMessage;
  readonly route: Route;
}

function isSelected(letter: DeadLetterMessage, { orders, reason, wanted }: ReplayRequest): boolean {
  if (wanted && !wanted(letter)) return false;
  if (orders && !letter.numbers.some((number) => orders.has(number))) return false;
  if (reason === undefined || letter.cause === reason) return true;
  return letter.reason.toLowerCase().includes(reason.toLowerCase());
}

type Move = { readonly letter: DeadLetterMessage; readonly to: QueueName; readonly body: string };

async function moveAll(
  chosen: readonly Chosen[],
  held: Map<string, DeadLetterMessage>,
  outcome: { moved: number; copied: number },
  signal: AbortSignal,
  dependencies: ReplayDependencies,
): Promise<void> {
  const moves = chosen.flatMap(({ letter, route }): Move[] => ('to' in route ? [{ letter, ...route }] : []));
  const calls = new Set<string>();
  for (const page of pagesOf(moves)) {
    if (signal.aborted) return;
    // Copies of one webhook call, kept by several containers of the door, are sent as one.
    const first = page.filter(({ letter }) => {
      if (letter.stage !== 'receive-webhook') return true;
      const isNew = !calls.has(letter.messageId);
      calls.add(letter.messageId);
      return isNew;
    });
    const copies = page.filter((move) => !first.includes(move)).map(({ letter }) => letter);
    const sent = await noteAndSend(first, dependencies);
    const gone = [...sent.map(({ letter }) => letter), ...copies];
    const left = await dependencies.deadLetters.remove(gone);
    for (const letter of gone) if (!left.includes(letter)) held.delete(letter.sqsId);
    outcome.moved += gone.length - left.length;
    outcome.copied += left.length;
    dependencies.progress(`Replayed ${outcome.moved} of ${moves.length}`);
  }
}

/** @returns what SQS took; the rest stays where it is, and the ledger is told so. */
async function noteAndSend(
  moves: readonly Move[],
  dependencies: ReplayDependencies,
): Promise<readonly Move[]> {
  const { records } = dependencies;
  const sent: Move[] = [];
  try {
    for (const { letter, to } of moves) {
      const { messageId, filedUnder: orderNumber } = letter;
      await records.markReplayed({ messageId, orderNumber }, `sending it to ${to} again`);
    }
    sent.push(...(await send(moves, dependencies)));
  } finally {
    for (const { letter } of moves.filter((move) => !sent.includes(move))) {
      const { messageId, filedUnder: orderNumber, stage, reason, cause } = letter;
      // The door has no table: its letters have no record.
      if (stage !== 'receive-webhook') await records.record({ messageId, orderNumber, stage, reason, cause });
    }
  }
  return sent;
}

/** Sends a page to its queues. @returns what SQS took; the rest stays where it is. */
async function send(
  moves: readonly Move[],
  { queues, queueUrls, clock }: ReplayDependencies,
): Promise<Move[]> {
  const sent: Move[] = [];
  for (const [queue, group] of Map.groupBy(moves, ({ to }) => to)) {
    const refused = await queues.sendAll(
      queueUrls[queue],
      group.map(({ letter, body }) => ({
        body,
        attributes: {
          messageId: letter.messageId,
          firstAttemptAt: letter.since.toISOString(),
          replayedAt: clock.now().toISOString(),
        },
      })),
    );
    sent.push(...group.filter((_, at) => !refused.includes(at)));
  }
  return sent;
}

async function giveBack(
  held: readonly DeadLetterMessage[],
  { deadLetters, progress }: ReplayDependencies,
): Promise<void> {
  let back = 0;
  for (const page of pagesOf(held, pageSize * 10)) {
    await deadLetters.giveBack(page);
    back += page.length;
    progress(`Gave back ${back} of ${held.length}`);
  }
}

/** Reasons name their order: without its number, those of many orders are one. */
export function reasonFor({
  reason,
  orderNumber,
}: Pick<DeadLetterMessage, 'reason' | 'orderNumber'>): string {
  return orderNumber.length < 2 ? reason : reason.replaceAll(orderNumber, '‹order›');
}

function groupsOf(chosen: readonly Chosen[]): ReplayGroup[] {
  const groups = Map.groupBy(chosen, ({ letter, route }) =>
    JSON.stringify([letter.cause, reasonFor(letter), letter.stage, 'to' in route ? route.to : route.stays]),
  );
  return [...groups.values()]
    .flatMap((members): ReplayGroup[] => {
      const [first] = members;
      if (!first) return [];
      const { letter, route } = first;
      const orders = new Set(members.map((member) => member.letter.orderNumber).filter((number) => number));
      return [
        {
          ...(letter.cause === undefined ? {} : { cause: letter.cause }),
          reason: reasonFor(letter),
          stage: letter.stage,
          ...('to' in route ? { to: route.to } : { stays: route.stays }),
          letters: members.length,
          orders: [...orders].slice(0, 10),
          since: new Date(Math.min(...members.map((member) => member.letter.since.getTime()))).toISOString(),
        },
      ];
    })
    .sort((a, b) => b.letters - a.letters || a.since.localeCompare(b.since));
}
