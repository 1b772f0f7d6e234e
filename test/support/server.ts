import type { IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { listenOnLoopback } from './loopback.ts';

export interface Received {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Answer {
  readonly status?: number;
  /** A text is sent unchanged, anything else as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string | string[]>>;
}

/**
 * The address of a call as a strict server reads it: a `+` of its query is a plus, and only `%20` is a blank. So do servers
 * of OData V4 (SAP CAP, Apache Olingo); those that take both for a blank read what we write alike.
 */
export function strictlyRead(address: URL): URL {
  const url = new URL(address);
  url.search = url.search.replaceAll('+', '%2B');
  return url;
}

/** A loopback server that is closed at the end of the test. If there is no answer, it closes the connection. */
export async function startServer(
  answer: (received: Received) => Answer | undefined | Promise<Answer | undefined>,
) {
  const calls: Received[] = [];
  const { url, close } = await listenOnLoopback(async (request, response) => {
    const received = {
      method: request.method ?? '',
      url: strictlyRead(new URL(request.url ?? '/', 'http://here')),
      headers: request.headers,
      body: await text(request),
    };
    calls.push(received);
    const answered = await answer(received);
    if (!answered) return void response.destroy();
    const { status = 200, body = {}, headers } = answered;
    const plain = typeof body === 'string';
    response.writeHead(status, { 'content-type': plain ? 'text/plain' : 'application/json', ...headers });
    response.end(plain ? body : JSON.stringify(body));
  });
  onTestFinished(close);
  return { calls, url };
}
