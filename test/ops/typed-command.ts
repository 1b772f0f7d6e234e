import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { nodeBinary } from '../../infra/local/node-binary.ts';

export interface TypedAnswer {
  readonly code: unknown;
  readonly output: string;
  readonly complaint: string;
}

/** Runs an operator's command as `npm run <name> -- …` does, in a process of its own and without a terminal. */
export async function typed(
  name: string,
  words: readonly string[],
  { input = '', signal }: { readonly input?: string; readonly signal?: AbortSignal } = {},
): Promise<TypedAnswer> {
  const command = fileURLToPath(new URL(`../../infra/ops/${name}.ts`, import.meta.url));
  const child = spawn(nodeBinary(), [command, ...words], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, TZ: 'UTC' },
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
  });
  signal?.addEventListener('abort', () => child.kill('SIGINT'));
  child.stdin.end(input);
  const [output, complaint, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  return { code, output, complaint };
}
