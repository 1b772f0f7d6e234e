import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { typed } from '../commands/typed.ts';

it('ends quietly when its reader stops early, as in "npm run map … | head -1"', async () => {
  // Prepare
  const words = ['infra/ops/map/command.ts', '--sample', 'completion'];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'] });

  // Act: nobody reads from the beginning on
  child.stdout.destroy();
  const [complaint, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);

  // Assess
  expect({ code, complaint }).toEqual({ code: 0, complaint: '' });
});

it('sends no control characters to the terminal in a complaint, whatever its input', async () => {
  const { complaint } = await typed('map', ['no-\u001b]0;owned\u0007such.json']);
  expect(complaint).toContain('no-\\u001b]0;owned\\u0007such.json cannot be read');
  expect(complaint.trimEnd()).not.toMatch(/\p{Cc}/u);
});
