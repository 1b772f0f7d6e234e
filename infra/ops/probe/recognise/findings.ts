type Certainty = 'sure' | 'to confirm' | 'not found';

/** What was found out about one line of the contract. */
export interface Finding {
  /** `productOrder.number`. */
  readonly line: string;
  /** What the contract gets there; undefined leaves it as it is. */
  readonly set?: unknown;
  readonly certainty: Certainty;
  /** Names and places, never a value. */
  readonly why: string;
  /** The value that was found there, shown with `--values` only. */
  readonly shown?: unknown;
}

export function sure(line: string, set: unknown, why: string): Finding {
  return { line, set, certainty: 'sure', why };
}

export function toConfirm(line: string, set: unknown, why: string): Finding {
  return { line, set, certainty: 'to confirm', why };
}

export function notFound(line: string, why: string): Finding {
  return { line, certainty: 'not found', why };
}

/** Where a value that nobody gave would have been better than a name. */
export const notSeen = 'its value was not seen, and no field has such a name';

/** Fields within a list or a map are at most as sure as the list or the map. */
export function within(container: Finding, fields: readonly Finding[]): Finding[] {
  if (container.certainty === 'sure') return [...fields];
  const why = `it is in ${container.line}, which is to confirm`;
  return fields.map((field) =>
    field.certainty === 'sure' ? { ...field, certainty: 'to confirm', why } : field,
  );
}
