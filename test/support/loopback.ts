import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An HTTP server on 127.0.0.1, at a free port. */
export interface Loopback {
  readonly url: string;
  readonly port: number;
  /** Cuts what is still open; again, it does nothing. */
  readonly close: () => Promise<void>;
}

/** Stands for any partner: `const { url, close } = await listenOnLoopback(...)`, and `onTestFinished(close)`. */
export async function listenOnLoopback(listener: RequestListener): Promise<Loopback> {
  const server = createServer(listener);
  // By itself Node cuts an idle connection after five seconds: on a slow machine, under a caller's hands.
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  // A TCP server's address is not a pipe's name.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
