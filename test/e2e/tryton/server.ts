import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { listenOnLoopback } from '../../support/loopback.ts';
import { modules, postgresqlPrograms, type Report, run } from './install.ts';

const database = 'plant';

/** Where Tryton keeps its books: a plant's server has PostgreSQL, and who tries it out often SQLite. */
export type DatabaseKind = 'postgresql' | 'sqlite';

/** A running server with an empty, initialised database. */
export type TrytonServer = Awaited<ReturnType<typeof startTryton>>;

/** Starts a server on a free loopback port, on a database that it initialises, which takes up to half a minute. */
export async function startTryton(report: Report, kind: DatabaseKind) {
  const folder = await mkdtemp(join(tmpdir(), 'tryton-plant-'));
  const adminPassword = randomBytes(12).toString('hex');
  const cluster = kind === 'postgresql' ? await startCluster(folder) : undefined;
  const stops: (() => Promise<unknown>)[] = [
    () => rm(folder, { recursive: true, force: true }),
    ...(cluster ? [cluster.stop] : []),
  ];
  /** Stops the server by its own handle and removes its folder. */
  const stop = async () => {
    for (const one of stops.splice(0).reverse()) await one();
  };
  try {
    report(`initialising a database (${kind})`);
    if (cluster)
      await run('psql', ['-X', '-q', '-c', `CREATE DATABASE ${database}`, cluster.uri('postgres')]);
    else await writeFile(join(folder, `${database}.sqlite`), '');
    const port = await freePort();
    const configuration = await writeConfiguration(folder, `127.0.0.1:${port}`, cluster);
    const admin = (...args: string[]) =>
      runAdmin(configuration, folder, adminPassword, ['-d', database, ...args]);
    await admin('--all', '-l', 'en', '--email', 'admin@plant.invalid');
    await admin('-u', ...modules, '--activate-dependencies');
    report(`starting trytond on 127.0.0.1:${port}`);
    const logFile = join(folder, 'trytond.log');
    const log = await open(logFile, 'a');
    const child = spawn('trytond', ['-c', configuration, '-d', database], {
      stdio: ['ignore', log.fd, log.fd],
    });
    stops.push(() => stopChild(child));
    await log.close();
    const url = `http://127.0.0.1:${port}`;
    await answers(url, child, logFile);
    /** Its libpq URI, or the path of its file, for tests that must set or see what no call can. */
    const databaseAt = cluster?.uri(database) ?? join(folder, `${database}.sqlite`);
    return { url, database, databaseAt, adminPassword, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function writeConfiguration(folder: string, listen: string, cluster?: Cluster): Promise<string> {
  const own = join(folder, 'trytond');
  await mkdir(own, { recursive: true });
  const file = join(own, 'trytond.conf');
  // scrypt, the default, takes a tenth of a second per login; these passwords protect nothing.
  const passwords = join(own, 'passlib.ini');
  await writeFile(passwords, '[passlib]\nschemes = pbkdf2_sha512\npbkdf2_sha512__rounds = 1000\n');
  const lines = [
    ...['[web]', `listen = ${listen}`],
    ...['[database]', `uri = ${cluster?.uri('') ?? 'sqlite://'}`, `path = ${folder}`, 'retry = 2'],
    ...['[password]', `passlib = ${passwords}`],
    ...['[session]', 'max_age = 86400', 'timeout = 3600'],
  ];
  await writeFile(file, `${lines.join('\n')}\n`);
  return file;
}

async function runAdmin(
  configuration: string,
  folder: string,
  password: string,
  args: string[],
): Promise<void> {
  const passwordFile = join(folder, 'password');
  await writeFile(passwordFile, password, { mode: 0o600 });
  await run('trytond-admin', ['-c', configuration, ...args], {
    env: { ...process.env, TRYTONPASSFILE: passwordFile },
    maxBuffer: 64 * 1024 * 1024,
  });
}

async function freePort(): Promise<number> {
  const { port, close } = await listenOnLoopback(() => undefined);
  await close();
  return port;
}

async function answers(url: string, child: ChildProcess, logFile: string): Promise<void> {
  const until = Date.now() + 60_000;
  while (Date.now() < until && child.exitCode === null) {
    const version = await fetch(`${url}/`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"id":1,"method":"common.server.version","params":[]}',
    }).catch(() => undefined);
    if (version?.ok) return;
    await pause(100);
  }
  throw new Error(`trytond did not start:\n${(await readFile(logFile, 'utf8')).slice(-2000)}`);
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const kill = setTimeout(() => child.kill('SIGKILL'), 5000);
  await gone;
  clearTimeout(kill);
}

type Cluster = Awaited<ReturnType<typeof startCluster>>;

/**
 * Data lost by a crash does not matter here; a lasting lock fails soon, as an administrator may configure it; and the
 * compilation of queries costs seconds for tables as small as these.
 */
const settings = [
  ...['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'lock_timeout=150ms', 'jit=off'],
];

/** Makes and starts a PostgreSQL cluster in a folder, where it listens only on a socket. It refuses to run as root. */
async function startCluster(folder: string) {
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
