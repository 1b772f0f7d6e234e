import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * The Node.js that the pieces and the functions run on: this one if it is new enough to run TypeScript and to
 * be Lambda's nodejs24.x, else the one that the `node` package pins.
 * @throws Error when neither is there.
 */
export function nodeBinary(): string {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  // On Windows, an empty file `node` stands beside it.
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const pinned = fileURLToPath(new URL(`../../../../node_modules/node/bin/${name}`, import.meta.url));
  if (existsSync(pinned)) return pinned;
  throw new Error(
    `Node.js 24 is needed, this is ${process.version}: run npm ci, which brings it, or install it from https://nodejs.org.`,
  );
}
