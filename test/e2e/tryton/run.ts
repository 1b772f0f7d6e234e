import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { seedPlant } from './seed.ts';
import { installTryton, startTryton, type TrytonServer } from './server.ts';

const help = `Tests the Tryton connector against a real Tryton 7.0.

  npm run test:tryton                        install if need be, start, seed, test, stop
  npm run test:tryton -- <filter> …          arguments after -- go to vitest
  npm run test:tryton -- --serve             start and seed, print the environment, stay until Ctrl-C
  npm run test:tryton -- --help

Debian 13 as root installs it by itself; elsewhere the run is skipped, which counts as a failure when CI=true.
`;

const started = performance.now();
const report = (line: string) =>
  process.stdout.write(`${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s  ${line}\n`);

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { help: { type: 'boolean' }, serve: { type: 'boolean' } },
  });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const impossible = await installTryton(report);
  if (impossible) {
    const ci = process.env.CI === 'true';
    report(`${ci ? 'FAILED: in CI these tests must run.' : 'SKIPPED.'} ${impossible}`);
    return ci ? 1 : 0;
  }
  const server = await startTryton(report);
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= server.stop();
    return stopping;
  };
  const interrupted = new Promise<number>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(130));
  });
  try {
    report('seeding a plant');
    const environment = environmentOf(server, await seedPlant(server));
    if (values.serve) {
      const lines = Object.entries(environment).map(([name, value]) => `export ${name}='${value}'\n`);
      process.stdout.write(lines.join(''));
      return await interrupted;
    }
    report('testing');
    return await Promise.race([vitest(positionals, environment), interrupted]);
  } finally {
    await stop();
    report('stopped');
  }
}

function environmentOf(server: TrytonServer, plant: { username: string; password: string }) {
  return {
    TRYTON_URL: server.url,
    TRYTON_DATABASE: server.database,
    TRYTON_DATABASE_FILE: server.databaseFile,
    TRYTON_USER: plant.username,
    TRYTON_PASSWORD: plant.password,
    TRYTON_ADMIN_PASSWORD: server.adminPassword,
  };
}

function vitest(filters: string[], environment: Record<string, string>): Promise<number> {
  const entry = fileURLToPath(new URL('vitest.mjs', import.meta.resolve('vitest/package.json')));
  const config = fileURLToPath(new URL('./vitest.config.ts', import.meta.url));
  const child = spawn(process.execPath, [entry, 'run', '--config', config, ...filters], {
    stdio: 'inherit',
    env: { ...process.env, ...environment },
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

process.exitCode = await main();
