import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { listenOnLoopback } from '../../support/loopback.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { modules, type Report, run } from './install.ts';

const database = 'plant';

/** Where Tryton keeps its books: a plant's server has PostgreSQL, and who tries it out often SQLite. */
export type DatabaseKind = 'postgresql' | 'sqlite';

/** A running server with an empty, initialised database. */
export interface TrytonServer {
  readonly url: string;
  readonly database: string;
  /** Its libpq URI, or the path of its file, for tests that must set or see what no call can. */
  readonly databaseAt: string;
  readonly adminPassword: string;
  /** Stops the server by its own handle and removes its folder. */
  stop(): Promise<void>;
}

/** Starts a server on a free loopback port, on a database that it initialises, which takes up to half a minute. */
export async function startTryton(report: Report, kind: DatabaseKind): Promise<TrytonServer> {
  const folder = await mkdtemp(join(tmpdir(), 'tryton-plant-'));
  const adminPassword = randomBytes(12).toString('hex');
  const cluster = kind === 'postgresql' ? await startCluster(folder) : undefined;
  const stops: (() => Promise<unknown>)[] = [
    () => rm(folder, { recursive: true, force: true }),
    ...(cluster ? [cluster.stop] : []),
  ];
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
