import * as z from 'zod/mini';
import type { FactsInErp } from '../../model/order-facts.ts';
import { type ErpOrderRef, erpOrderFactsSchema, partNumbers, splitSchema } from '../../model/orders.ts';
import { quantitySchema } from '../../model/quantity.ts';
import { definedFields } from '../../model/unread.ts';
import type { DeepReadonly, Key, StoredItem } from '../../platform/aws/dynamodb-table.ts';
import {
  completedPartKey,
  completedPartPrefix,
  endedPartKey,
  endedPartPrefix,
  erpOrderKey,
  ledgerIndexes,
  numberOf,
} from '../keys.ts';
import { Records } from './records.ts';

export const recordSchema = z.object({
  erpOrder: erpOrderFactsSchema,
  /** The number under which it came first, without an id: its record is still there, and its id leads to it. */
  keptUnder: z.exactOptional(z.string()),
  /** ISO date (`2026-11-30`) or instant. */
  dueDate: z.optional(z.string()),
  /** When the ERP changed it to what is here (ISO), where it says so. */
  changedAt: z.exactOptional(z.string()),
  /** `refused`: as it is now it cannot be mapped; what is there was made before. */
  state: z.enum(['released', 'cancelled', 'refused']),
  split: splitSchema,
  /** The highest number of parts that it ever had: those above `split.of` are surplus. */
  mostParts: z.number(),
  /** Its last numberings before `split`, with all parts that it had then: what is left of them is not wanted. */
  earlier: z._default(z.array(splitSchema), []),
  /** Counts the writes, so that two writers do not overwrite each other. */
  version: z.number(),
});
export type ErpOrderRecord = DeepReadonly<z.output<typeof recordSchema>>;

/** Who writes a record names each field, so that no fact that is added is read from where nobody has written it. */
export function erpOrderRecordFrom(
  fields: {
    readonly [Name in keyof Required<ErpOrderRecord>]: ErpOrderRecord[Name];
  },
): ErpOrderRecord {
  return withDueDate(definedFields(fields));
}

/** Records are compared with isDeepStrictEqual, so `dueDate` is always a key. */
function withDueDate<Stored extends { readonly dueDate?: string | undefined }>(stored: Stored) {
  return { ...stored, dueDate: stored.dueDate };
}

/** What the ERP said of an order when it was written last. */
export function recordedFacts({
  erpOrder,
  dueDate,
}: Pick<ErpOrderRecord, 'erpOrder' | 'dueDate'>): FactsInErp {
  return {
    article: erpOrder.article,
    quantity: z.parse(quantitySchema, erpOrder),
    dueDate,
  };
}

/** Of all product orders that it has, or had. */
export function numbersOfRecord({ split, mostParts, earlier }: ErpOrderRecord): string[] {
  const { number, book } = split;
  return [{ number, book, of: mostParts }, ...earlier].flatMap(partNumbers);
}

export type RecordHome = Pick<ErpOrderRecord, 'keptUnder'> & { readonly erpOrder: ErpOrderRef };

export const completedPartSchema = z.object({
  index: z.number(),
  /** In Azumuta; as `azumutaId` it would put the item into the index of ids. */
  productOrderId: z.string(),
  /** Under which the ledger keeps it; 0.3.0 did not note it. */
  number: z.exactOptional(z.string()),
  /** What it was made for, where that is not one unit: amount in the unit of its ERP order. 0.3.0 does not need it. */
  madeFor: z.exactOptional(z.string()),
  /** Its recordings so far, where only triggers name them; absent where Azumuta lists them. */
  named: z.exactOptional(z.array(z.string())),
  /** It was reopened: the recordings that triggers named still count once it is completed again. */
  reopened: z._default(z.boolean(), false),
});
/** A part that was completed when Azumuta was last asked about it. */
export type CompletedPart = Omit<DeepReadonly<z.output<typeof completedPartSchema>>, 'reopened'>;

export const endedPartSchema = z.object({ index: z.number() });

/** By their indexes. */
export interface KnownParts {
  readonly completed: ReadonlyMap<number, CompletedPart>;
  /** Given up by a person. */
  readonly ended: ReadonlySet<number>;
}

/**
 * The parts that are booked together: those that a person has given up neither count nor are wanted. One that was too many
 * leaves the others as they are, and one that was built beyond what the ERP order has now stands for one that was given up.
 * @param of How many the ERP order has now. @param asked One that a person asks for although it was given up.
 */
export function partsTogether({ completed, ended }: KnownParts, of: number, asked?: number) {
  const without = new Set([...ended].filter((index) => index !== asked));
  const counted = new Map([...completed].filter(([index]) => !without.has(index)));
  const missing = [...without].filter((index) => index <= of).length;
  const beyond = [...counted.keys()].filter((index) => index > of).length;
  return { completed: counted, wanted: Math.min(of, of - missing + beyond) };
}

export class ErpOrders extends Records {
  /** By the ERP's id, or by its number where it has none. */
  async find(erpOrder: ErpOrderRef): Promise<ErpOrderRecord | undefined> {
    const found = await this.table.get(erpOrderKey(erpOrder));
    const home = keyLedTo(found);
    const stored = home ? await this.table.get(home) : found;
    return stored && withDueDate(z.parse(recordSchema, stored));
  }

  /** Records that a part is completed, and keeps the recordings that triggers have named before. */
  async recordCompletedPart(erpOrder: RecordHome, { named, ...part }: CompletedPart): Promise<void> {
    const key = completedPartKey(keyOfRecord(erpOrder), part.index);
    const held = named && z.safeParse(completedPartSchema, await this.table.get(key)).data;
    // A product order that was created again has other recordings.
    const earlier = held?.productOrderId === part.productOrderId ? held.named : undefined;
    const further = named?.filter((id) => !earlier?.includes(id)) ?? [];
    await this.table.update(key, {
      set: { ...part, expiresAt: this.expiresAt(), named: named && !earlier ? further : undefined },
      append: earlier && further.length > 0 ? { named: further } : undefined,
      remove: ['reopened'],
    });
  }

  /** What is known of the parts of a split order, by one query. */
  async partsOf(erpOrder: RecordHome): Promise<KnownParts> {
    const stored = await this.table.query(keyOfRecord(erpOrder).pk);
    const all = (prefix: string) => stored.filter(({ sk }) => String(sk).startsWith(prefix));
    const parts = all(completedPartPrefix).map((each) => z.parse(completedPartSchema, each));
    const counted = parts.filter(({ reopened }) => !reopened).map((part) => [part.index, part] as const);
    const ended = all(endedPartPrefix).map((each) => z.parse(endedPartSchema, each).index);
    return { completed: new Map(counted), ended: new Set(ended) };
  }

  async markPartReopened(erpOrder: RecordHome, index: number): Promise<void> {
    await this.table.update(completedPartKey(keyOfRecord(erpOrder), index), { set: { reopened: true } });
  }

  /** A part is given up, or people book it: 0.3.0 counts it no more, as one that was opened again. */
  async endPart(erpOrder: ErpOrderRef, index: number): Promise<void> {
    const record = await this.find(erpOrder);
    if (!record) return;
    const home = keyOfRecord(record);
    await this.table.update(endedPartKey(home, index), { set: { index, expiresAt: this.expiresAt() } });
    const isThere = { condition: 'attribute_exists(pk)' };
    await this.table.update(completedPartKey(home, index), { set: { reopened: true }, ...isThere });
  }
}

/** Records of ERP orders, with what is written of them as the ERP wants them. */
export class ErpOrdersToMake extends ErpOrders {
  /** The numbers of the product orders that were made of the ERP order. The index lags. */
  async productOrdersOf(erpOrderNumber: string): Promise<string[]> {
    const found = await this.table.queryIndex(ledgerIndexes.erpOrder, erpOrderNumber);
    return [...new Set(found.map(numberOf))];
  }

  /** Replaces the record of the version before; false when another writer was first: read again and decide again. */
  async writeVersion(record: ErpOrderRecord): Promise<boolean> {
    const { keptUnder: leadsTo, erpOrder, version } = record;
    const expiresAt = this.expiresAt();
    if (leadsTo !== undefined)
      await this.table.update(erpOrderKey(erpOrder), { set: { leadsTo, expiresAt } });
    const condition = 'attribute_not_exists(pk) OR version = :before';
    return this.table.putIf({ ...keyOfRecord(record), ...record, expiresAt }, condition, {
      before: version - 1,
    });
  }

  /** All items of an ERP order, with the id that leads to it. */
  async itemsOf(erpOrder: ErpOrderRef): Promise<StoredItem[]> {
    const found = await this.table.query(erpOrderKey(erpOrder).pk);
    const home = found.map(keyLedTo).find((lead) => lead !== undefined);
    return home ? [...found, ...(await this.table.query(home.pk))] : found;
  }

  /** The end of a part is taken back: it is wanted with the others again. */
  async takeBackPart(erpOrder: ErpOrderRef, index: number): Promise<void> {
    const record = await this.find(erpOrder);
    if (record) await this.table.remove(endedPartKey(keyOfRecord(record), index));
  }
}

function keyOfRecord({ erpOrder, keptUnder }: RecordHome): Key {
  return erpOrderKey(keptUnder === undefined ? erpOrder : { number: keptUnder });
}

/** Where the record is to which an id leads that came later than the record. */
function keyLedTo(stored: StoredItem | undefined): Key | undefined {
  return typeof stored?.leadsTo === 'string' ? erpOrderKey({ number: stored.leadsTo }) : undefined;
}
