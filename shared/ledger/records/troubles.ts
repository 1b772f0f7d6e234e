import * as z from 'zod/mini';
import { type Cause, causes } from '../../model/errors.ts';
import { type Partner, partnerNames } from '../../model/partner.ts';
import type { Key, Table } from '../../platform/aws/dynamodb-table.ts';
import { partitionOf } from '../keys.ts';
import { ledgerIndexes } from '../table-schema.ts';

/** What a person must see to, by kind. */
export const troubleKinds = ['dead-letter', 'changed', 'cancelled', 'unmapped', 'waiting'] as const;
export type TroubleKind = (typeof troubleKinds)[number];

/** Troubles with the same three are told together. */
export interface TroubleGroup {
  readonly kind: TroubleKind;
  readonly partner: Partner;
  readonly cause: Cause;
}

/**
 * Attributes that put an item into the index of troubles; removing `troubleFieldNames` takes it out. Orders without
 * trouble never have them, so they cost no write unit.
 */
export function troubleFields({ kind, partner, cause }: TroubleGroup, since: Date) {
  return { trouble: 'open', troubleOf: `${kind} ${partner} ${cause} ${since.toISOString()}` };
}

/** Attributes to remove from an item whose trouble has ended. */
export const troubleFieldNames = ['trouble', 'troubleOf'];

/** A trouble as its index shows it: enough to group and count it without reading its item. */
export interface OpenTrouble extends TroubleGroup {
  readonly key: Key;
  readonly since: Date;
}

/** What the item of a trouble adds. */
export interface TroubleFacts {
  /** Number of the product order, or of the ERP order where there is none; empty when it is unknown. */
  readonly order: string;
  readonly reason: string;
  /** Article and quantity of an order without a product order. */
  readonly about?: { readonly article: string; readonly quantity: string } | undefined;
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

export function createTroubles(table: Table) {
  return {
    /** The first open ones: one query of an index that holds nothing else, and lags a moment. */
    async open(limit: number): Promise<OpenTrouble[]> {
      const found = await table.queryIndex(ledgerIndexes.trouble, 'open', { limit });
      return found.flatMap((stored) => {
        // After a rollback there may be kinds that only the newer version knows.
        const parsed = z.safeParse(keysSchema, stored);
        if (!parsed.success) return [];
        const { pk, sk, troubleOf } = parsed.data;
        const [kind, partner, cause, since] = troubleOf;
        return [{ key: { pk, sk }, kind, partner, cause, since: new Date(since) }];
      });
    },
    /** Undefined when the trouble has ended meanwhile. */
    async facts(key: Key): Promise<TroubleFacts | undefined> {
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
    /** Ends a trouble; does nothing when it has begun anew since it was read. */
    async close({ key, ...trouble }: OpenTrouble): Promise<void> {
      await table.update(key, {
        remove: troubleFieldNames,
        condition: '#troubleOf = :read',
        values: { read: troubleFields(trouble, trouble.since).troubleOf },
      });
    },
  };
}
