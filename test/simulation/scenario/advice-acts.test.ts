import { expect, it } from 'vitest';
import type { adviceOnConcerns } from '../../../shared/situation/advice.ts';
import { type ActsOn, actsOnConcerns, adviceEntryOf, adviceNotFollowed } from './advice-acts.ts';

it('leaves out nothing that is advised, but for what no journey leads to or what ends by itself', () => {
  expect(Object.keys(adviceNotFollowed).toSorted()).toEqual([
    'booking refused, dead letter gone',
    'bookings paused',
    'bookings paused until',
    'channel-down',
    'creation refused, dead letter gone',
    'credentials refused',
    'dead letter: configuration',
    'dead letter: unreadable-message',
    'late and under way',
    'partner-down',
    'paused',
    'paused too long',
    'paused until',
    'refused',
    'refused by the mapping',
    'sent again',
    'slow',
    'stalled',
    'time-ahead',
    'unfiled',
    'unknown-numbers',
    'waiting',
  ]);
});

it('has an act for each entry: without one it does not compile', () => {
  const { changed: _, ...others } = actsOnConcerns;
  // @ts-expect-error The act on what has changed is missing.
  const incomplete: ActsOn<typeof adviceOnConcerns> = others;

  expect(incomplete).not.toHaveProperty('changed');
});

it('refuses an advice that stands in no table', () => {
  const other = { who: 'operator', steps: [{ does: 'Wait.' }] } as const;

  expect(() => adviceEntryOf(other)).toThrow('Nothing is done about this advice: Wait.');
});
