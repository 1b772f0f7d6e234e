import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * An HTTP server on 127.0.0.1, at a free port. It plays the part of any partner: `const { url, close } = await
 * listenOnLoopback(...)`, and `onTestFinished(close)`.
 */
export async function listenOnLoopback(listener: RequestListener) {
  const server = createServer(listener);
  // By default Node closes an idle connection after five seconds; on a slow machine a caller may still be using it.
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  // For a TCP server this is an object; a string would be the name of a pipe.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    /** Closes the server and its connections; a second call does nothing. */
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
