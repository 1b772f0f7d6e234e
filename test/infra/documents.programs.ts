import { describe, expect, it } from 'vitest';
import { commands, isOperators, others, scriptOf } from './documented-commands.ts';
import { newFolder } from './new-folder.ts';
import { pasted, typed } from './ops/commands/typed.ts';

/** One that is named without options is named only: that it is there, and knows its help, is tested by its name. */
const isWhole = (command: string) => / -- |^npm run (?:deploy|init)$/.test(command);

const samples: readonly (readonly [name: string, file: string])[] = [
  ['order.json', 'infra/ops/map/samples/order.json'],
  ['done.json', 'infra/ops/map/samples/completion.json'],
];
/** Without what the shell does itself, and with samples that are there. */
const typeable = (command: string) =>
  samples.reduce(
    (line, [name, file]) => line.replace(` ${name}`, ` ${file}`),
    command.replace(/ [<>] \S+$/, ''),
  );

const accepted = {
  noAccount: { code: 1, complaint: expect.stringContaining('no AWS credentials') },
  noPlatform: { code: 2, complaint: expect.stringContaining('No platform runs in') },
  // The plant that the README's first hour makes does not exist.
  noPlant: { code: 2, complaint: expect.stringContaining('ghent.config.ts: there is no such file') },
  noTerminal: { code: 2, complaint: expect.stringContaining('no terminal') },
  noAnswers: { code: 2, complaint: expect.stringContaining('answers.json cannot be read') },
  asksForPlant: { code: 2, complaint: expect.stringContaining('Say which plant') },
  done: { code: 0, complaint: '' },
} as const;

/** How far a command gets on a machine without AWS, without a platform and without the plant. */
function answerOf(command: string): keyof typeof accepted {
  if (command.endsWith('--help')) return 'done';
  if (command.includes('--local')) return 'noPlatform';
  if (command.includes('--stack')) return 'noAccount';
  if (command.includes('--answers')) return 'noAnswers';
  if (command.includes('plants/')) return 'noPlant';
  if (command === 'npm run deploy') return 'asksForPlant';
  if (scriptOf(command) === 'init') return 'noTerminal';
  return scriptOf(command) === 'map' ? 'done' : 'noAccount';
}

describe.concurrent('a command for operators, wherever it is named, can be pasted:', () => {
  it.each(commands.filter((command) => isOperators(command) && isWhole(command)))('%s', async (command) => {
    // Prepare: nobody is logged in to AWS
    const folder = newFolder();
    const environment = {
      AWS_REGION: 'eu-west-1',
      AWS_EC2_METADATA_DISABLED: 'true',
      HOME: folder,
      TMPDIR: folder,
      TEMP: folder,
    };

    // Act
    const answer = await pasted(typeable(command), { environment });

    // Assess: the command line is accepted, until the command calls AWS, a platform or a person
    expect(answer).toMatchObject(accepted[answerOf(command)]);
  });
});

/** Commands that take too long for a test only print their options. */
describe.concurrent('knows the options of', () => {
  it.each(others.filter(({ script }) => script))('$command', async ({ script = '', options }) => {
    const { output } = await typed(script, ['--help']);
    expect(options.filter((option) => !output.includes(option))).toEqual([]);
  });
});
