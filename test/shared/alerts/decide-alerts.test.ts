import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AlertDecision, decideAlerts, mostMessagesADay } from '../../../shared/alerts/decide-alerts.ts';
import type { RecentMessages, ToldGroup } from '../../../shared/ledger/records/alerts.ts';
import { groupOf, type SeenTrouble } from '../../../shared/situation/read.ts';

const minuteMs = 60_000;
const everyMinutes = 5;
const runs = (3 * 24 * 60) / everyMinutes;
const start = Date.parse('2026-11-24T08:00:00Z');
const alike = { kind: 'dead-letter', partner: 'erp', cause: 'refused-by-erp' } as const;
const group = groupOf(alike);

interface Message {
  /** Minutes since the start. */
  readonly at: number;
  readonly event: AlertDecision['event'];
  readonly named: readonly string[];
  readonly isUnsteady: boolean;
  /** Names, for the first time in a day, something that is open for an hour. */
  readonly isOwed: boolean;
}

/** When something is open: minutes after which it opens, and then closes, again and again. */
type Course = readonly (readonly [closed: number, open: number])[];

/** Since when it is open at each run (minutes), or undefined. */
function openings(course: Course): (number | undefined)[] {
  const found: (number | undefined)[] = Array.from({ length: runs }, () => undefined);
  let minute = 0;
  while (minute < runs * everyMinutes)
    for (const [closed, open] of course) {
      const since = minute + closed;
      minute = since + open;
      for (let run = Math.ceil(since / everyMinutes); run * everyMinutes < minute; run += 1)
        if (run < runs) found[run] = since;
    }
  return found;
}

/** What three days of runs say of these things. */
function followed(courses: readonly Course[]) {
  const opened = courses.map(openings);
  const messages: Message[] = [];
  let told: Record<string, ToldGroup> = {};
  let lately: Record<string, RecentMessages> = {};
  for (let run = 0; run < runs; run += 1) {
    const minute = run * everyMinutes;
    const at = new Date(start + minute * minuteMs);
    const troubles = opened.flatMap((of, thing): SeenTrouble[] => {
      const since = of[run];
      if (since === undefined) return [];
      const name = `order ${thing}`;
      return [
        {
          ...alike,
          id: `${name} ${since}`,
          thing: name,
          since: new Date(start + since * minuteMs),
          isDue: true,
        },
      ];
    });
    const decided = decideAlerts(told, lately, { at, troubles, cut: new Set() });
    for (const { alert } of decided) {
      if (!alert) continue;
      const named = alert.troubles.map(({ thing = '' }) => thing);
      const isOwed = alert.troubles.some(({ thing = '', since }) => {
        const isHeard = messages.some((one) => one.named.includes(thing) && minute - one.at < 24 * 60);
        return !isHeard && at.getTime() - since.getTime() >= 60 * minuteMs;
      });
      messages.push({
        at: minute,
        event: alert.event,
        named,
        isUnsteady: alert.unsteady !== undefined,
        isOwed,
      });
    }
    told = Object.fromEntries(decided.flatMap(({ group: of, after }) => (after ? [[of, after]] : [])));
    lately = Object.fromEntries(decided.flatMap(({ group: of, lately: one }) => (one ? [[of, one]] : [])));
  }
  return { messages, opened };
}

/** Most messages within any 24 hours. */
const mostInADay = (messages: readonly { readonly at: number }[]) =>
  Math.max(
    0,
    ...messages.map(({ at }) => messages.filter((one) => one.at >= at && one.at < at + 1440).length),
  );

const courseArbitrary: fc.Arbitrary<Course> = fc.array(
  fc.tuple(fc.integer({ min: 5, max: 600 }), fc.integer({ min: 5, max: 600 })),
  { minLength: 1, maxLength: 6 },
);
const shortCourse: fc.Arbitrary<Course> = fc.array(
  fc.tuple(fc.integer({ min: 5, max: 80 }), fc.integer({ min: 5, max: 80 })),
  { minLength: 1, maxLength: 4 },
);

describe('what comes and goes', () => {
  it('is six messages a day at most, and besides these only what was open for an hour and nobody had heard of', () => {
    const courses = fc.array(fc.oneof(courseArbitrary, shortCourse), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(courses, (all) => {
        const { messages } = followed(all);
        expect(mostInADay(messages.filter(({ isOwed }) => !isOwed))).toBeLessThanOrEqual(mostMessagesADay);
      }),
      { numRuns: 60 },
    );
  });

  it('is told at least once, within an hour, where it is open for more than an hour; "over" is never the last word of it', () => {
    const courses = fc.array(fc.oneof(courseArbitrary, shortCourse), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(courses, (all) => {
        const { messages, opened } = followed(all);
        for (const [thing, of] of opened.entries())
          for (const [run, since] of of.entries()) {
            const minute = run * everyMinutes;
            if (since === undefined || minute - since < 60 + everyMinutes) continue;
            const before = messages.filter(({ at }) => at <= minute);
            expect(before.some(({ named }) => named.includes(`order ${thing}`))).toBe(true);
            expect(before.at(-1)?.event).not.toBe('over');
          }
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    [10, 10],
    [10, 65],
    [70, 70],
    [5, 5],
  ])(
    'is six messages of one thing that is away for %i minutes and there for %i, the last of them not "over"',
    (closed, open) => {
      const { messages } = followed([[[closed, open]]]);
      expect(mostInADay(messages)).toBeLessThanOrEqual(mostMessagesADay);
      expect(messages.slice(0, 3).map(({ event }) => event)).toEqual(['new', 'over', 'new']);
    },
  );

  it('is told as what comes and goes the third time, and as over an hour after it has ended', () => {
    const { messages } = followed([
      [
        [0, 30],
        [30, 30],
        [30, 60],
        [100_000, 5],
      ],
    ]);
    expect(messages.map(({ at, event, isUnsteady }) => [at, event, isUnsteady])).toEqual([
      [0, 'new', false],
      [30, 'over', false],
      [60, 'new', false],
      [120, 'new', true],
      [240, 'over', true],
    ]);
  });

  it('is told of a group that is kept from 0.3.0, and by it what is kept now', () => {
    const known = {
      since: new Date(start).toISOString(),
      count: 1,
      open: 1,
      toldAt: new Date(start).toISOString(),
    };
    const [decided] = decideAlerts(
      { [group]: { ...known, told: 'abcdefgh' } },
      {},
      {
        at: new Date(start + minuteMs),
        troubles: [],
        cut: new Set(),
      },
    );
    expect([decided?.alert?.event, decided?.after]).toEqual(['over', undefined]);
  });
});
