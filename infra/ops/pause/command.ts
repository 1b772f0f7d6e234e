import * as z from 'zod/mini';
import { commonOptions, exits, opsCommand, runCommand, type Typed, UsageError } from '../cli/command.ts';
import { counted, createProgress, say, sayJson } from '../cli/output.ts';
import { findTarget, ledgerOf, whereOf } from '../cli/target.ts';
import {
  type Flow,
  flows,
  notePause,
  pausable,
  type SwitchOutcome,
  switchAlarm,
  switchFlow,
  switchPull,
} from './switch-flow.ts';

const optionsSchema = z.object(commonOptions);
type Options = z.output<typeof optionsSchema>;

const descriptions = {
  pause: 'Pauses a flow, for the maintenance of a partner. New orders and completions wait in their queues.',
  resume: 'Resumes a flow that was paused.',
} as const;

type Name = keyof typeof descriptions;

interface NotedOutcome extends SwitchOutcome {
  /** Why the time of the pause is not in the ledger; undefined when it is. */
  readonly notNoted: string | undefined;
  /** Why its alarm was not switched; undefined when it was. */
  readonly notQuiet: string | undefined;
}

interface PullOutcome {
  readonly flow: 'pull';
  readonly already: boolean;
}

const names = [...flows, 'pull'] as const;

// The scripts `pause` and `resume` of package.json run this program with a different first word.
const [name, ...words] = process.argv.slice(2);
if (name === 'pause' || name === 'resume') {
  await runSwitch(name, words);
} else {
  process.stderr.write(
    'Type: npm run pause -- <flow> --stack <stack>, or npm run resume -- <flow> --stack <stack>.\n',
  );
  process.exitCode = exits.usage;
}

async function runSwitch(name: Name, commandLine: readonly string[]): Promise<void> {
  const command = opsCommand(name, descriptions[name])
    .argument('[flow]', `${names.join(', ')}, or all`)
    .addHelpText('after', help(name));

  const act = async ({ options, words, signal }: Typed<Options>) => {
    const chosen = flowsOf(words[0]);
    const progress = createProgress();
    const target = await progress.during('Looking for the stack', findTarget(options));
    const { pauses } = ledgerOf(target);
    const on = name === 'resume';
    const outcomes: (NotedOutcome | PullOutcome)[] = [];
    for (const flow of chosen) {
      if (signal.aborted) break;
      if (flow === 'pull') {
        outcomes.push({ flow, ...(await switchPull(pauses, on)) });
        continue;
      }
      const switching = switchFlow(target, flow, { on, signal, progress: progress.tell });
      const outcome = await switching.finally(progress.end);
      const notNoted = await notePause(pauses, outcome, on);
      outcomes.push({ ...outcome, notNoted, notQuiet: await switchAlarm(target, flow, on) });
    }
    if (options.json) sayJson({ target: target.name, flows: outcomes });
    else for (const outcome of outcomes) say(sentenceFor(name, outcome, whereOf(target)));
    if (signal.aborted) return exits.interrupted;
    return outcomes.every(isComplete) ? exits.done : exits.partly;
  };
  await runCommand(command, optionsSchema, act, commandLine);
}

function isComplete(outcome: NotedOutcome | PullOutcome): boolean {
  return outcome.flow === 'pull' || (outcome.settled && !outcome.notNoted && !outcome.notQuiet);
}

function flowsOf(given: string | undefined): readonly (Flow | 'pull')[] {
  if (given === undefined) throw new UsageError(`Say which flow: ${names.join(', ')} or all.`);
  if (given === 'all') return names;
  const flow = names.find((each) => each === given);
  if (!flow) throw new UsageError(`There is no flow ${given}: choose ${names.join(', ')} or all.`);
  return [flow];
}

function sentenceFor(name: Name, outcome: NotedOutcome | PullOutcome, where: string): string {
  const { flow, already } = outcome;
  const isPull = outcome.flow === 'pull';
  const does = isPull ? 'reading orders from the ERP' : pausable[outcome.flow].does;
  const queue = isPull ? '' : queueSentence(name, outcome);
  if (!isPull && !outcome.settled)
    return `${flow}: Lambda is still switching. Run the command again to go on waiting.${queue}`;
  if (name === 'resume')
    return `${flow}: ${does} is resumed${already ? ' (it was not paused)' : ''}${isPull ? ', from the next run of its schedule on' : ''}.${queue}`;
  const later = isPull ? ' The first run after the pause reads what changed meanwhile.' : queue;
  return `${flow}: ${does} is paused${already ? ' (it was already)' : ''}.${later} Resume it with: npm run resume -- ${flow} ${where}`;
}

function queueSentence(name: Name, { waiting, underWay, notNoted, notQuiet }: NotedOutcome): string {
  const unknown =
    notNoted === undefined
      ? ''
      : ` The ledger could not be written (${notNoted.replace(/\.$/, '')}): the pause counts as waiting time, and messages become dead letters after six days.`;
  const loud =
    notQuiet === undefined
      ? ''
      : ` Its alarm QueueStalled could not be ${name === 'pause' ? 'silenced' : 'enabled again'} (${notQuiet.replace(/\.$/, '')}).`;
  return ` ${counted(waiting, 'message')} ${waiting === 1 ? 'waits' : 'wait'} in its queue, ${underWay} under way or waiting for the next attempt.${unknown}${loud}`;
}

function help(name: Name): string {
  const lines = [
    ...flows.map((flow) => `  ${flow.padEnd(12)} ${pausable[flow].does} (calls ${pausable[flow].partners})`),
    '  pull         reading released orders from the ERP on schedule (calls the ERP)',
  ];
  return `
Flows:
${lines.join('\n')}

Examples:
  npm run ${name} -- bookings --stack AzumutaErp-ghent-production
  npm run ${name} -- all --stack AzumutaErp-ghent-production        for maintenance of the ERP
  npm run ${name} -- completions --local
  npm run ${name} -- all --local

New orders and completions are still accepted while a flow is paused, and wait in their queues. SQS deletes messages
that are 14 days old: npm run doctor -- --stack <stack> shows what is paused, and warns when a message is ten days old.
Messages that are under way when a flow is paused are finished.

Both commands write the time into the ledger. A message normally becomes a dead letter after six days; the time for
which its flow was paused does not count (after 13 days in the queue it becomes a dead letter in any case). If a flow
is switched in the AWS console, or by a deployment that changes the stack, nothing is written, and the time counts.

While a flow is paused, its alarm QueueStalled is silent; while the pull is paused, so is NotRunning. PartnerDown is
silent as long as nothing calls that partner: for the ERP, pause all. If that alarm is on already, it stays on until
the partner is called again.

Exit codes: 0 done · 1 failed · 2 wrong command line · 3 Lambda was still switching after five minutes, or the ledger
or the alarm could not be written · 130 interrupted (Lambda goes on switching)`;
}
