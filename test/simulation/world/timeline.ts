/** One thing that happened. */
export interface Entry {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly who: string;
  readonly what: string;
  /** What belongs together, as the calls of one invocation do, has the same number. */
  readonly together: number;
}

/** What happened, in words, for a person who reads why a run failed. */
export interface Timeline {
  /** Said only where somebody reads it: most runs go well, and nobody does. */
  readonly note: (who: string, what: () => string) => void;
  /** As `note`; what is noted of `who` from now on belongs to this. */
  readonly begin: (who: string, what: () => string) => void;
  readonly entries: () => readonly Entry[];
}

/** @param now Epoch milliseconds. */
export function createTimeline(isRead: boolean, now: () => number): Timeline {
  const entries: Entry[] = [];
  const current = new Map<string, number>();
  let begun = 0;

  function note(who: string, what: () => string): void {
    if (!isRead) return;
    // What no invocation says stands by itself.
    const together = current.get(who) ?? ++begun;
    entries.push({ at: now(), who, what: what(), together });
  }

  return {
    note,
    begin(who, what) {
      current.set(who, ++begun);
      note(who, what);
    },
    entries: () => entries,
  };
}
