import { vi } from 'vitest';
import * as z from 'zod/mini';
import { operatorClients } from '../../../../infra/local/operator-clients.ts';
import type { LocalSystem } from '../../../../infra/local/run-locally.ts';
import { type OrderState, type TracedOrder, traceOrder } from '../../../../infra/ops/trace/trace.ts';
import { readQueue } from '../../../../shared/platform/aws/queue.ts';
import { callsOf } from '../../../e2e/flows/plant.ts';
import { lookingLocally } from '../../../support/due.ts';
import { startTestSystem } from '../../../support/local-system.ts';
import { typed } from './typed.ts';

/** The whole system, and an operator who types commands that work on it. Started once for all commands. */
export type CommandStage = Awaited<ReturnType<typeof startCommandStage>>;

/** Of the stack's queues, by their ids in it. */
export type QueueId = 'QueuesProductOrders' | 'QueuesCompletions' | 'QueuesDeadLetters';

/** A message that meets another at the same work comes again when that one's lease is over. */
const patience = { timeout: 40_000, interval: 20 };

/** @param folder Where the system keeps everything: what `--local` names. */
export async function startCommandStage(folder: string) {
  // One trigger for each completion: a second one would wait for a minute, as it may tell something new.
  const triggers = (url: string) => [{ method: 'POST', url, ids: 'list' } as const];
  const system = await startTestSystem({ dataDir: folder, triggers });
  const { sqs, secrets } = operatorClients(system.emulator);
  const queueOf = (id: QueueId) => readQueue(sqs, system.emulator.queueUrl(id));

  /** Waits until nothing is left in a queue, not even in the hands of its function. */
  async function emptied(id: QueueId): Promise<void> {
    await vi.waitUntil(async () => {
      const { waiting, underWay } = await queueOf(id);
      return waiting + underWay === 0;
    }, patience);
  }
  const reaches = (number: string, state: OrderState) => reached(system, number, state);

  return {
    system,
    folder,
    calls: callsOf(system),
    sqs,
    secrets,
    ...commandsOn(folder),
    queueOf,
    emptied,
    reaches,
    journeyOf: async (number: string) =>
      (await system.ledger.journeys.readJourney(number)).map(({ event }) => event),
    bookingsOf: async (number: string) =>
      (await system.erp.bookings()).filter(({ order }) => order === number),

    /** An order of the ERP that is in Azumuta and can be completed there; the ERP has been told. */
    async createdOrder(): Promise<string> {
      const { order } = await system.erp.releaseAndSend(system.orderEndpoint);
      await reaches(order.number, 'in Azumuta');
      await emptied('QueuesProductOrders');
      return order.number;
    },

    async stop(): Promise<void> {
      for (const client of [sqs, secrets]) client.destroy();
      await system.stop();
    },
  };
}

function commandsOn(folder: string) {
  const local = ['--local', folder];
  return {
    /** A command on the system, as a person reads it. */
    typedHere: (name: string, ...words: string[]) => typed(name, [...words, ...local]),

    /** A command on the system, and its answer as JSON. */
    async asked<T>(schema: z.ZodMiniType<T>, name: string, words: readonly string[] = [], input = '') {
      const { code, output, complaint } = await typed(name, [...words, ...local, '--json'], { input });
      if (output === '') throw new Error(`${name} ended with ${String(code)}: ${complaint}`);
      return { code, answer: z.parse(schema, JSON.parse(output)) };
    },
  };
}

/** An order that has got so far. */
function reached({ ledger }: LocalSystem, number: string, state: OrderState): Promise<TracedOrder> {
  return vi.waitUntil(async () => {
    const [order] = (await traceOrder(number, ledger, lookingLocally())).productOrders;
    return order?.state === state && order;
  }, patience);
}
