import { capitalized } from '../../../shared/model/text.ts';
import { switches, switchNames } from '../../../shared/situation/pauses.ts';
import { defineCommand, exits, oneOf, runCommand, stackOptions, UsageError } from '../cli/command.ts';
import { counted, linesOf } from '../cli/output.ts';
import { policyWords } from '../cli/policy-words.ts';
import { findTarget, ledgerOf, whereOf } from '../cli/target.ts';
import { type Outcome, switchOne } from './switch-flow.ts';

const descriptions = {
  pause: 'Pauses a flow, for the maintenance of a partner. New orders and completions wait in their queues.',
  resume: 'Resumes a flow that was paused.',
} as const;

type Name = keyof typeof descriptions;

// The scripts `pause` and `resume` of package.json run this program with a different first word.
const [script, ...typed] = process.argv.slice(2);
const name: Name = script === 'resume' ? 'resume' : 'pause';

const command = defineCommand({
  name,
  description: descriptions[name],
  help: help(name),
  words: { '[flow]': `${switchNames.join(', ')}, or all` },
  options: stackOptions,
});

await runCommand(
  command,
  async ({ options, words: [given], signal, progress }) => {
    const chosen = flowsOf(given);
    const target = await findTarget(options);
    const ledger = ledgerOf(target);
    const switching = { on: name === 'resume', signal, progress: progress.tell };
    const outcomes: Outcome[] = [];
    for (const flow of chosen)
      if (!signal.aborted) outcomes.push(await switchOne(flow, target, ledger, switching));
    const lines = outcomes.map((outcome) => sentenceFor(name, outcome, whereOf(target)));
    const isDone = outcomes.every(({ settled, faults }) => settled && faults.length === 0);
    const exit = isDone ? exits.done : exits.partly;
    const facts = { target: target.name, flows: outcomes };
    return { facts, lines, exit: signal.aborted ? exits.interrupted : exit };
  },
  typed,
);

function flowsOf(given: string | undefined) {
  if (given === undefined) throw new UsageError(`Say which flow: ${switchNames.join(', ')} or all.`);
  const flow = oneOf([...switchNames, 'all'], given, 'flow');
  return flow === 'all' ? switchNames : [flow];
}

function sentenceFor(name: Name, outcome: Outcome, where: string): string {
  const { flow, already, settled, waiting, underWay, faults } = outcome;
  const { does, meanwhile, resumed } = switches[flow];
  const queue =
    waiting !== undefined &&
    `${counted(waiting, 'message')} ${waiting === 1 ? 'waits' : 'wait'} in its queue, ${underWay} under way or waiting for the next attempt.`;
  const sentences = {
    switching: ['Lambda is still switching. Run the command again to go on waiting.'],
    resume: linesOf(
      `${does} is resumed${already ? ' (it was not paused)' : ''}.`,
      !already && resumed && `${capitalized(resumed)}.`,
    ),
    pause: [`${does} is paused${already ? ' (it was already)' : ''}.`, meanwhile],
  }[settled ? name : 'switching'];
  const next = settled && name === 'pause' && `Resume it with: npm run resume -- ${flow} ${where}`;
  return `${flow}: ${linesOf(sentences, queue, faults, next).join(' ')}`;
}

function help(name: Name): string {
  const all = Object.entries(switches);
  const lines = all.map(([flow, { does, partners }]) => `  ${flow.padEnd(12)} ${does} (calls ${partners})`);
  return `
Flows:
${lines.join('\n')}

Examples:
  npm run ${name} -- bookings --stack AzumutaErp-ghent-production
  npm run ${name} -- all --stack AzumutaErp-ghent-production        for maintenance of the ERP

New orders and completions are still accepted while a flow is paused, and wait in their queues. SQS deletes messages
that are ${policyWords.queueKeeps} old: npm run doctor -- --stack <stack> shows what is paused, and warns some days before that.
Messages that are under way when a flow is paused are finished. After resume, bookings that wait go on within ${policyWords.longestRetry}.

Both commands write the time into the ledger. A message normally becomes a dead letter after ${policyWords.longestWait}; the time for
which its flow was paused does not count (after ${policyWords.longestAge} in the queue it becomes a dead letter in any case). If a flow
is switched in the AWS console, or by a deployment that changes the stack, nothing is written, and the time counts.

What a pause does to the alarms: infra/RUNBOOK.md, PartnerDown and QueueStalled.

Exit codes: 0 done · 1 failed · 2 wrong command line · 3 Lambda was still switching at the end, or the ledger
or the alarm could not be written · 130 interrupted (Lambda goes on switching)`;
}
