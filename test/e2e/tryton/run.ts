import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { install, type Report } from './install.ts';
import { seedPlant } from './seed.ts';
import { type DatabaseKind, startTryton, type TrytonServer } from './server.ts';

interface Options {
  readonly name?: string;
  readonly serve?: boolean;
  readonly sqlite?: boolean;
}

const command = new Command('npm run test:tryton --')
  .description(
    'Tests the Tryton connector against a real Tryton 7.0 on PostgreSQL, and what a shop floor records on SQLite as well: installs it if need be, starts it, seeds a plant, tests, and stops. Debian 13 as root installs it by itself; elsewhere the run is skipped, which counts as a failure when CI=true.',
  )
  .argument('[files...]', 'only these test files')
  .option('-t, --name <name>', 'only the tests of this name')
  .option('--sqlite', 'on SQLite alone')
  .option('--serve', 'start and seed, print the environment, and stay until Ctrl-C')
  .showHelpAfterError()
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));

const started = performance.now();
const interrupted = new Promise<number>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(130));
});

const report: Report = (line) => {
  const seconds = ((performance.now() - started) / 1000).toFixed(1).padStart(6);
  process.stdout.write(`${seconds} s  ${line}\n`);
};

/** On SQLite a transaction locks the whole database, so the tests of locks need PostgreSQL. */
const onSqlite = { files: ['conformance.tryton.ts'], name: 'booking what the shop floor recorded' };

async function main(files: readonly string[], options: Options): Promise<number> {
  const impossible = await install(report);
  if (impossible) {
    const isMust = process.env.CI === 'true';
    report(`${isMust ? 'FAILED: in CI these tests must run.' : 'SKIPPED.'} ${impossible}`);
    return isMust ? 1 : 0;
  }
  if (options.sqlite) return test('sqlite', files, options);
  const isWhole = files.length === 0 && options.name === undefined && !options.serve;
  const code = await test('postgresql', files, options);
  return code === 0 && isWhole ? test('sqlite', onSqlite.files, onSqlite) : code;
}

async function test(kind: DatabaseKind, files: readonly string[], { name, serve = false }: Options) {
  const server = await startTryton(report, kind);
  try {
    report('seeding a plant');
    const environment = environmentOf(server, await seedPlant(server));
    if (serve) {
      const lines = Object.entries(environment).map(([name, value]) => `export ${name}='${value}'\n`);
      process.stdout.write(lines.join(''));
      return await interrupted;
    }
    report('testing');
    const filters = [...files, ...(name === undefined ? [] : ['-t', name])];
    return await Promise.race([vitest(filters, environment), interrupted]);
  } finally {
    await server.stop();
    report('stopped');
  }
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

function vitest(filters: readonly string[], environment: Record<string, string>): Promise<number> {
  const entry = fileURLToPath(new URL('vitest.mjs', import.meta.resolve('vitest/package.json')));
  const config = fileURLToPath(new URL('./vitest.config.ts', import.meta.url));
  const child = spawn(process.execPath, [entry, 'run', '--config', config, ...filters], {
    stdio: 'inherit',
    env: { ...process.env, ...environment },
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}

command.parse();
process.exitCode = await main(command.args, command.opts<Options>());
