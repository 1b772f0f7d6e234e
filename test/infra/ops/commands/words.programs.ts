import { expect, it } from 'vitest';
import { typed } from './typed.ts';

it.each([
  ['trace', [''], 'Say which order: its number'],
  ['orders', ['fly', 'MO/1'], 'There is no action fly: choose'],
  ['map', ['plants'], 'cannot be read: it is a folder (EISDIR)'],
  ['secrets', ['status', '--stdin'], '--stdin goes with set'],
] as const)(
  'says in one sentence what is wrong with the words of a command: %s %j',
  async (name, words, sentence) => {
    const told = await typed(name, words);
    expect(told).toMatchObject({ code: 2, output: '', complaint: expect.stringContaining(sentence) });
    expect(told.complaint.trim().split('\n')).toHaveLength(1);
  },
);
