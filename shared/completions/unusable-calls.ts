/** Which calls a door's container put aside a moment ago. */
export interface UnusableCalls {
  readonly has: (id: string, now: Date) => boolean;
  readonly add: (id: string, now: Date) => void;
}

/** Calls that are remembered; more of them in so short a time are no trigger that repeats itself. */
export const maxKept = 1000;
/**
 * A call that repeats makes at most twelve letters an hour in a container. Not longer: a person may have
 * discarded or replayed the letter by then, and a call that comes after that must leave a new one. Within these
 * minutes it is taken for the same delivery, tried again.
 */
const collapseMs = 5 * 60_000;

/** The door has no table: the letters of other containers bear the same id, and collapse at replay. */
export function createUnusableCalls(): UnusableCalls {
  // Oldest first.
  const keptAt = new Map<string, number>();
  return {
    has(id, now) {
      const at = keptAt.get(id);
      return at !== undefined && now.getTime() - at < collapseMs;
    },
    add(id, now) {
      keptAt.delete(id);
      keptAt.set(id, now.getTime());
      const [oldest] = keptAt.keys();
      if (keptAt.size > maxKept && oldest !== undefined) keptAt.delete(oldest);
    },
  };
}
