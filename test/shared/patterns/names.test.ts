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
