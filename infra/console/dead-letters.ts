import { groupIdOf, groupsOf, type RoutedLetter, routed } from '../ops/dead-letters/dead-letter.ts';
import { type DiscardDependencies, discard } from '../ops/dead-letters/discard.ts';
import { type ReplayDependencies, replay } from '../ops/replay/replay.ts';

export type DeadLetterView = Awaited<ReturnType<typeof readView>>;

/** Selects the letters of a group, one letter, or those of an order. */
export type Chosen = { readonly group: string } | { readonly letter: string } | { readonly order: string };

/** How long a view is reused while the number of letters stays the same. */
const viewFreshMs = 60_000;
/** A page shows no more than these. */
const maxShown = 1000;

export type DeadLetterDeskDependencies = ReplayDependencies & DiscardDependencies;

/** The dead-letter queue for pages. It is read rarely, because reading hides letters from others for a moment. */
export function createDeadLetterDesk(dependencies: DeadLetterDeskDependencies) {
  const { clock, names } = dependencies;
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
    /** @param note Who, and why. An order is looked at once more even when its letters are gone. */
    replay: (chosen: Chosen, go: boolean, note?: string) =>
      changed(() => {
        const orders = 'order' in chosen ? new Set([chosen.order]) : undefined;
        const wanted = orders ? undefined : (letter: RoutedLetter) => isChosen(letter, chosen);
        return replay({ go, orders, wanted, note, signal }, dependencies);
      }),
    discard: (chosen: Chosen, note: string, by: string) =>
      changed(() =>
        discard(
          { wanted: (letter) => isChosen(routed(letter, names), chosen), note, by, signal },
          dependencies,
        ),
      ),
  };
}

export function isChosen(letter: RoutedLetter, chosen: Chosen): boolean {
  if ('order' in chosen) return letter.numbers.includes(chosen.order);
  return 'group' in chosen ? groupIdOf(letter) === chosen.group : letter.sqsId === chosen.letter;
}

async function readView({ deadLetters, names, clock }: DeadLetterDeskDependencies) {
  /** How many letters could not be read, because another run holds them. */
  const { hidden } = await deadLetters.size();
  try {
    for await (const _page of deadLetters.take()) if (deadLetters.held.length >= maxShown) break;
  } finally {
    await deadLetters.giveBack();
  }
  const letters = deadLetters.held.map((letter) => routed(letter, names));
  return { at: clock.now(), groups: groupsOf(letters), hidden, more: letters.length >= maxShown };
}
