import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type RequestListener,
} from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

/**
 * HTTP between the processes of the local platform. Node's own client and not fetch, because an invocation may
 * take longer than the five minutes that fetch waits for an answer's headers.
 */
export interface LoopbackRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly signal?: AbortSignal | undefined;
  /** How long to try again while nobody listens there, as the process may be restarting. Default 5 s. */
  readonly patienceMs?: number;
}

const agent = new Agent({ keepAlive: true });

/** One call; any status is an answer. Refused connections are tried again, since nothing was sent by them. */
export async function call(url: string, options: LoopbackRequest = {}) {
  const response = await open(url, options);
  const body = await readBody(response, Number.POSITIVE_INFINITY);
  return { status: response.statusCode ?? 0, headers: response.headers, body: body ?? Buffer.alloc(0) };
}

/** Like `call`, with the body still to be read. */
export async function open(url: string, options: LoopbackRequest): Promise<IncomingMessage> {
  const patience = options.patienceMs ?? 5_000;
  for (let waited = 0, pause = 20; ; waited += pause, pause = Math.min(pause * 2, 250)) {
    try {
      return await once(url, options);
    } catch (error) {
      if (waited >= patience || !nobodyListened(error)) throw error;
      await wait(pause, undefined, { signal: options.signal });
    }
  }
}

function once(url: string, { method, headers, body, signal }: LoopbackRequest): Promise<IncomingMessage> {
  return new Promise((answer, fail) => {
    const outgoing = httpRequest(url, {
      agent,
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: { ...headers, 'content-length': Buffer.byteLength(body ?? '') },
      signal,
    });
    outgoing.on('response', answer);
    outgoing.on('error', fail);
    outgoing.end(body);
  });
}

function nobodyListened(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED';
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

export interface Listening {
  readonly url: string;
  readonly port: number;
  /** Takes no more calls; those under way have a second left. */
  readonly close: () => Promise<void>;
}

/** A server on 127.0.0.1, and nowhere else. A listener that throws answers 500. */
export function listen(
  port: number,
  listener: (...parameters: Parameters<RequestListener>) => void | Promise<void>,
): Promise<Listening> {
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
  return new Promise((listening, fail) => {
    server.once('error', fail);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      const bound = typeof address === 'object' && address ? address.port : port;
      listening({
        port: bound,
        url: `http://127.0.0.1:${bound}`,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            server.closeIdleConnections();
            setTimeout(() => server.closeAllConnections(), 1_000).unref();
          }),
      });
    });
  });
}
