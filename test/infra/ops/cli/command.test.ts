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
    ['the order right after --local', ['--local', 'MO/0042'], { words: ['MO/0042'], local: true }],
    ['a folder that there is', ['--local', tmpdir(), 'MO/0042'], { words: ['MO/0042'], local: tmpdir() }],
    ['no word at all', ['--local'], { words: [], local: true }],
  ])('accept %s', (_, words, meant) => {
    expect(typedWords(...words)).toEqual(meant);
  });
});

it('names an invalid option', () => {
  const typed = () => readCommandLine(command(), ['--stack', '']);
  expect(typed).toThrow(UsageError);
  expect(typed).toThrow('--stack: found empty text');
});
