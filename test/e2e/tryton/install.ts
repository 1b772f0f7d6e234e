import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

export const run = promisify(execFile);

/** Debian packages of the tested server and its database; each module brings what it depends on. */
const packages = [
  'tryton-server',
  'tryton-modules-production',
  'tryton-modules-production-routing',
  'tryton-modules-production-work',
  'tryton-modules-stock-lot',
  'python3-psycopg2',
  'postgresql',
];
export const modules = ['production', 'production_routing', 'production_work', 'stock_lot'];

/** Reports progress to a person, line by line. */
export type Report = (line: string) => void;

/**
 * Installs Tryton 7.0 and PostgreSQL where that is possible without asking anybody: on Debian, as root.
 * @returns why it is impossible, and what to do; undefined when both are there.
 */
export async function install(report: Report): Promise<string | undefined> {
  if (await isInstalled()) return undefined;
  const command = `apt-get install --no-install-recommends ${packages.join(' ')}`;
  if (!whereIs('apt-get') || process.getuid?.() !== 0) {
    return `Tryton 7.0 with PostgreSQL is not installed here. On Debian 13, as root: ${command}`;
  }
  const apt = (...args: string[]) =>
    run('apt-get', args, { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
  report(`installing ${packages.length} Debian packages`);
  try {
    await apt('install', '-y', '-qq', '--no-install-recommends', ...packages);
  } catch {
    // There are no package lists yet, or stale ones. The check below shows whether this helped.
    await apt('update', '-qq')
      .then(() => apt('install', '-y', '-qq', '--no-install-recommends', ...packages))
      .catch((error: Error) => report(`apt-get failed: ${error.message.slice(-500)}`));
  }
  return (await isInstalled())
    ? undefined
    : `Tryton 7.0 with PostgreSQL cannot be installed here, or is not usable: ${command}`;
}

/** Folder of PostgreSQL's own programs, which Debian keeps off the path, of the newest version. */
export function postgresqlPrograms(): string | undefined {
  const versions = '/usr/lib/postgresql';
  if (!existsSync(versions)) return undefined;
  const [newest] = readdirSync(versions).sort((a, b) => Number(b) - Number(a));
  const folder = join(versions, newest ?? '', 'bin');
  return existsSync(join(folder, 'initdb')) ? folder : undefined;
}

async function isInstalled(): Promise<boolean> {
  const script = whereIs('trytond-admin');
  if (!script || !whereIs('trytond')) return false;
  if (!postgresqlPrograms() || !whereIs('psql')) return false;
  // The interpreter of that script, not whichever Python comes first on the path.
  const [, interpreter = 'python3'] = /^#! ?(\S+)/.exec(await readFile(script, 'utf8')) ?? [];
  const check = `from trytond.modules import get_module_info
for name in ${JSON.stringify(modules)}: get_module_info(name)
import psycopg2`;
  return run(interpreter, ['-c', check]).then(
    () => true,
    () => false,
  );
}

function whereIs(command: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.map((folder) => join(folder, command)).find((file) => existsSync(file));
}
