import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { planted, root } from './mutant.ts';
import { mutants } from './table.ts';

const readSource = (file: string) => readFileSync(new URL(file, root), 'utf8');

describe('the planted faults', () => {
  it.each(mutants)('find the text of $name once in its file, and change it', (mutant) => {
    const source = readSource(mutant.file);

    const changed = planted(source, mutant);

    expect(changed).not.toBe(source);
  });

  it('have unique names', () => {
    const names = mutants.map(({ name }) => name);

    expect(new Set(names).size).toBe(names.length);
  });

  it.each([0, 2])('refuse a text that occurs %i times', (times) => {
    const mutant = { name: 'some', file: 'some.ts', find: 'a', replace: 'b', why: '' };

    expect(() => planted('a'.repeat(times), mutant)).toThrow(`occurs ${times} times`);
  });
});
