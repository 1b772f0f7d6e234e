import type { OrderConcernKind } from '../ledger/records/concerns.ts';

/**
 * All that can become of a product order by what somebody says of it: the ERP (`what-the-erp-says.ts`), Azumuta
 * (`what-azumuta-shows.ts`) or a person (`what-a-person-does.ts`). Each of these is a table with one outcome for each case,
 * and a decider next to it that carries the outcome out. Whether the time for it has come (a claim that runs, a lease, a
 * message that came earlier) is asked by functions before and after: no table knows of time.
 */
export type OrderOutcome =
  /** Why nothing is done, in words for whoever asks: a person may read them. */
  | { readonly to: 'nothing'; readonly because: string }
  /** Write it down, and have it created in Azumuta. */
  | { readonly to: 'create' }
  /** Have it created with the content that the ERP wants now. `ifAsked`: only if somebody asks; a pull reads it again and again. */
  | { readonly to: 'replace'; readonly ifAsked?: true }
  /** It will not be created, unless the ERP wants it again. */
  | { readonly to: 'withdraw' }
  /** Look at Azumuta, where something is open about it: that may have ended. */
  | { readonly to: 'look' }
  /** Have Azumuta asked until it is completed. */
  | { readonly to: 'ask Azumuta' }
  /** Plan again what is to be booked, from what Azumuta shows now. */
  | { readonly to: 'decide again' }
  /** Book what was planned, exactly so. */
  | { readonly to: 'book as planned' }
  /** It needs a person: a concern of this kind begins, or knows more. What it makes needless `ends`. */
  | {
      readonly to: 'tell';
      readonly kind: OrderConcernKind;
      readonly ends?: readonly [OrderConcernKind, ...OrderConcernKind[]];
    }
  /** Concerns of these kinds have ended. */
  | { readonly to: 'end'; readonly kinds: readonly OrderConcernKind[] }
  /** Nothing more is created, asked or booked for it. */
  | { readonly to: 'end the order'; readonly as: 'withdrawn' | 'given up' }
  /** What had ended is created again: by a person, what a person has given up. */
  | { readonly to: 'take the end back' };

export type OutcomeKind = OrderOutcome['to'];
