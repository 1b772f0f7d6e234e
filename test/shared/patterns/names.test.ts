import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const comment = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm;
const sources = (folders: string, except?: string) =>
  globSync(`${folders}/**/*.ts`, { exclude: [`${except}/**`] }).map((file) => readFileSync(file, 'utf8'));

it('names in a comment no file that is not there, nor the demo’s configuration for that of a plant', () => {
  const files = globSync(['*.{md,json}', '{functions,infra,plants,shared,test}/**/*']).map(
    (file) => `/${file}`,
  );
  const comments = sources('{functions,shared}').flatMap((text) => text.match(comment) ?? []);
  const named = comments.flatMap((text) => text.match(/(?<![\w<>….-])[\w./-]*\w\.(?:ts|md|json)\b/g) ?? []);
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((name) => !files.some((file) => file.endsWith(`/${name}`)))).toEqual([]);
});

it('stores no field that nothing sets or reads', () => {
  const code = sources('{functions,shared}', 'shared/erp').join('\n').replaceAll(comment, '');
  const field = /^ +(\w+): z\.(?:exactOptional|optional|_default)\(/gm;
  const fields = sources('shared/ledger').flatMap((text) =>
    Array.from(text.matchAll(field), ([, name]) => name),
  );
  expect(fields.length).toBeGreaterThan(40);
  expect(fields.filter((name) => !new RegExp(`\\b${name}\\b(?!: z\\.)`).test(code))).toEqual([]);
});

/** Names that several files declare, and why a reader does not mistake one for another. */
const sharedNames: Readonly<Record<string, string>> = {
  command: 'each operator command exports its description, which `infra/ops` never imports by hand',
  handler: 'each Lambda function exports what AWS calls',
};
const declaration =
  /^(?:export )?(?:default )?(?:declare )?(?:abstract )?(?:async )?(?:function\*?|const|let|class|interface|type|enum) (?<name>\w+)/gm;

/** The files that declare each name at their top level, without those of the connector template. */
function filesByName(files: readonly (readonly [file: string, text: string])[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const [file, text] of files)
    for (const { groups: { name = '' } = {} } of text.matchAll(declaration))
      found.set(name, (found.get(name) ?? new Set()).add(file));
  return found;
}

it('declares each name in one file, so that a search finds one thing', () => {
  const template = 'shared/erp/template';
  const texts = globSync('{functions,infra,shared}/**/*.{ts,js}').map(
    (file) => [file, readFileSync(file, 'utf8')] as const,
  );
  const ofTemplate = filesByName(texts.filter(([file]) => file.startsWith(template)));
  const declared = filesByName(texts);
  const isShared = (name: string, files: ReadonlySet<string>) =>
    name in sharedNames ||
    (ofTemplate.has(name) && [...files].every((file) => file.startsWith('shared/erp/')));
  const twice = [...declared].filter(([name, files]) => files.size > 1 && !isShared(name, files));
  expect(declared.size).toBeGreaterThan(3000);
  expect(Object.keys(sharedNames).length).toBeLessThanOrEqual(10);
  expect(twice.map(([name, files]) => `${name}: ${[...files].join(', ')}`)).toEqual([]);
});

it('notices a name that a second file declares', () => {
  const files = filesByName([
    ['one.ts', 'export async function pageOf() {}\n'],
    ['two.ts', 'const pageOf = 1;\n  const inner = 2;\n'],
  ]);
  expect([...files]).toEqual([['pageOf', new Set(['one.ts', 'two.ts'])]]);
});
