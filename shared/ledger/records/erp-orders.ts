import * as z from 'zod/mini';
import type { ErpOrderRef } from '../../model/orders.ts';
import type { DeepReadonly, Key, StoredItem, Table } from '../../platform/aws/dynamodb-table.ts';
import type { Clock } from '../../platform/clock.ts';
import {
  completedPartKey,
  completedPartPrefix,
  erpOrderKey,
  expiryAfter,
  retentionSeconds,
} from '../keys.ts';

export const erpOrderRefSchema = z.object({ number: z.string(), id: z.exactOptional(z.string()) });
export const erpOrderFactsSchema = z.object({
  ...erpOrderRefSchema.shape,
  article: z.string(),
  amount: z.string(),
  unit: z.exactOptional(z.string()),
});
export const productOrderRefSchema = z.object({
  id: z.string(),
  number: z.string(),
  url: z.exactOptional(z.string()),
});
export const bookPartsSchema = z.enum(['alone', 'each', 'when-all-done']);
const splitSchema = z.object({ number: z.string(), of: z.number(), book: bookPartsSchema });

export const storedSchema = z.object({
  /** As the ERP has it now. */
  erpOrder: erpOrderFactsSchema,
  /** The number under which it came first, without an id: its record stays there, and its id leads to it. */
  keptUnder: z.exactOptional(z.string()),
  /** ISO date (`2026-11-30`) or instant. */
  dueDate: z.optional(z.string()),
  /** When the ERP changed it to what is here (ISO), where it says so. */
  changedAt: z.exactOptional(z.string()),
  /** `refused`: as it is now it cannot be mapped; what is there was made before. */
  state: z.enum(['released', 'cancelled', 'refused']),
  /** What it became in Azumuta, and how many parts it has now. */
  split: splitSchema,
  /** The highest number of parts that it ever had: those above `split.of` are surplus. */
  mostParts: z.number(),
  /** Its last numberings before `split`, with all parts that it had then: what is left of them is not wanted. */
  earlier: z._default(z.array(splitSchema), []),
  /** Counts the writes, so that two writers do not overwrite each other. */
  version: z.number(),
});
/** What the ledger knows about one order of the ERP, since it was accepted. */
export type ErpOrderRecord = DeepReadonly<z.output<typeof storedSchema>>;

/** What tells where the record of an ERP order is. */
export type RecordHome = Pick<ErpOrderRecord, 'keptUnder'> & { readonly erpOrder: ErpOrderRef };

/** An id that came later than the record. */
const leadSchema = z.object({ leadsTo: z.string() });

/** A part that was completed when Azumuta was last asked about it. */
export interface CompletedPart {
  readonly index: number;
  /** Of the product order in Azumuta. */
  readonly azumutaId: string;
  /** Its recordings so far, where only triggers name them; undefined where Azumuta lists them. */
  readonly named?: readonly string[];
}

export const completedPartSchema = z.object({
  index: z.number(),
  productOrderId: z.string(),
  named: z.exactOptional(z.array(z.string())),
  /** It was reopened: the recordings that triggers named still count once it is completed again. */
  reopened: z._default(z.boolean(), false),
});

export type ErpOrders = ReturnType<typeof createErpOrders>;

export function createErpOrders(table: Table, clock: Clock) {
  const expiresAt = () => expiryAfter(retentionSeconds, clock.now());

  return {
    /** By the ERP's id, or by its number where it has none. */
    async find(erpOrder: ErpOrderRef): Promise<ErpOrderRecord | undefined> {
      const found = await table.get(erpOrderKey(erpOrder));
      const lead = z.safeParse(leadSchema, found);
      const stored = lead.success ? await table.get(erpOrderKey({ number: lead.data.leadsTo })) : found;
      // `dueDate` is always a key, as records are compared with isDeepStrictEqual.
      return stored && { dueDate: undefined, ...z.parse(storedSchema, stored) };
    },

    /**
     * Replaces the record of the version before.
     * @returns false when another writer was first: read again and decide again.
     */
    async write(record: ErpOrderRecord): Promise<boolean> {
      const { keptUnder, erpOrder } = record;
      if (keptUnder !== undefined)
        await table.update(erpOrderKey(erpOrder), {
          set: { v: 1, leadsTo: keptUnder, expiresAt: expiresAt() },
        });
      return table.putIf(
        { ...homeOf(record), ...record, v: 1, expiresAt: expiresAt() },
        'attribute_not_exists(pk) OR version = :before',
        { before: record.version - 1 },
      );
    },

    /** All items of an ERP order, with the id that leads to it. */
    async itemsOf(erpOrder: ErpOrderRef): Promise<StoredItem[]> {
      const found = await table.query(erpOrderKey(erpOrder).pk);
      const lead = found.map((item) => z.safeParse(leadSchema, item)).find(({ success }) => success);
      if (!lead?.data) return found;
      return [...found, ...(await table.query(erpOrderKey({ number: lead.data.leadsTo }).pk))];
    },

    /** Records that a part is completed, and keeps the recordings that triggers have named before. */
    async recordCompletedPart(
      erpOrder: RecordHome,
      { index, azumutaId, named }: CompletedPart,
    ): Promise<void> {
      const key = completedPartKey(homeOf(erpOrder), index);
      const held = named && completedPartSchema.safeParse(await table.get(key)).data;
      // A product order that was created again has other recordings.
      const earlier = held?.productOrderId === azumutaId ? held.named : undefined;
      const further = named?.filter((id) => !earlier?.includes(id)) ?? [];
      await table.update(key, {
        set: {
          ...{ v: 1, index, productOrderId: azumutaId, expiresAt: expiresAt() },
          named: named && !earlier ? further : undefined,
        },
        append: earlier && further.length > 0 ? { named: further } : undefined,
        remove: ['reopened'],
      });
    },

    /** All completed parts by their index. */
    async completedParts(erpOrder: RecordHome): Promise<ReadonlyMap<number, CompletedPart>> {
      const stored = await table.query(homeOf(erpOrder).pk, completedPartPrefix);
      return new Map(
        stored.flatMap((item) => {
          const { index, productOrderId: azumutaId, named, reopened } = z.parse(completedPartSchema, item);
          return reopened ? [] : [[index, named ? { index, azumutaId, named } : { index, azumutaId }]];
        }),
      );
    },

    /** The part was reopened. */
    async forgetCompletedPart(erpOrder: RecordHome, index: number): Promise<void> {
      await table.update(completedPartKey(homeOf(erpOrder), index), { set: { reopened: true } });
    },
  };
}

function homeOf({ erpOrder, keptUnder }: RecordHome): Key {
  return erpOrderKey(keptUnder === undefined ? erpOrder : { number: keptUnder });
}
