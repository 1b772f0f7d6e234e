import { once } from 'node:events';
import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import { UsageError } from '../ops/cli/errors.ts';

export interface ListeningConsole {
  readonly port: number;
  readonly close: () => Promise<void>;
}

/**
 * Serves an application on 127.0.0.1.
 * @param port 0 for a free one.
 * @throws Mistake when the port is taken.
 */
export async function listenOnLoopback(app: Hono, port: number): Promise<ListeningConsole> {
  const server = createServer(getRequestListener(app.fetch));
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new UsageError(`Port ${port} is taken: choose another with --port, or leave it out.`, {
      cause: error,
    });
  }
  const address = server.address();
  return {
    port: address !== null && typeof address === 'object' ? address.port : port,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
