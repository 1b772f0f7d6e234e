import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRecordingOfAccount } from '../../../../infra/local/recorded/account-recording.ts';
import { buildKit } from '../../../../infra/ops/kit/build.ts';
import { oldestNodeOfKit } from '../../../../infra/ops/kit/oldest-node.ts';
import { kitQuestions } from '../../../../infra/ops/kit/questions.ts';
import type { Dialect } from '../../../support/dialects/dialect.ts';
import { dialects, dialectsOfOthers } from '../../../support/dialects/index.ts';
import { newFolder } from '../../new-folder.ts';
import { type KitActs, startDemoWorkspace } from './acted.ts';
import { falseIn } from './false-assumptions.ts';

/** The oldest Node.js with which the kit is tried: npm installs it in a folder of its own. */
const nodeOfKit =
  process.env.KIT_NODE ?? resolve('test/infra/ops/kit/oldest-node/node_modules/node/bin/node');

let file = '';
beforeAll(async () => {
  file = join(newFolder(afterAll), 'azumuta-kit.mjs');
  await buildKit(file);
});

/** What somebody types once a question stands at the end of the screen. */
function typeAnswers(child: ChildProcess, answers: KitActs): void {
  let shown = '';
  let number = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    shown += chunk;
    number = /KIT-\d{8}-[a-z]{4}/.exec(shown)?.[0] ?? number;
    const asked = Object.entries(kitQuestions).find(([, { asks }]) => shown.endsWith(`${asks} `));
    if (!asked) return;
    const [name, question] = asked;
    shown = '';
    const answer = Object.entries(answers).find(([one]) => one === name)?.[1]?.(number) ?? '';
    const isLong = 'isLong' in question && answer !== '';
    child.stdin?.write(isLong ? `${answer}\n\n` : `${answer}\n`);
  });
}

async function runKitFile(
  folder: string,
  answers: KitActs,
  node = process.execPath,
  words: readonly string[] = [],
) {
  const { PATH } = process.env;
  const child = spawn(node, [file, ...words], { cwd: folder, env: { PATH } });
  typeAnswers(child, answers);
  const [output, complaint, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  return { code, output, complaint };
}

async function startWorkspace(dialect?: Dialect) {
  const { acts, account, baseUrl } = await startDemoWorkspace(dialect);
  const all: KitActs = {
    ...acts,
    address: () => baseUrl,
    key: () => account.apiKey,
    article: () => 'CHAIR',
    variant: () => 'Left',
    consent: () => 'yes',
  };
  return { account, acts: all };
}

it('is tried with the oldest Node.js that the kit names', () => {
  const { stdout } = spawnSync(nodeOfKit, ['--version'], { encoding: 'utf8' });

  expect(stdout.trim()).toBe(`v${oldestNodeOfKit}`);
});

describe.each([process.execPath, nodeOfKit])('the file of the kit, with %s', (node) => {
  it('asks, and writes a recording and a page into the empty folder in which it runs', async () => {
    // Prepare
    const { account, acts } = await startWorkspace();
    const folder = newFolder();

    // Act
    const { code, output, complaint } = await runKitFile(folder, acts, node);

    // Assess
    expect({ code, complaint }).toEqual({ code: 0, complaint: '' });
    expect(output).toMatch(/\d+ assumptions: \d+ hold, 0 differ, \d+ not seen, 1 for Azumuta to say\./);
    const written = readdirSync(folder).toSorted();
    expect(written).toEqual([
      expect.stringMatching(/^KIT-.*\.md$/),
      expect.stringMatching(/^KIT-.*\.recording\.json$/),
    ]);
    const [page, recording] = written.map((name) => readFileSync(join(folder, name), 'utf8'));
    expect(page).toContain('assumptions:');
    expect(readRecordingOfAccount(recording ?? '', 'it').exchanges.length).toBeGreaterThan(10);
    for (const shown of [output, page, recording]) expect(shown).not.toContain(account.apiKey);
  });
});

/** A module with the lines that somebody knows from the page of the account's API, as `--contract` takes it. */
function writeLinesByHand(path: string, { name }: Dialect): void {
  const [lines, own] = ['by-hand', name].map((one) =>
    pathToFileURL(resolve(`test/support/dialects/${one}.ts`)),
  );
  const imports = `import { linesByHandOf } from '${lines}';\nimport { ${name} } from '${own}';\n`;
  writeFileSync(path, `${imports}export const contract = linesByHandOf(${name});\n`);
}

/** The part of a page below a heading. */
const below = (page: string, heading: string) => page.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';

it('names every difference of each dialect from an empty folder, and holds nothing that is false', {
  timeout: 300_000,
}, async () => {
  // Prepare
  const all = [...dialects, ...dialectsOfOthers];
  expect(all.length).toBeGreaterThanOrEqual(5 + 3);
  const workspaces = await Promise.all(all.map(startWorkspace));

  // Act: all at once, as a run waits half of a second between two calls
  const ran = await Promise.all(
    workspaces.map(async ({ acts }, at) => {
      const [folder, lines] = [newFolder(), join(newFolder(), 'contract.mjs')];
      const dialect = all[at];
      if (dialect) writeLinesByHand(lines, dialect);
      const { code, complaint } = await runKitFile(folder, acts, process.execPath, ['--contract', lines]);
      const page = readdirSync(folder).find((name) => name.endsWith('.md')) ?? '';
      return { code, complaint, page: readFileSync(join(folder, page), 'utf8') };
    }),
  );

  // Assess
  for (const [at, dialect] of all.entries()) {
    const { code, complaint, page = '' } = ran[at] ?? {};
    expect({ code, complaint }, dialect.name).toEqual({ code: 0, complaint: '' });
    const wrong = falseIn(dialect).map(({ sentence }) => `- ${sentence}`);
    expect(wrong.length).toBeGreaterThan(8);
    const unnamed = wrong.filter((sentence) => !below(page, 'What differs').includes(sentence));
    expect(unnamed, dialect.name).toEqual([]);
    expect(wrong.filter((sentence) => below(page, 'What holds').includes(sentence))).toEqual([]);
  }
});

it('asks and writes nothing without a yes, and names the file of an earlier run', async () => {
  // Prepare
  const { account, acts } = await startWorkspace();
  const folder = newFolder();
  writeFileSync(join(folder, 'KIT-20261201-abcd.recording.json'), '');

  // Act
  const { code, output, complaint } = await runKitFile(folder, { ...acts, consent: () => 'no' });

  // Assess
  expect(code).toBe(130);
  expect(output).toContain('KIT-20261201-abcd.recording.json is of an earlier run: remove what it has made');
  expect(complaint).toBe('Nothing was asked and nothing was written.\n');
  expect(readdirSync(folder)).toHaveLength(1);
  expect(account.productOrders()).toHaveLength(1);
});

it('writes what it has seen when it is interrupted, and ends with what to remove', async () => {
  // Prepare
  const { acts } = await startWorkspace();
  const folder = newFolder();
  const { PATH } = process.env;
  const child = spawn(process.execPath, [file], { cwd: folder, env: { PATH } });
  const interrupt = () => {
    child.kill('SIGINT');
    return undefined;
  };

  // Act: Ctrl-C where the person should build the order
  typeAnswers(child, { ...acts, completed: interrupt });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);

  // Assess
  expect(code).toBe(130);
  expect(output).toContain('It ended early: you left before its end.');
  expect(output).toMatch(/Remove in Azumuta:\n {2}KIT-[^\n]*: http[^\n]*\n {2}KIT-[^\n]* \(a second one\)/);
  expect(readdirSync(folder)).toHaveLength(2);
});

it.each([
  ['an option that there is not', ['--nothing'], /Unknown option '--nothing'.*--help/],
  ['answers that are not there', ['--answers', 'none.json'], /none\.json has no answers/],
  ['a contract that is not there', ['--contract', 'none.json'], /none\.json: there is no such file/],
])('refuses %s before it asks', async (_, words, expected) => {
  const child = spawn(process.execPath, [file, ...words], { cwd: newFolder() });
  child.stdin.end();

  const [complaint, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);

  expect(code).toBe(2);
  expect(complaint).toMatch(expected);
});

it('refuses a contract that names a batch order before it asks, as it makes none', async () => {
  // Prepare
  const folder = newFolder();
  const body = { number: '{number}', batchNumber: '{batch.number}' };
  const contract = { operations: { createProductOrder: { body } } };
  writeFileSync(join(folder, 'lines.json'), JSON.stringify(contract));

  // Act
  const child = spawn(process.execPath, [file, '--contract', 'lines.json'], { cwd: folder });
  child.stdin.end();
  const [complaint, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);

  // Assess
  expect(code).toBe(2);
  expect(complaint).toBe(
    'lines.json has {batch.number} in operations.createProductOrder, and the kit makes no batch order: take that field out of this file, and keep it in the configuration of the plant.\n',
  );
});
