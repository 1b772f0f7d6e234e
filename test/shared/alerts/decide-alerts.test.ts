import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as rules from '../../../shared/alerts/decide-alerts.ts';
import { groupOf, type SeenTrouble, type TroubleGroup } from '../../../shared/situation/read.ts';
import { whoActs } from '../../../shared/situation/words.ts';
import {
  everyMinutes,
  type FollowedMessage,
  followedFrom,
  messagesAbout,
  minuteMs,
  minutesADay,
  mostInADay,
  type Thing,
} from './followed.ts';

const { decideAlerts, mostMessagesADay } = rules;
const refusedByErp = { kind: 'dead-letter', partner: 'erp', cause: 'refused-by-erp' } as const;

/** Minutes after which something opens, and then closes, again and again. */
type Course = readonly (readonly [closed: number, open: number])[];

const daysFollowed = 3;

function thingWith(name: string, group: TroubleGroup, course: Course): Thing {
  const open: [number, number][] = [];
  let minute = 0;
  while (minute < daysFollowed * minutesADay)
    for (const [closed, lasting] of course) {
      open.push([minute + closed, minute + closed + lasting]);
      minute += closed + lasting;
    }
  return { name, group, open };
}

const followed = (things: readonly Thing[]) => messagesAbout(things, daysFollowed, rules);
const oneThing = (course: Course) => thingWith('order', refusedByErp, course);

/** So soon after it has begun, something that is open for more than an hour is told. */
const toldWithin = 60 + everyMinutes;

/** Names something for the first time in a day that is open for an hour. */
function isOwed({ at, alert }: FollowedMessage, messages: readonly FollowedMessage[]): boolean {
  return alert.troubles.some(({ thing = '', since }) => {
    const isHeard = messages.some(
      (one) => one.named.includes(thing) && one.at < at && at - one.at < minutesADay,
    );
    return !isHeard && followedFrom + at * minuteMs - since.getTime() >= 60 * minuteMs;
  });
}

const steps = (most: number) =>
  fc.tuple(fc.integer({ min: 5, max: most }), fc.integer({ min: 5, max: most }));
const courses: fc.Arbitrary<Course> = fc.oneof(
  fc.array(steps(600), { minLength: 1, maxLength: 6 }),
  fc.array(steps(80), { minLength: 1, maxLength: 4 }),
  fc.array(steps(2000), { minLength: 1, maxLength: 3 }),
);

/** Things that may come and go together: orders with one reason, orders of other kinds, a channel, and both partners. */
const groups = {
  'order 1': refusedByErp,
  'order 2': refusedByErp,
  'order 3': refusedByErp,
  'order 4': { kind: 'changed', partner: 'azumuta', cause: 'conflict' },
  'order 5': { kind: 'overdue', partner: 'azumuta' },
  'order 6': { kind: 'overdue', partner: 'azumuta' },
  slack: { kind: 'channel-down', partner: 'azumuta' },
  erp: { kind: 'partner-down', partner: 'erp' },
  azumuta: { kind: 'partner-down', partner: 'azumuta' },
} as const satisfies Readonly<Record<string, TroubleGroup>>;
const anyThings = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...Object.entries(groups)), courses), {
    minLength: 1,
    maxLength: 5,
    selector: ([[name]]) => name,
  })
  .map((drawn) => drawn.map(([[name, group], course]) => thingWith(name, group, course)));

describe('a group of which people know', () => {
  const waiting = { kind: 'waiting', partner: 'erp', cause: 'waited-too-long' } as const;
  const group = groupOf(waiting);
  const message = (name: string, isDue: boolean) => ({
    ...waiting,
    id: name,
    since: new Date(followedFrom),
    isDue,
  });
  const decideAt = (
    minute: number,
    troubles: readonly SeenTrouble[],
    before: Partial<ReturnType<typeof decideAlerts>[number]> = {},
  ) => {
    const open = { at: new Date(followedFrom + minute * minuteMs), troubles, cut: new Set<never>() };
    const told = before.after ? { [group]: before.after } : {};
    const lately = before.lately ? { [group]: before.lately } : {};
    const [decided] = decideAlerts(told, lately, open);
    return decided;
  };

  it('is not over while something of it is open that nobody is told of yet, and is told once that is due', () => {
    const told = decideAt(60, [message('first', true)]);
    const whileDown = decideAt(70, [message('second', false)], told);
    const onceItAnswers = decideAt(130, [message('second', true)], whileDown);
    const drained = decideAt(140, [], onceItAnswers);
    expect([told, whileDown, onceItAnswers, drained].map((one) => one?.alert?.event)).toEqual([
      'new',
      undefined,
      'new',
      'over',
    ]);
  });
});

describe('what comes and goes', () => {
  it('is six messages a day at most of each group, and besides these only what was open for an hour and nobody had heard of', () => {
    fc.assert(
      fc.property(anyThings, (things) => {
        for (const messages of Map.groupBy(followed(things), ({ group }) => group).values())
          expect(mostInADay(messages.filter((one) => !isOwed(one, messages)))).toBeLessThanOrEqual(
            mostMessagesADay,
          );
      }),
      { numRuns: 50 },
    );
  });

  it('is told within an hour, if not that day before, to whom it concerns, each time that it is open for more than an hour; "over" is never the last word of it', () => {
    fc.assert(
      fc.property(anyThings, (things) => {
        const messages = followed(things);
        for (const { name, group, open } of things)
          for (const [from, to] of open) {
            const until = from + toldWithin;
            if (until >= Math.min(to, daysFollowed * minutesADay)) continue;
            const before = messages.filter((one) => one.group === groupOf(group) && one.at <= until);
            const telling = before.filter(({ at, named }) => named.includes(name) && at > from - minutesADay);
            expect(
              telling.map(({ alert }) => whoActs(alert)),
              `${name} from ${from}`,
            ).toContain(whoActs(group));
            expect(before.at(-1)?.alert.event, `${name} from ${from}`).not.toBe('over');
          }
      }),
      { numRuns: 50 },
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
      const messages = followed([oneThing([[closed, open]])]);
      expect(mostInADay(messages)).toBeLessThanOrEqual(mostMessagesADay);
      expect(messages.slice(0, 3).map(({ alert }) => alert.event)).toEqual(['new', 'over', 'new']);
    },
  );

  it.each([
    [10, 10],
    [70, 70],
    [65, 120],
    [300, 8],
  ])(
    'is six messages a day of a partner that answers for %i minutes and is down for %i, of which the third outage says so',
    (up, down) => {
      const messages = followed([thingWith('erp', groups.erp, [[up, down]])]);
      expect(mostInADay(messages)).toBeLessThanOrEqual(mostMessagesADay);
      const news = messages.filter(({ alert }) => alert.event === 'new').slice(0, 3);
      expect(news.map(({ alert }) => alert.count >= rules.unsteadyFrom)).toEqual([false, false, true]);
    },
  );

  it('is told as what comes and goes the third time, and as over an hour after it has ended', () => {
    const messages = followed([
      oneThing([
        [0, 30],
        [30, 30],
        [30, 60],
        [100_000, 5],
      ]),
    ]);
    expect(messages.map(({ at, alert }) => [at, alert.event, alert.unsteady !== undefined])).toEqual([
      [0, 'new', false],
      [30, 'over', false],
      [60, 'new', false],
      [120, 'new', true],
      [240, 'over', true],
    ]);
  });

  it('is told of a group that is kept from 0.3.0, and by it what is kept now', () => {
    const started = new Date(followedFrom);
    const known = {
      since: started.toISOString(),
      count: 1,
      open: 1,
      toldAt: started.toISOString(),
    };
    const [decided] = decideAlerts(
      { [groupOf(refusedByErp)]: { ...known, told: 'abcdefgh' } },
      {},
      {
        at: new Date(followedFrom + minuteMs),
        troubles: [],
        cut: new Set(),
      },
    );
    expect([decided?.alert?.event, decided?.after]).toEqual(['over', undefined]);
  });
});
