import { type Finding, invariants, judge } from './invariants/judge.ts';
import { replayAll } from './scenario/administrators.ts';
import { type People, startPeople } from './scenario/people.ts';
import type { Scenario } from './scenario/scenario.ts';
import { minuteMs } from './world/moments.ts';
import { type Schedules, startSchedules } from './world/schedules.ts';
import { createWorld, type World } from './world/world.ts';

/** What came of one scenario. */
export interface Outcome {
  readonly findings: readonly Finding[];
  /** How often each happening happened, by name. */
  readonly happened: ReadonlyMap<string, number>;
  readonly orders: number;
  readonly steps: number;
  /** Empty unless it was asked for. */
  readonly timeline: readonly string[];
}

const dayMs = 24 * 60 * minuteMs;
/** People, accidents and whatever waits for them are over by then; a message waits for its partner for six days. */
const restsWithinMs = 4 * dayMs;

/** Runs a scenario to its end, and judges how all stands then. */
export async function runScenario(scenario: Scenario, { isRead = false } = {}): Promise<Outcome> {
  const world = createWorld(scenario, isRead);
  const people = startPeople(world);
  const schedules = startSchedules(world);
  const findings: Finding[] = [];
  try {
    await untilRest(world, () => people.areDone());
    schedules.stop();
    await settle(world, people, schedules);
    findings.push(...judge(world, people));
  } catch (error) {
    if (!(error instanceof NoRest)) throw error;
    findings.push({ invariant: invariants.rest, sentence: error.message });
  }
  return {
    findings,
    happened: world.tally,
    orders: scenario.orders.length,
    steps: world.time.steps(),
    timeline: world.timeline.lines(),
  };
}

class NoRest extends Error {}

async function untilRest(world: World, areDone: () => boolean): Promise<void> {
  const { time, plant } = world;
  const minutes = world.scenario.happenings.map((one) => ('minutes' in one ? one.at + one.minutes : 0));
  const latest = time.now() + Math.max(0, ...minutes) * minuteMs + restsWithinMs;
  await time.run(() => (areDone() && plant.isQuiet()) || time.now() > latest);
  if (!areDone() || !plant.isQuiet()) throw new NoRest(`No rest within 4 days: ${plant.whatWaits()}`);
}

/**
 * What is left to people and to the clock: dead letters are sent again, and once the orders are overdue the scheduled
 * runs find what no trigger told.
 */
async function settle(world: World, people: People, schedules: Schedules): Promise<void> {
  const rest = () => untilRest(world, people.areDone);
  const accidents = () => [...world.tally.values()].reduce((sum, each) => sum + each, 0);
  // An accident may meet what runs now, too: then it is for the runs of the days after it.
  for (let quietDays = 0; quietDays < 3; ) {
    const before = accidents();
    await later(world, dayMs);
    if (world.scenario.via === 'pull') schedules.run('pull-product-orders');
    schedules.run('reconcile-completions');
    await rest();
    if ((await replayAll(world)).moved > 0) await rest();
    world.plant.table.expire();
    quietDays = accidents() === before ? quietDays + 1 : 0;
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
