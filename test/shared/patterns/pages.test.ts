import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { callsIn, type DeclaredFunction, functionsIn } from './collect-patterns.ts';

const project = fileURLToPath(new URL('../../..', import.meta.url));
const folders = ['functions', 'shared', 'infra'];
const read = (file: string) => readFileSync(join(project, file), 'utf8');

/** The folders whose page walks a reader through. */
const walked = ['shared/completions', 'shared/orders', 'shared/ledger', 'shared/worker'];
const pages = walked.map((folder) => ({ folder, page: `${folder}/README.md` }));

const declared = functionsIn(project, folders);
const source = folders
  .flatMap((folder) => globSync(`${folder}/**/*.ts`, { cwd: project }))
  .map(read)
  .join('\n');

const picture = /^ *```[\s\S]*?^ *```/gm;
const named = /(?<file>[\w./-]+\.ts)\b|(?<called>#?\w+)\(\)/g;

/** The text of a page in sentences, each with only its code; a line of a picture is a sentence that is all code. */
function sentencesOf(text: string): string[] {
  const drawn = Array.from(text.matchAll(picture), ([block]) => block.split('\n')).flat();
  const said = text
    .replaceAll(picture, '')
    .split(/(?<=[.;|])\s|\n/)
    .map((sentence) => codeIn(sentence).join(' '));
  return [...drawn, ...said];
}

function codeIn(text: string): string[] {
  return Array.from(text.matchAll(/`([^`]+)`/g), ([, code = '']) => code);
}

/** A file is named as it is found from the page's folder, or from the project's. */
function findFile(folder: string, name: string): string | undefined {
  return [`${folder}/${name}`, name].find((file) => existsSync(join(project, file)));
}

/** What a page names and the code does not have. A function belongs to the file that its sentence names last before it. */
function wrongNamesIn(text: string, folder: string, functions: readonly DeclaredFunction[]): string[] {
  const wrong: string[] = [];
  for (const sentence of sentencesOf(text)) {
    let file: string | undefined;
    for (const { groups: { file: name, called } = {} } of sentence.matchAll(named)) {
      if (name !== undefined) {
        file = findFile(folder, name);
        if (file === undefined) wrong.push(`${name} is no file`);
        continue;
      }
      const places = functions.filter((one) => one.name === called || one.name === `#${called}`);
      if (places.length === 0) wrong.push(`${called}() is declared nowhere`);
      else if (file !== undefined && !places.some((place) => place.file === file))
        wrong.push(`${called}() is not declared in ${file}`);
    }
  }
  return wrong;
}

/** Headings as GitHub makes anchors of them. */
function anchorsOf(file: string): string[] {
  return Array.from(read(file).matchAll(/^#+ (.+)$/gm), ([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

describe.each(pages)('$page', ({ folder, page }) => {
  const text = read(page);

  it('names only files that exist, and functions where they are declared', () => {
    expect(Array.from(text.matchAll(named)).length).toBeGreaterThan(20);
    expect(wrongNamesIn(text, folder, declared)).toEqual([]);
  });

  it('names only words and folders that the code has', () => {
    const codes = codeIn(text.replaceAll(picture, ''));
    const words = codes.filter((code) => /^[a-zA-Z]+$/.test(code));
    expect(words.filter((word) => !new RegExp(`\\b${word}\\b`).test(source))).toEqual([]);
    const paths = codes.filter((code) => /^[\w-]+(\/[\w-]+)+$/.test(code));
    expect(paths.filter((path) => findFile(folder, path) === undefined)).toEqual([]);
  });

  it('links only to what is there', () => {
    const links = Array.from(text.matchAll(/\]\(([^)#]*)(?:#([^)]+))?\)/g), ([, to = '', anchor]) => {
      const file = to === '' ? page : join(folder, to);
      return { file, anchor };
    });
    const isThere = ({ file, anchor }: (typeof links)[number]) =>
      existsSync(join(project, file)) && (anchor === undefined || anchorsOf(file).includes(anchor));
    expect(links.length).toBeGreaterThan(1);
    expect(links.filter((link) => !isThere(link))).toEqual([]);
  });
});

/** Functions that lead a walk: whatever they call that reads or writes is a step of it. */
const leading: Readonly<Record<string, readonly string[]>> = {
  'shared/completions': [
    'beginHint',
    'readAndDecide',
    'prepareJob',
    'askUntilCompleted',
    'bookAll',
    'claimAndBook',
    'endHint',
  ],
};

describe.each(Object.entries(leading))('the walk through %s', (folder, leaders) => {
  const own = callsIn(project, [folder]);
  const text = read(`${folder}/README.md`);

  it.each(leaders)('names each function that reads or writes and that %s calls', (leader) => {
    const callers = own.filter(({ name }) => name === leader);
    const steps = own.filter(({ name, isAsync }) => isAsync && callers.some(({ calls }) => calls.has(name)));
    expect(callers).toHaveLength(1);
    expect(steps.map(({ name }) => name).filter((name) => !text.includes(`${name}()`))).toEqual([]);
  });
});

it('notices a file, a function or a place that is not so any more', () => {
  // Prepare
  const functions = [{ file: 'shared/worker/worker.ts', name: 'createWorker' }];
  const page = [
    'Right: `worker.ts` `createWorker()`, and `shared/worker/worker.ts`.',
    'No file: `loop.ts`. No function: `makeWorker()`. Elsewhere: `backoff.ts` `createWorker()`.',
    '```text',
    'policy.ts createWorker()',
    '```',
  ].join('\n');

  // Act
  const wrong = wrongNamesIn(page, 'shared/worker', functions);

  // Assess
  expect(wrong.toSorted()).toEqual([
    'createWorker() is not declared in shared/worker/backoff.ts',
    'createWorker() is not declared in shared/worker/policy.ts',
    'loop.ts is no file',
    'makeWorker() is declared nowhere',
  ]);
});

it.each(['README.md', 'CONTRIBUTING.md', 'ARCHITECTURE.md'])('is led to from %s', (document) => {
  const linked = Array.from(read(document).matchAll(/\]\(([^)#]+)\)/g), ([, to = '']) =>
    join(dirname(document), to),
  );
  expect(pages.filter(({ page }) => !linked.includes(page))).toEqual([]);
});
