import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import { type Backend, backends, install, type Report } from './install.ts';
import { seedPlant } from './seed.ts';
import { startTryton, type TrytonServer } from './server.ts';

interface Options {
  readonly name?: string;
  readonly on?: Backend;
  readonly serve?: boolean;
}

const command = new Command('npm run test:tryton --')
  .description(
    'Tests the Tryton connector against a real Tryton 7.0, on SQLite and on PostgreSQL side by side: installs it if need be, starts it, seeds a plant, tests, and stops. Debian 13 as root installs it by itself; elsewhere the run is skipped, which counts as a failure when CI=true.',
  )
  .argument('[files...]', 'only these test files')
  .option('-t, --name <name>', 'only the tests of this name')
  .addOption(new Option('--on <database>', 'on this database alone').choices([...backends]))
  .option('--serve', 'start and seed, print the environment, and stay until Ctrl-C')
  .showHelpAfterError()
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));

const started = performance.now();
const interrupted = new Promise<number>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(130));
});

async function main(files: readonly string[], { name, on, serve = false }: Options): Promise<number> {
  const filters = [...files, ...(name === undefined ? [] : ['-t', name])];
  const runnable: Backend[] = [];
  let code = 0;
  // One after the other: apt has one lock.
  for (const backend of on ? [on] : backends) {
    const impossible = await install(backend, reportOf(backend));
    if (!impossible) runnable.push(backend);
    else if (process.env.CI === 'true') {
      reportOf(backend)(`FAILED: in CI these tests must run. ${impossible}`);
      code = 1;
    } else reportOf(backend)(`SKIPPED. ${impossible}`);
  }
  // Each run ends by itself and stops what it started, also when the other fails.
  const ends = await Promise.allSettled(runnable.map((backend) => testOn(backend, filters, serve)));
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

command.parse();
process.exitCode = await main(command.args, command.opts<Options>());
