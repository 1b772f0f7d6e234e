import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import {
  defineCommand,
  readCommandLine,
  stackOptions,
  UsageError,
} from '../../../../infra/ops/cli/command.ts';

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
