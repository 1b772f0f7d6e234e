import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const comment = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm;
const sources = (folders: string) =>
  globSync(`${folders}/**/*.ts`).map((file) => ({ file, text: readFileSync(file, 'utf8') }));

/** What a platform or a plant has, and the project does not. */
const elsewhere = new Set(['platform.json', 'plants/ghent.config.ts']);

it('names in a comment no file that is not there, nor the demo’s configuration for that of a plant', () => {
  const files = globSync(['*', '.{ci,github}/**/*', '{functions,infra,plants,shared,test}/**/*']);
  const isThere = (name: string) => files.some((file) => `/${file}`.endsWith(`/${name}`));
  const found = sources('{functions,infra,shared,test}').flatMap(({ file, text }) =>
    Array.from(text.matchAll(comment), ([words]) => words).flatMap((words) =>
      Array.from(
        words.matchAll(/(?<![\w.<>…])(?:\.*\/)*(\w[\w./-]*\.(?:ts|md|json))\b/g),
        ([, name = '']) => ({ file, name }),
      ),
    ),
  );
  const isOfPlants = ({ file, name }: (typeof found)[number]) =>
    file.startsWith('shared/') && name === 'integration.config.ts';
  expect(found.length).toBeGreaterThan(50);
  expect(found.filter((one) => isOfPlants(one) || !(isThere(one.name) || elsewhere.has(one.name)))).toEqual(
    [],
  );
});

it('stores no field that nothing sets or reads', () => {
  const code = sources('{functions,infra,shared}')
    .filter(({ file }) => !file.startsWith('shared/erp/'))
    .map(({ file, text }) => ({ file, text: text.replaceAll(comment, '') }));
  const fields = code
    .filter(({ file }) => file.startsWith('shared/ledger/'))
    .flatMap(({ text }) =>
      Array.from(
        text.matchAll(/^ +(\w+): z\.(?:exactOptional|optional|_default)\(/gm),
        ([, name = '']) => name,
      ),
    );
  const isUsed = (field: string) =>
    code.some(({ text }) => new RegExp(`\\b${field}\\b(?!: z\\.)`).test(text));
  expect(fields.length).toBeGreaterThan(40);
  expect(fields.filter((field) => !isUsed(field))).toEqual([]);
});
