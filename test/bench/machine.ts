import { execFile } from 'node:child_process';
import { arch, availableParallelism, cpus, platform, totalmem } from 'node:os';
import { performance } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { nodeBinary } from '../../infra/local/emulator/process/host.ts';

const run = promisify(execFile);

/** A line that describes this machine. */
export async function machineLine(): Promise<string> {
  const { stdout } = await run(nodeBinary(), ['--version']);
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const memory = Math.round(totalmem() / 1024 ** 3);
  return `${availableParallelism()} cores of ${model}, ${memory} GB, ${platform()} ${arch()}, Node ${stdout.trim()}`;
}

/** The duration of a command in seconds. @throws Error with the end of its output when it fails. */
export async function secondsOf(command: string, ...parameters: string[]): Promise<number> {
  const began = performance.now();
  try {
    await run(command, parameters, { maxBuffer: 64 * 1024 * 1024, timeout: 600_000 });
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).slice(-400) : '';
    throw new Error(`${[command, ...parameters].join(' ')} failed. ${said}`, { cause: error });
  }
  return (performance.now() - began) / 1000;
}
