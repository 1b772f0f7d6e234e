import type { AzumutaClient } from '../../../shared/azumuta/client.ts';
import { variantIdsOf } from '../../../shared/azumuta/request-for-creation.ts';
import type { ErpConnector } from '../../../shared/erp/connector.ts';
import type { CompleteIntegration } from '../../../shared/integration/define.ts';
import { isWanted, mapProductOrders } from '../../../shared/integration/mapping/product-orders.ts';
import type { Ledger } from '../../../shared/ledger/ledger.ts';
import { Rejected, reasonOf } from '../../../shared/model/errors.ts';
import type { ErpOrder, MappedProductOrder } from '../../../shared/model/orders.ts';
import { wantedOf } from '../../../shared/orders/accept.ts';
import { decideProductOrders } from '../../../shared/orders/decide-product-orders.ts';
import { whyNotAdopted } from '../../../shared/orders/differences.ts';
import type { PullReport } from '../../../shared/orders/pull.ts';
import { type PartDecision, readKnown } from '../../../shared/orders/wanted-order.ts';
import { systemClock } from '../../../shared/platform/clock.ts';
import { counted, definedLines, styled, tableLines, terminalWidth } from '../cli/output.ts';

/** What the pull would do with a product order, in words and their colour, worst first. */
export const previewOutcomes = {
  unreadable: ['cannot be read', 'red'],
  conflict: ['would be a conflict', 'yellow'],
  reject: ['would be refused', 'red'],
  cancelled: ['not wanted any more', 'yellow'],
  adopt: ['would be adopted', 'green'],
  create: ['would be created', 'green'],
  exists: ['in Azumuta already', 'dim'],
  'left out': ['left out', 'dim'],
} as const;
export type PreviewOutcome = keyof typeof previewOutcomes;

export interface PreviewedOrder {
  readonly erpOrder: string;
  /** Number of the product order; the ERP order's where there is none. */
  readonly number: string;
  readonly outcome: PreviewOutcome;
  readonly reason?: string | undefined;
}

export type PullPreview = Awaited<ReturnType<typeof previewPull>>;

export interface PullPreviewDependencies {
  readonly erp: Pick<ErpConnector, 'releasedOrders'>;
  readonly azumuta: Pick<AzumutaClient, 'findProductOrder' | 'findArticle'>;
  readonly ledger: Pick<Ledger, 'erpOrders' | 'knownOrders'>;
  readonly productOrders: CompleteIntegration['productOrders'];
  readonly signal: AbortSignal;
  readonly progress: (text: string) => void;
}

/**
 * What a pull from `since` on would do; it writes nothing anywhere. In Azumuta it looks for each product order that the
 * ledger does not know. @param most ERP orders: each takes one or two requests to Azumuta, which discourages polling.
 */
export async function previewPull(
  since: string | undefined,
  most: number,
  dependencies: PullPreviewDependencies,
) {
  const { erp, signal, progress } = dependencies;
  const productOrders: PreviewedOrder[] = [];
  /** `readUpTo`: changes of the ERP were read up to this time. ISO. `failure`: why it ended early. */
  const preview = { since, read: 0, readUpTo: since, more: false, productOrders, failure: undefined };
  const from = since === undefined ? undefined : { changedAt: since };
  try {
    for await (const { orders, unreadable, watermark } of erp.releasedOrders(from, signal)) {
      for (const order of orders) {
        if (preview.read >= most) return { ...preview, more: true };
        signal.throwIfAborted();
        preview.read += 1;
        productOrders.push(...(await previewErpOrder(order, dependencies)));
        progress(`Read ${counted(preview.read, 'order')} of the ERP`);
      }
      preview.read += unreadable.length;
      for (const { id, reason } of unreadable)
        productOrders.push({ erpOrder: id, number: id, outcome: 'unreadable', reason });
      preview.readUpTo = watermark.changedAt;
    }
    return preview;
  } catch (error) {
    const failure = signal.aborted ? 'It was interrupted, or took too long.' : reasonOf(error);
    return { ...preview, failure };
  }
}

async function previewErpOrder(
  order: ErpOrder,
  dependencies: PullPreviewDependencies,
): Promise<PreviewedOrder[]> {
  const { productOrders: mapping, ledger } = dependencies;
  const about = { erpOrder: order.number, number: order.number };
  const wanted = wantedOf(order, 'pull', {
    clock: systemClock,
    map: (one) => mapProductOrders(mapping, one),
    accept: (one) => isWanted(mapping, one),
  });
  if ('reason' in wanted) return [{ ...about, outcome: 'reject', reason: wanted.reason }];
  const { first, parts } = decideProductOrders(await readKnown(wanted, ledger), wanted);
  const previewed = new Map<string, PreviewedOrder>();
  for (const part of [...first, ...parts]) {
    const found =
      part.action === 'create'
        ? await outcomeOfNew(part.wanted, dependencies).catch(outcomeOfRefusal)
        : outcomeOfKnown(part, previewed.get(part.number));
    if (found) previewed.set(part.number, { erpOrder: order.number, number: part.number, ...found });
  }
  if (previewed.size === 0) return [{ ...about, outcome: 'left out', reason: wanted.ended }];
  return [...previewed.values()];
}

type OutcomeAndReason = Pick<PreviewedOrder, 'outcome' | 'reason'>;

/** @param before What its withdrawal says. @returns undefined where the number is another ERP order's. */
function outcomeOfKnown(
  part: Exclude<PartDecision, { action: 'create' }>,
  before: OutcomeAndReason | undefined,
): OutcomeAndReason | undefined {
  if (part.action === 'unclaimed') return undefined;
  const { entry } = part;
  if (part.action === 'replace')
    return {
      outcome: 'create',
      reason: entry.end ? 'the ERP withdrew it, and has released it again' : 'its content has changed',
    };
  if (part.action === 'withdraw') return { outcome: 'left out', reason: part.sentence };
  const [concern] = part.begins;
  if (part.action === 'concern') {
    const isCancelled = concern?.kind === 'unwanted' && concern.cause === 'order-state';
    return { outcome: isCancelled ? 'cancelled' : 'conflict', reason: concern?.note };
  }
  if (part.action === 'given up') return { outcome: 'conflict', reason: part.sentence };
  if (entry.end) return before ?? { outcome: 'left out', reason: entry.reason ?? 'the ERP withdrew it' };
  if (entry.state === 'rejected')
    return { outcome: 'reject', reason: `it was refused: ${entry.reason ?? 'no reason is known'}` };
  return { outcome: 'exists', reason: entry.state === 'done' ? undefined : 'it is being created' };
}

/**
 * What the pull would do with a product order that the ledger does not know. @throws Rejected when a variant is missing.
 */
async function outcomeOfNew(
  { draft }: MappedProductOrder,
  { azumuta, signal }: PullPreviewDependencies,
): Promise<OutcomeAndReason> {
  const typed = await azumuta.findProductOrder(draft.number, { signal });
  if (typed) {
    const why = whyNotAdopted(typed, draft, { mayBeOurs: false });
    return why === undefined
      ? { outcome: 'adopt', reason: 'it was typed into Azumuta by hand, is open, and is equal' }
      : { outcome: 'reject', reason: why };
  }
  const article = await azumuta.findArticle(draft.article, { signal });
  if (!article) return { outcome: 'reject', reason: `Azumuta has no article ${draft.article}` };
  variantIdsOf(draft, article);
  return { outcome: 'create' };
}

function outcomeOfRefusal(error: unknown): OutcomeAndReason {
  if (error instanceof Rejected) return { outcome: 'reject', reason: error.message };
  throw error;
}

/** How many orders of one kind are named; --json has all. */
const mostOrdersOfOutcome = 30;

/** Orders that need a person come first. */
export function previewPullLines(
  preview: PullPreview,
  about: { readonly target: string; readonly where: string },
): string[] {
  const { since, read, productOrders } = preview;
  const kinds = Object.entries(previewOutcomes).flatMap(([outcome, [title, colour]]) => {
    const found = productOrders.filter((order) => order.outcome === outcome);
    return found.length > 0 ? [{ title, colour, found }] : [];
  });
  return definedLines(
    styled('bold', `What a pull into ${about.target} would do (dry run: nothing is written)`),
    `${counted(read, 'released order')} of the ERP${since === undefined ? '' : ` that changed since ${since}`}.`,
    '',
    kinds.map(
      ({ title, colour, found }) => `  ${styled(colour, `${String(found.length).padStart(5)} ${title}`)}`,
    ),
    kinds.flatMap(({ title, found }) =>
      definedLines(
        '',
        styled('bold', `${counted(found.length, 'product order')} ${title}`),
        tableLines(
          [
            { title: 'Product order', cell: ({ number }) => number },
            { title: 'ERP order', cell: ({ erpOrder }) => erpOrder },
            { title: 'Why', cell: ({ reason }) => reason ?? '', most: 80 },
          ],
          found.slice(0, mostOrdersOfOutcome),
          terminalWidth() - 2,
        ).map((line) => `  ${line}`),
        found.length > mostOrdersOfOutcome &&
          `  … and ${found.length - mostOrdersOfOutcome} more (--json has all)`,
      ),
    ),
    kinds.length > 0 && '',
    endLines(preview, about.where),
  );
}

function endLines({ productOrders, more, readUpTo, failure }: PullPreview, where: string): string[] {
  if (failure !== undefined) return [styled('red', `It ended early: ${failure}`)];
  if (more)
    return [
      `There are more orders than were read (up to ${readUpTo ?? 'the first'}): choose a later --since.`,
    ];
  if (productOrders.length === 0) return ['The pull would do nothing.'];
  return [
    'To pull on schedule, set schedule.pull in the configuration and deploy. To run the pull now, from where the last run ended:',
    `  npm run pull -- --go ${where}`,
  ];
}

/** A release before this one does not say how many product orders they become. */
function queuedInWords(orders: number, productOrders: number): string {
  const ofErp = counted(orders, 'order');
  return productOrders === 0 ? ofErp : `${ofErp} (${counted(productOrders, 'product order')})`;
}

export function pulledLines(
  { outcome, orders, queued, queuedProductOrders, conflicts, rejected, cancelled, remapped }: PullReport,
  where: string,
): string[] {
  const notRead: Readonly<Partial<Record<PullReport['outcome'], string>>> = {
    'another run is under way': 'Another run is under way: this one did nothing.',
    paused: `The pull is paused: nothing was read. Resume it with: npm run resume -- pull ${where}`,
    'no slot was free':
      'The ERP was busy with as many calls as it allows at once: nothing was read. Try again in a moment.',
  };
  const why = notRead[outcome];
  if (why !== undefined) return [why];
  const parts = definedLines(
    `${queuedInWords(queued, queuedProductOrders)} queued to be created`,
    conflicts > 0 && counted(conflicts, 'conflict'),
    rejected > 0 && `${rejected} refused`,
    cancelled > 0 && `${cancelled} cancelled`,
  );
  return definedLines(
    `Read ${counted(orders, 'order')} of the ERP: ${parts.join(', ')}.`,
    remapped > 0 &&
      `The mapping adds parameters to ${counted(remapped, 'product order')} that stay as they were made.`,
    outcome === 'the ERP is down' &&
      `Then the ERP failed. The next run goes on from there. To see why: npm run doctor -- ${where}`,
    outcome === 'out of time' && 'The run ended before it had read everything: run it again.',
  );
}
