import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createProbe } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { codeOf } from '../../../../shared/platform/system-errors.ts';

/**
 * One call between the processes of the local platform; any status is an answer. Refused connections are tried again
 * for five seconds, since nothing was sent by them: the process may be restarting.
 */
export async function callLocalProcess(url: string, request: RequestInit): Promise<Response> {
  for (let waited = 0, pause = 20; ; waited += pause, pause = Math.min(pause * 2, 250)) {
    try {
      return await fetch(url, request);
    } catch (error) {
      if (waited >= 5_000 || codeOf(error) !== 'ECONNREFUSED') throw error;
      await wait(pause);
    }
  }
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

export function jsonAnswer(status: number, body: unknown, headers: Answer['headers'] = {}): Answer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

type MaybeAnswer = Answer | undefined;

/**
 * A server on 127.0.0.1, and nowhere else.
 * @param answer Gets the request with its whole body. When it throws, the answer is 500; when it returns nothing, the caller
 * gets no answer.
 */
export async function listen(
  port: number,
  answer: (
    request: IncomingMessage,
    body: Buffer,
    response: ServerResponse,
  ) => MaybeAnswer | Promise<MaybeAnswer>,
) {
  const server = createServer(async (request, response) => {
    try {
      const given = await answer(request, await buffer(request), response);
      if (given) response.writeHead(given.status, given.headers).end(given.body);
    } catch (error) {
      console.error(error);
      response.writeHead(500).end();
    }
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

/**
 * So many free ports of 127.0.0.1. All are below the range from which the kernel takes ports for outgoing connections, so
 * a process that was killed finds its port free when it comes back.
 */
export async function freePorts(count: number): Promise<number[]> {
  const found = new Set<number>();
  for (let tries = 0; found.size < count; tries += 1) {
    if (tries > 200) throw new Error('Found no free port on 127.0.0.1 after 200 tries.');
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    if (await isFree(port)) found.add(port);
  }
  return [...found];
}

function isFree(port: number): Promise<boolean> {
  return new Promise((answer) => {
    const probe = createProbe();
    probe.once('error', () => answer(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => answer(true)));
  });
}
