import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { installChromium } from './chromium.ts';

const help = `Tests the console in a headless Chromium, with the whole plant behind it.

  npm run test:console                  install Chromium if need be, test, keep screenshots in .screenshots/
  npm run test:console -- <filter> …    arguments after -- go to vitest
  npm run test:console -- --help

Debian as root installs Chromium by itself; elsewhere set CHROMIUM_PATH.
`;

async function main(commandLine: readonly string[]): Promise<number> {
  if (commandLine.includes('--help')) {
    process.stdout.write(help);
    return 0;
  }
  const impossible = await installChromium((line) => process.stdout.write(`${line}\n`));
  if (impossible) {
    process.stderr.write(`${impossible}\n`);
    return 1;
  }
  const vitest = fileURLToPath(new URL('vitest.mjs', import.meta.resolve('vitest/package.json')));
  const config = fileURLToPath(new URL('./vitest.config.ts', import.meta.url));
  const child = spawn(process.execPath, [vitest, 'run', '--config', config, ...commandLine], {
    stdio: 'inherit',
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

process.exitCode = await main(process.argv.slice(2));
