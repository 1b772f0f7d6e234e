import { execFile } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { synthesize } from '../../../infra/local/run-locally.ts';
import type { BenchPlantOptions } from './plant.ts';

const run = promisify(execFile);

/** The last state in which results came back through two functions and two queues. */
const commit = '6762de15';

/** Options that start the stack of the state before, on this platform; undefined where git does not have it. */
export async function checkOutBefore(
  folder: string,
): Promise<Pick<BenchPlantOptions, 'synthesize'> | undefined> {
  mkdirSync(folder);
  const archive = join(folder, 'before.tar');
  try {
    await run('git', ['archive', '--format=tar', `--output=${archive}`, commit]);
    await run('tar', ['-xf', archive, '-C', folder]);
  } catch {
    return undefined;
  }
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'), 'junction');
  return {
    synthesize: (place, environment) =>
      synthesize({
        ...{ app: join(folder, 'infra/app.ts'), integrationFile: join(folder, 'integration.config.ts') },
        ...{ folder: join(place, 'cdk.out'), environment },
      }),
  };
}
