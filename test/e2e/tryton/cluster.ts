import { chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { postgresqlPrograms, run } from './install.ts';

export type Cluster = Awaited<ReturnType<typeof startCluster>>;

/**
 * Data lost by a crash does not matter here; a lasting lock fails soon, as an administrator may configure it; and the
 * compilation of queries costs seconds for tables as small as these.
 */
const settings = [
  ...['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'lock_timeout=150ms', 'jit=off'],
];

/** Makes and starts a PostgreSQL cluster in a folder, where it listens only on a socket. It refuses to run as root. */
export async function startCluster(folder: string) {
  const programs = postgresqlPrograms();
  if (!programs) throw new Error('PostgreSQL is not installed.');
  const owner = await ownerOfClusters();
  const postgresql = (program: string, ...args: string[]) =>
    run(join(programs, program), args, { ...owner, cwd: folder });
  const data = join(folder, 'cluster');
  await mkdir(data, { recursive: true, mode: 0o700 });
  if (owner) await Promise.all([folder, data].map((path) => chown(path, owner.uid, owner.gid)));
  // Only the owner of the folder can reach the socket.
  await postgresql('initdb', '-D', data, '-U', 'plant', '--auth=trust', '--encoding=UTF8', '--no-sync');
  const lines = [`listen_addresses = ''`, `unix_socket_directories = '${folder}'`, ...settings];
  await writeFile(join(data, 'postgresql.auto.conf'), `${lines.join('\n')}\n`);
  await postgresql('pg_ctl', 'start', '-w', '-D', data, '-l', join(folder, 'postgresql.log'));
  return {
    /** For libpq; a database's name goes before the question mark. */
    uri: (database: string) => `postgresql://plant@/${database}?host=${encodeURIComponent(folder)}`,
    /** Stops this cluster, by its own folder. */
    async stop() {
      await postgresql('pg_ctl', 'stop', '-w', '-m', 'fast', '-D', data);
    },
  };
}

/** The user that Debian's package made for it; ourselves when we are not root. */
async function ownerOfClusters(): Promise<{ uid: number; gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map(async (flag) => (await run('id', [flag, 'postgres'])).stdout),
  );
  return { uid: Number(uid), gid: Number(gid) };
}
