import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * The Node.js that the pieces and the functions run on: this one if it is new enough to run TypeScript and to
 * be Lambda's nodejs24.x, else the one that the `node` package pins.
 * @throws Error when neither is there.
 */
export function nodeBinary(): string {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  const pinned = join(dirname(createRequire(import.meta.url).resolve('node/package.json')), 'bin', 'node');
  if (existsSync(pinned)) return pinned;
  throw new Error(
    `Node.js 24 is needed, this is ${process.version}: run npm ci, which installs it for this project.`,
  );
}
