import { once } from 'node:events';
import type { Server } from 'node:http';
import { parseArgs } from 'node:util';

/** What a sandbox is started with, from the command line. */
export interface SandboxArguments {
  /** Port on 127.0.0.1; 0 takes a free one. */
  readonly port: number;
  /** Folder of its database. */
  readonly folder: string;
  /** Further `--name value` settings that the sandbox knows. */
  readonly settings: Readonly<Record<string, string>>;
}

/** Reads `--port`, `--data` and the named settings; anything else is refused. */
export function readArguments(argv: readonly string[], settings: readonly string[]): SandboxArguments {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(['port', 'data', ...settings].map((name) => [name, text])),
  });
  const port = Number(values.port ?? 0);
  if (!Number.isInteger(port) || typeof values.data !== 'string') {
    throw new Error('usage: main.ts --port <port, 0 for a free one> --data <folder>');
  }
  const given = settings.flatMap((name) => {
    const value = values[name];
    return typeof value === 'string' ? [[name, value]] : [];
  });
  return { port, folder: values.data, settings: Object.fromEntries(given) };
}

/**
 * Listens on loopback, tells the parent (or the terminal) where, and ends with the parent: a sandbox whose
 * IPC channel closes has nobody left to stop it.
 */
export async function run(name: string, server: Server, port: number, close: () => void): Promise<void> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const bound = address !== null && typeof address === 'object' ? address.port : port;
  const stop = () => {
    server.closeAllConnections();
    server.close(() => {
      close();
      process.exit(0);
    });
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  if (process.send) {
    process.once('disconnect', stop);
    process.send({ ready: true, port: bound });
  } else {
    console.log(`${name} sandbox: http://127.0.0.1:${bound}`);
  }
}
