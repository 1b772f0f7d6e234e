import type { Cause } from '../../model/errors.ts';
import type { Partner } from '../../model/partner.ts';

/** What a person must see to, as the ledger notes it. */
export const troubleKinds = ['dead-letter', 'changed', 'cancelled', 'unmapped', 'waiting'] as const;
export type TroubleKind = (typeof troubleKinds)[number];

/** What a trouble is told together with. */
export interface TroubleGroup {
  readonly kind: TroubleKind;
  readonly partner: Partner;
  readonly cause: Cause;
}

/**
 * Attributes that put an item into the index of troubles; it leaves the index with `troubleAttributes`. What goes well
 * never bears them, so it costs no write unit.
 */
export function asTrouble({ kind, partner, cause }: TroubleGroup, since: Date) {
  return { trouble: 'open', troubleOf: `${kind} ${partner} ${cause} ${since.toISOString()}` };
}

/** To remove from an item whose trouble has ended. */
export const troubleAttributes = ['trouble', 'troubleOf'];
