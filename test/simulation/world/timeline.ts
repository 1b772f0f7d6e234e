/** One entry of the timeline. */
export interface Entry {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly who: string;
  readonly what: string;
  /** Entries that belong together, such as the calls of one invocation, have the same number. */
  readonly together: number;
}

export type Timeline = ReturnType<typeof createTimeline>;

/**
 * What happened, in words, for a person who wants to know why a run failed. A text is computed only if the timeline is
 * recorded, because most runs succeed and nobody reads theirs.
 * @param now Epoch milliseconds.
 */
export function createTimeline(isRead: boolean, now: () => number) {
  const entries: Entry[] = [];
  const current = new Map<string, number>();
  let begun = 0;

  function note(who: string, what: () => string): void {
    if (!isRead) return;
    // An entry outside of any invocation belongs to no group.
    const together = current.get(who) ?? ++begun;
    entries.push({ at: now(), who, what: what(), together });
  }

  return {
    note,
    /** Same as `note`; further entries of `who` then belong to this one. */
    begin(who: string, what: () => string) {
      current.set(who, ++begun);
      note(who, what);
    },
    entries: (): readonly Entry[] => entries,
  };
}
