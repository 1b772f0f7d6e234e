import { statSync } from 'node:fs';
import { answerOptions, defineCommand, runCommand, textOr } from '../cli/command.ts';
import { buildKit } from './build.ts';
import { oldestNodeOfKit } from './oldest-node.ts';

const command = defineCommand({
  name: 'kit',
  description:
    'Writes one file, azumuta-kit.mjs, for whoever has a demo workspace of Azumuta: it compares the account with what is assumed of its API.',
  help: `
Examples:
  npm run kit
  node azumuta-kit.mjs --help

Send the file to an integrator, or to Azumuta. It needs Node.js ${oldestNodeOfKit} or newer, and nothing else.

Exit codes: 0 done · 1 it could not be written · 2 wrong command line`,
  options: {
    ...answerOptions,
    out: textOr('azumuta-kit.mjs', '<file>', 'where it is written (default: azumuta-kit.mjs)'),
  },
});

await runCommand(command, async ({ options: { out } }) => {
  await buildKit(out);
  const kilobytes = Math.round(statSync(out).size / 1000);
  return {
    facts: { file: out, kilobytes },
    lines: [`${out} is written (${kilobytes} KB). Whoever has the demo workspace runs: node ${out}`],
  };
});
