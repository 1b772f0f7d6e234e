import { type Concern, concernRules } from '../ledger/records/concerns.ts';
import type { JourneyEntry } from '../ledger/records/events.ts';
import { hasEnded, type LifeFacts, lifeOf, type Stage } from '../life/life.ts';
import type { DueState } from '../model/due.ts';

/** What is to become of an order next, as figures and lists say it: it is made, built, and booked. */
export const openPlaces = ['to be created', 'in Azumuta', 'to be booked'] as const;
export type OpenPlace = (typeof openPlaces)[number];
/** `completed`: a part that waits for those that are booked with it. */
export type OrderPlace = OpenPlace | 'completed' | 'ended';

const placeOfStage: Readonly<Record<Stage, OrderPlace>> = {
  wanted: 'to be created',
  'being created': 'to be created',
  'in Azumuta': 'in Azumuta',
  completed: 'completed',
  'to be booked': 'to be booked',
  booked: 'ended',
  withdrawn: 'ended',
  removed: 'ended',
  'given up': 'ended',
};

/** What decides where an order stands. Of what is open, the kinds and the number suffice. */
export interface StandFacts extends LifeFacts {
  readonly deadLetters: readonly unknown[];
  /** What happened to it, oldest first, where the view has read it. */
  readonly journey?: readonly JourneyEntry[];
  /** How its date stands to now. */
  readonly due?: DueState;
}

/**
 * Where an order stands, and whether somebody has to act. Every figure, list and page asks this and nothing else, so that none
 * of them says what another does not.
 */
export function standOf(given: StandFacts) {
  const { stage, bookings } = lifeOf(given);
  const facts = { ...given, bookings };
  const needsNothing = hasNothingLeft(facts, stage);
  const due = needsNothing ? 'not due' : (given.due ?? 'not due');
  return {
    stage,
    /** Its own ones. */
    bookings,
    place: placeOf(facts, stage),
    /** How it stands to its date; what is booked or has ended is not due. */
    due,
    /** It is neither late nor due, whatever its date. */
    needsNothing,
    /** Something is open about it, or it is late: then the planner acts. */
    needsPerson: hasTask(facts, stage) || due === 'late',
  };
}

/** An order that was typed by hand has no place of ours until something of it is to be booked. */
function placeOf({ entry, concerns }: StandFacts, stage: Stage): OrderPlace {
  const isOfErp = entry !== undefined || concerns.some(({ kind }) => kind === 'refused');
  return stage === 'wanted' && !isOfErp ? 'ended' : placeOfStage[stage];
}

/** A person was asked to end it, so it is not late. */
function isAboutEnd({ kind }: Pick<Concern, 'kind'>): boolean {
  return concernRules[kind].stopsAsking;
}

/** What is booked or has ended is late no more; nor is a part that is built, and waits for those that are booked with it. */
function hasNothingLeft({ concerns, deadLetters }: StandFacts, stage: Stage): boolean {
  const isBuilt = stage === 'completed' && deadLetters.length === 0;
  return hasEnded(stage) || concerns.some(isAboutEnd) || isBuilt;
}

function hasTask(facts: StandFacts, stage: Stage): boolean {
  const { concerns, deadLetters } = facts;
  return concerns.length + deadLetters.length > 0 || openRefusal(facts, stage) !== undefined;
}

/** What was refused, where its dead letter is gone and nobody has replayed it; of a creation, nor discarded. */
export function openRefusal(facts: StandFacts, stage: Stage): 'booking' | 'creation' | undefined {
  if (facts.deadLetters.length > 0) return undefined;
  const done = lastOfDeadLetters(facts);
  if (refusedBooking(facts) && done !== 'replayed') return 'booking';
  return isRefusedOrder(facts, stage) && done === undefined ? 'creation' : undefined;
}

export function refusedBooking({ bookings }: Pick<StandFacts, 'bookings'>) {
  return bookings.find(({ state, discarded }) => state === 'rejected' && !discarded);
}

export function isRefusedOrder({ entry }: Pick<StandFacts, 'entry'>, stage: Stage): boolean {
  return stage === 'wanted' && entry?.state === 'rejected';
}

export function lastOfDeadLetters({
  journey = [],
}: Pick<StandFacts, 'journey'>): 'replayed' | 'discarded' | undefined {
  const last = journey.findLast(({ of }) => of.startsWith('dead letter'))?.event;
  return last === 'replayed' || last === 'discarded' ? last : undefined;
}
