import { createHash } from 'node:crypto';
import type { Cause } from '../../shared/model/errors.ts';
import type { Clock } from '../../shared/platform/clock.ts';
import { type DeadLetterMessage, type Route, routeOf } from '../ops/dead-letters/dead-letter.ts';
import { type DiscardReport, discard } from '../ops/dead-letters/discard.ts';
import type { DeadLetterQueue } from '../ops/dead-letters/queue.ts';
import { type ReplayDependencies, type ReplayReport, reasonFor, replay } from '../ops/replay/replay.ts';

/** A dead letter as it is shown: not held by anybody. */
export type ShownDeadLetter = Omit<DeadLetterMessage, 'receiptHandle'> & { readonly route: Route };

/** Dead letters that fail for one reason at one place. */
export interface DeadLetterGroup {
  /** Short and stable: the same reason has the same id in every run. */
  readonly id: string;
  /** Undefined when SQS put them aside by itself. */
  readonly cause: Cause | undefined;
  /** Without the number of its order. */
  readonly reason: string;
  readonly stage: string;
  /** Longest waiting first. */
  readonly letters: readonly ShownDeadLetter[];
}

export interface DeadLetterView {
  readonly at: Date;
  /** Largest first. */
  readonly groups: readonly DeadLetterGroup[];
  /** Letters that could not be looked at: another run holds them. */
  readonly hidden: number;
  /** There are more than a page can show. */
  readonly more: boolean;
}

/** Which letters are meant. */
export type Chosen = { readonly group: string } | { readonly letter: string };

/** The dead-letter queue as pages see it: looked at rarely, as looking hides letters from others for a moment. */
export interface DeadLetterDesk {
  /**
   * @param count How many there are: another count than at the last look makes it look again.
   * @param again Whether to look again in any case.
   */
  readonly look: (count: number, again?: boolean) => Promise<DeadLetterView>;
  readonly replay: (chosen: Chosen, go: boolean) => Promise<ReplayReport>;
  readonly discard: (chosen: Chosen, note: string, by: string) => Promise<DiscardReport>;
}

/** A view may be so old when nothing tells that the queue has changed. */
const viewFreshMs = 60_000;
/** More than these nobody reads. */
const maxShown = 1000;

export function createDeadLetterDesk(
  dependencies: Omit<ReplayDependencies, 'progress' | 'records'> & {
    readonly records: Parameters<typeof discard>[1]['records'] & ReplayDependencies['records'];
    /** For looking only: letters come back soon when the console is killed meanwhile. */
    readonly forLooking: DeadLetterQueue;
    readonly clock: Clock;
  },
): DeadLetterDesk {
  let last: { readonly view: DeadLetterView; readonly count: number } | undefined;
  let turn: Promise<unknown> = Promise.resolve();
  // One at a time: two that take from the queue would each see a part of it.
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = turn.then(work, work);
    turn = done.catch(() => undefined);
    return done;
  }
  const never = new AbortController().signal;

  async function view(): Promise<DeadLetterView> {
    const { hidden } = await dependencies.forLooking.size();
    const seen = new Map<string, DeadLetterMessage>();
    try {
      for await (const page of dependencies.forLooking.take()) {
        for (const letter of page) seen.set(letter.sqsId, letter);
        if (seen.size >= maxShown) break;
      }
    } finally {
      await dependencies.forLooking.giveBack([...seen.values()]);
    }
    const at = dependencies.clock.now();
    const letters = [...seen.values()].map(({ receiptHandle: _, ...letter }) => ({
      ...letter,
      route: routeOf({ ...letter, receiptHandle: '' }, dependencies.names, at),
    }));
    return { at, groups: groupsOf(letters), hidden, more: seen.size >= maxShown };
  }

  return {
    look: (count, again = false) =>
      inTurn(async () => {
        const fresh = last && dependencies.clock.now().getTime() - last.view.at.getTime() < viewFreshMs;
        if (last && fresh && !again && count === last.count) return last.view;
        last = { view: await view(), count };
        return last.view;
      }),
    replay: (chosen, go) =>
      inTurn(async () => {
        last = undefined;
        return replay(
          { go, wanted: wanted(chosen), signal: never },
          { ...dependencies, progress: () => undefined },
        );
      }),
    discard: (chosen, note, by) =>
      inTurn(async () => {
        last = undefined;
        return discard({ wanted: wanted(chosen), note, by, signal: never }, dependencies);
      }),
  };
}

function wanted(chosen: Chosen): (letter: DeadLetterMessage) => boolean {
  return 'group' in chosen
    ? (letter) => groupIdOf(letter) === chosen.group
    : ({ sqsId }) => sqsId === chosen.letter;
}

type Grouped = Pick<DeadLetterMessage, 'cause' | 'reason' | 'orderNumber' | 'stage'>;

function groupIdOf(letter: Grouped): string {
  const text = JSON.stringify([letter.cause, reasonFor(letter), letter.stage]);
  return createHash('sha256').update(text).digest('base64url').slice(0, 16);
}

function groupsOf(letters: readonly ShownDeadLetter[]): DeadLetterGroup[] {
  return [...Map.groupBy(letters, groupIdOf)]
    .flatMap(([id, members]): DeadLetterGroup[] => {
      const [first] = members;
      if (!first) return [];
      const sorted = members.toSorted((a, b) => a.since.getTime() - b.since.getTime());
      const { cause, stage } = first;
      return [{ id, cause, reason: reasonFor(first), stage, letters: sorted }];
    })
    .sort((a, b) => b.letters.length - a.letters.length || a.id.localeCompare(b.id));
}
