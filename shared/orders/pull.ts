import * as z from 'zod/mini';
import { guardEachPage, type PartnerCalls } from '../circuit-breaker/guarded-call.ts';
import type { ErpConnector, ReleasedOrdersPage } from '../erp/connector.ts';
import type { PullLedger } from '../ledger/ledger.ts';
import type { PullProgress } from '../ledger/records/pull-state.ts';
import { OrderNotReady, RetryLater } from '../model/errors.ts';
import type { WatermarkKind } from '../model/orders.ts';
import type { Invocation } from '../platform/aws/lambda.ts';
import type { Clock } from '../platform/clock.ts';
import type { Slots } from '../slots/slots.ts';
import { acceptOrders, recordUnmapped } from './accept.ts';
import type { AcceptDependencies } from './accept-wanted.ts';
import { afterPage, afterPullWindow, type BegunPullWindow, startOfReading } from './pull-window.ts';

export interface PullDependencies extends AcceptDependencies {
  readonly ledger: PullLedger;
  readonly erp: ErpConnector;
  readonly partners: PartnerCalls;
  readonly slots?: Slots | undefined;
  readonly clock: Clock;
  /** What a position of the ERP's listing says. */
  readonly watermark: WatermarkKind;
  /** ISO time from which orders count, for the very first run. */
  readonly goLive: string | undefined;
}

const count = z._default(z.number(), 0);
const countsSchema = z.object({
  pages: count,
  orders: count,
  queued: count,
  /** What the queued orders become in Azumuta. */
  queuedProductOrders: count,
  conflicts: count,
  rejected: count,
  cancelled: count,
  remapped: count,
});
const nothingDone = z.parse(countsSchema, {});

/** The result of one run; also the function's answer, for a run by hand. */
export const pullReportSchema = z.extend(countsSchema, {
  outcome: z.enum([
    'read',
    'paused',
    'another run is under way',
    'no slot was free',
    'out of time',
    'the ERP is down',
  ]),
});
export type PullReport = Readonly<z.output<typeof pullReportSchema>>;

type PullRun = { -readonly [Field in keyof PullReport]: PullReport[Field] };

/** With less than this part of its time left, a run reads no further page: the next run goes on from there. */
const leastShareOfTime = 0.2;

/** Accepts what the ERP released or changed since the last window. If the ERP fails, the next run goes on from here. */
export async function pullOrders(
  invocation: Invocation,
  dependencies: PullDependencies,
): Promise<PullReport> {
  const { ledger, clock, log, slots, watermark: kind } = dependencies;
  const owner = invocation.awsRequestId;
  if ((await ledger.pauses.readPaused()).pull) return { outcome: 'paused', ...nothingDone };
  const leaseSeconds = Math.ceil(invocation.getRemainingTimeInMillis() / 1000) + 5;
  const progress = await ledger.pullState.beginRun(owner, leaseSeconds);
  if (!progress) return { outcome: 'another run is under way', ...nothingDone };
  const run: PullRun = { outcome: 'read', ...nothingDone };
  let finished: BegunPullWindow | undefined;
  try {
    slots?.begin(invocation);
    if ((await slots?.takeInTime('erp')) === false) run.outcome = 'no slot was free';
    else finished = await readPages(invocation, progress, run, dependencies);
  } catch (error) {
    if (!(error instanceof RetryLater && error.scope === 'partner')) throw error;
    log.warn('Stopped reading the ERP', { reason: error.message });
    run.outcome = 'the ERP is down';
  } finally {
    await slots?.end();
    const watermark = finished && afterPullWindow(kind, progress.watermark, finished);
    await ledger.pullState.endRun(owner, finished && { watermark });
  }
  log.info('Pulled orders from the ERP', { ...run, at: clock.now().toISOString() });
  return run;
}

/** @returns the window when the listing is at its end; undefined when the time is nearly over before. */
async function readPages(
  invocation: Invocation,
  progress: PullProgress,
  run: PullRun,
  dependencies: PullDependencies,
): Promise<BegunPullWindow | undefined> {
  const { ledger, partners, erp, watermark: kind, clock, goLive } = dependencies;
  let window: BegunPullWindow = progress.window ?? { startedAt: clock.now().toISOString() };
  const timeMs = invocation.getRemainingTimeInMillis();
  const deadline = clock.timeout(Math.floor(timeMs * 0.9));
  const since = startOfReading(kind, progress, goLive);
  for await (const page of guardEachPage(partners, 'erp', deadline, ({ signal, guard }) =>
    erp.releasedOrders(since, signal, guard),
  )) {
    const readAt = clock.now();
    await acceptPage(page, run, dependencies);
    const further = afterPage(window, page.watermark, readAt);
    const ours = await ledger.pullState.saveWindow(invocation.awsRequestId, further);
    if (!ours) throw new OrderNotReady('Another run has taken over the pull.');
    window = further;
    if (invocation.getRemainingTimeInMillis() < timeMs * leastShareOfTime) {
      run.outcome = 'out of time';
      return undefined;
    }
  }
  return window;
}

async function acceptPage(
  { orders, unreadable }: ReleasedOrdersPage,
  run: PullRun,
  dependencies: PullDependencies,
): Promise<void> {
  run.pages += 1;
  run.orders += orders.length;
  for (const { id, reason } of unreadable) {
    await recordUnmapped({ number: id }, { reason, cause: 'order-data' }, 'pull', dependencies);
    run.rejected += 1;
  }
  const accepted = await acceptOrders(orders, 'pull', dependencies);
  for (const { status, productOrders, news, isEnded, remapped = 0 } of accepted) {
    run.remapped += remapped;
    if (isEnded) run.cancelled += news > 0 ? 1 : 0;
    else if (status === 'queued') {
      run.queued += 1;
      run.queuedProductOrders += productOrders.filter((one) => one.status === 'queued').length;
    } else if (status === 'conflict') run.conflicts += 1;
    else if (status === 'rejected') run.rejected += 1;
  }
}
