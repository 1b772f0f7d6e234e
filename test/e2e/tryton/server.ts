import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { listenOnLoopback } from '../../support/loopback.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { modules, postgresqlPrograms, type Report, run } from './install.ts';

const database = 'plant';

/** A running server with an empty, initialised database. */
export interface TrytonServer {
  readonly url: string;
  readonly database: string;
  /** The libpq URI of its database, for tests that must set what no call can (change times). */
  readonly databaseAt: string;
  readonly adminPassword: string;
  readonly logFile: string;
  /** Stops the server by its own handle and removes its folder. */
  stop(): Promise<void>;
}

/** Starts a server on a free loopback port, on a fresh copy of an initialised database. */
export async function startTryton(report: Report): Promise<TrytonServer> {
  const folder = await mkdtemp(join(tmpdir(), 'tryton-plant-'));
  const adminPassword = randomBytes(12).toString('hex');
  const kept = await initialised(report);
  // Keeps owners and times, and shares equal blocks where the file system can.
  await run('cp', ['-a', '--reflink=auto', `${kept}/.`, folder]);
  const cluster = await startCluster(folder);
  const stops: (() => Promise<unknown>)[] = [
    () => rm(folder, { recursive: true, force: true }),
    cluster.stop,
  ];
  const stop = async () => {
    for (const one of stops.splice(0).reverse()) await one();
  };
  try {
    const port = await freePort();
    const configuration = await writeConfiguration(folder, `127.0.0.1:${port}`, cluster);
    // Setting the password in each copy keeps it out of the kept database.
    await admin(configuration, folder, adminPassword, ['-d', database, '--password']);
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
    return { url, database, databaseAt: cluster.uri(database), adminPassword, logFile, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * Initialising takes up to half a minute: the result is kept among the other temporary files, by version and user.
 * @returns its folder.
 */
async function initialised(report: Report): Promise<string> {
  const { stdout } = await run('trytond-admin', ['--version']);
  const packed = await run('dpkg-query', ['-W', 'tryton-*']).catch(() => ({ stdout: '' }));
  const version = createHash('sha256')
    .update(`${stdout}${packed.stdout}${modules}${postgresqlPrograms()}${process.getuid?.()}`)
    .digest('hex')
    .slice(0, 12);
  const kept = join(tmpdir(), `tryton-initialised-postgresql-${version}`);
  if (existsSync(kept)) return kept;
  report(`initialising a database of ${stdout.trim()} (once per version)`);
  const folder = await mkdtemp(join(tmpdir(), 'tryton-initialising-'));
  try {
    const cluster = await startCluster(folder);
    try {
      await run('psql', ['-X', '-q', '-c', `CREATE DATABASE ${database}`, cluster.uri('postgres')]);
      const configuration = await writeConfiguration(folder, '127.0.0.1:0', cluster);
      const password = randomBytes(12).toString('hex');
      await admin(configuration, folder, password, [
        ...['-d', database, '--all', '-l', 'en', '--email', 'admin@plant.invalid'],
      ]);
      await admin(configuration, folder, password, [
        ...['-d', database, '-u', ...modules, '--activate-dependencies'],
      ]);
    } finally {
      await cluster.stop();
    }
    // A rename is atomic: nobody ever copies half a database, and of two that initialise at once one is kept.
    await rename(folder, kept).catch((error: unknown) => {
      if (!existsSync(kept)) throw error;
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return kept;
}

async function writeConfiguration(folder: string, listen: string, { uri }: Cluster): Promise<string> {
  const own = join(folder, 'trytond');
  await mkdir(own, { recursive: true });
  const file = join(own, 'trytond.conf');
  // scrypt, the default, takes a tenth of a second per login; these passwords protect nothing.
  const passwords = join(own, 'passlib.ini');
  await writeFile(passwords, '[passlib]\nschemes = pbkdf2_sha512\npbkdf2_sha512__rounds = 1000\n');
  const lines = [
    ...['[web]', `listen = ${listen}`],
    ...['[database]', `uri = ${uri('')}`, 'retry = 2'],
    ...['[password]', `passlib = ${passwords}`],
    ...['[session]', 'max_age = 86400', 'timeout = 3600'],
  ];
  await writeFile(file, `${lines.join('\n')}\n`);
  return file;
}

async function admin(configuration: string, folder: string, password: string, args: string[]): Promise<void> {
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
