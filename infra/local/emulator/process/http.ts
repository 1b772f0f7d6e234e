import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { codeOf } from '../../../../shared/platform/system-errors.ts';

/**
 * One call between the processes of the local platform; any status is an answer. Refused connections are tried again
 * for five seconds, since nothing was sent by them: the process may be restarting.
 */
export async function call(url: string, request: RequestInit): Promise<Response> {
  for (let waited = 0, pause = 20; ; waited += pause, pause = Math.min(pause * 2, 250)) {
    try {
      return await fetch(url, request);
    } catch (error) {
      if (waited >= 5_000 || codeOf(error) !== 'ECONNREFUSED') throw error;
      await wait(pause);
    }
  }
}

/** The whole body, or undefined when it is larger than `limit` bytes. */
export async function readBody(message: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message) {
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
  }
  return size > limit ? undefined : Buffer.concat(chunks);
}

/** A server on 127.0.0.1, and nowhere else. A listener that throws answers 500. */
export async function listen(
  port: number,
  listener: (...parameters: Parameters<RequestListener>) => void | Promise<void>,
) {
  const server = createServer((request, response) => {
    Promise.resolve(listener(request, response)).catch((error: unknown) => {
      console.error(error);
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end();
    });
  });
  // An answer may take as long as the slowest function, and a caller may be about to use an idle connection.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 60_000;
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const bound = typeof address === 'object' && address ? address.port : port;
  return {
    url: `http://127.0.0.1:${bound}`,
    /** Takes no more calls; those under way have a quarter of a second left. */
    async close(): Promise<void> {
      setTimeout(() => server.closeAllConnections(), 250).unref();
      // This ends idle connections, too.
      await new Promise<void>((closed) => server.close(() => closed()));
    },
  };
}
