import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

/**
 * The Node.js that services and functions run on: this one if it is new enough to run TypeScript and to be Lambda's
 * nodejs24.x, else the one that the `node` package pins.
 * @throws Error when neither is there.
 */
export function nodeBinary(): string {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  // On Windows, there is an empty file `node` next to it.
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const pinned = fileURLToPath(new URL(`../../../../node_modules/node/bin/${name}`, import.meta.url));
  if (existsSync(pinned)) return pinned;
  throw new Error(
    `Node.js 24 is needed, this is ${process.version}: run npm ci, which brings it, or install it from https://nodejs.org.`,
  );
}

/**
 * Free ports of 127.0.0.1, one for each wish; a wish that is free is kept. All are below the range from which the
 * kernel takes ports for outgoing connections, so a process that was killed finds its port free when it comes back.
 */
export async function freePorts(wishes: readonly (number | undefined)[]): Promise<number[]> {
  const taken = new Set<number>();
  for (const wish of wishes) {
    let port = wish ?? drawnPort();
    for (let tries = 0; taken.has(port) || !(await isFree(port)); tries += 1) {
      if (tries > 200) throw new Error('Found no free port on 127.0.0.1 after 200 tries.');
      port = drawnPort();
    }
    taken.add(port);
  }
  return [...taken];
}

function drawnPort(): number {
  return 20_000 + Math.floor(Math.random() * 12_000);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((answer) => {
    const probe = createServer();
    probe.once('error', () => answer(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => answer(true)));
  });
}
