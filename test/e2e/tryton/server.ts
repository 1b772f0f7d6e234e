import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { constants, existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { listenOnLoopback } from '../../support/loopback.ts';

const run = promisify(execFile);

/** Debian packages of the tested server; each module brings what it depends on. */
const packages = [
  'tryton-server',
  'tryton-modules-production',
  'tryton-modules-production-routing',
  'tryton-modules-production-work-timesheet',
  'tryton-modules-stock-lot',
];
const modules = ['production', 'production_routing', 'production_work_timesheet', 'stock_lot'];

/** Tells a person what is going on, one line at a time. */
export type Report = (line: string) => void;

/** A running server with an empty, initialised database. */
export interface TrytonServer {
  readonly url: string;
  readonly database: string;
  /** The SQLite file behind it, for tests that must set what no call can (change times). */
  readonly databaseFile: string;
  readonly adminPassword: string;
  readonly logFile: string;
  /** Stops the server by its own handle and removes its folder. */
  stop(): Promise<void>;
}

/**
 * Installs Tryton 7.0 where that is possible without asking anybody: on Debian, as root.
 * @returns why it is impossible, and what to do; undefined when Tryton is there.
 */
export async function installTryton(report: Report): Promise<string | undefined> {
  if (await isInstalled()) return undefined;
  const command = `apt-get install --no-install-recommends ${packages.join(' ')}`;
  if (!whereIs('apt-get') || process.getuid?.() !== 0) {
    return `Tryton 7.0 is not installed here. On Debian 13, as root: ${command}`;
  }
  const apt = (...args: string[]) =>
    run('apt-get', args, { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
  report(`installing ${packages.length} Debian packages`);
  try {
    await apt('install', '-y', '-qq', '--no-install-recommends', ...packages);
  } catch {
    // No package lists yet, or stale ones.
    await apt('update', '-qq');
    await apt('install', '-y', '-qq', '--no-install-recommends', ...packages);
  }
  return (await isInstalled())
    ? undefined
    : `The packages were installed, but Tryton is not usable: ${command}`;
}

/** Starts a server on a free loopback port, on a fresh copy of an initialised database. */
export async function startTryton(report: Report): Promise<TrytonServer> {
  const folder = await mkdtemp(join(tmpdir(), 'tryton-plant-'));
  const database = 'plant';
  const databaseFile = join(folder, `${database}.sqlite`);
  const adminPassword = randomBytes(12).toString('hex');
  await copyFile(await initialisedDatabase(report), databaseFile, constants.COPYFILE_FICLONE);
  const port = await freePort();
  const configuration = await writeConfiguration(folder, `127.0.0.1:${port}`);
  // Setting the password in each copy keeps it out of the kept database.
  await admin(configuration, folder, adminPassword, ['-d', database, '--password']);
  report(`starting trytond on 127.0.0.1:${port}`);
  const logFile = join(folder, 'trytond.log');
  const log = await open(logFile, 'a');
  const child = spawn('trytond', ['-c', configuration, '-d', database], {
    stdio: ['ignore', log.fd, log.fd],
  });
  await log.close();
  const stop = async () => {
    await stopChild(child);
    await rm(folder, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}`;
  try {
    await answers(url, child, logFile);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, database, databaseFile, adminPassword, logFile, stop };
}

/** Initialising takes about ten seconds: the result is kept beside the other temporary files, by version. */
async function initialisedDatabase(report: Report): Promise<string> {
  const { stdout } = await run('trytond-admin', ['--version']);
  const packed = await run('dpkg-query', ['-W', 'tryton-*']).catch(() => ({
    stdout: '',
  }));
  const version = createHash('sha256')
    .update(`${stdout}${packed.stdout}${modules}`)
    .digest('hex')
    .slice(0, 12);
  const kept = join(tmpdir(), `tryton-initialised-${version}`, 'plant.sqlite');
  if (existsSync(kept)) return kept;
  report(`initialising a database of ${stdout.trim()} (once per version)`);
  const folder = await mkdtemp(join(tmpdir(), 'tryton-initialising-'));
  try {
    const configuration = await writeConfiguration(folder, '127.0.0.1:0');
    await writeFile(join(folder, 'plant.sqlite'), '');
    const password = randomBytes(12).toString('hex');
    await admin(configuration, folder, password, [
      ...['-d', 'plant', '--all', '-l', 'en', '--email', 'admin@plant.invalid'],
    ]);
    await admin(configuration, folder, password, [
      ...['-d', 'plant', '-u', ...modules, '--activate-dependencies'],
    ]);
    await mkdir(join(kept, '..'), { recursive: true });
    // A rename is atomic: nobody ever copies half a database.
    const whole = `${kept}.${process.pid}`;
    await copyFile(join(folder, 'plant.sqlite'), whole);
    await rename(whole, kept);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return kept;
}

async function writeConfiguration(folder: string, listen: string): Promise<string> {
  const file = join(folder, 'trytond.conf');
  // scrypt, the default, takes a tenth of a second per login; these passwords protect nothing.
  const passwords = join(folder, 'passlib.ini');
  await writeFile(passwords, '[passlib]\nschemes = pbkdf2_sha512\npbkdf2_sha512__rounds = 1000\n');
  const lines = [
    ...['[web]', `listen = ${listen}`],
    ...['[database]', 'uri = sqlite://', `path = ${folder}`, 'retry = 2'],
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

async function isInstalled(): Promise<boolean> {
  const script = whereIs('trytond-admin');
  if (!script || !whereIs('trytond')) return false;
  // The interpreter of that script, not whichever Python comes first on the path.
  const [, interpreter = 'python3'] = /^#! ?(\S+)/.exec(await readFile(script, 'utf8')) ?? [];
  const check = `from trytond.modules import get_module_info
for name in ${JSON.stringify(modules)}: get_module_info(name)`;
  return run(interpreter, ['-c', check]).then(
    () => true,
    () => false,
  );
}

function whereIs(command: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.map((folder) => join(folder, command)).find((file) => existsSync(file));
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
