import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const promises = readFileSync('SECURITY.md', 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('- '))
  .map((line) => ({
    promise: line.slice(2).replace(/ \*`.*$/, ''),
    tests: Array.from(line.matchAll(/`(test\/[^`]+)` “([^”]+)”/g), ([, file = '', name = '']) => ({
      file,
      name,
    })),
  }));

/** Whether the file has a test, or a group of tests, whose name contains these words. */
function isIn({ file, name }: { readonly file: string; readonly name: string }): boolean {
  if (!existsSync(file)) return false;
  // A name is the first argument of it(), of describe(), or of the function that it.each() returns.
  const names = readFileSync(file, 'utf8').matchAll(/\(\s*('(?:\\.|[^'\n])*'|"[^"\n]*"|`[^`]*`),/g);
  return Array.from(names, ([, literal = '']) => literal).some((literal) => literal.includes(name));
}

describe('SECURITY.md', () => {
  it('makes promises', () => expect(promises.length).toBeGreaterThan(30));

  it.each(promises)('names a test that exists: $promise', ({ tests }) => {
    expect(tests.length).toBeGreaterThan(0);
    expect(tests.filter((test) => !isIn(test))).toEqual([]);
  });
});
