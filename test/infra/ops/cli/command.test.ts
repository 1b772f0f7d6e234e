import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { commonOptions, opsCommand, readCommandLine, UsageError } from '../../../../infra/ops/cli/command.ts';

function typedWords(...words: string[]) {
  const command = opsCommand('trace', 'Tells where an order is.').argument('[order]');
  command.parse(words, { from: 'user' });
  const typed = readCommandLine(command, z.object(commonOptions));
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

it('names an option that does not fit', () => {
  const command = opsCommand('trace', 'Tells where an order is.').option('--most <count>');
  command.parse(['--stack', '', '--most', '5'], { from: 'user' });
  expect(() => readCommandLine(command, z.object(commonOptions))).toThrow(UsageError);
  expect(() => readCommandLine(command, z.object(commonOptions))).toThrow('--stack: found empty text');
});
