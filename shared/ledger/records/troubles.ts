import * as z from 'zod/mini';
import type { Cause } from '../../model/errors.ts';
import { causes } from '../../model/errors.ts';
import type { Partner } from '../../model/partner.ts';
import { partnerNames } from '../../model/partner.ts';
import type { Key, Table } from '../../platform/aws/dynamodb-table.ts';
import { partitionOf } from '../keys.ts';
import { ledgerIndexes } from '../table-schema.ts';

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
 * Attributes that put an item into the index of troubles; it leaves the index with `troubleFieldNames`. What goes well
 * never bears them, so it costs no write unit.
 */
export function troubleFields({ kind, partner, cause }: TroubleGroup, since: Date) {
  return { trouble: 'open', troubleOf: `${kind} ${partner} ${cause} ${since.toISOString()}` };
}

/** To remove from an item whose trouble has ended. */
export const troubleFieldNames = ['trouble', 'troubleOf'];

/** A trouble as its index tells it: enough to group and to count it without reading its item. */
export interface OpenTrouble extends TroubleGroup {
  readonly key: Key;
  readonly since: Date;
}

/** What the item of a trouble tells beside. */
export interface TroubleFacts {
  /** Product order, or ERP order where there is none; empty when nothing tells. */
  readonly order: string;
  readonly reason: string;
  /** What an order without a product order was for. */
  readonly about?: { readonly article: string; readonly quantity: string } | undefined;
}

export interface Troubles {
  /** The first `most` that are open; one query of an index that holds nothing else, and lags a moment. */
  readonly open: (most: number) => Promise<OpenTrouble[]>;
  /** Undefined when it has ended meanwhile. */
  readonly facts: (key: Key) => Promise<TroubleFacts | undefined>;
  /** Nobody is told of it any more. Does nothing to one that has begun anew since it was read. */
  readonly close: (trouble: OpenTrouble) => Promise<void>;
}

const keysSchema = z.object({
  pk: z.string(),
  sk: z.string(),
  troubleOf: z.pipe(
    z.pipe(
      z.string(),
      z.transform((text) => text.split(' ')),
    ),
    z.tuple([z.enum(troubleKinds), z.enum(partnerNames), z.enum(causes), z.string()]),
  ),
});
export const factsSchema = z.object({
  pk: z.string(),
  trouble: z.literal('open'),
  order: z.optional(z.string()),
  reason: z.optional(z.string()),
  about: z.optional(z.object({ article: z.string(), quantity: z.string() })),
  history: z._default(z.array(z.object({ note: z.optional(z.string()) })), []),
});

export function createTroubles(table: Table): Troubles {
  return {
    async open(most) {
      const found = await table.queryIndex(ledgerIndexes.trouble, 'open', { limit: most });
      return found.flatMap((stored) => {
        // A newer version, before this one was deployed again, may have noted what this one does not know.
        const parsed = z.safeParse(keysSchema, stored);
        if (!parsed.success) return [];
        const { pk, sk, troubleOf } = parsed.data;
        const [kind, partner, cause, since] = troubleOf;
        return [{ key: { pk, sk }, kind, partner, cause, since: new Date(since) }];
      });
    },
    async facts(key) {
      const parsed = z.safeParse(factsSchema, await table.get(key));
      if (!parsed.success) return undefined;
      const { pk, order, reason, about, history } = parsed.data;
      const ofPartition = pk.startsWith(partitionOf('')) ? pk.slice(partitionOf('').length) : '';
      return {
        order: order ?? (ofPartition === 'unknown' ? '' : ofPartition),
        reason: reason ?? history.at(-1)?.note ?? '',
        about,
      };
    },
    async close({ key, ...trouble }) {
      await table.update(key, {
        remove: troubleFieldNames,
        condition: '#troubleOf = :read',
        values: { read: troubleFields(trouble, trouble.since).troubleOf },
      });
    },
  };
}
