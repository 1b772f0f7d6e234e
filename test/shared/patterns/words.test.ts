import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { namesIn, textsIn } from './collect-patterns.ts';
import { type Kind, outWords } from './out-words.ts';
import { currentDocuments, readProse } from './read-prose.ts';

const project = fileURLToPath(new URL('../../..', import.meta.url));
const folders = ['functions', 'shared', 'infra'];

interface Text {
  readonly file: string;
  readonly text: string;
}

const programs = globSync('{functions,shared,infra}/**/*.ts');

/** All that we have written, by what it is. */
const written: Readonly<Record<Kind, readonly Text[]>> = {
  // Paths of imports are names of files.
  texts: textsIn(project, folders).filter(({ text }) => !/^\.{1,2}\//.test(text)),
  comments: programs.flatMap(prosesOf),
  documents: [...currentDocuments(), 'CHANGELOG.md'].flatMap(prosesOf),
  names: namesIn(project, folders).map(({ file, text }) => ({ file, text: wordsOfName(text) })),
};

/** Code in it may be a name that is gone. */
function prosesOf(file: string): Text[] {
  return readProse(file).map((prose) => ({ file, text: prose.replaceAll(/`[^`]*`/g, '') }));
}

/** `toldAt` is “told at”. */
function wordsOfName(name: string): string {
  return name.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
}

function findWord(texts: readonly Text[], word: RegExp): string[] {
  const everywhere = new RegExp(word.source, `${word.flags}g`);
  return texts.flatMap(({ file, text }) =>
    [...text.matchAll(everywhere)].map(({ 0: said, index }) => {
      const around = text.slice(Math.max(0, index - 50), index + 50).trim();
      return `${file}: "${said}" in "${around}"`;
    }),
  );
}

describe('a word that people had to guess', () => {
  const kinds: readonly Kind[] = ['texts', 'names', 'comments', 'documents'];

  it.each(Object.entries(outWords))('is nowhere, or no more often than its budget: %s', (word, out) => {
    for (const kind of kinds) {
      // Act
      const found = findWord(written[kind], out.pattern);

      // Assess
      const left = out.budget?.[kind] ?? 0;
      const places = found.length > left ? `:\n${found.join('\n')}` : '.';
      expect.soft(found.length, `Say ${out.say} in ${kind}, not ${word}${places}`).toBeLessThanOrEqual(left);
      expect
        .soft(found.length, `“${word}” is in fewer ${kind} now: lower its budget in out-words.ts.`)
        .toBeGreaterThanOrEqual(left);
    }
  });

  it('is looked for in all that is written', () => {
    const { documents, ...ofCode } = written;
    expect(Object.values(ofCode).filter((texts) => texts.length < 2000)).toEqual([]);
    expect(documents.length).toBeGreaterThan(20);
  });
});
