/** A fault that only a person can mend, as it was injected. */
export interface PermanentFault {
  readonly kind:
    | 'unknown product'
    | 'finished by somebody else'
    | 'cancelled'
    | 'unknown order'
    | 'malformed call';
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

/** An order that hints were forged about. */
export interface FloodedOrder {
  readonly number: string;
  /** What it was while the hints came. */
  readonly is: 'open' | 'unknown' | 'completed';
  readonly hints: number;
  readonly seconds: number;
  /** How often Azumuta was asked about it in that time. */
  readonly questions: number;
}

/** What a run did, by its own account: what is expected of the books follows from this and from them alone. */
export interface Injected {
  readonly permanent: readonly PermanentFault[];
  /** Orders that Azumuta got from somebody else: the ERP does not know them. */
  readonly typedByHand: ReadonlySet<string>;
  /** Orders that the ERP cancelled at once: they may have been created before, or never, and nobody builds them. */
  readonly cancelledAtOnce: ReadonlySet<string>;
  /** Product orders whose operators were told that they are completed, by the numbers that they were made with. */
  readonly completed: ReadonlySet<string>;
  readonly changed: readonly ChangedOrder[];
  /** Product orders with another number in Azumuta now: the number that they were made with, by the present one. */
  readonly renamed: ReadonlyMap<string, string>;
  readonly flooded: readonly FloodedOrder[];
  /** Numbers in forged hints that nobody has an order for: each is one message that asks on, and then a dead letter. */
  readonly unknownNumbers: ReadonlySet<string>;
  /** Each may have cost one copy of a dead letter. */
  readonly kills: number;
}

export const nothingInjected: Injected = {
  permanent: [],
  typedByHand: new Set(),
  cancelledAtOnce: new Set(),
  completed: new Set(),
  changed: [],
  renamed: new Map(),
  flooded: [],
  unknownNumbers: new Set(),
  kills: 0,
};
