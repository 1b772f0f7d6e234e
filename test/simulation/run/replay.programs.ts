import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);
const main = fileURLToPath(new URL('../main.ts', import.meta.url));

it('prints the same bytes each time a seed is replayed', async () => {
  const replay = () => run(process.execPath, [main, '--seed', '7', '--only', 'all', '--full']);

  const [one, other] = await Promise.all([replay(), replay()]);

  expect(one.stdout).toBe(other.stdout);
  expect(one.stdout).toContain('Replay: npm run simulate -- --seed 7 --only 1,2');
});

it('refuses an event that the seed does not have with exit code 2', async () => {
  const refused = run(process.execPath, [main, '--seed', '7', '--only', '99']);

  await expect(refused).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('--only 99') });
});
