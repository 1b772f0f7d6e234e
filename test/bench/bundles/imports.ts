import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { bundleSettings } from '../../../infra/build/bundle-functions.ts';
import { principalIn } from '../../../infra/local/emulator/iam/principals.ts';
import { containerEnvironment } from '../../../infra/local/emulator/lambda/service.ts';
import type { BenchPlant } from '../peers/plant.ts';
import { median } from '../statistics.ts';

const run = promisify(execFile);

/** A module to import in a process of its own. */
export interface Imported {
  readonly name: string;
  readonly file: string;
  /** The environment variables of the function. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface ImportTime {
  readonly name: string;
  /** Milliseconds of `import()` in a fresh process. */
  readonly ms: number;
}

const script = (file: string) => `
const began = performance.now();
await import(${JSON.stringify(pathToFileURL(file).href)});
process.stdout.write(String(performance.now() - began));
process.exit(0);`;

/**
 * Measures what a cold start does, without Lambda's own part. Each round imports all modules, so that a change in the
 * machine's load affects all of them.
 */
export async function importTimes(candidates: readonly Imported[], rounds: number): Promise<ImportTime[]> {
  const samples = candidates.map(() => [] as number[]);
  for (let round = 0; round < rounds; round += 1) {
    for (const [at, { file, environment }] of candidates.entries()) {
      const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script(file)], {
        env: { PATH: process.env.PATH ?? '', ...environment },
      });
      samples[at]?.push(Number(stdout));
    }
  }
  return candidates.map(({ name }, at) => ({ name, ms: median(samples[at] ?? []) }));
}

/** The modules that the bundles are compared with, built with the same settings but without the trimming of ours. */
export async function writeYardsticks(
  folder: string,
): Promise<{ readonly empty: string; readonly stock: string }> {
  mkdirSync(folder, { recursive: true });
  const empty = join(folder, 'empty.mjs');
  writeFileSync(empty, 'export const handler = async () => ({});\n');
  const { absWorkingDir } = bundleSettings;
  await build({
    ...bundleSettings,
    stdin: {
      contents: `import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
const client = new SQSClient({});
export const handler = ({ url, body }) => client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: body }));`,
      resolveDir: absWorkingDir,
      sourcefile: 'stock.js',
    },
    outdir: folder,
    entryNames: 'stock',
  });
  return { empty, stock: join(folder, 'stock.mjs') };
}

/** The environment variables that a container of the function gets. */
export function environmentOf(plant: BenchPlant, functionFolder: string): Record<string, string> {
  const { emulator } = plant;
  const lambda = plant.functionOf(functionFolder);
  const { credentials } = principalIn(emulator.stack, 'function', lambda.name);
  return containerEnvironment(lambda, credentials, {
    region: emulator.region,
    awsEndpoint: emulator.awsEndpoint,
  });
}
