import type { ErpOrderRecord } from '../ledger/records/erp-orders.ts';
import type { KnownOrder } from '../ledger/records/known-orders.ts';
import type { OrderChange } from '../ledger/records/order-changes.ts';
import type { OrderEntry } from '../ledger/records/product-orders.ts';
import {
  type ErpOrder,
  type ErpOrderFacts,
  isSameErpOrder,
  type MappedOrder,
  type MappedProductOrder,
  partNumber,
  type Split,
} from '../model/orders.ts';
import { diffOf } from './diff.ts';

/** What the ledger knows about one ERP order: its record, and each product order that it has, had, or is mapped to. */
export interface KnownErpOrder {
  readonly record: ErpOrderRecord | undefined;
  readonly productOrders: ReadonlyMap<string, Pick<KnownOrder, 'entry' | 'told'>>;
}

/** What the ERP wants now. */
export interface WantedOrder {
  readonly order: ErpOrder;
  /** Undefined when the ERP has cancelled the order: then its mapping does not matter. */
  readonly mapped: MappedOrder | undefined;
  /** The ERP itself asks for it, so that what was refused is tried again; a pull sees the same again and again. */
  readonly asked: boolean;
}

/** What is to be done about one product order. */
export type PartDecision = { readonly number: string } & (
  | { readonly action: 'create'; readonly wanted: MappedProductOrder }
  | { readonly action: 'replace'; readonly wanted: MappedProductOrder; readonly entry: OrderEntry }
  | {
      readonly action: 'withdraw';
      readonly entry: OrderEntry;
      readonly event: 'cancelled in the ERP' | 'withdrawn';
      readonly sentence: string;
    }
  | {
      readonly action: 'conflict';
      readonly entry: OrderEntry;
      readonly change: OrderChange;
      /** For who asked. */
      readonly sentence: string;
    }
  | { readonly action: 'resolved'; readonly entry: OrderEntry; readonly sentence: string }
  | { readonly action: 'unchanged'; readonly entry: OrderEntry }
);

export interface OrderDecision {
  /** What the record says from now on. */
  readonly split: Split;
  readonly mostParts: number;
  readonly parts: readonly PartDecision[];
}

/**
 * What becomes of the product orders of one ERP order: the record of the ledger against what the mapping wants now.
 *
 *   the ledger has                       the ERP wants it           it wants it no more (fewer parts, cancelled)
 *   nothing                              create                     –
 *   withdrawn                            replace                    unchanged
 *   not created, same content            unchanged                  withdraw
 *   not created, other content           replace                    withdraw
 *   refused, same content                replace if asked for       withdraw, or conflict if it may be there
 *   refused, other content               replace                    (as above)
 *   perhaps created, same content        unchanged, or resolved     conflict
 *   perhaps created, other content       conflict                   conflict
 *   of another ERP order                 conflict                   –
 *
 * Once a product order may exist in Azumuta, the ERP order keeps its numbers: a mapping or a name that changes later
 * is a conflict of each, and nothing is made a second time under another number.
 */
export function decideProductOrders(known: KnownErpOrder, wanted: WantedOrder): OrderDecision {
  const own = [...known.productOrders.values()].flatMap(({ entry }) =>
    entry && isSameErpOrder(entry.erpOrder, wanted.order) ? [entry] : [],
  );
  const { record } = known;
  const split = wanted.mapped?.split ??
    record?.split ?? { number: wanted.order.number, of: 0, book: 'alone' };
  const isAnew = record !== undefined && isNumberedAnew(record.split, split);
  if (isAnew && own.some(({ surelyNotCreated }) => !surelyNotCreated)) {
    const parts = own.map((entry) => numberedAnew(entry, split, wanted));
    return { split: record.split, mostParts: record.mostParts, parts };
  }
  const byNumber = new Map(
    (wanted.mapped?.productOrders ?? []).map((one) => [one.draft.number, one] as const),
  );
  const numbers = new Set([...byNumber.keys(), ...own.map(({ number }) => number)]);
  const parts = [...numbers].flatMap((number) => decidePart(number, byNumber.get(number), known, wanted));
  return { split, mostParts: Math.max(split.of, isAnew ? 0 : (record?.mostParts ?? 0)), parts };
}

function decidePart(
  number: string,
  mapped: MappedProductOrder | undefined,
  known: KnownErpOrder,
  wanted: WantedOrder,
): PartDecision[] {
  const { entry, told = '' } = known.productOrders.get(number) ?? {};
  if (!entry) return mapped ? [{ number, action: 'create', wanted: mapped }] : [];
  const isOwn = isSameErpOrder(entry.erpOrder, wanted.order);
  if (!mapped) return isOwn ? [unwanted(entry, wanted)] : [];
  if (entry.withdrawn) return [{ number, action: 'replace', wanted: mapped, entry }];
  if (!isOwn) return [ofAnother(entry, wanted)];
  const same =
    contentOf(entry.contentHash, entry.erpOrder) === contentOf(mapped.contentHash, factsOf(wanted.order));
  const open = entry.state === 'rejected' || (!same && entry.surelyNotCreated);
  if (open && (!same || wanted.asked)) return [{ number, action: 'replace', wanted: mapped, entry }];
  if (!same) return [changed(entry, mapped, wanted)];
  if (told === '') return [{ number, action: 'unchanged', entry }];
  return [{ number, action: 'resolved', entry, sentence: 'The ERP wants it again as it was made.' }];
}

function changed(entry: OrderEntry, mapped: MappedProductOrder, { order }: WantedOrder): PartDecision {
  const { number } = entry;
  const note = diffOf(entry, { draft: mapped.draft, erpOrder: factsOf(order) }).join('; ');
  return {
    number,
    action: 'conflict',
    entry,
    change: {
      content: contentOf(mapped.contentHash, factsOf(order)),
      event: 'conflict',
      note,
      cause: 'conflict',
    },
    sentence: `Product order ${number} exists with other content. ${note}.`,
  };
}

function ofAnother(entry: OrderEntry, { order }: WantedOrder): PartDecision {
  const { number, erpOrder } = entry;
  const note = `ERP order ${nameOf(order)} is mapped to its number as well, and it was made for ERP order ${nameOf(erpOrder)}: let productOrders.number tell them apart`;
  return {
    number,
    action: 'conflict',
    entry,
    change: { content: `of ${nameOf(order)}`, event: 'conflict', note, cause: 'configuration' },
    sentence: `Product order ${number} was made for ERP order ${nameOf(erpOrder)}, not for ${nameOf(order)}: let productOrders.number give each its own number.`,
  };
}

/** Surplus, or of a cancelled order. */
function unwanted(entry: OrderEntry, wanted: WantedOrder): PartDecision {
  const { number, part } = entry;
  if (entry.withdrawn) return { number, action: 'unchanged', entry };
  const of = wanted.mapped?.split.of;
  const why =
    of === undefined
      ? 'It was cancelled in the ERP'
      : `The ERP order has ${of} part${of === 1 ? '' : 's'} now, and this is part ${part.index}`;
  if (entry.surelyNotCreated) {
    const sentence = `${why} before it was created: it will not be, unless the ERP wants it again.`;
    const event = of === undefined ? 'cancelled in the ERP' : 'withdrawn';
    return { number, action: 'withdraw', entry, event, sentence };
  }
  const there = entry.state === 'done' ? '' : ' if it is there';
  const note = `${of === undefined ? '' : `${why}: `}remove it in Azumuta by hand${there}`;
  const content = of === undefined ? 'cancelled' : 'surplus';
  const event = of === undefined ? 'cancelled in the ERP' : 'conflict';
  return {
    number,
    action: 'conflict',
    entry,
    change: { content, event, note, cause: event === 'conflict' ? 'conflict' : 'order-state' },
    sentence: `${why}: remove product order ${number} in Azumuta by hand${there}.`,
  };
}

function numberedAnew(entry: OrderEntry, split: Split, wanted: WantedOrder): PartDecision {
  const { number } = entry;
  if (entry.withdrawn) return { number, action: 'unchanged', entry };
  const now =
    split.of === 1 ? partNumber(split, 1) : `${partNumber(split, 1)} to ${partNumber(split, split.of)}`;
  const note = `ERP order ${nameOf(wanted.order)} is mapped to ${now} (${split.book}) now, and keeps the numbers that it has in Azumuta: rename or remake them there by hand`;
  const content = `numbered ${now} ${split.book}`;
  const sentence = `Product order ${number} exists: ${note}.`;
  return {
    number,
    action: 'conflict',
    entry,
    change: { content, event: 'conflict', note, cause: 'conflict' },
    sentence,
  };
}

function isNumberedAnew(was: Split, is: Split): boolean {
  return was.number !== is.number || was.book !== is.book;
}

/** What is built, in Azumuta's words and in the ERP's: a mapping may make the same of two articles. */
function contentOf(contentHash: string, { article, unit = '' }: ErpOrderFacts): string {
  return JSON.stringify([contentHash, article, unit]);
}

/** What a product order is made for, in the ERP's own words. */
export function factsOf({ number, id, article, quantity: { unit } }: ErpOrder): ErpOrderFacts {
  return {
    number,
    article,
    ...(id === undefined ? {} : { id }),
    ...(unit === undefined ? {} : { unit }),
  };
}

function nameOf({ number, id }: { readonly number: string; readonly id?: string }): string {
  return id === undefined || id === number ? number : `${number} (${id})`;
}
