import { createHash } from 'node:crypto';
import { type DeadLetterMessage, type Route, routeOf } from '../ops/dead-letters/dead-letter.ts';
import { type DiscardDependencies, discard } from '../ops/dead-letters/discard.ts';
import type { DeadLetterQueue } from '../ops/dead-letters/queue.ts';
import { type ReplayDependencies, reasonFor, replay } from '../ops/replay/replay.ts';

/** A dead letter for a page: nobody holds it any more. */
export type ShownDeadLetter = Omit<DeadLetterMessage, 'receiptHandle'> & { readonly route: Route };

/** Dead letters of one function with the same reason. */
export type DeadLetterGroup = ReturnType<typeof groupsOf>[number];
export type DeadLetterView = Awaited<ReturnType<typeof readView>>;

/** Selects the letters of a group, or one letter. */
export type Chosen = { readonly group: string } | { readonly letter: string };

/** How long a view is reused while the number of letters stays the same. */
const viewFreshMs = 60_000;
/** A page shows no more than these. */
const maxShown = 1000;

export interface DeadLetterDeskDependencies extends ReplayDependencies {
  readonly records: ReplayDependencies['records'] & DiscardDependencies['records'];
  readonly ledger: ReplayDependencies['ledger'] & Pick<DiscardDependencies, 'bookings'>;
  /** For reading only: its letters become visible again soon if the console is killed meanwhile. */
  readonly forLooking: DeadLetterQueue;
}

/** The dead-letter queue for pages. It is read rarely, because reading hides letters from others for a moment. */
export function createDeadLetterDesk(dependencies: DeadLetterDeskDependencies) {
  const { clock, ledger } = dependencies;
  const { bookings } = ledger;
  let last: { readonly view: DeadLetterView; readonly count: number } | undefined;
  let running: Promise<unknown> = Promise.resolve();
  // One task at a time: two tasks that read the queue at once would each see only some of the letters.
  function inTurn<T>(task: () => Promise<T>): Promise<T> {
    const done = running.then(task, task);
    running = done.catch(() => undefined);
    return done;
  }
  function changed<T>(task: () => Promise<T>): Promise<T> {
    return inTurn(() => {
      last = undefined;
      return task();
    });
  }
  const { signal } = new AbortController();

  return {
    /**
     * @param count How many letters there are; the queue is read again when this differs from the last time.
     * @param again Whether to read the queue in any case.
     */
    look: (count: number, again = false) =>
      inTurn(async () => {
        const isFresh = last && clock.now().getTime() - last.view.at.getTime() < viewFreshMs;
        if (last && isFresh && !again && count === last.count) return last.view;
        last = { view: await readView(dependencies), count };
        return last.view;
      }),
    replay: (chosen: Chosen, go: boolean) =>
      changed(() => replay({ go, wanted: wanted(chosen), signal }, dependencies)),
    discard: (chosen: Chosen, note: string, by: string) =>
      changed(() => discard({ wanted: wanted(chosen), note, by, signal }, { ...dependencies, bookings })),
  };
}

/** Tells whether a letter is chosen. */
export function wanted(chosen: Chosen): (letter: Omit<DeadLetterMessage, 'receiptHandle'>) => boolean {
  return 'group' in chosen
    ? (letter) => groupIdOf(letter) === chosen.group
    : ({ sqsId }) => sqsId === chosen.letter;
}

/** Short and stable: the same reason, without the number of the order, always has the same id. */
function groupIdOf(letter: Pick<DeadLetterMessage, 'cause' | 'reason' | 'orderNumber' | 'stage'>): string {
  const text = JSON.stringify([letter.cause, reasonFor(letter), letter.stage]);
  return createHash('sha256').update(text).digest('base64url').slice(0, 16);
}

async function readView({ forLooking, names, clock }: DeadLetterDeskDependencies) {
  /** How many letters could not be read, because another run holds them. */
  const { hidden } = await forLooking.size();
  try {
    for await (const _page of forLooking.take()) if (forLooking.held.length >= maxShown) break;
  } finally {
    await forLooking.giveBack();
  }
  const letters = forLooking.held.map((letter) => ({ ...letter, route: routeOf(letter, names) }));
  return { at: clock.now(), groups: groupsOf(letters), hidden, more: letters.length >= maxShown };
}

/** Largest first. */
function groupsOf(shown: readonly ShownDeadLetter[]) {
  return [...Map.groupBy(shown, groupIdOf)]
    .flatMap(([id, members]) => {
      /** Oldest first. */
      const letters = members.toSorted((a, b) => a.since.getTime() - b.since.getTime());
      const [first] = letters;
      return first ? [{ id, cause: first.cause, reason: reasonFor(first), stage: first.stage, letters }] : [];
    })
    .sort((a, b) => b.letters.length - a.letters.length || a.id.localeCompare(b.id));
}
