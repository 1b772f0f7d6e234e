import { DeadLetterQueue } from '../../../infra/ops/dead-letters/queue.ts';
import {
  type ReplayReport,
  type ReplayRequest,
  replayDeadLetters,
} from '../../../infra/ops/replay/replay.ts';
import { BreakerForPeople } from '../../../shared/circuit-breaker/breaker-for-people.ts';
import { createLedger, type Ledger } from '../../../shared/ledger/ledger.ts';
import { type FlowName, flowNames } from '../../../shared/ledger/records/pauses.ts';
import { hourMs } from '../../../shared/model/time.ts';
import { Table } from '../../../shared/platform/aws/dynamodb-table.ts';
import { createQueues } from '../../../shared/platform/aws/queue.ts';
import { minuteMs } from '../world/moments.ts';
import { queueUrlOf } from '../world/plant.ts';
import type { World } from '../world/world.ts';
import { isAbout, isOfGivenUp, type ReleasedOrder, type ScenarioState } from './released-order.ts';
import { queues } from './scenario-event.ts';

/**
 * The dependencies of the commands in infra/ops on an administrator's machine; no accident happens to their calls.
 * @param client How its calls reach the ledger. Default: at once.
 */
export function toolsOf(
  { plant, time, integration }: Pick<World, 'plant' | 'time' | 'integration'>,
  client = plant.table.client,
) {
  const clock = {
    now: () => new Date(time.now()),
    sleep: async () => {},
    timeout: () => new AbortController().signal,
  };
  const table = new Table(client, 'ledger');
  const ledger: Ledger = createLedger({ table, clock, settlingSeconds: 300 });
  const names = integration.azumuta.contract.trigger;
  const deadLetters = new DeadLetterQueue(plant.queues.client, queueUrlOf('dead-letters'), { names });
  const breaker = new BreakerForPeople(table, clock);
  return { clock, ledger, breaker, deadLetters };
}

/** Sends dead letters back to their queues: all but those of what people have given up, or those that are asked for. */
export async function replayAll(
  world: World,
  orders: readonly ReleasedOrder[],
  request: Partial<ReplayRequest> = {},
): Promise<ReplayReport> {
  const { plant, timeline } = world;
  const wanted: ReplayRequest['wanted'] = ({ numbers, body }) => {
    if (orders.some((order) => order && isOfGivenUp(order, numbers))) return false;
    takeBack(orders, (order) => isAbout({ numbers, body }, order, world));
    return true;
  };
  const isAskedFor = ({ numbers, done }: ReleasedOrder) =>
    [...numbers, ...done.map(({ number }) => number)].some((number) => request.orders?.has(number));
  takeBack(orders, isAskedFor);
  const report = await replayDeadLetters(
    { go: true, wanted, signal: new AbortController().signal, ...request },
    {
      ...toolsOf(world),
      queues: createQueues(plant.queues.client),
      queueUrls: {
        'product-orders': queueUrlOf('product-orders'),
        completions: queueUrlOf('completions'),
      },
    },
  );
  timeline.note('administrator', () => `sends ${report.moved} of ${report.lookedAt} dead letters again`);
  for (const poller of Object.values(plant.pollers)) poller.wake();
  return report;
}

/** Who replays an order wants what a person has discarded of it. */
function takeBack(orders: readonly ReleasedOrder[], isReplayed: (order: ReleasedOrder) => boolean): void {
  for (const order of orders.filter((one) => one && isReplayed(one)))
    for (const act of order.done) if (act.event.kind === 'dead letter is discarded') act.isTakenBack = true;
}

/** Same as `replayAll`, but while everything else goes on. */
export function sendAgain(world: World, { orders, addTask }: ScenarioState): void {
  const over = addTask();
  void replayAll(world, orders).then(over);
}

/** Pauses a flow, as `npm run pause` does. @returns a function that resumes it. */
export function pauseFlow(flow: FlowName, world: World): () => void {
  const { pauses } = toolsOf(world).ledger;
  void pauses.pauseFlow(flow);
  return () => void pauses.resumeFlow(flow);
}

/**
 * Pauses all flows for so many minutes, as `npm run pause -- all --until` does. @returns a function that does nothing: it ends by
 * itself.
 */
export function closePlant(minutes: number, world: World): () => void {
  const { pauses } = toolsOf(world).ledger;
  const until = new Date(world.time.now() + minutes * minuteMs);
  for (const flow of flowNames) void pauses.pauseFlow(flow, { note: 'closed', until, ends: 'by itself' });
  receiveSeldom(until.getTime(), world);
  return () => undefined;
}

/**
 * In the first two hours of each day alone: thousands of attempts that can do nothing would take as long as many other
 * journeys.
 */
function receiveSeldom(until: number, { time, plant }: World): void {
  for (let day = time.now(); day + 24 * hourMs < until; day += 24 * hourMs)
    time.at(day + 2 * hourMs, () => {
      const switchesOn = queues.map((queue) => plant.pollers[queue].switchOff());
      time.at(day + 24 * hourMs, () => {
        for (const switchOn of switchesOn) switchOn();
      });
    });
}
