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
import { diffOf } from './differences.ts';

/** What the ledger knows about one ERP order: its record, and each product order that it has, had, or is mapped to. */
export interface KnownErpOrder {
  readonly record: ErpOrderRecord | undefined;
  readonly productOrders: ReadonlyMap<string, KnownOrder>;
}

/** What the ERP wants now. */
export interface WantedOrder {
  readonly order: ErpOrder;
  /** Undefined when the ERP has cancelled the order, as its mapping does not matter then. */
  readonly mapped: MappedOrder | undefined;
  /** The ERP itself posted it, so that a rejected order is tried again; a pull reads the same orders again and again. */
  readonly asked: boolean;
}

/** What to do about one product order. `resolves`: a conflict that a planner was alerted to before is over. */
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
      /** For the caller. */
      readonly sentence: string;
    }
  | {
      readonly action: 'resolved';
      readonly entry: OrderEntry;
      readonly sentence: string;
      /** The other ERP order that was mapped to the number as well, if the conflict with that one is over. */
      readonly claimant?: string;
    }
  | { readonly action: 'unchanged'; readonly entry: OrderEntry }
);

export interface OrderDecision {
  /**
   * What to do about old numbers while the record still has them. If it had the new ones already, an old one that is
   * claimed at this moment, or left by a crash, would be created beside them. The rest follows once this is done.
   */
  readonly first: readonly PartDecision[];
  /** The record from now on. */
  readonly split: Split;
  readonly mostParts: number;
  readonly earlier: readonly Split[];
  readonly parts: readonly PartDecision[];
}

/**
 * Decides what to do about the product orders of one ERP order: compares the ledger with what the mapping wants now.
 *
 *   the ledger has                       the ERP wants it           not wanted any more (fewer parts, cancelled)
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
 * A *refused* product order may exist, too: its replacement is searched by number before it is created. A planner is
 * alerted to a conflict once, until it is resolved: the ERP wants again what exists, or what it wants could replace it.
 *
 * Once a product order may exist in Azumuta, the ERP order keeps its numbers and how its parts are booked: if the
 * mapping or the name changes later, each product order has a conflict, and nothing is created a second time under
 * another number. While surely none exists, all are withdrawn first, and then created anew.
 */
export function decideProductOrders(known: KnownErpOrder, wanted: WantedOrder): OrderDecision {
  const own = [...known.productOrders.values()].flatMap(({ entry }) =>
    entry && isSameErpOrder(entry.erpOrder, wanted.order) ? [entry] : [],
  );
  const { record } = known;
  const split = wanted.mapped?.split ??
    record?.split ?? { number: wanted.order.number, of: 0, book: 'alone' };
  if (!record || !isRenumbered(record.split, split)) {
    const mostParts = Math.max(split.of, record?.mostParts ?? 0);
    const { earlier = [] } = record ?? {};
    return { first: [], split, mostParts, earlier, parts: decideParts(known, own, wanted) };
  }
  if (own.some(({ surelyNotCreated }) => !surelyNotCreated)) {
    const parts = own.map((entry) =>
      entry.number === partNumber(record.split, entry.part.index)
        ? renumbered(entry, record.split, split, wanted)
        : unwanted(entry, wanted),
    );
    return { ...record, first: [], parts };
  }
  const sentence = `ERP order ${nameOf(wanted.order)} is mapped to ${numbersOf(split)} now: it will not be created under this number.`;
  const withdrawals = own
    .filter(({ withdrawn }) => !withdrawn)
    .map((entry): PartDecision => withdrawal(entry, 'withdrawn', sentence));
  const after = own.map((entry): OrderEntry => ({ ...entry, withdrawn: true, state: 'rejected' }));
  const parts = decideParts(known, after, wanted);
  const released = parts.filter((part) => part.action === 'resolved' && part.claimant !== undefined);
  const earlier = [...record.earlier, { ...record.split, of: record.mostParts }].slice(-maxEarlier);
  return { first: [...withdrawals, ...released], split, mostParts: split.of, earlier, parts };
}

/** Another planner that still writes with an old mapping may be so many numberings behind. */
const maxEarlier = 3;

/** @param own Its product orders, as they are when `first` is done. */
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
  if (!isSameErpOrder(entry.erpOrder, wanted.order)) return takenByAnother(entry, wanted);
  const same = isSameContent(entry, mapped, wanted.order);
  const open = entry.state === 'rejected' || (!same && entry.surelyNotCreated);
  if (open && (!same || wanted.asked)) return { number, action: 'replace', wanted: mapped, resolves, entry };
  if (!same) return changed(entry, mapped, wanted);
  if (!resolves) return { number, action: 'unchanged', entry };
  return { number, action: 'resolved', entry, sentence: 'The ERP wants it again as it was made.' };
}

/** A missing unit is no difference: the same order may come through the endpoint and from the pull. */
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
  const note = diffOf(entry, { ...mapped, erpOrder: factsOf(order) }).join('; ');
  // A missing unit makes no other content of it: a planner would be alerted a second time.
  const unit = entry.erpOrder.unit && (order.quantity.unit ?? entry.erpOrder.unit);
  const content = contentOf(mapped, order.article, unit);
  const sentence = `Product order ${entry.number} exists with other content. ${note}.`;
  return conflict(entry, { content, event: 'conflict', note, cause: 'conflict' }, sentence);
}

function takenByAnother(entry: OrderEntry, { order }: WantedOrder): PartDecision {
  const { number, erpOrder } = entry;
  const note = `ERP order ${nameOf(order)} is mapped to its number as well, and it was made for ERP order ${nameOf(erpOrder)}: let productOrders.number tell them apart`;
  const claimant = claimantOf(order);
  return conflict(
    entry,
    { content: 'mapped', event: 'conflict', note, cause: 'configuration', claimant },
    `Product order ${number} was made for ERP order ${nameOf(erpOrder)}, not for ${nameOf(order)}: let productOrders.number give each its own number.`,
  );
}

/** Surplus, or of a cancelled order. */
function unwanted(entry: OrderEntry, wanted: WantedOrder): PartDecision {
  const { number, part } = entry;
  if (entry.withdrawn) return { number, action: 'unchanged', entry };
  const of = wanted.mapped?.split.of;
  const isCancelled = of === undefined;
  const why = isCancelled
    ? 'It was cancelled in the ERP'
    : `The ERP order has ${of} part${of === 1 ? '' : 's'} now, and this is part ${part.index}`;
  if (entry.surelyNotCreated) {
    const sentence = `${why} before it was created: it will not be, unless the ERP wants it again.`;
    return withdrawal(entry, isCancelled ? 'cancelled in the ERP' : 'withdrawn', sentence);
  }
  const there = entry.state === 'done' ? '' : ' if it is there';
  const note = `${isCancelled ? '' : `${why}: `}remove it in Azumuta by hand${there}`;
  const change: OrderChange = isCancelled
    ? { content: 'cancelled', event: 'cancelled in the ERP', note, cause: 'order-state' }
    : { content: 'surplus', event: 'conflict', note, cause: 'conflict' };
  return conflict(entry, change, `${why}: remove product order ${number} in Azumuta by hand${there}.`);
}

function renumbered(entry: OrderEntry, was: Split, is: Split, wanted: WantedOrder): PartDecision {
  const { number, part } = entry;
  if (entry.withdrawn && part.index > was.of) return { number, action: 'unchanged', entry };
  const now = `${numbersOf(is)} (${is.book})`;
  const note = `ERP order ${nameOf(wanted.order)} is mapped to ${now} now, and keeps what it has in Azumuta, ${numbersOf(was)} (${was.book}): change that there by hand`;
  const made = entry.surelyNotCreated ? 'is about to be made' : 'exists';
  const change = { content: `numbered ${now}`, event: 'conflict', note, cause: 'conflict' } as const;
  return conflict(
    entry,
    change,
    `Product order ${number} ${entry.withdrawn ? 'is not made' : made}: ${note}.`,
  );
}

function conflict(entry: OrderEntry, change: OrderChange, sentence: string): PartDecision {
  return { number: entry.number, action: 'conflict', entry, change, sentence };
}

function withdrawal(
  entry: OrderEntry,
  event: 'cancelled in the ERP' | 'withdrawn',
  sentence: string,
): PartDecision {
  return { number: entry.number, action: 'withdraw', entry, event, sentence };
}

function numbersOf(split: Split): string {
  const first = partNumber(split, 1);
  return split.of === 1 ? first : `${first} to ${partNumber(split, split.of)}`;
}

function isRenumbered(was: Split, is: Split): boolean {
  return was.number !== is.number || was.book !== is.book;
}

/** Identifies an ERP order that is mapped to another order's number. */
function claimantOf({ number, id }: ErpOrder): string {
  return id ?? number;
}

/** The content, in Azumuta's terms and the ERP's, as a mapping may turn two articles into one. */
function contentOf({ contentHash, part }: MappedProductOrder, article: string, unit = ''): string {
  return JSON.stringify([contentHash, part.book, article, unit]);
}

/** What a product order is made for, in the ERP's own terms. */
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
