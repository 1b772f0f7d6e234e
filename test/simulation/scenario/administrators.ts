import { discard } from '../../../infra/console/dead-letters.ts';
import { DeadLetterQueue } from '../../../infra/ops/dead-letters/queue.ts';
import { type ReplayReport, type ReplayRequest, replay } from '../../../infra/ops/replay/replay.ts';
import { Breaker } from '../../../shared/circuit-breaker/circuit-breaker.ts';
import { createLedger, type Ledger } from '../../../shared/ledger/ledger.ts';
import type { FlowName } from '../../../shared/ledger/records/pauses.ts';
import { Table } from '../../../shared/platform/aws/dynamodb-table.ts';
import { createQueues } from '../../../shared/platform/aws/queue.ts';
import { queueUrlOf } from '../world/plant.ts';
import type { World } from '../world/world.ts';
import { isAbout, type ScenarioState } from './released-order.ts';

/** The dependencies of the commands in infra/ops on an administrator's machine; no accident happens to their calls. */
export function toolsOf({ plant, time, integration }: Pick<World, 'plant' | 'time' | 'integration'>) {
  const clock = {
    now: () => new Date(time.now()),
    sleep: async () => {},
    timeout: () => new AbortController().signal,
  };
  const table = new Table(plant.table.client, 'ledger');
  const ledger: Ledger = createLedger({ table, clock, settlingSeconds: 300 });
  const names = integration.azumuta.contract.trigger;
  const deadLetters = new DeadLetterQueue(plant.queues.client, queueUrlOf('dead-letters'), { names });
  const breaker = new Breaker(table, clock);
  return { clock, ledger, breaker, deadLetters };
}

/** Sends all dead letters back to their queues, or those that are asked for. */
export async function replayAll(
  world: Pick<World, 'plant' | 'time' | 'timeline' | 'integration'>,
  request: Partial<ReplayRequest> = {},
): Promise<ReplayReport> {
  const { plant, timeline } = world;
  const report = await replay(
    { go: true, signal: new AbortController().signal, ...request },
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

/** Same as `replayAll`, but while everything else goes on. */
export function sendAgain(world: World, { addTask }: ScenarioState): void {
  const over = addTask();
  void replayAll(world).then(over);
}

/** Discards one dead letter; its order need not end well any more. */
export function discardOne(world: World, { orders, addTask }: ScenarioState, done: () => void): void {
  const over = addTask();
  let isFirst = true;
  const isChosen = (deadLetter: { readonly numbers: readonly string[]; readonly body: string }) => {
    if (!isFirst) return false;
    isFirst = false;
    done();
    world.timeline.note('administrator', () => `discards ${deadLetter.body}`);
    for (const order of orders)
      if (order && isAbout(deadLetter, order, world)) order.changes.push('dead letter is discarded');
    return true;
  };
  const request = { wanted: isChosen, note: 'booked by hand (signed by administrator)' };
  void discard(request, toolsOf(world)).then(over);
}

/** Pauses a flow, as `npm run pause` does. @returns a function that resumes it. */
export function pauseFlow(flow: FlowName, world: World): () => void {
  const { pauses } = toolsOf(world).ledger;
  void pauses.begin(flow);
  return () => void pauses.end(flow);
}
