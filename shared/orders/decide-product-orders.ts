import type { ErpOrderRecord } from '../ledger/records/erp-orders.ts';
import type { KnownOrder } from '../ledger/records/known-orders.ts';
import { type OrderChange, removedInAzumuta } from '../ledger/records/order-changes.ts';
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
  readonly productOrders: ReadonlyMap<string, KnownOrder>;
}

/** What the ERP wants now. */
export interface WantedOrder {
  readonly order: ErpOrder;
  /** Undefined when the ERP has cancelled the order: then its mapping does not matter. */
  readonly mapped: MappedOrder | undefined;
  /** The ERP itself asks for it, so that what was refused is tried again; a pull sees the same again and again. */
  readonly asked: boolean;
}

/** What is to be done about one product order. `resolves`: what a planner was told of it before stands no more. */
export type PartDecision = { readonly number: string } & (
  | { readonly action: 'create'; readonly wanted: MappedProductOrder; readonly resolves: boolean }
  | {
      readonly action: 'replace';
      readonly wanted: MappedProductOrder;
      readonly resolves: boolean;
      readonly entry: OrderEntry;
    }
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
  | {
      readonly action: 'resolved';
      readonly entry: OrderEntry;
      readonly sentence: string;
      /** Whose claim on the number has ended, where it is another ERP order's. */
      readonly claimant?: string;
    }
  | { readonly action: 'unchanged'; readonly entry: OrderEntry }
);

export interface OrderDecision {
  /**
   * What becomes of old numbers while the record still tells them: if it told the new ones already, an old one that is
   * claimed in this moment, or left by a crash, would be created beside them. The rest only follows when this is done.
   */
  readonly first: readonly PartDecision[];
  /** What the record says from now on. */
  readonly split: Split;
  readonly mostParts: number;
  readonly earlier: readonly Split[];
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
 *   of another ERP order                 conflict                   –, or resolved
 *
 * *Refused* may be there, too: what replaces it is looked for by its number before it is created. A conflict is told
 * once, until it is resolved: the ERP wants again what there is, or what it wants could be put in its place.
 *
 * Once a product order may exist in Azumuta, the ERP order keeps its numbers and how its parts are booked: a mapping or
 * a name that changes later is a conflict of each, and nothing is made a second time under another number. While
 * surely none exists, all are withdrawn first, and then made anew.
 */
export function decideProductOrders(known: KnownErpOrder, wanted: WantedOrder): OrderDecision {
  const own = [...known.productOrders.values()].flatMap(({ entry }) =>
    entry && isSameErpOrder(entry.erpOrder, wanted.order) ? [entry] : [],
  );
  const { record } = known;
  const split = wanted.mapped?.split ??
    record?.split ?? { number: wanted.order.number, of: 0, book: 'alone' };
  if (!record || !isNumberedAnew(record.split, split)) {
    const mostParts = Math.max(split.of, record?.mostParts ?? 0);
    const { earlier = [] } = record ?? {};
    return { first: [], split, mostParts, earlier, parts: decideParts(known, own, wanted) };
  }
  if (own.some(({ surelyNotCreated }) => !surelyNotCreated)) {
    const parts = own.map((entry) =>
      entry.number === partNumber(record.split, entry.part.index)
        ? numberedAnew(entry, record.split, split, wanted)
        : unwanted(entry, wanted),
    );
    return { ...record, first: [], parts };
  }
  const standing = own.filter(({ withdrawn }) => !withdrawn);
  const sentence = `ERP order ${nameOf(wanted.order)} is mapped to ${numbersOf(split)} now: it will not be created under this number.`;
  const withdrawals = standing.map((entry): PartDecision => {
    return { number: entry.number, action: 'withdraw', entry, event: 'withdrawn', sentence };
  });
  const after = own.map((entry): OrderEntry => ({ ...entry, withdrawn: true, state: 'rejected' }));
  const parts = decideParts(known, after, wanted);
  const released = parts.filter((part) => part.action === 'resolved' && part.claimant !== undefined);
  const earlier = [...record.earlier, { ...record.split, of: record.mostParts }].slice(-maxEarlier);
  return { first: [...withdrawals, ...released], split, mostParts: split.of, earlier, parts };
}

/** So many numberings back another planner may have been, who still wrote while it was mapped anew. */
const maxEarlier = 3;

/** @param own Its product orders, as they are by then. */
function decideParts(known: KnownErpOrder, own: readonly OrderEntry[], wanted: WantedOrder): PartDecision[] {
  const mapped = new Map((wanted.mapped?.productOrders ?? []).map((one) => [one.draft.number, one]));
  const ownByNumber = new Map(own.map((entry) => [entry.number, entry]));
  const claimant = claimantOf(wanted.order);
  return [...new Set([...mapped.keys(), ...known.productOrders.keys()])].flatMap((number) => {
    const { entry: held, told = '', claimants = [] } = known.productOrders.get(number) ?? {};
    const one = mapped.get(number);
    const mine = ownByNumber.get(number);
    const parts: PartDecision[] = [];
    if (one) parts.push(decidePart(one, mine ?? held, told, wanted));
    else if (mine) parts.push(unwanted(mine, wanted));
    const isClaimed = parts.some((part) => part.action === 'conflict' && part.change.claimant !== undefined);
    if (held && !isClaimed && claimants.includes(claimant)) {
      const sentence = `ERP order ${nameOf(wanted.order)} and another one are not mapped to this number together any more.`;
      parts.push({ number, action: 'resolved', entry: held, sentence, claimant });
    }
    return parts;
  });
}

function decidePart(
  mapped: MappedProductOrder,
  entry: OrderEntry | undefined,
  told: string,
  wanted: WantedOrder,
): PartDecision {
  const { number } = mapped.draft;
  const resolves = told !== '' && told !== removedInAzumuta;
  if (!entry) return { number, action: 'create', wanted: mapped, resolves };
  if (entry.withdrawn) return { number, action: 'replace', wanted: mapped, resolves, entry };
  if (!isSameErpOrder(entry.erpOrder, wanted.order)) return ofAnother(entry, wanted);
  const same = isSameContent(entry, mapped, wanted.order);
  const open = entry.state === 'rejected' || (!same && entry.surelyNotCreated);
  if (open && (!same || wanted.asked)) return { number, action: 'replace', wanted: mapped, resolves, entry };
  if (!same) return changed(entry, mapped, wanted);
  if (!resolves) return { number, action: 'unchanged', entry };
  return { number, action: 'resolved', entry, sentence: 'The ERP wants it again as it was made.' };
}

/** A unit that is not told says nothing: the same order may come through the endpoint and from the pull. */
function isSameContent(entry: OrderEntry, mapped: MappedProductOrder, order: ErpOrder): boolean {
  const { article, unit } = entry.erpOrder;
  const { unit: now } = order.quantity;
  const sameUnit = unit === undefined || now === undefined || unit === now;
  const { contentHash, part } = mapped;
  return (
    entry.contentHash === contentHash &&
    entry.part.book === part.book &&
    article === order.article &&
    sameUnit
  );
}

function changed(entry: OrderEntry, mapped: MappedProductOrder, { order }: WantedOrder): PartDecision {
  const { number } = entry;
  const note = diffOf(entry, { ...mapped, erpOrder: factsOf(order) }).join('; ');
  // One that is not told makes no other change of it: that would be told a second time.
  const unit = entry.erpOrder.unit && (order.quantity.unit ?? entry.erpOrder.unit);
  return {
    number,
    action: 'conflict',
    entry,
    change: {
      content: contentOf(mapped, order.article, unit),
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
    change: {
      content: 'mapped',
      event: 'conflict',
      note,
      cause: 'configuration',
      claimant: claimantOf(order),
    },
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

function numberedAnew(entry: OrderEntry, was: Split, is: Split, wanted: WantedOrder): PartDecision {
  const { number, part } = entry;
  if (entry.withdrawn && part.index > was.of) return { number, action: 'unchanged', entry };
  const now = `${numbersOf(is)} (${is.book})`;
  const note = `ERP order ${nameOf(wanted.order)} is mapped to ${now} now, and keeps what it has in Azumuta, ${numbersOf(was)} (${was.book}): change that there by hand`;
  const made = entry.surelyNotCreated ? 'is about to be made' : 'exists';
  const stands = entry.withdrawn ? 'is not made' : made;
  const change = { content: `numbered ${now}`, event: 'conflict', note, cause: 'conflict' } as const;
  return {
    number,
    action: 'conflict',
    entry,
    change,
    sentence: `Product order ${number} ${stands}: ${note}.`,
  };
}

function numbersOf(split: Split): string {
  const first = partNumber(split, 1);
  return split.of === 1 ? first : `${first} to ${partNumber(split, split.of)}`;
}

function isNumberedAnew(was: Split, is: Split): boolean {
  return was.number !== is.number || was.book !== is.book;
}

/** How a claim on another's number is told apart from others. */
function claimantOf({ number, id }: ErpOrder): string {
  return id ?? number;
}

/** What is built, in Azumuta's words and in the ERP's: a mapping may make the same of two articles. */
function contentOf({ contentHash, part }: MappedProductOrder, article: string, unit = ''): string {
  return JSON.stringify([contentHash, part.book, article, unit]);
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
