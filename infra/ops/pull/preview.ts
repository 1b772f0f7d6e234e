import type { AzumutaClient } from '../../../shared/azumuta/client.ts';
import { variantIdsOf } from '../../../shared/azumuta/resources.ts';
import type { ErpConnector, UnreadableOrder } from '../../../shared/erp/connector.ts';
import type { Ledger } from '../../../shared/ledger/ledger.ts';
import { Rejected, reasonOf } from '../../../shared/model/errors.ts';
import type { ErpOrder, MappedOrder, MappedProductOrder } from '../../../shared/model/orders.ts';
import { readKnown } from '../../../shared/orders/accept.ts';
import { decideProductOrders, type PartDecision } from '../../../shared/orders/decide-product-orders.ts';
import { whyNotAdopted } from '../../../shared/orders/differences.ts';

/** What the pull would do with a product order of a released ERP order; or that the ERP order cannot be read. */
export const outcomes = [
  'unreadable',
  'conflict',
  'reject',
  'cancelled',
  'adopt',
  'create',
  'exists',
  'left out',
] as const;
export type Outcome = (typeof outcomes)[number];

export interface PreviewedOrder {
  readonly erpOrder: string;
  /** Number of the product order; the ERP order's where there is none. */
  readonly number: string;
  readonly outcome: Outcome;
  /** Why, or what differs. */
  readonly reason?: string;
}

export interface PullPreview {
  readonly since: string | undefined;
  /** ERP orders that were looked at. */
  readonly read: number;
  readonly productOrders: readonly PreviewedOrder[];
  /** Up to where the ERP's changes were read. ISO. */
  readonly readUpTo: string | undefined;
  /** There are more released orders than were looked at. */
  readonly more: boolean;
  /** Why it ended early: what was found until then stands. */
  readonly failure?: string;
}

export interface PullPreviewDependencies {
  readonly erp: Pick<ErpConnector, 'releasedOrders'>;
  readonly azumuta: Pick<AzumutaClient, 'findProductOrder' | 'findArticle'>;
  readonly ledger: Pick<Ledger, 'erpOrders' | 'knownOrders'>;
  readonly map: (order: ErpOrder) => MappedOrder;
  readonly accept: (order: ErpOrder) => boolean;
  readonly signal: AbortSignal;
  readonly progress: (text: string) => void;
}

/**
 * What a pull from `since` on would do, without doing it: the ERP is listed, the ledger is read, and Azumuta is
 * asked about each product order that the ledger does not know (orders typed by hand, articles and variants that
 * are missing). Writes nothing anywhere.
 * @param most ERP orders to look at: Azumuta discourages polling, so this is one or two reads for each.
 */
export async function previewPull(
  since: string | undefined,
  most: number,
  dependencies: PullPreviewDependencies,
): Promise<PullPreview> {
  const productOrders: PreviewedOrder[] = [];
  const progress = { read: 0, readUpTo: since, more: false };
  try {
    const from = since === undefined ? undefined : { changedAt: since };
    for await (const page of dependencies.erp.releasedOrders(from, dependencies.signal)) {
      const { orders, unreadable, watermark } = page;
      for (const order of orders) {
        if (progress.read >= most) progress.more = true;
        if (progress.more || dependencies.signal.aborted) break;
        progress.read += 1;
        productOrders.push(...(await previewOrder(order, dependencies)));
        dependencies.progress(`Looked at ${progress.read} orders of the ERP`);
      }
      if (progress.more || dependencies.signal.aborted) break;
      progress.read += unreadable.length;
      productOrders.push(...unreadable.map(unreadableOrder));
      progress.readUpTo = watermark.changedAt;
    }
  } catch (error) {
    if (!dependencies.signal.aborted) return { since, ...progress, productOrders, failure: reasonOf(error) };
  }
  if (dependencies.signal.aborted)
    return { since, ...progress, productOrders, failure: 'It was interrupted, or took too long.' };
  return { since, ...progress, productOrders };
}

function unreadableOrder({ id, reason }: UnreadableOrder): PreviewedOrder {
  return { erpOrder: id, number: id, outcome: 'unreadable', reason };
}

async function previewOrder(
  order: ErpOrder,
  dependencies: PullPreviewDependencies,
): Promise<PreviewedOrder[]> {
  const about = { erpOrder: order.number, number: order.number };
  try {
    const isCancelled = order.state === 'cancelled';
    if (!isCancelled && !dependencies.accept(order))
      return [{ ...about, outcome: 'left out', reason: 'productOrders.accept does not want it' }];
    const mapped = isCancelled ? undefined : dependencies.map(order);
    const known = await readKnown({ order, mapped }, dependencies.ledger);
    const { first, parts: then } = decideProductOrders(known, { order, mapped, asked: false });
    // What is withdrawn first stands for itself, unless its number is used again.
    const again = new Set((mapped?.productOrders ?? []).map(({ draft }) => draft.number));
    const withdrawn = first.filter(({ action, number }) => action === 'withdraw' && !again.has(number));
    const left = new Set(withdrawn.map(({ number }) => number));
    const parts = [...withdrawn, ...then.filter((part) => !left.has(part.number) && !isOfAnother(part))];
    if (isCancelled && parts.length === 0)
      return [{ ...about, outcome: 'left out', reason: 'cancelled in the ERP before it came' }];
    const previewed: PreviewedOrder[] = [];
    for (const part of parts) {
      const found = part.action === 'create' ? await unknown(part.wanted, dependencies) : foundOf(part);
      previewed.push({ erpOrder: order.number, number: part.number, ...found });
    }
    return previewed;
  } catch (error) {
    if (error instanceof Rejected) return [{ ...about, outcome: 'reject', reason: error.message }];
    throw error;
  }
}

/** The ERP order lets go of a number that is another one's. */
function isOfAnother(part: PartDecision): boolean {
  return part.action === 'resolved' && part.claimant !== undefined;
}

type Found = Pick<PreviewedOrder, 'outcome' | 'reason'>;

/** What the pull would decide about a product order that the ledger knows. */
function foundOf(part: Exclude<PartDecision, { action: 'create' }>): Found {
  const { entry } = part;
  switch (part.action) {
    case 'replace': {
      const was = entry.withdrawn
        ? 'was taken back by the ERP, and is released again'
        : 'has other content now';
      return { outcome: 'create', reason: was };
    }
    case 'withdraw':
      return { outcome: 'left out', reason: part.sentence };
    case 'conflict': {
      const { event, note } = part.change;
      return { outcome: event === 'conflict' ? 'conflict' : 'cancelled', reason: note };
    }
    default:
      if (entry.withdrawn) return { outcome: 'left out', reason: entry.reason ?? 'the ERP took it back' };
      if (entry.state === 'rejected')
        return { outcome: 'reject', reason: `was refused: ${entry.reason ?? 'no reason is known'}` };
      return entry.state === 'done' ? { outcome: 'exists' } : { outcome: 'exists', reason: 'is on its way' };
  }
}

async function unknown({ draft }: MappedProductOrder, dependencies: PullPreviewDependencies): Promise<Found> {
  const { azumuta, signal } = dependencies;
  const typed = await azumuta.findProductOrder(draft.number, signal);
  if (typed) {
    const why = whyNotAdopted(typed, draft, { mayBeOurs: false });
    return why === undefined
      ? { outcome: 'adopt', reason: 'typed by hand in Azumuta, open and equal' }
      : { outcome: 'reject', reason: why };
  }
  const article = await azumuta.findArticle(draft.article, signal);
  if (!article) return { outcome: 'reject', reason: `Azumuta has no article ${draft.article}` };
  // Throws when the article lacks a variant.
  variantIdsOf(draft, article);
  return { outcome: 'create' };
}
