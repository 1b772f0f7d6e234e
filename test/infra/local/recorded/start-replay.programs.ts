import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { newFolder } from '../../new-folder.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const recorded = 'test/recorded/as-assumed.recording.json';

function startWith(...words: readonly string[]) {
  return new Promise<{ readonly code: unknown; readonly output: string; readonly complaint: string }>(
    (done) => {
      execFile(
        process.execPath,
        ['infra/local/start.ts', ...words],
        { cwd: root },
        (error, output, complaint) => done({ code: error?.code ?? 0, output, complaint }),
      );
    },
  );
}

it.each([
  ['by the lines of the recording', []],
  ['by the contract of a plant', ['--config', 'test/support/plant.config.ts']],
])('runs both flows once with an Azumuta that speaks as recorded, %s', async (_, words) => {
  const { code, output } = await startWith('--azumuta', recorded, ...words);

  expect(output).toContain('KIT-20261202-kmqz: 42 recorded in Azumuta, 42 booked in the ERP.');
  expect(code).toBe(0);
});

it('says which answer is missing in a recording that the plant does not fit', async () => {
  // Prepare: it was recorded that the article has another number
  const file = join(newFolder(), 'KIT-1.recording.json');
  const [head = '', ...lines] = readFileSync(join(root, recorded), 'utf8').split('\n');
  writeFileSync(file, [head.replace('KIT-ARTICLE', 'KIT-OTHER'), ...lines].join('\n'));

  // Act
  const { code, complaint } = await startWith('--azumuta', file);

  // Assess
  expect(complaint).toContain('The recording has no answer to GET /articles?number=KIT-OTHER');
  expect(code).toBe(1);
});

it('refuses a recording that is cut, by its line', async () => {
  const file = join(newFolder(), 'KIT-1.recording.json');
  writeFileSync(file, readFileSync(join(root, recorded), 'utf8').slice(0, 5_000));

  const { code, complaint } = await startWith('--azumuta', file);

  expect(complaint).toMatch(/KIT-1\.recording\.json cannot be used\. line \d+: the recording is cut here/);
  expect(code).toBe(1);
});
