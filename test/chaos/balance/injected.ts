/** A fault that only a person can correct, as it was injected. */
export interface PermanentFault {
  readonly kind: 'unknown product' | 'unknown order' | 'malformed call';
  /** Number of the order; of a malformed call, the text that its body holds. */
  readonly about: string;
}

/** An order of the ERP that planners changed while it was built. */
export interface ChangedOrder {
  /** The ERP's id, which stays. */
  readonly id: string;
  /** Every number that it had, the present one last. */
  readonly names: readonly string[];
  readonly split: 'one' | 'each' | 'when-all-done';
  /** Every quantity that it had, the present one last. */
  readonly quantities: readonly number[];
}

/** An order that got forged hints. */
export interface FloodedOrder {
  readonly number: string;
  /** Its state while the hints came. */
  readonly is: 'open' | 'unknown' | 'completed';
  readonly hints: number;
  readonly seconds: number;
  /** How often Azumuta was asked about it in that time. */
  readonly questions: number;
}

/** What a run did. From this and the books alone follows what is expected. */
export interface Injected {
  readonly permanent: readonly PermanentFault[];
  /** Product orders that somebody typed in Azumuta: the ERP does not know them. */
  readonly typedByHand: ReadonlySet<string>;
  /** Product orders that were completed in Azumuta, by the numbers with which they were created. */
  readonly completed: ReadonlySet<string>;
  readonly changed: readonly ChangedOrder[];
  /** Renamed product orders: the number with which they were created, by the present one. */
  readonly renamed: ReadonlyMap<string, string>;
  readonly flooded: readonly FloodedOrder[];
  /** Unknown numbers of forged hints: for each, one message asks for half an hour. */
  readonly unknownNumbers: ReadonlySet<string>;
  /** Each may have made a second copy of a dead letter. */
  readonly kills: number;
}

export const nothingInjected: Injected = {
  permanent: [],
  typedByHand: new Set(),
  completed: new Set(),
  changed: [],
  renamed: new Map(),
  flooded: [],
  unknownNumbers: new Set(),
  kills: 0,
};
