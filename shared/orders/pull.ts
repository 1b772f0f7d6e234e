import type { PartnerCalls } from '../circuit-breaker/guarded-call.ts';
import type { ErpConnector, ReleasedOrdersPage } from '../erp/connector.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { RetryLater } from '../model/errors.ts';
import type { Watermark } from '../model/orders.ts';
import type { Invocation } from '../platform/aws/lambda.ts';
import type { Clock } from '../platform/clock.ts';
import type { Slots } from '../slots/slots.ts';
import { acceptOrders, recordUnmapped } from './accept.ts';
import type { AcceptDependencies } from './accept-wanted.ts';
import { afterPage, afterPullWindow, type BegunPullWindow, startOf } from './pull-window.ts';

export interface PullDependencies extends AcceptDependencies {
  readonly ledger: AcceptDependencies['ledger'] & Pick<Ledger, 'pullState' | 'pauses'>;
  readonly erp: ErpConnector;
  readonly partners: PartnerCalls;
  /** Without them, the ERP has no limit. */
  readonly slots?: Slots | undefined;
  readonly clock: Clock;
  /** ISO time from which orders count, for the very first run. */
  readonly goLive: string | undefined;
}

export const pullOutcomes = [
  'read',
  'paused',
  'another run is under way',
  'no slot was free',
  'out of time',
  'the ERP is down',
] as const;

/** The result of one run; also the function's answer, for a run by hand. */
export interface PullReport {
  readonly outcome: (typeof pullOutcomes)[number];
  readonly pages: number;
  readonly orders: number;
  readonly queued: number;
  readonly conflicts: number;
  readonly rejected: number;
  readonly cancelled: number;
}

/** Name under which an operator pauses it. */
export const pullStage = 'pull-product-orders';

/** With less than this part of its time left, a run reads no further page: the next run goes on from there. */
const lastPart = 0.2;

type Report = { -readonly [Field in keyof PullReport]: PullReport[Field] };
const nothingDone = { pages: 0, orders: 0, queued: 0, conflicts: 0, rejected: 0, cancelled: 0 };

/** The progress of a run. */
interface Run {
  readonly invocation: Invocation;
  readonly report: Report;
  window: BegunPullWindow;
  finished: boolean;
  /** Requests that the connector made about single orders while it listed them: for the log. */
  detailCalls: number;
}

/**
 * Accepts the orders that the ERP released or changed since its last window, page by page. When the ERP fails, the
 * function does not fail: the circuit breaker raises the alarm, and the next run goes on from here.
 */
export function createOrderPull(dependencies: PullDependencies) {
  const { ledger, partners, erp, clock, log, slots } = dependencies;

  return async function pullOrders(invocation: Invocation): Promise<PullReport> {
    const owner = invocation.awsRequestId;
    if ((await ledger.pauses.of(pullStage)).since) return { outcome: 'paused', ...nothingDone };
    const leaseSeconds = Math.ceil(invocation.getRemainingTimeInMillis() / 1000) + 5;
    const progress = await ledger.pullState.begin(owner, leaseSeconds);
    const report: Report = { outcome: 'read', ...nothingDone };
    if (!progress) return { ...report, outcome: 'another run is under way' };

    const window = progress.window ?? { startedAt: clock.now().toISOString() };
    const run: Run = { invocation, report, window, finished: false, detailCalls: 0 };
    try {
      slots?.begin(invocation);
      if ((await slots?.takeInTime('erp')) === false) report.outcome = 'no slot was free';
      else await readPages(run, startOf(progress, dependencies.goLive));
    } catch (error) {
      if (!(error instanceof RetryLater && error.scope === 'partner')) throw error;
      log.warn('Stopped reading the ERP', { reason: error.message });
      report.outcome = 'the ERP is down';
    } finally {
      await slots?.end();
      const watermark = afterPullWindow(progress.watermark, run.window);
      await ledger.pullState.end(owner, run.finished ? { watermark } : undefined);
    }
    const { detailCalls } = run;
    log.info('Pulled orders from the ERP', { ...report, detailCalls, at: clock.now().toISOString() });
    return report;
  };

  /** Reads to the end of the listing, or until the time is nearly over. */
  async function readPages(run: Run, from: Watermark | undefined): Promise<void> {
    const { invocation, report } = run;
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
        await acceptPage(page.value, report);
        const further = afterPage(run.window, page.value.watermark, readAt);
        const ours = await ledger.pullState.advance(invocation.awsRequestId, further);
        if (!ours) throw new RetryLater('Another run has taken over the pull.', { scope: 'order' });
        run.window = further;
        if (invocation.getRemainingTimeInMillis() < timeMs * lastPart) {
          report.outcome = 'out of time';
          return;
        }
      }
    } finally {
      await pages.return?.().catch(() => undefined);
    }
  }

  async function acceptPage({ orders, unreadable }: ReleasedOrdersPage, report: Report): Promise<void> {
    report.pages += 1;
    report.orders += orders.length;
    for (const { id, reason } of unreadable) {
      await recordUnmapped({ number: id }, { reason, cause: 'order-data' }, 'pull', dependencies);
      report.rejected += 1;
    }
    for (const { status, news, isEnded } of await acceptOrders(orders, 'pull', dependencies)) {
      if (isEnded) report.cancelled += news > 0 ? 1 : 0;
      else if (status === 'queued') report.queued += 1;
      else if (status === 'conflict') report.conflicts += 1;
      else if (status === 'rejected') report.rejected += 1;
    }
  }
}
