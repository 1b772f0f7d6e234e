import type { Command } from 'commander';
import * as z from 'zod/mini';
import { commonOptions, exits, opsCommand, optionsOf, runCommand, wordsOf } from '../cli/command.ts';
import { UsageError } from '../cli/errors.ts';
import { counted, createProgress, say, sayJson } from '../cli/output.ts';
import { findTarget, type Target, whereOf } from '../cli/target.ts';
import { type Flow, flows, pausable, type SwitchOutcome, switchFlow } from './switch-flow.ts';

const optionsSchema = z.object(commonOptions);

const descriptions = {
  pause: 'Pauses a flow, for the maintenance of a partner: what comes in meanwhile waits in its queue.',
  resume: 'Resumes a flow that was paused.',
} as const;

type Name = keyof typeof descriptions;

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
    .argument('[flow]', `${flows.join(', ')}, or all`)
    .addHelpText('after', help(name));

  const act = async (parsed: Command, signal: AbortSignal) => {
    const { options, words } = wordsOf(parsed, optionsOf(parsed, optionsSchema));
    const chosen = flowsOf(words[0]);
    const progress = createProgress();
    const target = await progress.during('Looking for the stack', findTarget(options));
    const outcomes: SwitchOutcome[] = [];
    for (const flow of chosen) {
      const switching = switchFlow(target, flow, { on: name === 'resume', signal, progress: progress.tell });
      outcomes.push(await switching.finally(progress.end));
      if (signal.aborted) break;
    }
    if (options.json) sayJson({ target: target.name, flows: outcomes });
    else for (const outcome of outcomes) say(sentenceFor(name, outcome, target));
    if (signal.aborted) return exits.interrupted;
    return outcomes.every(({ settled }) => settled) ? exits.done : exits.partly;
  };
  await runCommand(command, act, commandLine);
}

function flowsOf(given: string | undefined): readonly Flow[] {
  if (given === undefined) throw new UsageError(`Say which flow: ${flows.join(', ')} or all.`);
  if (given === 'all') return flows;
  const flow = flows.find((each) => each === given);
  if (!flow) throw new UsageError(`There is no flow ${given}: choose ${flows.join(', ')} or all.`);
  return [flow];
}

function sentenceFor(name: Name, outcome: SwitchOutcome, target: Target): string {
  const { flow, settled, already, waiting, underWay } = outcome;
  const { does } = pausable[flow];
  const queue = `${counted(waiting, 'message')} ${waiting === 1 ? 'waits' : 'wait'} in its queue, ${underWay} under way or waiting to be tried again.`;
  if (!settled)
    return `${flow}: Lambda has not finished switching yet; run it again to go on waiting. ${queue}`;
  if (name === 'pause')
    return `${flow}: ${does} is paused${already ? ' (it was already)' : ''}. ${queue} Go on with: npm run resume -- ${flow} ${whereOf(target)}`;
  return `${flow}: ${does} goes on${already ? ' (it was not paused)' : ''}. ${queue}`;
}

function help(name: Name): string {
  const lines = flows.map(
    (flow) => `  ${flow.padEnd(12)} ${pausable[flow].does} (calls ${pausable[flow].partners})`,
  );
  return `
Flows:
${lines.join('\n')}

Examples:
  npm run ${name} -- bookings --stack AzumutaErp-ghent-production   for ERP maintenance
  npm run ${name} -- completions --local
  npm run ${name} -- all --local

The doors stay open: orders and completions are still taken in, and wait in their queues, for 14 days at most.
What is under way when a flow is paused is finished. A deployment that changes the stack may switch a paused
flow on again; npm run doctor -- --stack <stack> tells what is paused.

Exit codes: 0 done · 1 failed · 2 wrong command line · 3 Lambda was still switching after five minutes ·
130 interrupted (Lambda goes on switching)`;
}
