import type { BookingEntry, Plan } from '../ledger/records/bookings.ts';
import { Rejected, Wait } from '../model/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { WorkAttempt } from '../worker/worker.ts';
import { recordingsNamedBy } from './ask-azumuta.ts';
import { aboutOf } from './content.ts';
import { recordingsIn } from './decide-bookings.ts';
import type { CompletionHint } from './messages.ts';
import { type NextStep, nextStep } from './next-step.ts';
import type { Standing } from './standing.ts';

/** One booking that is to be made: as it was planned before, or as it is planned now. */
export type ToBook = { readonly kept: BookingEntry } | { readonly plan: Plan };

/** What a hint is to book. */
export interface Job {
  readonly hint: CompletionHint;
  readonly standing: Standing;
  /** One after the other: the quantity first. */
  readonly toBook: readonly ToBook[];
  /** What was refused so far: told in one dead letter, once everything else is done. */
  readonly refused: readonly Rejected[];
  /** The hint is newer than what is booked: it looks again afterwards. */
  readonly looksAgain: boolean;
}

/** What a hint is to do by what the ledger knows alone. */
export function stepOf(
  hint: CompletionHint,
  standing: Standing,
  attempt: WorkAttempt,
  { clock, configuration }: { readonly clock: Clock; readonly configuration: string },
): NextStep {
  const { bookings, answered, question, entry } = standing;
  if (entry?.givenUp && hint.again !== true) return { to: 'end', refused: [] };
  const part = entry?.part.index ?? 1;
  const known = recordingsIn(bookings);
  const namesNew = recordingsNamedBy({ hint, question }).some((id) => !known.has(id));
  return nextStep({ bookings, answered, hint, attempt, part, namesNew, configuration, now: clock.now() });
}

/** The job of a step that needs nothing of Azumuta. @throws Wait */
export function jobOf(
  hint: CompletionHint,
  standing: Standing,
  step: Exclude<NextStep, { to: 'read' }>,
  { secondsUntil }: Pick<WorkAttempt, 'secondsUntil'>,
): Job {
  if (step.to === 'wait')
    throw new Wait(step.sentence, { scope: 'order', afterSeconds: secondsUntil(step.untilMs) });
  const refused = step.refused.map(refusalOf);
  if (step.to === 'end') return { hint, standing, refused, toBook: [], looksAgain: false };
  const toBook = step.keep.map((kept) => ({ kept }));
  return { hint, standing, refused, toBook, looksAgain: step.looksAgain };
}

/** A refusal that was written down before, to be told once more. */
export function refusalOf(booking: BookingEntry): Rejected {
  const { reason = '', cause = 'internal-error' } = booking;
  return new Rejected(reason, { code: cause, about: aboutOf(booking) });
}
