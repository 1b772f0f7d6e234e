import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);
const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Path of Chromium: CHROMIUM_PATH, or one of its usual places; undefined when there is none. */
export function chromiumPath(): string | undefined {
  return [process.env.CHROMIUM_PATH ?? '', ...places].find((path) => path !== '' && existsSync(path));
}

/**
 * Installs Chromium where that needs no questions: on Debian, as root.
 * @returns why that is impossible, and what to do; undefined when Chromium is there.
 */
export async function installChromium(report: (line: string) => void): Promise<string | undefined> {
  if (chromiumPath() !== undefined) return undefined;
  const advice = 'Install Chromium (Debian, as root: apt-get install chromium), or set CHROMIUM_PATH to one.';
  if (!existsSync('/usr/bin/apt-get') || process.getuid?.() !== 0)
    return `There is no Chromium here. ${advice}`;
  const apt = (...args: string[]) =>
    run('apt-get', args, { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
  const install = () => apt('install', '-y', '-qq', '--no-install-recommends', 'chromium');
  report('installing Chromium');
  try {
    await install();
  } catch {
    // The package lists are missing or outdated.
    try {
      await apt('update', '-qq');
      await install();
    } catch {
      return `Chromium could not be installed. ${advice}`;
    }
  }
  return chromiumPath() === undefined ? `Chromium was installed, but is nowhere. ${advice}` : undefined;
}
