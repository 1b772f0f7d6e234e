import type { DueLedger } from '../ledger/ledger.ts';
import { hasDeadLetterOfBooking } from '../ledger/records/known-orders.ts';
import type { Queues } from '../platform/aws/queue.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import { atOnce, mapConcurrently } from '../platform/map-concurrently.ts';
import type { BookingTimes } from './booking-times.ts';
import { decideWindow, type NumberedPart } from './decide-window.ts';
import { endWindow, readPartsInNoBooking } from './keep-window.ts';
import { completionHint } from './messages.ts';

export interface WakeDependencies {
  readonly ledger: DueLedger;
  readonly queues: Pick<Queues, 'send'>;
  readonly completionsQueueUrl: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Logger;
  /** Undefined where the plant has none: then there are no windows. */
  readonly times: BookingTimes | undefined;
}

/** What one run did, in ERP orders; also the function's answer. */
type WakeReport = typeof nothingWoken & { readonly outcome: 'woken' | 'paused' | 'no times' };

const nothingWoken = { hints: 0, ended: 0, putOff: 0 };
/** Those that are left are the first of the next run. */
const maxDue = 500;

/**
 * Has the parts booked whose time has come: one hint for each ERP order, about one of its parts. Azumuta is not called. While
 * completions or bookings are paused nothing is sent: the hints would only wait.
 */
export async function wakeDueWindows(runId: string, dependencies: WakeDependencies): Promise<WakeReport> {
  const { ledger, log, times } = dependencies;
  if (!times) return { ...nothingWoken, outcome: 'no times' };
  const paused = await ledger.pauses.readPaused();
  if (paused.completions ?? paused.bookings) return { ...nothingWoken, outcome: 'paused' };
  const tally = { ...nothingWoken };
  await mapConcurrently(await ledger.due.listWindows(maxDue), atOnce, async (home) => {
    const done = await wakeWindow(home, `${runId}/${home}`, times, dependencies);
    if (done) tally[done] += 1;
  });
  log.info('Looked for parts whose time to be booked has come', tally);
  return { ...tally, outcome: 'woken' };
}

async function wakeWindow(
  home: string,
  eventId: string,
  times: BookingTimes,
  dependencies: WakeDependencies,
): Promise<keyof typeof nothingWoken | undefined> {
  const { ledger, clock } = dependencies;
  const known = await ledger.knownOrders.readNamed(home);
  const { entry, window, bookings } = known;
  if (!entry) return undefined;
  const { toBook: parts } = await readPartsInNoBooking({ entry, bookings }, ledger);
  const decision = decideWindow({
    times,
    window,
    bookings,
    parts,
    hasDeadLetter: hasDeadLetterOfBooking(known),
    now: clock.now(),
  });
  switch (decision.to) {
    case 'skip':
      return undefined;
    case 'end':
      await endWindow({ entry, home, bookings }, decision.window, times, dependencies);
      return 'ended';
    case 'put off':
      await ledger.due.postponeWindow(home, decision.until);
      return 'putOff';
    case 'send a hint':
      await sendHintAbout(decision.about, eventId, dependencies);
      if (decision.putOffUntil) await ledger.due.postponeWindow(home, decision.putOffUntil);
      return 'hints';
    default:
      return decision satisfies never;
  }
}

async function sendHintAbout(
  { number }: NumberedPart,
  eventId: string,
  { queues, completionsQueueUrl, log }: WakeDependencies,
): Promise<void> {
  const hint = completionHint('reconciliation', { productOrderNumber: number }, eventId);
  await queues.send(completionsQueueUrl, { body: JSON.stringify(hint) });
  log.info('The time has come to book what is completed', { order: number, eventId });
}
