import type { PartnerCalls } from '../circuit-breaker/guarded-call.ts';
import type { ErpConnector, ReleasedOrdersPage } from '../erp/connector.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { Rejected, RetryLater } from '../model/errors.ts';
import type { ErpOrder, Watermark } from '../model/orders.ts';
import type { Invocation } from '../platform/aws/lambda.ts';
import type { Clock } from '../platform/clock.ts';
import type { Slots } from '../slots/slots.ts';
import { type AcceptDependencies, acceptOrders, tellUnmapped } from './accept.ts';
import { afterPage, afterPullWindow, type BegunPullWindow, startOf } from './pull-window.ts';

export interface PullDependencies extends AcceptDependencies {
  readonly ledger: AcceptDependencies['ledger'] & Pick<Ledger, 'pullState' | 'pauses'>;
  readonly erp: ErpConnector;
  readonly partners: PartnerCalls;
  /** Without them, the ERP has no limit. */
  readonly slots?: Slots | undefined;
  readonly clock: Clock;
  /** Which orders the configuration wants at all. @throws Rejected */
  readonly accept: (order: ErpOrder) => boolean;
  /** ISO time from which orders count, for the very first run. */
  readonly goLive: string | undefined;
}

export const pullOutcomes = [
  'read',
  'paused',
  'another run is under way',
  'no slot was free',
  'out of time',
  'the ERP is unwell',
] as const;

/** What one run did; also the function's answer, for a run by hand. */
export interface PullReport {
  readonly outcome: (typeof pullOutcomes)[number];
  readonly pages: number;
  readonly orders: number;
  readonly queued: number;
  readonly conflicts: number;
  readonly rejected: number;
  readonly cancelled: number;
}

/** By this name an operator pauses it. */
export const pullStage = 'pull-product-orders';

/** A run that has less than this part of its time left reads no further page: the next run goes on from there. */
const lastPart = 0.2;

/**
 * Takes in the orders that the ERP released or changed since its last window, page by page. An ERP that is unwell is no
 * failure of the function: its alarm is that of the circuit breaker, and the next run goes on from here.
 */
export async function pullOrders(
  invocation: Invocation,
  dependencies: PullDependencies,
): Promise<PullReport> {
  const { ledger, clock, log, slots } = dependencies;
  const owner = invocation.awsRequestId;
  if ((await ledger.pauses.of(pullStage)).since) return { outcome: 'paused', ...nothingDone };
  const leaseSeconds = Math.ceil(invocation.getRemainingTimeInMillis() / 1000) + 5;
  const stand = await ledger.pullState.begin(owner, leaseSeconds);
  const report: Report = { outcome: 'read', ...nothingDone };
  if (!stand) return { ...report, outcome: 'another run is under way' };

  const run: Run = {
    window: stand.window ?? { startedAt: clock.now().toISOString() },
    finished: false,
    report,
    detailCalls: 0,
  };
  try {
    slots?.begin(invocation);
    if ((await slots?.takeInTime('erp')) === false) report.outcome = 'no slot was free';
    else await readPages(run, startOf(stand, dependencies.goLive), invocation, dependencies);
  } catch (error) {
    if (!(error instanceof RetryLater && error.scope === 'partner')) throw error;
    log.warn('Stopped reading the ERP', { reason: error.message });
    report.outcome = 'the ERP is unwell';
  } finally {
    await slots?.end();
    const watermark = afterPullWindow(stand.watermark, run.window);
    await ledger.pullState.end(owner, run.finished ? { watermark } : undefined);
  }
  const told = { ...report, detailCalls: run.detailCalls, at: clock.now().toISOString() };
  log.info('Pulled orders from the ERP', told);
  return report;
}

type Report = { -readonly [Field in keyof PullReport]: PullReport[Field] };
const nothingDone = { pages: 0, orders: 0, queued: 0, conflicts: 0, rejected: 0, cancelled: 0 };

/** How far a run has got. */
interface Run {
  window: BegunPullWindow;
  finished: boolean;
  readonly report: Report;
  /** Requests that the connector made about single orders while it listed them: told in the log. */
  detailCalls: number;
}

/** To the end of the listing, or until the time is nearly up. */
async function readPages(
  run: Run,
  from: Watermark | undefined,
  invocation: Invocation,
  dependencies: PullDependencies,
): Promise<void> {
  const { ledger, partners, erp, clock } = dependencies;
  const timeMs = invocation.getRemainingTimeInMillis();
  const deadline = clock.timeout(Math.floor(timeMs * 0.9));
  const pages = erp.releasedOrders(from, deadline)[Symbol.asyncIterator]();
  try {
    while (true) {
      const page = await partners.call('erp', () => pages.next());
      if (page.done) {
        run.finished = true;
        return;
      }
      const readAt = clock.now();
      run.detailCalls += page.value.detailCalls ?? 0;
      await takeInPage(page.value, run.report, dependencies);
      const further = afterPage(run.window, page.value.watermark, readAt);
      const ours = await ledger.pullState.advance(invocation.awsRequestId, further);
      if (!ours) throw new RetryLater('Another run has taken over the pull.', { scope: 'order' });
      run.window = further;
      if (invocation.getRemainingTimeInMillis() < timeMs * lastPart) {
        run.report.outcome = 'out of time';
        return;
      }
    }
  } finally {
    await pages.return?.().catch(() => undefined);
  }
}

async function takeInPage(
  { orders, unreadable }: ReleasedOrdersPage,
  report: Report,
  dependencies: PullDependencies,
): Promise<void> {
  report.pages += 1;
  report.orders += orders.length;
  for (const { id, reason } of unreadable) {
    await tellUnmapped({ number: id }, { reason, cause: 'order-data' }, 'pull', dependencies);
    report.rejected += 1;
  }
  const { wanted, map } = wantedOf(orders, dependencies);
  const answers = await acceptOrders(wanted, { via: 'pull' }, { ...dependencies, map });
  for (const [at, { status, news }] of answers.entries()) {
    if (wanted[at]?.state === 'cancelled') report.cancelled += news > 0 ? 1 : 0;
    else if (status === 'queued') report.queued += 1;
    else if (status === 'conflict') report.conflicts += 1;
    else if (status === 'rejected') report.rejected += 1;
  }
}

/**
 * What of a page the configuration wants; what the ERP has cancelled in any case, as the ledger may know it. An order
 * that `accept` fails on is not left out silently: it is taken in, and its mapping fails with that.
 */
function wantedOf(
  orders: readonly ErpOrder[],
  { accept, map }: PullDependencies,
): { readonly wanted: readonly ErpOrder[]; readonly map: PullDependencies['map'] } {
  const failed = new Map<ErpOrder, Rejected>();
  const wanted = orders.filter((order) => {
    if (order.state === 'cancelled') return true;
    try {
      return accept(order);
    } catch (error) {
      if (!(error instanceof Rejected)) throw error;
      failed.set(order, error);
      return true;
    }
  });
  return {
    wanted,
    map(order) {
      const failure = failed.get(order);
      if (failure) throw failure;
      return map(order);
    },
  };
}
