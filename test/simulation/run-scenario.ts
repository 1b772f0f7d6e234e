import type { Dialect } from '../support/dialects/dialect.ts';
import { deadLettersOf, judgeDeadLetters } from './invariants/dead-letters.ts';
import { type Finding, invariants, judge } from './invariants/judge.ts';
import { replayAll } from './scenario/administrators.ts';
import { seeToFigures } from './scenario/beyond-order.ts';
import type { AdviceSteps } from './scenario/follow-advice.ts';
import { type People, startPeople } from './scenario/people.ts';
import type { ReleasedOrder } from './scenario/released-order.ts';
import type { Scenario } from './scenario/scenario.ts';
import type { ScenarioEvent } from './scenario/scenario-event.ts';
import { dayMs, minuteMs } from './world/moments.ts';
import { type Schedules, startSchedules } from './world/schedules.ts';
import type { Entry } from './world/timeline.ts';
import { NoEnd } from './world/virtual-time.ts';
import { createWorld, type World } from './world/world.ts';

/** The result of one scenario. */
export interface Outcome {
  readonly findings: readonly Finding[];
  /** The scenario's events that did happen. */
  readonly happened: ReadonlySet<ScenarioEvent>;
  /** For each order, by its place: its own number, then the numbers and ids of its product orders and recordings. */
  readonly names: readonly (readonly string[])[];
  /** Empty unless it was requested. */
  readonly timeline: readonly Entry[];
  /** What people were told, and what became of it, if somebody follows the advice. */
  readonly advice: AdviceSteps;
}

/**
 * By then people, accidents and everything that waits for them have finished; a message waits six days for its partner.
 */
const endsWithinMs = 4 * dayMs;

/**
 * Runs a scenario to its end, and checks every promise. Only one scenario may run at a time, because an unhandled
 * rejection is attributed to the scenario that is running.
 * @param options `isRead`: the timeline is recorded. `disturb`: breaks something that no event breaks, to show that it
 * is found. `dialect`: the API dialect of Azumuta.
 */
export async function runScenario(
  scenario: Scenario,
  { isRead = false, disturb = (_world: World) => {}, dialect = undefined as Dialect | undefined } = {},
): Promise<Outcome> {
  const world = createWorld(scenario, isRead, dialect);
  disturb(world);
  const people = startPeople(world);
  const schedules = startSchedules(world);
  const findings: Finding[] = [];
  const onUnhandled = (error: unknown) =>
    findings.push({
      invariant: invariants.unexpected,
      sentence: `Unhandled rejection: ${String(error)}`,
    });
  process.on('unhandledRejection', onUnhandled);
  try {
    await untilAllDone(world, () => people.areDone());
    schedules.stop();
    await settle(world, people, schedules, findings);
    findings.push(...judge(world, people));
  } catch (error) {
    const neverEnds = error instanceof NeverEnds || error instanceof NoEnd;
    findings.push({
      invariant: neverEnds ? invariants.ends : invariants.unexpected,
      sentence: neverEnds ? error.message : String(error),
    });
  } finally {
    process.off('unhandledRejection', onUnhandled);
  }
  findings.push(...world.watch.findings());
  for (const sentence of world.unexpected) findings.push({ invariant: invariants.unexpected, sentence });
  const outcome = {
    findings,
    happened: world.happened,
    advice: people.follower.steps(),
    names: people.orders.map((order) => namesOf(world, order)),
    timeline: [...world.timeline.entries()],
  };
  world.close();
  return outcome;
}

function namesOf({ madeFor }: World, { ref }: ReleasedOrder): readonly string[] {
  const made = madeFor(ref).flatMap(({ id, number, recordings }) => [
    ...[number, id],
    ...recordings.map((recording) => recording.id),
  ]);
  return [ref.number, ...made];
}

class NeverEnds extends Error {}

async function untilAllDone(world: World, areDone: () => boolean): Promise<void> {
  const { time, plant } = world;
  const minutes = world.scenario.events.map((one) =>
    'minutes' in one && 'at' in one ? one.at + one.minutes : 0,
  );
  const latest = time.now() + Math.max(0, ...minutes) * minuteMs + endsWithinMs;
  // Where nothing else is planned, the run would end before people have begun.
  time.after(1, () => {});
  await time.run(() => (areDone() && plant.isQuiet()) || time.now() > latest);
  if (!areDone() || !plant.isQuiet())
    throw new NeverEnds(`Work has not ended within 4 days: ${plant.whatWaits()}`);
}

/** An ERP that gives no change times may have posted its new article before the old one: it is sent again, as the remedy says. */
const isOfOtherArticle = /is for product \S+, but what was completed is/;

/**
 * The work of the following days: dead letters are sent again, and once the orders are overdue the scheduled runs find
 * completions whose trigger was lost.
 */
async function settle(
  world: World,
  people: People,
  schedules: Schedules,
  findings: Finding[],
): Promise<void> {
  const allDone = () => untilAllDone(world, people.areDone);
  // An accident may also meet these runs; then the runs of the following days have to recover from it.
  for (let quietDays = 0; quietDays < 3 || world.time.now() < lastDueAt(people, world); ) {
    const before = world.happened.size;
    await later(world, dayMs);
    if (world.scenario.via === 'pull') schedules.run('pull-product-orders');
    schedules.run('reconcile-completions');
    if (world.scenario.bookAt) schedules.wake();
    await allDone();
    findings.push(...judgeDeadLetters(world));
    const otherwise = deadLettersOf(world).filter(({ reason }) => isOfOtherArticle.test(reason));
    people.post(otherwise);
    await allDone();
    await seeToFigures(world, people.orders.filter(Boolean));
    await allDone();
    const followed = people.follower.followed.length;
    people.followAdvice();
    await allDone();
    people.endWhatTheyMeant();
    await allDone();
    const { moved, gone } = await replayAll(world, people.orders);
    // After a long closure SQS has dropped messages, and the command says which orders are replayed by their numbers.
    for (const number of gone)
      await replayAll(world, people.orders, { orders: new Set([number]), wanted: undefined });
    if (moved + gone.length > 0) await allDone();
    world.plant.table.expire();
    const isQuiet = world.happened.size === before && people.follower.followed.length === followed;
    quietDays = isQuiet ? quietDays + 1 : 0;
  }
  // After this, everything that was held must have been released.
  await later(world, dayMs);
  people.readAdvice();
  await allDone();
}

/** Half a day after the last order is due: the next run finds it overdue. */
function lastDueAt({ orders }: People, { dueDate }: World): number {
  return Math.max(0, ...orders.map((order) => Date.parse(order?.dueDate ?? dueDate))) + dayMs / 2;
}

async function later({ time }: World, ms: number): Promise<void> {
  let isOver = false;
  time.after(ms, () => {
    isOver = true;
  });
  await time.run(() => isOver);
}
