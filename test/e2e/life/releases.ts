import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, symlink } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const project = fileURLToPath(new URL('../../..', import.meta.url));
const plantFile = fileURLToPath(new URL('plant.config.ts', import.meta.url));

/** A state of the project that can be deployed, and whose commands its operators have. */
export interface Version {
  readonly name: string;
  /** The folder of its sources. */
  readonly root: string;
  /** The plant's configuration, as this version reads it. */
  readonly plantFile: string;
}

export const thisVersion: Version = { name: 'this version', root: project, plantFile };

/** Releases that may be deployed at plants, each by its commit in the history of this repository. */
const commits = { '0.3.0': 'f526d70fea0d4d1de3ab87f6143823531713bd6c' } as const;
export type Release = keyof typeof commits;

/** What takes its time, for whoever waits. */
export function tell(progress: string): void {
  process.stderr.write(`${progress}\n`);
}

/** Why a release cannot be rehearsed; undefined where it can. */
export function whyMissing(release: Release): string | undefined {
  try {
    git('cat-file', '-e', `${commits[release]}^{commit}`);
    return undefined;
  } catch {
    return `Release ${release} is not rehearsed, as its commit is not in this clone: git fetch --unshallow fetches it.`;
  }
}

/**
 * The sources of a release, from the repository's own history, without the network: so its bundles have the packages of this
 * version.
 * @param folder Where they are put, once.
 */
export async function takeRelease(release: Release, folder: string): Promise<Version> {
  const root = join(folder, release);
  const version = { name: release, root, plantFile: join(root, relative(project, plantFile)) };
  if (existsSync(root)) return version;
  tell(`Taking ${release} from the history`);
  await mkdir(root, { recursive: true });
  const archive = `${root}.tar`;
  git('archive', '--output', archive, commits[release]);
  execFileSync('tar', ['-xf', archive, '-C', root]);
  // On Windows a junction needs no rights of an administrator.
  await symlink(join(project, 'node_modules'), join(root, 'node_modules'), 'junction');
  await cp(plantFile, version.plantFile);
  return version;
}

function git(...words: readonly string[]): void {
  execFileSync('git', words, { cwd: project, stdio: ['ignore', 'ignore', 'pipe'] });
}
