import type { Ledger } from '../ledger/ledger.ts';
import { type BookedFigures, bookedQuantity } from '../ledger/records/bookings.ts';
import { Rejected } from '../model/errors.ts';
import { formatQuantity } from '../model/quantity.ts';
import type { WorkAttempt } from '../worker/worker.ts';
import { figuresOf } from './content.ts';
import { type ContentDependencies, contentOf, type Facts, readCompleted } from './read-contents.ts';

export interface FiguresDependencies extends ContentDependencies {
  readonly ledger: ContentDependencies['ledger'] & Pick<Ledger, 'concerns'>;
}

/**
 * Compares what was booked with what Azumuta shows now: a recording may have been corrected since. A quantity is booked
 * once, so a person must see to the difference; the concern is over once the figures are equal again.
 */
export async function compareFigures(
  facts: Facts,
  attempt: WorkAttempt,
  dependencies: FiguresDependencies,
): Promise<void> {
  const { current, bookings } = facts.facts;
  const booked = bookedQuantity(bookings, current.index);
  if (!booked?.figures) return;
  // Only what was booked may have been corrected; a forged trigger, which may name anything, must not cost reads.
  const named = facts.reading.inquiry.hint.recordingIds;
  if (named.some((id) => !booked.recordingIds.includes(id))) return;
  const completed = await readCompleted(booked, facts, attempt, dependencies);
  // Azumuta does not show a recording: nothing is known of its figures.
  if (typeof completed === 'string') return;
  const mapped = contentOf(booked, completed, facts, dependencies);
  if (mapped instanceof Rejected) return;
  const [was, is] = [booked.figures, figuresOf(mapped.completion)].map(inWords);
  const { home, concerns } = facts.reading.standing;
  const { concerns: all } = dependencies.ledger;
  if (was !== is) {
    const note = `It was booked as ${was}, and Azumuta shows ${is} now: compare both with what was built, and correct the ERP by hand`;
    const content = `${was}, ${is}`;
    const isNews = await all.begin(home, {
      kind: 'figures-changed',
      content,
      note,
      cause: 'booked-otherwise',
    });
    if (isNews) attempt.log.warn('A completion was corrected after it was booked', { was, is });
    return;
  }
  for (const concern of concerns.filter(({ kind }) => kind === 'figures-changed'))
    await all.end(home, concern, 'Azumuta shows again what was booked.');
}

function inWords({ good, scrap, lots }: BookedFigures): string {
  const figures = [good && `${formatQuantity(good)} good`, scrap && `${formatQuantity(scrap)} scrap`];
  return [...figures.filter((text) => text !== undefined), `${lots} lot(s)`].join(', ');
}
