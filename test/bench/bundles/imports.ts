import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import * as z from 'zod/mini';
import { bundleSettings } from '../../../infra/build/bundle-functions.ts';
import { nodeBinary } from '../../../infra/local/emulator/process/host.ts';
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
  /** Processor time of the import, on all threads. */
  readonly cpuMs: number;
}

const measuredSchema = z.object({ ms: z.number(), cpuMs: z.number() });

const script = (file: string) => `
const cpu = process.cpuUsage();
const began = performance.now();
await import(${JSON.stringify(pathToFileURL(file).href)});
const ms = performance.now() - began;
const { user, system } = process.cpuUsage(cpu);
process.stdout.write(JSON.stringify({ ms, cpuMs: (user + system) / 1000 }));
process.exit(0);`;

/**
 * Measures what a cold start does, without Lambda's own part. Each round imports all modules, so that a change in the
 * machine's load affects all of them.
 */
export async function importTimes(candidates: readonly Imported[], rounds: number): Promise<ImportTime[]> {
  const samples = candidates.map(() => [] as z.infer<typeof measuredSchema>[]);
  for (let round = 0; round < rounds; round += 1) {
    for (const [at, { file, environment }] of candidates.entries()) {
      const { stdout } = await run(nodeBinary(), ['--input-type=module', '-e', script(file)], {
        env: { PATH: process.env.PATH ?? '', ...environment },
      });
      samples[at]?.push(z.parse(measuredSchema, JSON.parse(stdout)));
    }
  }
  return candidates.map(({ name }, at) => ({
    name,
    ms: median(samples[at]?.map(({ ms }) => ms) ?? []),
    cpuMs: median(samples[at]?.map(({ cpuMs }) => cpuMs) ?? []),
  }));
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
