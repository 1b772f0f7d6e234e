import fc from 'fast-check';
import { afterEach, expect, it } from 'vitest';
import { parseAskedOrders, readOrders } from '../../infra/console/pages/orders.ts';
import { addressOfProblem, listOfFigure } from '../../infra/console/pages/places.ts';
import { todayPageContent } from '../../infra/console/pages/today.ts';
import { problemFindings } from '../../infra/ops/doctor/check-stack.ts';
import { endings } from '../../infra/ops/orders/end-order.ts';
import { traceOrder } from '../../infra/ops/trace/trace.ts';
import { removedConcern } from '../../shared/ledger/records/concerns.ts';
import type { Role } from '../../shared/model/roles.ts';
import { dayBefore, dayIn } from '../../shared/model/time.ts';
import { todayPage } from '../../shared/pages/render.ts';
import { countOrders, type OrderFigure, orderFigures } from '../../shared/situation/open-orders.ts';
import { problemsOf } from '../../shared/situation/problems.ts';
import { readSituation } from '../../shared/situation/read.ts';
import { figureCells, readToday } from '../../shared/situation/today.ts';
import type { PlannedOrderRef } from '../shared/erp/conformance/target.ts';
import { daysGoBy, endDependencies, plant, startPlant, withoutArticles } from './acts.ts';
import { closedPeriod } from './following.ts';
import { hours } from './plant.ts';

const morningMail = { at: '08:30', emails: ['planning@plant.example'] };
const timeZone = 'Europe/Brussels';
const terms = { timeZone, graceHours: 24 };
const firstDay = '2026-11-24';
/** Tuesday to Friday: there is no mail on a Saturday. */
const daysShown = 4;
const lastDay = dayBefore(firstDay, 1 - daysShown);
const dayAt = (offset: number) => dayBefore(firstDay, -offset);

/** What becomes of an order, by the acts of people and partners. */
const fates = [
  'stays in Azumuta',
  'is booked',
  'is moved to another day',
  'is given up',
  'is cancelled',
  'is removed in Azumuta',
  'cannot be booked',
  'waits for the ERP',
  'has an unknown article',
  'waits for Azumuta',
] as const;
type Fate = (typeof fates)[number];

type Drawn<From> = From extends fc.Arbitrary<infer What> ? What : never;

/** A day by which the ERP wants it, in one of the ways in which it may say so, and the plant's day that this is. */
const dueDates = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.integer({ min: -3, max: 6 }).map((at) => ({ dueDate: dayAt(at), on: dayAt(at) })),
  },
  // Half an hour before and behind the plant's midnight.
  fc.integer({ min: -3, max: 6 }).map((at) => ({ dueDate: `${dayAt(at)}T22:30:00Z`, on: dayAt(at) })),
  fc.integer({ min: -3, max: 6 }).map((at) => ({ dueDate: `${dayAt(at)}T23:30:00Z`, on: dayAt(at + 1) })),
  fc.constant({ dueDate: undefined, on: undefined }),
);
type DueDate = Drawn<typeof dueDates>;

const stories = fc.record({
  fate: fc.constantFrom<Fate>(...fates),
  due: dueDates,
  movedTo: dueDates.filter(({ on }) => on !== undefined),
  /** Which day it is built on, counted from the first. */
  builtAt: fc.integer({ min: 0, max: daysShown - 1 }),
});
type Story = Drawn<typeof stories>;

interface Told {
  readonly story: Story;
  readonly order: PlannedOrderRef;
}

const planned = (story: Story): Told => ({
  story,
  order: plant.plan('5', 'plain', { dueDate: story.due.dueDate }),
});

/** Lets all of it happen, day by day; what waits at the end begins on the last one. */
async function happen(all: readonly Story[]): Promise<readonly Told[]> {
  const of = (...wanted: readonly Fate[]) => all.filter(({ fate }) => wanted.includes(fate));
  const late: readonly Fate[] = ['has an unknown article', 'waits for Azumuta'];
  const made = all.filter(({ fate }) => !late.includes(fate)).map(planned);
  await plant.pulled();
  await plant.alerts();
  for (let day = 0; day < daysShown; day += 1) {
    if (day > 0) await daysGoBy(1, { isMailed: day < daysShown - 1 });
    for (const { story, order } of made) {
      if (story.builtAt !== day) continue;
      if (story.fate === 'is booked') plant.azumuta.complete(order.number, { quantity: 5 });
      if (story.fate === 'is moved to another day')
        plant.erp.changeDueDate(order, story.movedTo.dueDate ?? '');
      if (story.fate === 'is cancelled') plant.erp.cancel(order);
      if (story.fate === 'is removed in Azumuta') {
        plant.azumuta.remove(order.number);
        // As a look at it does: that of the reconciliation comes once it is late.
        await plant.ledger.concerns.begin(order.number, removedConcern);
      }
      if (story.fate === 'is given up') await giveUp(order);
    }
    await plant.pulled();
    await plant.work(hours);
  }
  const isOf = (fate: Fate) => made.filter(({ story }) => story.fate === fate);
  const opens = closedPeriod();
  for (const { order } of isOf('cannot be booked')) plant.azumuta.complete(order.number, { quantity: 5 });
  await plant.work(hours);
  opens();
  for (const { order } of isOf('waits for the ERP')) {
    plant.erp.lock(order);
    plant.azumuta.complete(order.number, { quantity: 5 });
  }
  await plant.work(hours);
  const knows = withoutArticles();
  const unknown = of('has an unknown article').map(planned);
  await plant.pulled();
  knows();
  plant.answers.azumuta = () => ({ status: 503 });
  const waiting = of('waits for Azumuta').map(planned);
  await plant.pull();
  await plant.work(hours);
  await plant.alerts();
  return [...made, ...unknown, ...waiting];
}

async function giveUp({ number }: PlannedOrderRef): Promise<void> {
  await endings['give-up']({ number, go: true, note: 'booked by hand (An)' }, endDependencies());
}

/** What is counted by the books of both partners, and by what people did. */
function countBooks(all: readonly Told[]) {
  const there = new Map(plant.azumuta.productOrders().map(({ number, status }) => [number, status]));
  const today = dayIn(timeZone, plant.clock.now());
  const orders = all.map(({ order, story }) => {
    const isBooked = plant.erp.books(order).bookings.length > 0;
    const status = there.get(order.number);
    const isRemoved = story.fate === 'is removed in Azumuta';
    const isEnded = story.fate === 'is given up' || story.fate === 'is cancelled' || isRemoved;
    const isRefused = story.fate === 'cannot be booked' || story.fate === 'has an unknown article';
    const due: DueDate = story.fate === 'is moved to another day' ? story.movedTo : story.due;
    const isOpen = !isBooked && !isEnded;
    // Azumuta still has what the ERP cancelled: a person is asked to remove it.
    const isToBeRemoved = story.fate === 'is cancelled' && status !== undefined;
    const isLate = isOpen && due.on !== undefined && due.on < today;
    return {
      number: order.number,
      on: due.on ?? '',
      isBooked,
      bookedOn: dayAt(story.builtAt),
      isOpen,
      late: isLate,
      'due today': isOpen && due.on === today,
      'in Azumuta': (isOpen && status !== undefined && status !== 'completed') || isToBeRemoved,
      'to be created': isOpen && status === undefined,
      'to be booked': isOpen && status === 'completed',
      'for a person': isRefused || isRemoved || isToBeRemoved || isLate,
    };
  });
  const numbers = (is: (order: (typeof orders)[number]) => boolean) =>
    orders.flatMap((order) => (is(order) ? order.number : [])).toSorted();
  const onTime = (day: string) => {
    const due = orders.filter(({ on, isBooked, isOpen }) => on === day && (isBooked || isOpen));
    const inTime = due.filter(({ isBooked, bookedOn }) => isBooked && bookedOn <= day).length;
    if (due.length === 0) return 'none due';
    return day === today
      ? `${inTime} of ${due.length} so far`
      : `${Math.round((100 * inTime) / due.length)} % of ${due.length}`;
  };
  const ofFigures = (figure: OrderFigure) => numbers((order) => order[figure]);
  return {
    lists: eachFigure(ofFigures),
    onTime: Array.from({ length: daysShown }, (_, at) => [dayAt(at), onTime(dayAt(at))]),
  };
}

/** What is known of each figure, by its name. */
function eachFigure<Known>(of: (figure: OrderFigure) => Known): readonly (readonly [OrderFigure, Known])[] {
  return orderFigures.map((figure) => [figure, of(figure)] as const);
}

const figureNames = ['In Azumuta, to be completed', 'To be created', 'To be booked', 'For a person'];
const waitingOrder = ['in Azumuta', 'to be created', 'to be booked', 'for a person'] as const;
const numberAfter = (text: string, before: string) => {
  const [, found = ''] = new RegExp(`${before}(none|\\d+)`).exec(text) ?? [];
  return found === 'none' ? 0 : Number(found);
};

/** The figures of each view, as a person reads them; of these orders what is said of each. */
async function readViews(numbers: readonly string[]) {
  const { ledger, clock } = plant;
  const now = { at: clock.now(), ...terms };
  const situation = await readSituation({
    ledger,
    breaker: ledger.breaker,
    clock,
    mode: 'live',
    ...terms,
    outageSeconds: 0,
    queue: async () => ({ waiting: 0, underWay: 0 }),
    countDeadLetters: async () => plant.letters().length,
  });
  const nameActor = (role: Role) => role;
  const today = await readToday(situation, daysShown, { ledger, timeZone });
  const problems = problemsOf(situation, '--local');
  const console = String(await todayPageContent(today, problems, situation, { timeZone, nameActor }));
  const signed = todayPage(today, situation, { plant: 'life', timeZone, linkTo: (number) => number });
  const mail = plant.mails.findLast(({ text }) => text.includes('\nLate '))?.text ?? '';
  const reads = { ledger, now, nameActor, situation: async () => situation };
  const readList = async (asked: object) => (await readOrders(parseAskedOrders(asked), 100, reads)).rows;
  const numbersIn = (rows: Awaited<ReturnType<typeof readList>>) =>
    rows.map(({ number }) => number).toSorted();
  const lists = new Map(
    await Promise.all(
      orderFigures.map(async (figure) => [figure, await readList({ list: listOfFigure[figure] })] as const),
    ),
  );
  const listed = (figure: OrderFigure) => lists.get(figure) ?? [];
  const says = await Promise.all(
    numbers.map(async (number) => {
      const { productOrders } = await traceOrder(number, ledger, { where: '--local', now });
      return { number, says: productOrders[0]?.says ?? '' };
    }),
  );
  const saidOf = (words: string) =>
    says.flatMap((one) => (one.says.includes(words) ? one.number : [])).toSorted();
  const headline = (text: string) => Number(/(\d+) product orders? (?:is|are) late/.exec(text)?.[1] ?? 0);
  return {
    late: {
      console: numberAfter(console, '>Late: '),
      signed: numberAfter(signed, '>Late: '),
      mail: numberAfter(mail, '\nLate +'),
      flows: headline(problems.map(({ what }) => what).join(' ')),
      doctor: headline(JSON.stringify(problemFindings(situation, '--local'))),
      alert: situation.troubles.filter(({ kind }) => kind === 'overdue').length,
    },
    lateOrders: saidOf('It is late:'),
    dueToday: {
      console: numberAfter(console, '>Due today: '),
      signed: numberAfter(signed, '>Due today: '),
      mail: numberAfter(mail, '\nDue today '),
    },
    dueOrders: saidOf('It is due today.'),
    waiting: {
      console: figureNames.map((name) => numberAfter(console, `${name}</a></dt><dd><span class="number">`)),
      signed: figureNames.map((name) => numberAfter(signed, `<dt>${name}</dt><dd>`)),
      mail: figureNames.map((name) => numberAfter(mail, `${name}: `)),
    },
    counts: eachFigure((figure) => Number(countOrders(figure, situation.orders))),
    lists: eachFigure((figure) => numbersIn(listed(figure))),
    /** Of each order, each stage that some list or page says, and whether it needs a person. */
    stands: await Promise.all(
      numbers.map(async (number) => {
        const { productOrders } = await traceOrder(number, ledger, { where: '--local', now });
        const rows = orderFigures.flatMap((figure) => listed(figure).filter((row) => row.number === number));
        const stages = [productOrders[0]?.stage, ...rows.map(({ stage }) => stage)];
        const whoActs = [
          productOrders[0]?.state === 'needs a person',
          ...rows.map(({ who, needsPerson }) => (needsPerson ? who !== '' : false)),
        ];
        return { number, stages: new Set(stages).size, persons: new Set(whoActs).size };
      }),
    ),
    /** The kinds of what is open about orders: how many the line on Today says, and how many its list has. */
    kinds: await Promise.all(
      problems
        .filter((problem) => addressOfProblem(problem).startsWith('/orders'))
        .map(async (problem) => {
          const { searchParams } = new URL(addressOfProblem(problem), 'http://console');
          const rows = await readList(Object.fromEntries(searchParams));
          return { kind: problem.kind, line: Number.parseInt(problem.what, 10), list: rows.length };
        }),
    ),
    onTime: today.days.map((day) => [day.day, figureCells(day).at(-1)?.[1]]),
  };
}

afterEach(() => plant.close());

it('says in every view what the books of both partners and the acts of people say: each order once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(stories, { minLength: 3, maxLength: 9 }), async (drawn) => {
      // Prepare
      startPlant({ integration: { deployment: { morningMail } } });

      // Act
      const all = await happen(drawn);
      const views = await readViews(all.map(({ order: { number } }) => number));

      // Assess
      const { lists, onTime } = countBooks(all);
      const counts = lists.map(([figure, numbers]) => [figure, numbers.length] as const);
      const numbersOf = new Map(lists);
      const countOf = new Map(counts);
      const waiting = waitingOrder.map((figure) => countOf.get(figure));
      expect(dayIn(timeZone, plant.clock.now())).toBe(lastDay);
      expect(views.lists).toEqual(lists);
      expect(views.counts).toEqual(counts);
      expect(new Set(Object.values(views.late))).toEqual(new Set([countOf.get('late')]));
      expect(views.lateOrders).toEqual(numbersOf.get('late'));
      expect(new Set(Object.values(views.dueToday))).toEqual(new Set([countOf.get('due today')]));
      expect(views.dueOrders).toEqual(numbersOf.get('due today'));
      expect(views.waiting).toEqual({ console: waiting, signed: waiting, mail: waiting });
      for (const stand of views.stands) expect(stand).toMatchObject({ stages: 1, persons: 1 });
      for (const { kind, line, list } of views.kinds) expect([kind, list]).toEqual([kind, line]);
      expect(views.onTime).toEqual(onTime);
      plant.close();
    }),
    { numRuns: 12, seed: 48 },
  );
}, 120_000);

it('says the same in every view of parts that are booked together: what is built is not late, and counts once when it is booked', async () => {
  // Prepare
  const productOrders = { split: { per: 'unit', book: 'when-all-done' } } as const;
  startPlant({ integration: { deployment: { morningMail }, productOrders } });
  const [ready, behind] = ['3', '3'].map((quantity) => plant.plan(quantity, 'plain', { dueDate: firstDay }));
  if (!ready || !behind) throw new Error('Two were planned.');
  const [one, two, three] = [1, 2, 3].map((part) => `${behind.number}/${part}`);
  const built = [`${ready.number}/1`, `${ready.number}/2`, `${ready.number}/3`, two];
  await plant.pulled();
  await plant.alerts();
  for (const number of built) plant.azumuta.complete(number ?? '');
  await plant.work(hours);
  await daysGoBy(1);

  // Act
  const views = await readViews([one, two, three].map(String));

  // Assess
  expect(plant.erp.books(ready)).toMatchObject({ state: 'done', good: '3' });
  expect(new Set(Object.values(views.late))).toEqual(new Set([2]));
  expect([views.lateOrders, new Map(views.lists).get('late')]).toEqual([
    [one, three],
    [one, three],
  ]);
  expect(views.onTime).toContainEqual([firstDay, '50 % of 2']);
});
