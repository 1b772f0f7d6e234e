import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { TestProject } from 'vitest/node';
import { type Synthesized, type SynthesizeOptions, synthesize } from '../../infra/local/run-locally.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder in which the tests of this run keep what they synthesized. */
    synthesizedIn?: string;
  }
}

/** Vitest's global set-up: all systems of one run share the synthesized stacks. */
export function setup({ provide }: Pick<TestProject, 'provide'>): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'synthesized-'));
  provide('synthesizedIn', folder);
  return () => rmSync(folder, { recursive: true, force: true });
}

/**
 * Like `synthesize`, but reuses the result of an earlier call in the same folder, because the many plants of a test run
 * differ only in the addresses of their partners. The stored result has placeholders for the addresses, which are
 * replaced in the copy. It is not checked whether a source has changed, so the folder must not outlive the run.
 */
export async function synthesizeOnce(options: SynthesizeOptions, keptIn: string): Promise<Synthesized> {
  const names = Object.keys(options.environment).sort();
  const placeholders = Object.fromEntries(
    names.map((name, at) => [name, placeholder(options.environment[name] ?? '', at)]),
  );
  let kept = join(keptIn, await fingerprint(options, placeholders));
  if (!existsSync(kept)) {
    const making = join(keptIn, randomUUID());
    const { stackName } = await synthesize({ ...options, folder: making, environment: placeholders });
    await writeFile(join(making, 'stack-name'), stackName);
    // Another process may have been faster, or a virus scanner (on Windows) may still be reading: then each keeps its
    // own.
    await rename(making, kept).catch(() => {
      kept = making;
    });
  }
  await rm(options.folder, { recursive: true, force: true });
  await mkdir(options.folder, { recursive: true });
  // The bundles are copied into the assets during synthesis.
  await cp(kept, options.folder, { recursive: true, filter: (path) => path !== join(kept, 'bundles') });
  for (const name of names) {
    await replaceAll(options.folder, placeholders[name] ?? '', options.environment[name] ?? '');
  }
  const stackName = await readFile(join(options.folder, 'stack-name'), 'utf8');
  return { directory: options.folder, stackName };
}

/** A placeholder address of the same form on which nothing listens; its port occurs nowhere else in a bundle. */
function placeholder(value: string, at: number): string {
  return value.replace(/(?<=^http:\/\/127\.0\.0\.1:)\d+/, String(64_997 + at));
}

async function fingerprint(
  { integrationFile, stage, app }: SynthesizeOptions,
  environment: Readonly<Record<string, string>>,
): Promise<string> {
  const source = await readFile(integrationFile, 'utf8');
  const all = JSON.stringify([resolve(integrationFile), source, stage, app, environment]);
  return createHash('sha256').update(all).digest('hex').slice(0, 16);
}

async function replaceAll(folder: string, placeholder: string, value: string): Promise<void> {
  if (placeholder === value) return;
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((found) => found.isFile())) {
    const file = join(entry.parentPath, entry.name);
    const text = await readFile(file, 'utf8');
    if (text.includes(placeholder)) await writeFile(file, text.replaceAll(placeholder, value));
  }
}
