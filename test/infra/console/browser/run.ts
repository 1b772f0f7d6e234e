import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { pictureOfReadme } from './browser.ts';
import { installChromium } from './chromium.ts';

const help = `Tests the console in a headless Chromium, with the whole local platform behind it.

  npm run test:console                  install Chromium if necessary, test, write screenshots to .screenshots/
  npm run test:console -- --picture     also update the README's picture, infra/console/console.png
  npm run test:console -- <filter> …    pass everything else to vitest
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
  const rest = commandLine.filter((word) => word !== '--picture');
  const child = spawn(process.execPath, [vitest, 'run', '--config', config, ...rest], { stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  if (code === 0 && commandLine.includes('--picture'))
    copyFileSync(pictureOfReadme, 'infra/console/console.png');
  return Number(code ?? 1);
}

process.exitCode = await main(process.argv.slice(2));
