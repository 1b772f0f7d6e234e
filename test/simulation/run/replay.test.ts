import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { nodeBinary } from '../../../infra/local/emulator/process/node-binary.ts';

const run = promisify(execFile);
const main = fileURLToPath(new URL('../main.ts', import.meta.url));

it('prints the same bytes each time a seed is replayed', async () => {
  const replay = () => run(nodeBinary(), [main, '--seed', '7', '--only', 'all', '--full']);

  const [one, other] = await Promise.all([replay(), replay()]);

  expect(one.stdout).toBe(other.stdout);
  expect(one.stdout).toContain('Replay: npm run simulate -- --seed 7 --only 1,2');
});

it.for([
  { name: 'a place that the seed does not have', commandLine: ['--seed', '7', '--only', '99'] },
  { name: 'places without their seed', commandLine: ['--only', '1'] },
  { name: 'two ways to say how much', commandLine: ['--minutes', '1', '--journeys', '5'] },
])('refuses $name with exit code 2', async ({ commandLine }) => {
  await expect(run(nodeBinary(), [main, ...commandLine])).rejects.toMatchObject({ code: 2 });
});
