import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Backend, backends, install, type Report } from './install.ts';
import { seedPlant } from './seed.ts';
import { startTryton, type TrytonServer } from './server.ts';

const help = `Tests the Tryton connector against a real Tryton 7.0, on SQLite and on PostgreSQL side by side.

  npm run test:tryton                          install if need be, start, seed, test, stop
  npm run test:tryton -- <file> … -t <name>    these files, and the tests of this name alone
  npm run test:tryton -- --on postgresql       on this database alone (or: sqlite)
  npm run test:tryton -- --on sqlite --serve   start and seed, print the environment, stay until Ctrl-C
  npm run test:tryton -- --help

Debian 13 as root installs it by itself; elsewhere the run is skipped, which counts as a failure when CI=true.
`;

const started = performance.now();
const interrupted = new Promise<number>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(130));
});

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      help: { type: 'boolean' },
      serve: { type: 'boolean' },
      on: { type: 'string', multiple: true },
      name: { type: 'string', short: 't' },
    },
  });
  const filters = [...positionals, ...(values.name === undefined ? [] : ['-t', values.name])];
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const chosen = backends.filter((backend) => values.on?.includes(backend) ?? true);
  const runnable: Backend[] = [];
  let code = 0;
  // One after the other: apt has one lock.
  for (const backend of chosen) {
    const impossible = await install(backend, reportOf(backend));
    if (!impossible) runnable.push(backend);
    else if (process.env.CI === 'true') {
      reportOf(backend)(`FAILED: in CI these tests must run. ${impossible}`);
      code = 1;
    } else reportOf(backend)(`SKIPPED. ${impossible}`);
  }
  // Each run ends by itself and stops what it started, also when the other fails.
  const ends = await Promise.allSettled(
    runnable.map((backend) => testOn(backend, filters, values.serve ?? false)),
  );
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return Math.max(code, ...ends.map((end) => (end.status === 'fulfilled' ? end.value : 1)));
}

async function testOn(backend: Backend, filters: readonly string[], serve: boolean): Promise<number> {
  const report = reportOf(backend);
  const server = await startTryton(backend, report);
  try {
    report('seeding a plant');
    const environment = environmentOf(server, await seedPlant(server));
    if (serve) {
      const lines = Object.entries(environment).map(([name, value]) => `export ${name}='${value}'\n`);
      process.stdout.write(lines.join(''));
      return await interrupted;
    }
    report('testing');
    return await Promise.race([vitest(backend, filters, environment), interrupted]);
  } finally {
    await server.stop();
    report('stopped');
  }
}

function reportOf(backend: Backend): Report {
  return (line) => {
    const seconds = ((performance.now() - started) / 1000).toFixed(1).padStart(6);
    process.stdout.write(`${backend.padEnd(10)} ${seconds} s  ${line}\n`);
  };
}

function environmentOf(server: TrytonServer, plant: { username: string; password: string }) {
  return {
    TRYTON_URL: server.url,
    TRYTON_DATABASE: server.database,
    TRYTON_DATABASE_AT: server.databaseAt,
    TRYTON_USER: plant.username,
    TRYTON_PASSWORD: plant.password,
    TRYTON_ADMIN_PASSWORD: server.adminPassword,
  };
}

/** Prefixes each line of output with the database, as two runs write at once. */
function vitest(
  backend: Backend,
  filters: readonly string[],
  environment: Record<string, string>,
): Promise<number> {
  const entry = fileURLToPath(new URL('vitest.mjs', import.meta.resolve('vitest/package.json')));
  const config = fileURLToPath(new URL('./vitest.config.ts', import.meta.url));
  // A filter may name a file that only the other database runs.
  const lenient = filters.length > 0 ? ['--passWithNoTests'] : [];
  const child = spawn(process.execPath, [entry, 'run', '--config', config, ...lenient, ...filters], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment, ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : {}) },
  });
  for (const stream of [child.stdout, child.stderr]) {
    createInterface(stream).on('line', (line) => process.stdout.write(`${backend.padEnd(10)} ${line}\n`));
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}

process.exitCode = await main();
