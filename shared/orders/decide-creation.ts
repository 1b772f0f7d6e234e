import type { AzumutaProductOrder } from '../azumuta/answer-readers.ts';
import type { AzumutaArticle } from '../azumuta/operations.ts';
import type { BookingEntry } from '../ledger/records/bookings.ts';
import type { OrderEntry } from '../ledger/records/product-orders.ts';
import { decideWhoBooks } from '../life/who-books.ts';
import type { Cause } from '../model/causes.ts';
import { type ProductOrderRef, productOrderRefOf } from '../model/orders.ts';
import { whyNotAdopted } from './differences.ts';

/** What an attempt to create a product order finds: the first of these that is there, as nothing else is read then. */
export type FoundProductOrder =
  | {
      readonly where: 'in Azumuta';
      readonly existing: AzumutaProductOrder;
      /** The number of another order of ours that has this product order. */
      readonly owner: string | undefined;
      /** Those under the number of our order; read only if the product order is completed. */
      readonly bookings: readonly Pick<BookingEntry, 'productOrder' | 'state'>[];
    }
  /** An earlier attempt has created it, and it was built and removed since. */
  | { readonly where: 'among what is built'; readonly productOrder: ProductOrderRef }
  | {
      readonly where: 'nowhere';
      /** The article in Azumuta of which it is to be made. */
      readonly article: AzumutaArticle | undefined;
    };

export interface CreationFacts {
  readonly entry: Pick<OrderEntry, 'draft' | 'productOrder'>;
  /** An earlier attempt may have created it. */
  readonly again: boolean;
  readonly found: FoundProductOrder;
  /** What was completed before this (ISO, UTC) is people's; undefined where all is ours. */
  readonly liveFrom: string | undefined;
}

/** A product order that Azumuta has, or had. */
export interface MadeProductOrder {
  readonly productOrder: ProductOrderRef;
  readonly event: 'created' | 'adopted';
  /** It is known to be completed: nobody needs to ask about it. */
  readonly isBuilt: boolean;
  /** It was completed while its order was unknown or given up, or before we were live: no trigger comes for it again. */
  readonly wasIgnored: boolean;
}

export type CreationDecision =
  | { readonly to: 'create'; readonly article: AzumutaArticle }
  | { readonly to: 'record'; readonly made: MadeProductOrder }
  | { readonly to: 'refuse'; readonly reason: string; readonly cause: Cause };

/**
 * Whether a product order is created, or what there is of it is recorded as ours:
 *
 *   found                 which is                                                 then
 *   in Azumuta            of another order of ours                                 refuse
 *                         completed before we were live                            record as adopted: its hint leaves it to people
 *                         other than what is wanted                                refuse
 *                         equal, completed, and surely not of ours                 refuse
 *                         equal, and an earlier attempt may have created it        record as created
 *                         equal, and open: somebody has typed it by hand           record as adopted
 *                         equal, completed, and booked, ignored or given up here   record as adopted
 *   among what is built                                                            record as created, and built
 *   nowhere               of an article that Azumuta has                           create
 *                         of an article that Azumuta does not have                 refuse
 */
export function decideCreation(facts: CreationFacts): CreationDecision {
  const { entry, found } = facts;
  switch (found.where) {
    case 'in Azumuta':
      return decideExisting(facts, found);
    case 'among what is built': {
      const { productOrder } = found;
      return { to: 'record', made: { productOrder, event: 'created', isBuilt: true, wasIgnored: false } };
    }
    case 'nowhere': {
      const { article } = found;
      return article ? { to: 'create', article } : refuseArticle(entry);
    }
    default:
      return found satisfies never;
  }
}

function decideExisting(
  { entry: { draft, productOrder: made }, again, liveFrom }: CreationFacts,
  { existing, owner, bookings }: Extract<FoundProductOrder, { where: 'in Azumuta' }>,
): CreationDecision {
  const { number } = draft;
  const productOrder = productOrderRefOf(existing);
  if (owner !== undefined) {
    const reason = `Azumuta calls the product order of ${owner} ${number} by now: give it its own number there again, then replay.`;
    return { to: 'refuse', reason, cause: 'conflict' };
  }
  // It may have been typed by hand, built and booked while its creation was refused.
  const own = bookings.filter((booking) => booking.productOrder.id === existing.id);
  const isBuilt = own.some(({ state }) => state === 'done');
  // People make good for what differs, as they book it.
  const isPeoples =
    existing.completed && decideWhoBooks(existing, { liveFrom, createdAt: undefined }) === 'people';
  if (isPeoples && !isBuilt)
    return { to: 'record', made: { productOrder, event: 'adopted', isBuilt, wasIgnored: true } };
  const wasGivenUp = existing.completed && existing.id === made?.id && !isBuilt;
  const wasIgnored = wasGivenUp || own.some(({ state }) => state === 'ignored');
  const mayBeOurs = again || isBuilt || wasIgnored;
  const reason = whyNotAdopted(existing, draft, { mayBeOurs });
  if (reason !== undefined) return { to: 'refuse', reason, cause: 'conflict' };
  const event = again ? 'created' : 'adopted';
  return { to: 'record', made: { productOrder, event, isBuilt, wasIgnored } };
}

function refuseArticle({ draft: { article } }: CreationFacts['entry']): CreationDecision {
  const reason = `Azumuta has no article ${article}: create it in its article category, or correct the order.`;
  return { to: 'refuse', reason, cause: 'unknown-article' };
}
