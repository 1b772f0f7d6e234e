import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { lifeMutants } from './life-mutants.ts';
import { root, type TestedMutant } from './mutant.ts';

export interface TestedResult {
  readonly name: string;
  readonly verdict: 'found' | 'survives' | 'not run';
}

/** Plants one fault at a time, and runs the test that must find it: only a test that fails finds something. */
export async function runTestedMutants({
  only,
  progress,
  signal,
}: {
  /** Names of mutants; default: all. */
  readonly only: readonly string[] | undefined;
  readonly progress: (line: string) => void;
  readonly signal: AbortSignal;
}): Promise<TestedResult[]> {
  const results: TestedResult[] = [];
  for (const mutant of lifeMutants.filter(({ name }) => !only || only.includes(name))) {
    const verdict = await verdictOf(mutant, signal);
    results.push({ name: mutant.name, verdict });
    const { file, name } = mutant.foundIn;
    progress(`${mutant.name}: ${verdict === 'found' ? verdict : verdict.toUpperCase()}, ${file} “${name}”`);
  }
  return results;
}

/** @throws the signal's reason. */
async function verdictOf(
  { name, foundIn }: TestedMutant,
  signal: AbortSignal,
): Promise<TestedResult['verdict']> {
  const words = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/mutants.config.ts'];
  // Vitest takes the name for a pattern.
  const pattern = foundIn.name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const output = await new Promise<string>((resolve) => {
    execFile(
      process.execPath,
      [...words, foundIn.file, '-t', pattern, '--reporter=dot'],
      {
        cwd: fileURLToPath(root),
        env: { ...process.env, PLANTED: name, NO_COLOR: '1' },
        signal,
        maxBuffer: 2 ** 26,
      },
      (_, stdout) => resolve(stdout),
    );
  });
  signal.throwIfAborted();
  const [, counts = ''] = /^ +Tests +(.*)$/m.exec(output) ?? [];
  if (counts.includes('failed')) return 'found';
  return counts.includes('passed') ? 'survives' : 'not run';
}
