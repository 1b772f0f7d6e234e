/** What happened, in words, for a person who reads why a run failed. */
export interface Timeline {
  /** Said only where somebody reads it: most runs go well, and nobody does. */
  readonly note: (who: string, what: () => string) => void;
  readonly lines: () => readonly string[];
}

/** @param now Epoch milliseconds. */
export function createTimeline(isRead: boolean, now: () => number): Timeline {
  const lines: string[] = [];
  return {
    note(who, what) {
      if (isRead) lines.push(`${new Date(now()).toISOString().slice(5, 23)}  ${who.padEnd(26)} ${what()}`);
    },
    lines: () => lines,
  };
}
