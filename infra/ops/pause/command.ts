import type { Command } from 'commander';
import * as z from 'zod/mini';
import { commonOptions, exits, opsCommand, optionsOf, runCommand, wordsOf } from '../cli/command.ts';
import { UsageError } from '../cli/errors.ts';
import { counted, createProgress, say, sayJson } from '../cli/output.ts';
import { findTarget, ledgerOf, type Target, whereOf } from '../cli/target.ts';
import { notePause } from './note-pause.ts';
import { quietAlarm } from './quiet-alarm.ts';
import { type Flow, flows, pausable, type SwitchOutcome, switchFlow } from './switch-flow.ts';
import { type PullOutcome, switchPull } from './switch-pull.ts';

const optionsSchema = z.object(commonOptions);

const descriptions = {
  pause: 'Pauses a flow, for the maintenance of a partner: what comes in meanwhile waits in its queue.',
  resume: 'Resumes a flow that was paused.',
} as const;

type Name = keyof typeof descriptions;

interface NotedOutcome extends SwitchOutcome {
  /** Why its time is not in the ledger; undefined when it is. */
  readonly notNoted: string | undefined;
  /** Why its alarm was not switched with it; undefined when it was. */
  readonly notQuiet: string | undefined;
}

const names = [...flows, 'pull'] as const;

// package.json's scripts `pause` and `resume` are this one program: they differ in one word, the first.
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

  const act = async (parsed: Command, signal: AbortSignal) => {
    const { options, words } = wordsOf(parsed, optionsOf(parsed, optionsSchema));
    const chosen = flowsOf(words[0]);
    const progress = createProgress();
    const target = await progress.during('Looking for the stack', findTarget(options));
    const { pauses } = ledgerOf(target);
    const on = name === 'resume';
    const outcomes: (NotedOutcome | PullOutcome)[] = [];
    for (const flow of chosen) {
      if (flow === 'pull') {
        outcomes.push(await switchPull(pauses, on));
        continue;
      }
      const switching = switchFlow(target, flow, { on, signal, progress: progress.tell });
      const outcome = await switching.finally(progress.end);
      const notNoted = await notePause(pauses, outcome, on);
      outcomes.push({ ...outcome, notNoted, notQuiet: await quietAlarm(target, flow, on) });
      if (signal.aborted) break;
    }
    if (options.json) sayJson({ target: target.name, flows: outcomes });
    else
      for (const outcome of outcomes)
        say(
          outcome.flow === 'pull' ? pullSentence(name, outcome, target) : sentenceFor(name, outcome, target),
        );
    if (signal.aborted) return exits.interrupted;
    const done = outcomes.every(
      (outcome) => outcome.flow === 'pull' || (outcome.settled && !outcome.notNoted && !outcome.notQuiet),
    );
    return done ? exits.done : exits.partly;
  };
  await runCommand(command, act, commandLine);
}

function flowsOf(given: string | undefined): readonly (Flow | 'pull')[] {
  if (given === undefined) throw new UsageError(`Say which flow: ${names.join(', ')} or all.`);
  if (given === 'all') return names;
  const flow = names.find((each) => each === given);
  if (!flow) throw new UsageError(`There is no flow ${given}: choose ${names.join(', ')} or all.`);
  return [flow];
}

function sentenceFor(name: Name, outcome: NotedOutcome, target: Target): string {
  const { flow, settled, already, waiting, underWay, notNoted, notQuiet } = outcome;
  const { does } = pausable[flow];
  const unknown =
    notNoted === undefined
      ? ''
      : ` The ledger could not be told (${notNoted.replace(/\.$/, '')}): what waits meanwhile counts as waiting, and after six days it becomes a dead letter.`;
  const loud =
    notQuiet === undefined
      ? ''
      : ` Its alarm QueueStalled could not be ${name === 'pause' ? 'kept quiet' : 'let ring again'} (${notQuiet.replace(/\.$/, '')}).`;
  const queue = `${counted(waiting, 'message')} ${waiting === 1 ? 'waits' : 'wait'} in its queue, ${underWay} under way or waiting to be tried again.${unknown}${loud}`;
  if (!settled)
    return `${flow}: Lambda has not finished switching yet; run it again to go on waiting. ${queue}`;
  if (name === 'pause')
    return `${flow}: ${does} is paused${already ? ' (it was already)' : ''}. ${queue} Go on with: npm run resume -- ${flow} ${whereOf(target)}`;
  return `${flow}: ${does} goes on${already ? ' (it was not paused)' : ''}. ${queue}`;
}

function pullSentence(name: Name, { already }: PullOutcome, target: Target): string {
  return name === 'pause'
    ? `pull: reading orders from the ERP is paused${already ? ' (it was already)' : ''}. Its next run after the pause reads what came meanwhile. Go on with: npm run resume -- pull ${whereOf(target)}`
    : `pull: reading orders from the ERP goes on${already ? ' (it was not paused)' : ''}, with the next run of its schedule.`;
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

The doors stay open: orders and completions are still taken in, and wait in their queues. SQS drops what is 14 days
old: npm run doctor -- --stack <stack> tells what is paused, and warns when a message is ten days old. What is under way when a flow is
paused is finished.

Both write the time into the ledger: what a message waits while its flow is paused does not count towards the six
days after which it becomes a dead letter (after 13 days in its queue it does, however long that was paused). A flow
that is switched in the AWS console, or by a deployment that changes the stack, writes nothing: that pause counts as
waiting.

A flow that is paused rings no alarm QueueStalled, and a pull that is paused no NotRunning. PartnerDown rings for
nobody as long as nothing calls that partner: for the ERP, pause all. A partner that is down already stays so until
it is called again.

Exit codes: 0 done · 1 failed · 2 wrong command line · 3 Lambda was still switching after five minutes, or the ledger
or the alarm could not be written · 130 interrupted (Lambda goes on switching)`;
}
