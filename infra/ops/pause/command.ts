import { type FlowName, flowNames } from '../../../shared/ledger/records/pauses.ts';
import { capitalized } from '../../../shared/model/text.ts';
import { flows } from '../../../shared/situation/pauses.ts';
import { defineCommand, oneOf, runCommand, stackOptions, UsageError } from '../cli/command.ts';
import { findTarget, ledgerOf, optionsForTarget } from '../cli/target.ts';

const descriptions = {
  pause: 'Pauses a flow, for the maintenance of a partner. New orders and completions wait in their queues.',
  resume: 'Resumes a flow that was paused.',
} as const;

// The scripts `pause` and `resume` of package.json run this program with a different first word.
const [typedScript, ...wordsAfterScript] = process.argv.slice(2);
const pauseOrResume = typedScript === 'resume' ? 'resume' : 'pause';

const command = defineCommand({
  name: pauseOrResume,
  description: descriptions[pauseOrResume],
  help: composePauseHelp(),
  words: { '[flow]': `${flowNames.join(', ')}, or all` },
  options: stackOptions,
});

await runCommand(
  command,
  async ({ options, words: [given] }) => {
    if (given === undefined) throw new UsageError(`Say which flow: ${flowNames.join(', ')} or all.`);
    const chosen = oneOf([...flowNames, 'all'], given, 'flow');
    const target = await findTarget(options);
    const { pauses } = ledgerOf(target);
    /** `already`: whether it was so before. */
    const outcomes = [];
    for (const flow of chosen === 'all' ? flowNames : [chosen]) {
      const already = await (pauseOrResume === 'pause' ? pauses.pauseFlow(flow) : pauses.resumeFlow(flow));
      outcomes.push({ flow, already });
    }
    const lines = outcomes.map(({ flow, already }) => sentenceFor(flow, already, optionsForTarget(target)));
    return { facts: { target: target.name, flows: outcomes }, lines };
  },
  wordsAfterScript,
);

function sentenceFor(flow: FlowName, already: boolean, where: string): string {
  const { does, meanwhile, resumed } = flows[flow];
  const sentences =
    pauseOrResume === 'pause'
      ? [
          `${does} is paused${already ? ' (it was already)' : ''}.`,
          ...[meanwhile, `Resume it with: npm run resume -- ${flow} ${where}`],
        ]
      : [
          `${does} is resumed${already ? ' (it was not paused)' : ''}.`,
          ...(already ? [] : [`${capitalized(resumed)}.`]),
        ];
  return `${flow}: ${sentences.join(' ')}`;
}

function composePauseHelp(): string {
  const all = Object.entries(flows);
  const lines = all.map(([flow, { does, partners }]) => `  ${flow.padEnd(12)} ${does} (calls ${partners})`);
  return `
Flows:
${lines.join('\n')}

Examples:
  npm run ${pauseOrResume} -- bookings --stack AzumutaErp-ghent-production
  npm run ${pauseOrResume} -- all --stack AzumutaErp-ghent-production        for maintenance of the ERP

A pause is a mark in the ledger, which acts within seconds. New orders and completions are still accepted, and messages
that are under way are finished. The others wait in their queues; after resume, ${flows.bookings.resumed}.
${flows.bookings.lost}
What is paused, with a warning some days before that: npm run doctor -- --stack <stack>
To send dead letters again: npm run replay -- --stack <stack>

What a pause does to the alarms: infra/RUNBOOK.md, PartnerDown.

Exit codes: 0 done · 1 failed · 2 wrong command line`;
}
