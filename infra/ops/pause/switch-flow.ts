import { setTimeout as pause } from 'node:timers/promises';
import {
  type EventSourceMappingConfiguration,
  LambdaClient,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { sqsOf, type Target } from '../cli/target.ts';

/** What can be paused: each is one queue and the function that works on it. */
export const pausable = {
  orders: {
    queue: 'product-orders',
    output: 'ProductOrdersQueue',
    does: 'creating product orders in Azumuta',
    partners: 'Azumuta and the ERP',
  },
  completions: {
    queue: 'completions',
    output: 'CompletionsQueue',
    does: 'reading completions from Azumuta',
    partners: 'Azumuta',
  },
  bookings: {
    queue: 'bookings',
    output: 'BookingsQueue',
    does: 'booking in the ERP',
    partners: 'the ERP',
  },
} as const;

export type Flow = keyof typeof pausable;
export const flows = ['orders', 'completions', 'bookings'] as const satisfies readonly Flow[];

/** The queue of a flow, and what works on it. */
export interface FlowSwitch {
  readonly flow: Flow;
  /** Lambda's word: `Enabled`, `Disabled`, `Enabling`, `Disabling`, `Updating`, `Creating`. */
  readonly states: readonly string[];
  readonly uuids: readonly string[];
  /** Messages that wait, and those that are being worked on. */
  readonly waiting: number;
  readonly underWay: number;
}

/** How a flow's event source mappings are switched, and how much waits in its queue. */
export async function readSwitch(target: Target, flow: Flow): Promise<FlowSwitch> {
  const sqs = sqsOf(target);
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: target.output(pausable[flow].output),
      AttributeNames: ['QueueArn', 'ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
    }),
  );
  const mappings = await mappingsOf(new LambdaClient(target.aws), Attributes.QueueArn ?? '');
  return {
    flow,
    states: mappings.map(({ State = 'unknown' }) => State),
    uuids: mappings.flatMap(({ UUID }) => UUID ?? []),
    waiting: Number(Attributes.ApproximateNumberOfMessages ?? 0),
    underWay: Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0),
  };
}

async function mappingsOf(
  lambda: LambdaClient,
  queueArn: string,
): Promise<EventSourceMappingConfiguration[]> {
  const { EventSourceMappings = [] } = await lambda.send(
    new ListEventSourceMappingsCommand({ EventSourceArn: queueArn }),
  );
  // Not every endpoint filters.
  return EventSourceMappings.filter(({ EventSourceArn }) => EventSourceArn === queueArn);
}

export interface SwitchOptions {
  /** True: resume; false: pause. */
  readonly on: boolean;
  readonly signal: AbortSignal;
  readonly progress: (text: string) => void;
  /** Between looks. Default 1 s: Lambda takes some seconds to some minutes. */
  readonly everyMs?: number;
  /** Looks before it is given up. Default 300. */
  readonly looks?: number;
}

export interface SwitchOutcome extends FlowSwitch {
  /** Whether it had been so before. */
  readonly already: boolean;
  /** Whether Lambda says that it is done; false when it was interrupted, or took too long. */
  readonly settled: boolean;
}

/**
 * Switches what works on a flow's queue on or off, and waits until Lambda says that it is done. What is under
 * way is finished; what waits stays in its queue.
 * @throws Error when nothing works on the queue at all.
 */
export async function switchFlow(target: Target, flow: Flow, options: SwitchOptions): Promise<SwitchOutcome> {
  const { on, signal, progress, everyMs = 1000, looks = 300 } = options;
  const wanted = on ? 'Enabled' : 'Disabled';
  const lambda = new LambdaClient(target.aws);
  let current = await readSwitch(target, flow);
  if (current.uuids.length === 0)
    throw new Error(
      `Nothing works on the queue of ${flow}: deploy the stack again, its event source mapping is gone.`,
    );
  const already = current.states.every((state) => state === wanted);
  let asked = false;
  for (let look = 0; look < looks; look++) {
    if (current.states.every((state) => state === wanted)) return { ...current, already, settled: true };
    // Lambda refuses to switch what it is switching right now (ResourceInUseException).
    if (!asked && !current.states.some((state) => state.endsWith('ing'))) {
      for (const UUID of current.uuids)
        await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: on }));
      asked = true;
    }
    progress(`Waiting for Lambda: ${current.states.join(', ')} → ${wanted}`);
    if (look > 0) await pause(everyMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) break;
    current = await readSwitch(target, flow);
  }
  return { ...current, already, settled: false };
}
