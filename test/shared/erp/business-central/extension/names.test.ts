import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTokens } from './al-tokens.ts';
import { extensionFolder, readExtension, readFiles } from './read-extension.ts';
import { collectReferences } from './references.ts';
import { listNames, readResolvedNames } from './resolved-names.ts';

/**
 * The names that our AL takes from the base application, held against what `resolve-names.ts` found there. It is no compiler: types,
 * permissions and events stay unchecked.
 */
describe('the names of the extension', () => {
  const files = readFiles();
  const resolved = readResolvedNames();

  /** What is wrong with the names: unknown, never resolved, or of another namespace. */
  function faultsOf(sources: ReadonlyMap<string, string>): string[] {
    const objects = readExtension(new Map(sources));
    const references = collectReferences(objects);
    const { objects: named, members } = listNames(references);
    const known = new Set([...Object.keys(resolved.objects), ...resolved.members]);
    const namespaces = new Set(Object.values(resolved.objects));
    return [
      ...references.unknown,
      ...[...named, ...members].filter((name) => !known.has(name)),
      ...objects.flatMap(({ usings }) => usings.filter((namespace) => !namespaces.has(namespace))),
    ];
  }

  it('are all there, at one commit', () => {
    expect(resolved.commit).toMatch(/^[0-9a-f]{40}$/);
    expect(faultsOf(files)).toEqual([]);
  });

  it('are all that was kept: what is no longer named goes from names.json, by resolve-names.ts', () => {
    expect(listNames(collectReferences(readExtension(files)))).toEqual({
      objects: Object.keys(resolved.objects),
      members: resolved.members,
    });
  });

  it('are found missing when one letter of one of them is another', () => {
    const places = [...files].flatMap(([file, source]) => placesOf(file, source));
    expect(places.length).toBeGreaterThan(400);

    fc.assert(
      fc.property(fc.constantFrom(...places), fc.nat(), ({ file, start, length }, letter) => {
        const source = files.get(file) ?? '';
        const at = start + (letter % length);
        const changed = source[at] === 'q' ? 'x' : 'q';
        const mutated = `${source.slice(0, at)}${changed}${source.slice(at + 1)}`;

        expect(faultsOf(new Map([...files, [file, mutated]])), `${extensionFolder}/${file}`).not.toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  /** Where a file names something of the base application. The name of a control is ours, as is a caption. */
  function placesOf(file: string, source: string): { file: string; start: number; length: number }[] {
    const lastNames = [
      ...Object.keys(resolved.objects).map((name) => name.replace(/^\w+ /, '')),
      ...resolved.members,
    ].map((name) => name.replace(/^.* (field|procedure|value) /, '').replace(/\/\d+$/, ''));
    const names = new Set(lastNames);
    const ofControls = new Set(
      [...source.matchAll(/\bfield\("?([^";]+)"?;/g)].map((match) => match.index + 'field('.length),
    );
    const quoted = new Set(
      readTokens(source)
        .filter(({ kind }) => kind === 'quoted')
        .map(({ value }) => value),
    );
    return [...source.matchAll(/"([^"\n]+)"/g)]
      .filter(({ index, 1: name = '' }) => quoted.has(name) && names.has(name) && !ofControls.has(index))
      .filter(({ index }) => !/\/\/.*$/.test(source.slice(0, index).split('\n').at(-1) ?? ''))
      .map(({ index, 1: name = '' }) => ({ file, start: index + 1, length: name.length }));
  }
});
