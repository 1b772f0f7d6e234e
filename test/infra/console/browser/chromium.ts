import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Path of Chromium: CHROMIUM_PATH, or one of its usual places; undefined when there is none. */
export function chromiumPath(): string | undefined {
  return [process.env.CHROMIUM_PATH ?? '', ...places].find((path) => path !== '' && existsSync(path));
}

/** Installs Chromium before the first test, where that needs no questions: on Debian, as root. */
export default function installChromium(): void {
  if (chromiumPath() !== undefined) return;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    for (const words of [['update'], ['install', '-y', '--no-install-recommends', 'chromium']])
      execFileSync('apt-get', ['-qq', ...words], { stdio: 'ignore', env });
  } catch (cause) {
    throw new Error(
      'There is no Chromium here. Install it (Debian, as root: apt-get install chromium), or set CHROMIUM_PATH.',
      { cause },
    );
  }
}
