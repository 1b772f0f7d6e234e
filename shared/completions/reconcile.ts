import { type AzumutaReader, readByIdOrNumber } from '../azumuta/reader.ts';
import { BreakerOpen, type PartnerCalls } from '../circuit-breaker/guarded-call.ts';
import type { DueLedger } from '../ledger/ledger.ts';
import { removedConcern } from '../ledger/records/concerns.ts';
import type { Paused } from '../ledger/records/pauses.ts';
import { Rejected, RetryLater } from '../model/errors.ts';
import { hourMs } from '../model/time.ts';
import type { Invocation } from '../platform/aws/lambda.ts';
import type { Queues } from '../platform/aws/queue.ts';
import type { Clock } from '../platform/clock.ts';
import type { PartnerCall } from '../platform/http.ts';
import type { Logger } from '../platform/log.ts';
import type { Slots } from '../slots/slots.ts';
import { decideOverdue } from './decide-overdue.ts';
import { completionHint } from './messages.ts';

export interface ReconcileDependencies {
  readonly ledger: DueLedger;
  readonly azumuta: Pick<AzumutaReader, 'productOrder' | 'findProductOrder'>;
  /** What the status of an order that is not completed may say. */
  readonly isKnownStatus: (word: string) => boolean;
  readonly partners: PartnerCalls;
  readonly slots?: Slots | undefined;
  readonly queues: Pick<Queues, 'send'>;
  readonly completionsQueueUrl: string;
  /** Has product orders looked at in the ERP, and in Azumuta where something is open about them. */
  readonly lookAt: (numbers: readonly string[]) => Promise<void>;
  /** Orders of which it is due to compare what shadow would have done with what people did; none where it is live. */
  readonly listToCompare: (limit: number) => Promise<readonly string[]>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Overdue orders asked about in one run. */
  readonly most: number;
  readonly graceHours: number;
}

type ReconcileOutcome =
  | 'asked'
  | 'paused'
  | 'another run is under way'
  | 'no slot was free'
  | 'out of time'
  | 'Azumuta is down';

/**
 * What one run did, in product orders; also the function's answer, for a run by hand. `asked`: about which Azumuta was asked,
 * with one read each. `completed`: their trigger was lost, or is late. `planned`, and not booked: Azumuta is not asked, and
 * their hints are sent again, unless they would only wait with those that are under way. `open`: still being built. `unclear`: Azumuta does not know them any more, or refused to answer.
 */
type ReconcileReport = typeof nothingReconciled & { outcome: ReconcileOutcome };

const nothingReconciled = { asked: 0, completed: 0, planned: 0, open: 0, unclear: 0 };
/** Less than a day, so that a daily run asks again every day, even if it is a little early. */
const askAgainMs = 22 * hourMs;
/** Product orders that a run has looked at in the ERP: with more than these open at once, the last to be due are left out. */
const maxOpen = 5000;
/** Orders of which something is open, or that have a dead letter, that are looked at in one run: their messages keep its pace. */
const maxLooks = 1000;
/** Overdue orders that are read in one run: those that Azumuta does not have yet are put off, and are none of its questions. */
const mostOverdueRead = 1000;
/** Between two questions: Azumuta asks callers to keep the load on its systems low. */
const betweenReadsMs = 250;
/** With less time left than this (or half of the run, if that is shorter) it goes no further: an answer may take 15 s. */
const questionMs = 20_000;
/** Kept at the end to give the lease back and to report. */
const reportingMs = 2000;

/**
 * Makes good for lost triggers: asks Azumuta about product orders that are overdue, with one read each, one after the
 * other. A completed one enters the completions queue as its trigger would have brought it. When Azumuta fails, the run
 * ends, and the next one begins with another order. While a flow is paused nothing is sent into it: each day's messages
 * would be tried until its end.
 */
export async function reconcileCompletions(
  invocation: Invocation,
  dependencies: ReconcileDependencies,
): Promise<ReconcileReport> {
  const { ledger, slots, log, lookAt, listToCompare } = dependencies;
  const tally: ReconcileReport = { outcome: 'asked', ...nothingReconciled };
  const unknownStatuses = new Set<string>();
  const owner = invocation.awsRequestId;
  const leaseSeconds = Math.ceil(invocation.getRemainingTimeInMillis() / 1000) + 5;
  if (!(await ledger.reconciling.take(owner, leaseSeconds)))
    return { ...tally, outcome: 'another run is under way' };
  try {
    slots?.begin(invocation);
    const paused = await ledger.pauses.readPaused();
    if (!paused.orders) {
      // Only a look shows whether a concern has ended. What is not completed the ERP may not want any more.
      const concerned = await ledger.due.listToLookAt(maxLooks);
      const refused = await ledger.due.listWithDeadLetter(maxLooks);
      const open = await ledger.due.listOverdue(undefined, maxOpen, { byOwnDate: true });
      const toCompare = await listToCompare(maxLooks);
      await lookAt([...new Set([...toCompare, ...concerned, ...refused, ...open])]);
    }
    if (paused.completions) tally.outcome = 'paused';
    else if ((await slots?.takeInTime('azumuta')) === false) tally.outcome = 'no slot was free';
    else tally.outcome = await askAboutOverdue(invocation, { tally, unknownStatuses, paused }, dependencies);
    await ledger.statusWords.remember([...unknownStatuses]);
  } finally {
    await slots?.end();
    await ledger.reconciling.release(owner);
  }
  log.info('Asked Azumuta about overdue product orders', { ...tally });
  return tally;
}

interface ReconcileRun {
  readonly tally: ReconcileReport;
  readonly unknownStatuses: Set<string>;
  readonly paused: Paused;
}

async function askAboutOverdue(
  invocation: Invocation,
  { tally, unknownStatuses, paused }: ReconcileRun,
  dependencies: ReconcileDependencies,
): Promise<ReconcileOutcome> {
  const { ledger, partners, clock, most, graceHours, isKnownStatus } = dependencies;
  const { bookings, due, orders, knownOrders, questions } = ledger;
  const runMs = invocation.getRemainingTimeInMillis();
  const deadline = clock.timeout(Math.max(1000, runMs - reportingMs));
  const enoughMs = Math.min(questionMs, runMs / 2);
  const dueBy = new Date(clock.now().getTime() - graceHours * hourMs);
  const dueAgain = new Date(dueBy.getTime() + askAgainMs);
  const dueAfterFailure = new Date(dueBy.getTime() + hourMs);
  const sendHint = (number: string) => {
    const eventId = `${invocation.awsRequestId}/${tally.planned + tally.completed}`;
    return sendOverdueHint(number, eventId, dependencies);
  };
  for (const number of await due.listOverdue(dueBy, mostOverdueRead)) {
    if (tally.asked + tally.planned === most) return 'asked';
    if (invocation.getRemainingTimeInMillis() < enoughMs) return 'out of time';
    const known = await knownOrders.readStanding(number);
    const decision = decideOverdue(known);
    switch (decision.to) {
      case 'skip':
        break;
      case 'put it off':
        await due.postponeAfterAsking(known, dueAgain);
        break;
      case 'end the question':
        await questions.end(known.askedAs, decision.question);
        break;
      case 'end the waiting':
        await orders.markCompleted(decision.entry);
        break;
      case 'give up its booking':
        await bookings.giveUp(known.home, decision.booking, decision.because);
        break;
      case 'send its hint':
        tally.planned += 1;
        if (!paused.bookings && !(await partners.isHeldBack('erp'))) await sendHint(number);
        await due.postponeAfterAsking(known, dueAgain);
        break;
      case 'ask': {
        if (tally.asked > 0) await clock.sleep(betweenReadsMs);
        const id = known.entry?.productOrder?.id;
        const { answer, status } = await askAboutOrder(number, id, deadline, dependencies);
        if (status !== undefined && !isKnownStatus(status)) unknownStatuses.add(status);
        // It may be this order alone that Azumuta cannot answer, and it would stop every run: the others are due before it.
        if (answer === 'failed') await due.postponeAfterAsking(known, dueAfterFailure);
        if (answer === 'out of time') return answer;
        if (answer === 'failed' || answer === 'Azumuta is down') return 'Azumuta is down';
        tally.asked += 1;
        tally[answer] += 1;
        if (answer === 'completed') await sendHint(number);
        // A completed one, too: if its hint is lost, a later run sends another.
        await due.postponeAfterAsking(known, dueAgain);
        break;
      }
      default:
        decision satisfies never;
    }
  }
  return 'asked';
}

async function sendOverdueHint(
  number: string,
  eventId: string,
  { queues, completionsQueueUrl, log }: ReconcileDependencies,
): Promise<void> {
  const hint = completionHint('reconciliation', { productOrderNumber: number }, eventId);
  await queues.send(completionsQueueUrl, { body: JSON.stringify(hint) });
  log.info('Completed without a trigger, or not booked yet', { order: number, eventId });
}

interface OverdueAnswer {
  readonly answer: 'completed' | 'open' | 'unclear' | 'failed' | 'out of time' | 'Azumuta is down';
  /** The word by which one that is open is not completed. */
  readonly status?: string | undefined;
}

/** One read, or two for an order that was made again. A problem of one order must not stop the others. */
async function askAboutOrder(
  number: string,
  id: string | undefined,
  signal: AbortSignal,
  { ledger, azumuta, partners, log }: ReconcileDependencies,
): Promise<OverdueAnswer> {
  try {
    const read = (guarded: PartnerCall) => readByIdOrNumber({ id, number }, guarded, azumuta);
    const order = await partners.call('azumuta', signal, read, number);
    if (order?.completed) return { answer: 'completed' };
    if (order) return { answer: 'open', status: order.status };
    // No trigger will come: its journey and the morning mail say so, once.
    const begun = await ledger.concerns.begin(number, removedConcern);
    await ledger.orders.stopAwaitingCompletion(number);
    const about = { order: number, azumutaId: id, reason: removedConcern.note };
    if (begun === 'news') log.warn('A product order was removed in Azumuta', about, { OrderConflicts: 1 });
    return { answer: 'unclear' };
  } catch (error) {
    if (!(error instanceof Rejected || error instanceof RetryLater)) throw error;
    const ofThisOrder = error instanceof Rejected || error.scope === 'order';
    const about = { order: number, reason: error.message };
    // At the deadline every call fails like this, for any order.
    if (ofThisOrder && !signal.aborted) {
      log.warn('Azumuta cannot be asked about an overdue product order', about);
      return { answer: 'unclear' };
    }
    log.warn('Stopped asking Azumuta', about);
    // Nothing was learned: the next run begins with this order.
    if (ofThisOrder) return { answer: 'out of time' };
    // While the breaker is open, Azumuta was not asked at all.
    return { answer: error instanceof BreakerOpen ? 'Azumuta is down' : 'failed' };
  }
}
