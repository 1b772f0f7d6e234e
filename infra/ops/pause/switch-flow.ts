import { setTimeout as pause } from 'node:timers/promises';
import {
  CloudWatchClient,
  DisableAlarmActionsCommand,
  EnableAlarmActionsCommand,
} from '@aws-sdk/client-cloudwatch';
import { LambdaClient, UpdateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { bookingsPause, type Pauses, pullStage } from '../../../shared/ledger/records/pauses.ts';
import { consumerOf, queueWords } from '../../../shared/model/queues.ts';
import { readQueue } from '../../../shared/platform/aws/queue.ts';
import type { OperatorLedger } from '../../local/operator-clients.ts';
import { sentenceOf } from '../cli/command.ts';
import { policyWords } from '../cli/policy-words.ts';
import { queueUrlsOf, sqsOf, type Target } from '../cli/target.ts';
import { mappingsOf } from '../flows/situation.ts';

/** All that can be paused, and what people are told of each. */
export const switches = {
  // A flow is one queue and the function that reads from it, which is switched off.
  orders: { does: queueWords['product-orders'].does, partners: 'Azumuta and the ERP' },
  completions: { does: queueWords.completions.does, partners: 'Azumuta and the ERP' },
  // These are paused by a mark in the ledger.
  bookings: {
    does: 'booking in the ERP',
    partners: 'the ERP; completions are still read and planned',
    paused: ' Completions are still read from Azumuta and planned.',
    resumed: ` What waits is booked within ${policyWords.longestRetry}`,
  },
  pull: {
    does: 'reading orders from the ERP',
    partners: 'the ERP, on schedule',
    paused: ' The first run after the pause reads what changed meanwhile.',
    resumed: ' It goes on with the next run of its schedule',
  },
} as const;
export const flows = ['orders', 'completions'] as const;
export const switchNames = [...flows, 'bookings', 'pull'] as const;
export type Flow = (typeof flows)[number];
export type SwitchName = keyof typeof switches;

/** The queue of each flow that has one. */
export const queueOfFlow = { orders: 'product-orders', completions: 'completions' } as const;

/** The event source mappings of a flow, and the messages in its queue. */
export type FlowSwitch = Awaited<ReturnType<typeof readSwitch>>;

/** Reads whether a flow is paused, and how many messages are in its queue. */
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
 * Enables or disables the event source mappings of a flow, and waits until Lambda has finished. Messages that are under
 * way are finished; the others stay in the queue.
 * @returns `settled`: whether Lambda has finished; false after an interruption, or when it took too long.
 * @throws Error when the queue has no event source mapping.
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
  /** Whether it was so before. */
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
 * @param name What is paused: a function, or the bookings.
 * @returns why it could not be written; it is switched nevertheless.
 */
export async function notePause(
  pauses: Pauses,
  name: string,
  { already, on }: { readonly already: boolean; readonly on: boolean },
): Promise<string | undefined> {
  return whyFailed(async () => {
    if (on && !already) await pauses.end(name);
    if (!on && (!already || (await pauses.of(name)).since === undefined)) await pauses.begin(name);
  });
}

async function whyFailed(act: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await act();
    return undefined;
  } catch (error) {
    return sentenceOf(error);
  }
}

/** Pauses or resumes a flow, the bookings or the pull, notes it in the ledger, and silences the alarm of a flow. */
export async function switchOne(
  name: SwitchName,
  {
    target,
    ledger,
  }: { readonly target: Target; readonly ledger: Pick<OperatorLedger, 'breaker' | 'pauses'> },
  options: SwitchOptions,
) {
  const { on } = options;
  if (name === 'pull') return { flow: name, ...(await switchPull(ledger.pauses, on)), notNoted: undefined };
  if (name === 'bookings') {
    // Their function heeds the mark, and goes on reading and planning: its queue is never stalled, and needs no silence.
    const { already } = await ledger.breaker.pauseBookings(!on);
    return { flow: name, already, notNoted: await notePause(ledger.pauses, bookingsPause, { already, on }) };
  }
  const outcome = await switchFlow(target, name, options);
  // Lambda was busy with another switch until the end.
  if (!outcome.asked && !outcome.settled) return { ...outcome, notNoted: undefined, notQuiet: undefined };
  /** Why the time of the pause is not in the ledger; undefined when it is. */
  const notNoted = await notePause(ledger.pauses, consumerOf[queueOfFlow[name]], { ...outcome, on });
  /** Why its alarm was not switched; undefined when it was. */
  const notQuiet = await switchAlarm(target, name, on);
  return { ...outcome, notNoted, notQuiet };
}

export type Outcome = Awaited<ReturnType<typeof switchOne>>;

/** What else a person has to know: sentences that begin with a blank; none when all was done. */
export function faultsOf(outcome: Outcome, on: boolean): string {
  const { notNoted, notQuiet } = { notQuiet: undefined, ...outcome };
  const alarm = `Its alarm QueueStalled could not be ${on ? 'enabled again' : 'silenced'}`;
  const ledger = `the pause counts as waiting time, and messages become dead letters after ${policyWords.longestWait}`;
  return [
    notQuiet === undefined ? '' : ` ${alarm} (${notQuiet.replace(/\.$/, '')}).`,
    notNoted === undefined
      ? ''
      : ` The ledger could not be written (${notNoted.replace(/\.$/, '')}): ${ledger}.`,
  ].join('');
}

/** The alarm about messages that no function takes, which a paused flow would set off. */
export const alarmOfPause = (stackName: string, flow: Flow): string =>
  `${stackName}-QueueStalled-${consumerOf[queueOfFlow[flow]]}`;

/**
 * Stops the alarm of a paused flow from sending mails, or lets it send them again. Its state goes on changing, and the
 * next change after that is sent.
 * @returns why that failed; the flow is switched nevertheless.
 */
export async function switchAlarm(
  { aws, local, outputs, stackName }: Pick<Target, 'aws' | 'local' | 'outputs' | 'stackName'>,
  flow: Flow,
  on: boolean,
): Promise<string | undefined> {
  // The local platform and stages for trying have no alarms.
  if (local || outputs.AlarmTopic === undefined) return undefined;
  const cloudwatch = new CloudWatchClient(aws);
  const names = { AlarmNames: [alarmOfPause(stackName, flow)] };
  return whyFailed(() =>
    on
      ? cloudwatch.send(new EnableAlarmActionsCommand(names))
      : cloudwatch.send(new DisableAlarmActionsCommand(names)),
  );
}

/**
 * Pauses or resumes the pull in the ledger alone. Its schedule goes on and each run ends at once. Therefore no deployment
 * resumes it, and the alarm about runs that do not happen stays meaningful.
 * @returns whether it was so before.
 */
export async function switchPull(pauses: Pauses, on: boolean) {
  const already = ((await pauses.of(pullStage)).since === undefined) === on;
  if (!already) await (on ? pauses.end(pullStage) : pauses.begin(pullStage));
  return { already };
}
