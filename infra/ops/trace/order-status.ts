import { nextStepOf } from '../../../shared/alerts/words.ts';
import type { BreakerState } from '../../../shared/circuit-breaker/circuit-breaker.ts';
import type { BookingEntry } from '../../../shared/ledger/records/bookings.ts';
import type { Concern } from '../../../shared/ledger/records/concerns.ts';
import type { JourneyEntry } from '../../../shared/ledger/records/events.ts';
import type { OrderEntry } from '../../../shared/ledger/records/product-orders.ts';
import type { Partner } from '../../../shared/model/partner.ts';
import { shellWord } from '../../../shared/platform/shell-word.ts';

/** How far an order has got. */
export type OrderState =
  | 'to be created'
  | 'in Azumuta'
  | 'to be booked'
  | 'booked'
  | 'discarded'
  | 'needs a person';

/** The status of an order, for a planner. */
export interface OrderStatus {
  readonly state: OrderState;
  /** A sentence: what has happened, and what the order waits for. */
  readonly says: string;
  /** What a person can do; absent when nothing is needed. */
  readonly next?: string;
  /** The command for that, ready to paste. */
  readonly command?: string;
}

export interface KnownOfOrder {
  readonly number: string;
  readonly entry: OrderEntry | undefined;
  /** Parts that its ERP order has now. */
  readonly parts: number;
  readonly bookings: readonly Pick<BookingEntry, 'kind' | 'state' | 'discarded' | 'reason'>[];
  readonly deadLetters: readonly { readonly reason: string }[];
  readonly concerns: readonly Concern[];
  readonly journey: readonly JourneyEntry[];
  readonly partnersDown: Readonly<Partial<Record<Partner, BreakerState>>>;
  readonly areBookingsPaused: boolean;
  /** Options that select the stack on a command line. */
  readonly where: string;
}

/** Answers "where is my order?" in one sentence. */
export function orderStatusOf(known: KnownOfOrder): OrderStatus {
  const { entry, deadLetters } = known;
  const [deadLetter, ...others] = deadLetters;
  if (deadLetter) {
    return {
      state: 'needs a person',
      says: `It was put aside for a person. ${sentence(deadLetter.reason)}${others.length > 0 ? ` (And ${others.length} more dead letters.)` : ''}`,
      next: 'correct what the reason names, then replay it',
      command: `${replayOf(known)} --go`,
    };
  }
  const [concern] = known.concerns;
  if (concern) {
    const next = nextStepOf(concern.kind, concern.cause);
    const says = sentence(capitalized(concern.note));
    const isRefused = concern.kind === 'refused';
    return {
      state: 'needs a person',
      says: isRefused ? `It cannot become a product order. ${says}` : says,
      next: uncapitalized(next),
    };
  }
  const last = known.journey.at(-1);
  if (last?.event === 'discarded')
    return { state: 'discarded', says: `A person discarded its dead letter. ${sentence(last.note ?? '')}` };
  if (entry?.state === 'waiting' || entry?.state === 'claimed') return beingCreated(entry, known);
  if (entry?.withdrawn) return { state: 'discarded', says: sentence(entry.reason ?? 'It was withdrawn') };
  if (entry?.state === 'rejected') {
    if (wasReplayed(known)) return sentAgain('to be created', known);
    return {
      state: 'needs a person',
      says: `It was refused, and its dead letter is gone. ${sentence(entry.reason ?? '')}`.trim(),
      next: 'correct what the reason names, then send the order again from the ERP',
    };
  }
  if (known.bookings.length > 0) return booking(known);
  if (entry) return beforeBooking(entry, known);
  return { state: 'to be booked', says: 'Azumuta is being asked what is to be booked for it.' };
}

function beingCreated(entry: OrderEntry, known: KnownOfOrder): OrderStatus {
  const state = 'to be created';
  if (entry.state === 'claimed')
    return { state, says: 'It is being created in Azumuta now, or an attempt was interrupted.' };
  return { state, says: `It waits to be created in Azumuta.${whyWaiting('order', 'azumuta', known)}` };
}

function beforeBooking(entry: OrderEntry, { parts }: KnownOfOrder): OrderStatus {
  const state = 'in Azumuta';
  if (entry.awaitsCompletion) return { state, says: 'It is in Azumuta and waits there to be completed.' };
  if (entry.part.book === 'when-all-done')
    return { state, says: `It is completed in Azumuta; it is booked when all ${parts} parts are.` };
  return {
    state: 'to be booked',
    says: 'It is completed in Azumuta, which is being asked what is to be booked.',
  };
}

function booking(known: KnownOfOrder): OrderStatus {
  const { bookings, journey } = known;
  const refused = bookings.filter(({ state }) => state === 'rejected');
  const unseen = refused.find(({ discarded }) => !discarded);
  if (unseen) {
    if (wasReplayed(known)) return sentAgain('to be booked', known);
    return {
      state: 'needs a person',
      says: `Its booking was refused, and its dead letter is gone. ${sentence(unseen.reason ?? '')}`.trim(),
      next: 'correct what the reason names, then have it looked at once more; or book it in the ERP by hand',
      command: `${replayOf(known)} --go`,
    };
  }
  const open = bookings.find(({ state }) => state === 'waiting' || state === 'claimed');
  if (open) return toBeBooked(open, known);
  const [discarded] = refused;
  if (!discarded) return { state: 'booked', says: bookedSentence(journey) };
  return {
    state: 'discarded',
    says: `A person takes care of its booking, which was refused. ${sentence(discarded.reason ?? '')}`.trim(),
  };
}

function toBeBooked(open: KnownOfOrder['bookings'][number], known: KnownOfOrder): OrderStatus {
  const state = 'to be booked';
  const { areBookingsPaused, where } = known;
  const what = open.kind === 'quantity' ? 'Its quantity' : 'A later recording';
  if (open.state === 'claimed')
    return { state, says: `${what} is being booked in the ERP now, or an attempt was interrupted.` };
  const says = `${what} waits to be booked in the ERP.`;
  if (!areBookingsPaused) return { state, says: `${says}${whyWaiting('booking', 'erp', known)}` };
  return {
    state,
    says: `${says} Bookings are paused.`,
    next: 'resume them when the maintenance is over',
    command: `npm run resume -- bookings ${where}`,
  };
}

/** Whether the last thing that happened to a dead letter of the order was a replay: then it is being worked on again. */
function wasReplayed({ journey }: KnownOfOrder): boolean {
  return journey.findLast(({ of }) => of.startsWith('dead letter'))?.event === 'replayed';
}

/** Nobody should do it by hand meanwhile: it may be done a moment later, and then twice. */
function sentAgain(state: OrderState, known: KnownOfOrder): OrderStatus {
  return {
    state,
    says: 'It was refused, and its dead letter was sent to its queue again.',
    next: 'wait a minute; if nothing changes, look for its dead letter',
    command: replayOf(known),
  };
}

/** The command that shows the dead letters of this order. */
function replayOf({ number, where }: KnownOfOrder): string {
  return `npm run replay -- --order ${shellWord(number)} ${where}`;
}

function bookedSentence(journey: readonly JourneyEntry[]): string {
  const last = journey.findLast(({ event }) => event === 'booked' || event === 'ignored');
  if (last?.event === 'ignored') return `Its completion was ignored. ${sentence(last.note ?? '')}`.trim();
  return last?.note === undefined ? 'It is booked in the ERP.' : `It is booked in the ERP: ${last.note}.`;
}

function whyWaiting(of: string, partner: Partner, { journey, partnersDown }: KnownOfOrder): string {
  const state = partnersDown[partner];
  if (state)
    return ` ${partnerTitles[partner]} is down, so calls to it wait. ${sentence(state.reason ?? '')}`.trimEnd();
  const last = journey.findLast((entry) => entry.of.startsWith(of));
  return last?.event === 'retry' && last.note ? ` The last attempt: ${sentence(last.note)}` : '';
}

/** A partner at the beginning of a sentence. */
export const partnerTitles: Readonly<Record<Partner, string>> = { erp: 'The ERP', azumuta: 'Azumuta' };

const capitalized = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
const uncapitalized = (text: string) => text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, '');

/** Adds a full stop to a text that does not end like a sentence. */
export function sentence(text: string): string {
  return text === '' || /[.!?…]$/.test(text) ? text : `${text}.`;
}
