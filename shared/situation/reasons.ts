/** What stands for an order in the reason that several orders have. */
const orderPlaceholder = '‹order›';
/** A shorter name would be found in words and figures that do not mean it. */
const shortestName = 2;

/**
 * A reason without the order that it names, so that the same reason of several orders is the same text.
 * @param names Numbers and ids of its order, as partners write them. A name is found as a whole word only.
 */
export function withoutOrder(reason: string, names: readonly (string | undefined)[]): string {
  const known = names.flatMap((name) => (name !== undefined && name.length >= shortestName ? name : []));
  if (known.length === 0) return reason;
  // The longest first: the number of a part begins with that of its order.
  const patterns = known.toSorted((a, b) => b.length - a.length).map(literalPattern);
  const asWord = new RegExp(`(?<![\\p{L}\\p{N}])(?:${patterns.join('|')})(?![\\p{L}\\p{N}])`, 'gu');
  return reason.replace(asWord, orderPlaceholder);
}

function literalPattern(name: string): string {
  return name.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

interface WithReason {
  readonly why: string;
  /** The same without its order, where it names one. */
  readonly reason?: string | undefined;
  readonly next: string;
}

/** Those with one reason and one next step, which every view says once. */
export interface AlikeReasons<T> {
  /** Names its order where there is only one. */
  readonly why: string;
  readonly next: string;
  readonly all: readonly [T, ...T[]];
}

/** Troubles by reason and next step, in the order in which each first occurs. */
export function groupByReason<T extends WithReason>(troubles: readonly T[]): AlikeReasons<T>[] {
  const groups = Map.groupBy(troubles, ({ why, reason = why, next }) => `${reason}\n${next}`);
  return [...groups.values()].flatMap(([first, ...others]) => {
    if (!first) return [];
    const { why, reason = why, next } = first;
    return [{ why: others.length === 0 ? why : reason, next, all: [first, ...others] }];
  });
}
