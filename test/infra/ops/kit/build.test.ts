import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { buildKit } from '../../../../infra/ops/kit/build.ts';
import { isOlderNode } from '../../../../infra/ops/kit/oldest-node.ts';
import { newFolder } from '../../new-folder.ts';

it.each([
  ['18.20.8', true],
  ['22.18.0', true],
  ['22.19.0', false],
  ['24.1.0', false],
])('takes Node.js %s for an older one: %s', (version, isOlder) => {
  expect(isOlderNode(version)).toBe(isOlder);
});

it('is one file that an older Node.js can read as far as the sentence that it is too old', async () => {
  // Prepare: a name that is imported, and that an older Node.js does not have, would end it before
  const file = join(newFolder(), 'azumuta-kit.mjs');
  await buildKit(file);
  const older = "data:text/javascript,Object.defineProperty(process.versions,'node',{value:'18.20.8'})";

  // Act
  const ended = await new Promise<{ readonly code: unknown; readonly complaint: string }>((done) => {
    execFile(process.execPath, ['--import', older, file], (error, _, complaint) =>
      done({ code: error?.code, complaint }),
    );
  });

  // Assess
  expect(ended).toEqual({
    code: 2,
    complaint: expect.stringMatching(/18\.20\.8, .* needs 22\.19\.0 or newer/),
  });
  const imported = readFileSync(file, 'utf8').match(/\bimport\s*[\w{*][^;"'`]*?["'][^"']+["']/g);
  expect(imported).toEqual([expect.stringMatching(/createRequire\b.*node:module/)]);
});
