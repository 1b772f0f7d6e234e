import * as z from 'zod/mini';
import type { ErpOrderFacts, ErpOrderRef, Split } from '../../model/orders.ts';
import type { Table } from '../../platform/aws/dynamodb-table.ts';
import type { Clock } from '../../platform/clock.ts';
import {
  completedPartKey,
  completedPartPrefix,
  erpOrderKey,
  expiryAfter,
  retentionSeconds,
} from '../keys.ts';

/** What the ledger knows about one order of the ERP, since it was accepted. */
export interface ErpOrderRecord {
  /** As the ERP tells it now. Without an id when it came without one at first: it is known by its number for ever. */
  readonly erpOrder: ErpOrderFacts;
  readonly amount: string;
  /** ISO date (`2026-11-30`) or instant. */
  readonly dueDate: string | undefined;
  readonly state: 'released' | 'cancelled';
  /** What it became in Azumuta, and how many parts it has now. */
  readonly split: Split;
  /** The most parts that it ever had: those above `split.of` are surplus. */
  readonly mostParts: number;
  /** Its last numberings before that one, with all parts that it had: whatever is left of them is not wanted. */
  readonly earlier: readonly Split[];
  /** Counts the writes, so that two writers do not overwrite each other. */
  readonly version: number;
}

/** A part that was completed when Azumuta was last asked about it. */
export interface CompletedPart {
  readonly index: number;
  /** Of the product order in Azumuta. */
  readonly azumutaId: string;
  /** Its recordings so far, where Azumuta lists none and only triggers name them; undefined where it lists them. */
  readonly named?: readonly string[];
}

export interface ErpOrders {
  /** By the ERP's id, or by its number where it has none. */
  readonly find: (erpOrder: ErpOrderRef) => Promise<ErpOrderRecord | undefined>;
  /**
   * Write a record in the place of the one with the version before.
   * @returns false when another writer was first: read again, decide again.
   */
  readonly write: (record: ErpOrderRecord) => Promise<boolean>;
  /** Note that a part is completed; what triggers named of it before is kept. */
  readonly recordCompletedPart: (erpOrder: ErpOrderRef, part: CompletedPart) => Promise<void>;
  /** All parts that were noted as completed, by their index. */
  readonly completedParts: (erpOrder: ErpOrderRef) => Promise<ReadonlyMap<number, CompletedPart>>;
  /** A part was opened again. */
  readonly forgetCompletedPart: (erpOrder: ErpOrderRef, index: number) => Promise<void>;
}

export const erpOrderFactsSchema = z.object({
  number: z.string(),
  id: z.exactOptional(z.string()),
  article: z.string(),
  unit: z.exactOptional(z.string()),
});
const splitSchema = z.object({
  number: z.string(),
  of: z.number(),
  book: z.enum(['alone', 'each', 'when-all-done']),
});
export const storedSchema = z.object({
  erpOrder: erpOrderFactsSchema,
  amount: z.string(),
  dueDate: z.optional(z.string()),
  state: z.enum(['released', 'cancelled']),
  split: splitSchema,
  mostParts: z.number(),
  earlier: z._default(z.array(splitSchema), []),
  version: z.number(),
});

export const completedPartSchema = z.object({
  index: z.number(),
  productOrderId: z.string(),
  named: z.exactOptional(z.array(z.string())),
  /** It is open again: what triggers named of it still counts once it is completed. */
  reopened: z._default(z.boolean(), false),
});

export function createErpOrders(table: Table, clock: Clock): ErpOrders {
  const expiresAt = () => expiryAfter(retentionSeconds, clock.now());

  return {
    async find(erpOrder) {
      const stored = await table.get(erpOrderKey(erpOrder));
      if (!stored) return undefined;
      const { dueDate, ...record } = z.parse(storedSchema, stored);
      return { ...record, dueDate };
    },

    write: (record) =>
      table.putIf(
        { ...erpOrderKey(record.erpOrder), ...record, v: 1, expiresAt: expiresAt() },
        'attribute_not_exists(pk) OR version = :before',
        { before: record.version - 1 },
      ),

    async recordCompletedPart(erpOrder, { index, azumutaId, named }) {
      const key = completedPartKey(erpOrder, index);
      const held = named && completedPartSchema.safeParse(await table.get(key)).data;
      // One that was made again in Azumuta has other recordings.
      const earlier = held?.productOrderId === azumutaId ? held.named : undefined;
      const further = named?.filter((id) => !earlier?.includes(id)) ?? [];
      await table.update(key, {
        set: {
          ...{ v: 1, index, productOrderId: azumutaId, expiresAt: expiresAt() },
          ...(named && !earlier ? { named: further } : {}),
        },
        ...(earlier && further.length > 0 ? { append: { named: further } } : {}),
        remove: ['reopened'],
      });
    },

    async completedParts(erpOrder) {
      const stored = await table.query(erpOrderKey(erpOrder).pk, completedPartPrefix);
      return new Map(
        stored.flatMap((item) => {
          const { index, productOrderId: azumutaId, named, reopened } = z.parse(completedPartSchema, item);
          return reopened ? [] : [[index, named ? { index, azumutaId, named } : { index, azumutaId }]];
        }),
      );
    },

    async forgetCompletedPart(erpOrder, index) {
      await table.update(completedPartKey(erpOrder, index), { set: { reopened: true } });
    },
  };
}
