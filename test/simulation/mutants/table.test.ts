import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { invariants } from '../invariants/finding.ts';
import { planted, root } from './mutant.ts';
import { verdictOf } from './run-mutants.ts';
import { mutants, withoutMutant } from './table.ts';

const readSource = (file: string) => readFileSync(new URL(file, root), 'utf8');

describe('the planted faults', () => {
  it.each(mutants)('find the text of $name once in its file, and change it', (mutant) => {
    const source = readSource(mutant.file);

    const changed = planted(source, mutant);

    expect(changed).not.toBe(source);
  });

  it('are each found in one way: by promises of the simulation, or in a test', () => {
    expect(mutants.filter(({ foundBy, foundIn }) => !foundBy === !foundIn)).toEqual([]);
  });

  it('break each promise of the simulation, unless the table says why not', () => {
    const named = mutants.flatMap(({ foundBy = [] }): string[] => [...foundBy]);
    const excused = Object.keys(withoutMutant);

    expect([...new Set([...named, ...excused])].sort()).toEqual(Object.keys(invariants).sort());
    expect(excused.filter((name) => named.includes(name))).toEqual([]);
  });

  it.each([
    ['found', [invariants.created, invariants.booked], true],
    ['found by another promise', [invariants.created], true],
    ['survives', [], true],
    // Its thread died: even what it had found before says nothing.
    ['not run', [], false],
    ['not run', [invariants.booked], false],
  ] as const)('are %s, if the first seed that breaks promises breaks %j', (verdict, broken, isOver) => {
    const findings = broken.map((invariant) => ({ invariant, sentence: '' }));

    expect(verdictOf({ seed: 1, journeys: 1, findings, isOver }, ['booked'])).toBe(verdict);
  });

  it('have unique names', () => {
    const names = mutants.map(({ name }) => name);

    expect(new Set(names).size).toBe(names.length);
  });

  it.each([0, 2])('refuse a text that occurs %i times', (times) => {
    const mutant = { name: 'some', file: 'some.ts', find: 'a', replace: 'b' };

    expect(() => planted('a'.repeat(times), mutant)).toThrow(`occurs ${times} times`);
  });
});
