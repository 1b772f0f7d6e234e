import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { nodeBinary } from '../../../../infra/local/emulator/process/host.ts';

it('ends quietly when its reader stops early, as in "npm run map … | head -1"', async () => {
  // Prepare
  const command = fileURLToPath(new URL('../../../../infra/ops/map/command.ts', import.meta.url));
  const child = spawn(nodeBinary(), [command, '--sample', 'completion'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });

  // Act: nobody reads from the beginning on
  child.stdout.destroy();
  const [complaint, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);

  // Assess
  expect({ code, complaint }).toEqual({ code: 0, complaint: '' });
});

it('sends no control characters to the terminal in a complaint, whatever its input', async () => {
  // Prepare
  const command = fileURLToPath(new URL('../../../../infra/ops/map/command.ts', import.meta.url));
  const child = spawn(nodeBinary(), [command, 'no-\u001b]0;owned\u0007such.json'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });

  // Act
  const complaint = await text(child.stderr);

  // Assess
  expect(complaint).toContain('no-\\u001b]0;owned\\u0007such.json cannot be read');
  expect(complaint.trimEnd()).not.toMatch(/\p{Cc}/u);
});
