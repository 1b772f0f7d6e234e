import type { Dialect } from '../support/dialects/dialect.ts';
import { type Finding, invariants, judge } from './invariants/judge.ts';
import { judgeLetters } from './invariants/letters.ts';
import { replayAll } from './scenario/administrators.ts';
import type { Happening } from './scenario/happening.ts';
import { type People, startPeople } from './scenario/people.ts';
import type { ReleasedOrder } from './scenario/released-order.ts';
import type { Scenario } from './scenario/scenario.ts';
import { minuteMs } from './world/moments.ts';
import { type Schedules, startSchedules } from './world/schedules.ts';
import type { Entry } from './world/timeline.ts';
import { NoEnd } from './world/virtual-time.ts';
import { createWorld, type World } from './world/world.ts';

/** What came of one scenario. */
export interface Outcome {
  readonly findings: readonly Finding[];
  /** Those of the scenario's happenings that have happened. */
  readonly happened: ReadonlySet<Happening>;
  readonly steps: number;
  /** Of each order, by its place: what it and its product orders are called, its own number first. */
  readonly names: readonly (readonly string[])[];
  /** Empty unless it was asked for. */
  readonly timeline: readonly Entry[];
}

const dayMs = 24 * 60 * minuteMs;
/** People, accidents and whatever waits for them are over by then; a message waits for its partner for six days. */
const restsWithinMs = 4 * dayMs;

/**
 * Runs a scenario to its end, and judges how all stands then. One at a time: what is rejected and heard by nobody is
 * known by the run in which it happened.
 * @param options `isRead`: somebody reads the timeline. `disturb` may break what no happening breaks, to see it found.
 *   `dialect`: Azumuta talks so.
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
  const unheard = (error: unknown) =>
    findings.push({
      invariant: invariants.unexpected,
      sentence: `Rejected, and not heard: ${String(error)}`,
    });
  process.on('unhandledRejection', unheard);
  try {
    await untilRest(world, () => people.areDone());
    schedules.stop();
    await settle(world, people, schedules, findings);
    findings.push(...judge(world, people));
  } catch (error) {
    const isRestless = error instanceof NoRest || error instanceof NoEnd;
    findings.push({
      invariant: isRestless ? invariants.rest : invariants.unexpected,
      sentence: isRestless ? error.message : String(error),
    });
  } finally {
    process.off('unhandledRejection', unheard);
  }
  for (const sentence of world.unexpected) findings.push({ invariant: invariants.unexpected, sentence });
  const outcome = {
    findings,
    happened: world.happened,
    steps: world.time.steps(),
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

class NoRest extends Error {}

async function untilRest(world: World, areDone: () => boolean): Promise<void> {
  const { time, plant } = world;
  const minutes = world.scenario.happenings.map((one) =>
    'minutes' in one && 'at' in one ? one.at + one.minutes : 0,
  );
  const latest = time.now() + Math.max(0, ...minutes) * minuteMs + restsWithinMs;
  await time.run(() => (areDone() && plant.isQuiet()) || time.now() > latest);
  if (!areDone() || !plant.isQuiet()) throw new NoRest(`No rest within 4 days: ${plant.whatWaits()}`);
}

/**
 * What is left to people and to the clock: dead letters are sent again, and once the orders are overdue the scheduled
 * runs find what no trigger told.
 */
async function settle(
  world: World,
  people: People,
  schedules: Schedules,
  findings: Finding[],
): Promise<void> {
  const rest = () => untilRest(world, people.areDone);
  // An accident may meet what runs now, too: then it is for the runs of the days after it.
  for (let quietDays = 0; quietDays < 3; ) {
    const before = world.happened.size;
    await later(world, dayMs);
    if (world.scenario.via === 'pull') schedules.run('pull-product-orders');
    schedules.run('reconcile-completions');
    await rest();
    findings.push(...judgeLetters(world));
    if ((await replayAll(world)).moved > 0) await rest();
    world.plant.table.expire();
    quietDays = world.happened.size === before ? quietDays + 1 : 0;
  }
  // Whoever held anything has had the time to give it back.
  await later(world, dayMs);
}

async function later({ time }: World, ms: number): Promise<void> {
  let isOver = false;
  time.after(ms, () => {
    isOver = true;
  });
  await time.run(() => isOver);
}
