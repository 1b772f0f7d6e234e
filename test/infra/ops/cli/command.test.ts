import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import {
  commandToCopy,
  defineCommand,
  readCommandLine,
  stackOptions,
  UsageError,
} from '../../../../infra/ops/cli/command.ts';
import { command as ordersCommand } from '../../../../infra/ops/orders/typed.ts';
import { command as replayCommand } from '../../../../infra/ops/replay/typed.ts';
import { typedWordsOf } from '../../../support/words-of.ts';

const command = () =>
  defineCommand({
    name: 'trace',
    description: 'Tells where an order is.',
    help: '',
    words: { '[order]': 'its number' },
    options: stackOptions,
  });

function typedWords(...words: string[]) {
  const typed = readCommandLine(command(), words);
  return { words: typed.words, local: typed.options.local };
}

describe('the words of a command line', () => {
  it.each([
    ['the order first', ['MO/0042', '--local'], { words: ['MO/0042'], local: true }],
    ['the folder in the middle', ['--local', tmpdir(), 'MO/0042'], { words: ['MO/0042'], local: tmpdir() }],
    ['the folder at the end', ['MO/0042', '--local', '/gone'], { words: ['MO/0042'], local: '/gone' }],
    ['no word at all', ['--local'], { words: [], local: true }],
  ])('accept %s', (_, words, meant) => {
    expect(typedWords(...words)).toEqual(meant);
  });
});

it('never takes the folder of --local for a word of the command, and says where that stands', () => {
  expect(() => typedWords('--local', "MO/0042 A's")).toThrow(
    /^There is no folder MO\/0042 A's for --local\. .* npm run trace -- .*MO\/0042.* --local$/,
  );
});

it('takes no option for the word of another one', () => {
  expect(() => typedWords('MO/0042', '--stack', '--json')).toThrow(
    '--stack takes a word, and --json follows it',
  );
});

it('names an invalid option', () => {
  const typed = () => readCommandLine(command(), ['--stack', '']);
  expect(typed).toThrow(UsageError);
  expect(typed).toThrow('--stack: found empty text');
});

/** Each command that shows what it would do. */
const dryRunCommands = [
  { name: 'replay', parser: replayCommand.parser, command: replayCommand, words: [] },
  {
    name: 'orders',
    parser: ordersCommand.parser,
    command: ordersCommand,
    words: ['settle', "MO 84's", 'changed'],
  },
];

describe.each(dryRunCommands)('the command to copy of $name', ({ name, parser, command: shown, words }) => {
  it('repeats each word and option that was typed', () => {
    // Prepare: `5` is a text and a number
    const ofStack = ['--local', '--stack', '--region', '--json', '--go'];
    const options = parser.options.filter(({ long }) => !ofStack.includes(long ?? ''));
    const given = options.flatMap(({ long, required }) => (required ? [long ?? '', '5'] : [long ?? '']));
    const where = ['--stack', 'AzumutaErp-ghent-test'];

    // Act
    const typed = readCommandLine<object>(shown, [...words, ...given]);
    const copied = typedWordsOf(commandToCopy<object>(shown, typed, where.join(' ')), name);

    // Assess
    expect(options.length).toBeGreaterThan(0);
    expect(copied).toEqual([...words, ...given, '--go', ...where]);
  });
});
