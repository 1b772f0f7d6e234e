import { setTimeout as pause } from 'node:timers/promises';
import {
  CloudWatchClient,
  DisableAlarmActionsCommand,
  EnableAlarmActionsCommand,
} from '@aws-sdk/client-cloudwatch';
import { LambdaClient, UpdateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { bookingsPause, type Pauses, pullStage } from '../../../shared/ledger/records/pauses.ts';
import { consumerOf } from '../../../shared/model/queues.ts';
import { readQueue } from '../../../shared/platform/aws/queue.ts';
import type { SwitchName } from '../../../shared/situation/pauses.ts';
import type { QueueStatus } from '../../../shared/situation/read.ts';
import type { OperatorLedger } from '../../local/operator-clients.ts';
import { sentenceOf } from '../cli/command.ts';
import { policyWords } from '../cli/policy-words.ts';
import { queueUrlsOf, sqsOf, type Target } from '../cli/target.ts';
import { mappingsOf } from '../flows/situation.ts';

export const flows = ['orders', 'completions'] as const satisfies readonly SwitchName[];
export type Flow = (typeof flows)[number];

export const queueOfFlow = { orders: 'product-orders', completions: 'completions' } as const;

/** How a flow is, and what waits in its queue. */
export async function readSwitch(target: Target, flow: Flow) {
  const { arn, waiting, underWay } = await readQueue(sqsOf(target), queueUrlsOf(target)[queueOfFlow[flow]]);
  const mappings = await mappingsOf(new LambdaClient(target.aws), arn);
  return {
    flow,
    /** In Lambda's words: `Enabled`, `Disabled`, `Enabling`, `Disabling`, `Updating`, `Creating`. */
    states: mappings.map(({ State = 'unknown' }) => State),
    uuids: mappings.flatMap(({ UUID }) => UUID ?? []),
    waiting,
    underWay,
  };
}

export interface SwitchOptions {
  /** True: resume; false: pause. */
  readonly on: boolean;
  readonly signal?: AbortSignal;
  readonly progress?: (text: string) => void;
  /** Time between two looks. Default 1 s: Lambda takes some seconds to some minutes. */
  readonly everyMs?: number;
  /** How many looks until it gives up. Default 300. */
  readonly looks?: number;
}

/**
 * Enables or disables the event source mappings of a flow, and waits until Lambda has finished (`settled`), is interrupted,
 * or has taken too long. What is under way is finished. @throws Error when the queue has no event source mapping.
 */
export async function switchFlow(target: Target, flow: Flow, options: SwitchOptions) {
  const { on, signal = new AbortController().signal, progress, everyMs = 1000, looks = 300 } = options;
  const wanted = on ? 'Enabled' : 'Disabled';
  const lambda = new LambdaClient(target.aws);
  let current = await readSwitch(target, flow);
  if (current.uuids.length === 0)
    throw new Error(
      `No function reads from the queue of ${flow}: its event source mapping is gone. Deploy the stack again.`,
    );
  const already = current.states.every((state) => state === wanted);
  /** Whether Lambda was asked: it refuses while it is switching already. */
  let asked = false;
  for (let look = 0; look < looks; look++) {
    if (current.states.every((state) => state === wanted))
      return { ...current, already, asked, settled: true };
    // Lambda refuses to update a mapping that it is updating already (ResourceInUseException).
    if (!asked && !current.states.some((state) => state.endsWith('ing'))) {
      for (const UUID of current.uuids)
        await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: on }));
      asked = true;
    }
    progress?.(`Waiting for Lambda: ${current.states.join(', ')} → ${wanted}`);
    if (look > 0) await pause(everyMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) break;
    current = await readSwitch(target, flow);
  }
  return { ...current, already, asked, settled: false };
}

/**
 * Writes the beginning or the end of a pause into the ledger. If it was switched already, nobody knows since when, so
 * nothing is written; only a pause that the ledger does not know begins now.
 * @returns what a person has to know if it could not be written; it is switched nevertheless.
 */
export async function notePause(
  pauses: Pauses,
  name: string,
  { already, on }: { readonly already: boolean; readonly on: boolean },
): Promise<string[]> {
  const counts = `the pause counts as waiting time, and messages become dead letters after ${policyWords.longestWait}`;
  try {
    if (on && !already) await pauses.end(name);
    if (!on && (!already || (await pauses.of(name)).since === undefined)) await pauses.begin(name);
    return [];
  } catch (error) {
    return [`The ledger could not be written (${reasonIn(error)}): ${counts}.`];
  }
}

const reasonIn = (error: unknown) => sentenceOf(error).replace(/\.$/, '');

export interface Outcome extends Partial<Pick<QueueStatus, 'waiting' | 'underWay'>> {
  readonly flow: SwitchName;
  /** Whether it was so before. */
  readonly already: boolean;
  /** Whether Lambda was asked, and has finished; what is paused in the ledger is so at once. */
  readonly asked: boolean;
  readonly settled: boolean;
  /** Sentences: what could not be done besides, and what follows. */
  readonly faults: readonly string[];
}

/** Pauses or resumes a flow, the bookings or the pull, notes it in the ledger, and silences the alarm of a flow. */
export async function switchOne(
  flow: SwitchName,
  target: Target,
  ledger: Pick<OperatorLedger, 'breaker' | 'pauses'>,
  options: SwitchOptions,
): Promise<Outcome> {
  const { on } = options;
  const atOnce = { flow, asked: true, settled: true };
  if (flow === 'pull') return { ...atOnce, ...(await switchPull(ledger.pauses, on)), faults: [] };
  if (flow === 'bookings') {
    // Their function goes on reading and planning: its queue is never stalled, and needs no silence.
    const { already } = await ledger.breaker.pauseBookings(!on);
    return { ...atOnce, already, faults: await notePause(ledger.pauses, bookingsPause, { already, on }) };
  }
  const outcome = await switchFlow(target, flow, options);
  // Lambda was busy with another switch until the end.
  if (!outcome.asked && !outcome.settled) return { ...outcome, faults: [] };
  const notNoted = await notePause(ledger.pauses, consumerOf[queueOfFlow[flow]], { ...outcome, on });
  return { ...outcome, faults: [...(await switchAlarm(target, flow, on)), ...notNoted] };
}

export const alarmOfPause = (stackName: string, flow: Flow): string =>
  `${stackName}-QueueStalled-${consumerOf[queueOfFlow[flow]]}`;

/**
 * Stops the alarm of a paused flow from sending mails, or lets it send its next change again. @returns what a person has to
 * know if that failed; the flow is switched nevertheless.
 */
export async function switchAlarm(
  { aws, local, outputs, stackName }: Pick<Target, 'aws' | 'local' | 'outputs' | 'stackName'>,
  flow: Flow,
  on: boolean,
): Promise<string[]> {
  // The local platform and stages for trying have no alarms.
  if (local || outputs.AlarmTopic === undefined) return [];
  const cloudwatch = new CloudWatchClient(aws);
  const names = { AlarmNames: [alarmOfPause(stackName, flow)] };
  try {
    if (on) await cloudwatch.send(new EnableAlarmActionsCommand(names));
    else await cloudwatch.send(new DisableAlarmActionsCommand(names));
    return [];
  } catch (error) {
    const not = on ? 'enabled again' : 'silenced';
    return [`Its alarm QueueStalled could not be ${not} (${reasonIn(error)}).`];
  }
}

/**
 * Pauses or resumes the pull in the ledger alone, so that no deployment resumes it, and the alarm about runs that do not
 * happen stays meaningful. @returns whether it was so before.
 */
export async function switchPull(pauses: Pauses, on: boolean) {
  const already = ((await pauses.of(pullStage)).since === undefined) === on;
  if (!already) await (on ? pauses.end(pullStage) : pauses.begin(pullStage));
  return { already };
}
