import type { AzumutaClient } from '../azumuta/client.ts';
import { BreakerOpen, type PartnerCalls } from '../circuit-breaker/guarded-call.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { KnownOrder } from '../ledger/records/known-orders.ts';
import { removedInAzumuta } from '../ledger/records/order-changes.ts';
import { Rejected, RetryLater } from '../model/errors.ts';
import type { Invocation } from '../platform/aws/lambda.ts';
import type { Queues } from '../platform/aws/queue.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import type { Slots } from '../slots/slots.ts';
import { ownHint } from './messages.ts';
import { readProductOrder } from './read-recordings.ts';

export interface ReconcileDependencies {
  readonly ledger: Pick<Ledger, 'orders' | 'orderChanges' | 'knownOrders' | 'questions' | 'reconciling'>;
  readonly azumuta: Pick<AzumutaClient, 'productOrder' | 'findProductOrder'>;
  readonly partners: PartnerCalls;
  /** Without them, Azumuta has no limit. */
  readonly slots?: Slots | undefined;
  readonly queues: Pick<Queues, 'send'>;
  readonly completionsQueueUrl: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Orders asked about in one run. */
  readonly most: number;
  /** Hours after its due date that an order counts as overdue. */
  readonly graceHours: number;
}

/** What one run did; also the function's answer, for a run by hand. */
export interface ReconcileReport {
  readonly outcome:
    | 'asked'
    | 'another run is under way'
    | 'no slot was free'
    | 'out of time'
    | 'Azumuta is unwell';
  /** Product orders that Azumuta was asked about, one read each. */
  readonly asked: number;
  /** Completed: their trigger was lost, or is late. */
  readonly completed: number;
  /** Still being built. */
  readonly open: number;
  /** Azumuta does not know them any more, or refused the question. */
  readonly unclear: number;
}

type Tally = { -readonly [Field in keyof ReconcileReport]: ReconcileReport[Field] };
type Answer = 'completed' | 'open' | 'unclear';

const hourMs = 3_600_000;
/** Less than a day, so that a daily run asks again every day, whatever its minute. */
const askAgainMs = 22 * hourMs;
/**
 * For the order at which Azumuta was unwell: behind the others of its run, as it may be this order alone that
 * Azumuta cannot answer, and would stop every run at the same place; but due again for the next run.
 */
const metUnwellMs = hourMs;
/** Between two questions: Azumuta asks its callers not to load its systems. */
const pauseMs = 250;
/** With less than this left (or half of the run, if that is shorter) it asks no more: an answer may take 15 s. */
const questionMs = 20_000;
/** Kept at the end to give the lease back and to report. */
const reportingMs = 2000;

/**
 * Recovers what a lost trigger would have said: asks Azumuta about product orders that are overdue, one read
 * each, one after the other, and never about anything else. A completed one enters the completions queue just
 * as its trigger would have brought it; all others move behind those that were not asked about yet. When Azumuta is
 * unwell the run ends, and the next one begins with another order.
 */
export async function reconcileCompletions(
  invocation: Invocation,
  dependencies: ReconcileDependencies,
): Promise<ReconcileReport> {
  const { ledger, clock, log, slots } = dependencies;
  const tally: Tally = { outcome: 'asked', asked: 0, completed: 0, open: 0, unclear: 0 };
  const owner = invocation.awsRequestId;
  const leaseSeconds = Math.ceil(invocation.getRemainingTimeInMillis() / 1000) + 5;
  if (!(await ledger.reconciling.take(owner, leaseSeconds)))
    return { ...tally, outcome: 'another run is under way' };
  try {
    slots?.begin(invocation);
    if ((await slots?.takeInTime('azumuta')) === false) tally.outcome = 'no slot was free';
    else tally.outcome = await askAboutOverdue(invocation, tally, dependencies);
  } finally {
    await slots?.end();
    await ledger.reconciling.release(owner, { endedAt: clock.now().toISOString() });
  }
  log.info('Asked Azumuta about overdue product orders', { ...tally });
  return tally;
}

async function askAboutOverdue(
  invocation: Invocation,
  tally: Tally,
  dependencies: ReconcileDependencies,
): Promise<ReconcileReport['outcome']> {
  const { ledger, clock, log, most, graceHours } = dependencies;
  const runMs = invocation.getRemainingTimeInMillis();
  const deadline = clock.timeout(Math.max(1000, runMs - reportingMs));
  const enoughMs = Math.min(questionMs, runMs / 2);
  const dueBy = new Date(clock.now().getTime() - graceHours * hourMs);
  for (const number of await ledger.orders.overdue(dueBy, most)) {
    const known = await ledger.knownOrders.read(number);
    const { entry, question } = known;
    // The index lags behind: its trigger came in the meantime.
    if (!entry?.awaitsCompletion && !question?.overdue) continue;
    if (tally.asked > 0) await clock.sleep(pauseMs);
    if (invocation.getRemainingTimeInMillis() < enoughMs) return 'out of time';
    try {
      const answer = await ask({ number, id: entry?.productOrder?.id }, deadline, dependencies);
      tally.asked += 1;
      tally[answer] += 1;
      if (answer === 'completed') {
        const eventId = `${invocation.awsRequestId}/${tally.asked}`;
        await dependencies.queues.send(dependencies.completionsQueueUrl, {
          body: JSON.stringify(ownHint(number, 'reconciliation', { now: clock.now(), eventId })),
        });
        log.info('Completed without a trigger', { order: number, eventId });
      }
    } catch (error) {
      if (!(error instanceof RetryLater)) throw error;
      log.warn('Stopped asking Azumuta', { order: number, reason: error.message, scope: error.scope });
      // Nothing was learnt: this order is the first that the next run asks about.
      if (error.scope !== 'partner') return 'out of time';
      // It was not asked about at all while the breaker is open.
      if (!(error instanceof BreakerOpen))
        await markAsked(number, known, new Date(dueBy.getTime() + metUnwellMs), dependencies);
      return 'Azumuta is unwell';
    }
    // A completed one, too: should its hint be lost, a later run sends another.
    await markAsked(number, known, new Date(dueBy.getTime() + askAgainMs), dependencies);
  }
  return 'asked';
}

/** It comes after the others that are due before `dueAt` now. */
async function markAsked(
  number: string,
  { entry, question }: KnownOrder,
  dueAt: Date,
  { ledger }: ReconcileDependencies,
): Promise<void> {
  if (entry?.awaitsCompletion) await ledger.orders.markAsked(number, dueAt);
  if (question?.overdue) await ledger.questions.markAsked(number, dueAt);
}

/** Nothing of it can be read any more, and no trigger will come: its journey and the digest tell it, once. */
async function tellRemoved(
  { number, id }: { readonly id: string | undefined; readonly number: string },
  { ledger, log }: ReconcileDependencies,
): Promise<void> {
  const note = 'Azumuta does not know it any more: if it was built, book it in the ERP by hand';
  const change = { content: removedInAzumuta, event: 'conflict', note, cause: 'unknown-order' } as const;
  if (await ledger.orderChanges.record(number, change))
    log.warn(
      'A product order was removed in Azumuta',
      { order: number, azumutaId: id, reason: note },
      { OrderConflicts: 1 },
    );
}

/** One read, or two of one that was made again. What is wrong with one order only must not keep the others from being asked about. */
async function ask(
  wanted: { readonly id: string | undefined; readonly number: string },
  signal: AbortSignal,
  dependencies: ReconcileDependencies,
): Promise<Answer> {
  const { log } = dependencies;
  const { number } = wanted;
  try {
    const order = await readProductOrder(wanted, signal, dependencies);
    if (order) return order.completed ? 'completed' : 'open';
    await tellRemoved(wanted, dependencies);
  } catch (error) {
    const ofThisOrder = error instanceof Rejected || (error instanceof RetryLater && error.scope === 'order');
    // At the deadline every call ends so, whatever the order.
    if (!ofThisOrder || signal.aborted) throw error;
    log.warn('Azumuta cannot be asked about an overdue product order', {
      order: number,
      reason: error.message,
    });
  }
  return 'unclear';
}
