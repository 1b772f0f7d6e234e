import { execSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import * as z from 'zod/mini';

const thisProject = fileURLToPath(new URL('../../../..', import.meta.url));
const packageSchema = z.object({ scripts: z.record(z.string(), z.string()) });

type Environment = Readonly<Record<string, string>>;

export interface TypedAnswer {
  readonly code: unknown;
  readonly output: string;
  readonly complaint: string;
}

/** Programs load the same modules again and again: Node keeps what it has compiled. */
const compileCache = `${thisProject}node_modules/.cache/commands`;

interface TypedOptions {
  readonly input?: string;
  readonly environment?: Environment;
  /** Folder of the sources whose command it is: another version's, say. Default: this one's. */
  readonly project?: string;
}

/** Runs an operator's command as `npm run <name> -- …` does, in a process of its own and without a terminal. */
export async function typed(
  name: string,
  words: readonly string[],
  { input = '', environment = {}, project = thisProject }: TypedOptions = {},
): Promise<TypedAnswer> {
  const file = join(project, 'package.json');
  const { scripts } = packageSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  const [program, ...given] = scripts[name]?.split(' ') ?? [];
  if (program !== 'node') throw new Error(`package.json has no program ${name}.`);
  const child = spawn(process.execPath, [...given, ...words], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, TZ: 'UTC', NODE_COMPILE_CACHE: compileCache, ...environment },
    cwd: project,
  });
  child.stdin.end(input);
  const [output, complaint, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  return { code, output, complaint };
}

/** Runs a line as it is pasted into the shell of this machine: `npm run <name> -- …`. */
export function pasted(line: string, options?: TypedOptions): Promise<TypedAnswer> {
  const [, name = '', rest = ''] = /^npm run (?:-s )?(\S+)(?: --(.*))?$/.exec(line) ?? [];
  const words = execSync(`"${process.execPath}" -p "JSON.stringify(process.argv.slice(1))" -- ${rest}`);
  return typed(name, z.parse(z.array(z.string()), JSON.parse(words.toString())), options);
}
