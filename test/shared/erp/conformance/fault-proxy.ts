import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { receivedOf, responseOf } from '../../../simulation/partners/fetch.ts';
import { listenOnLoopback } from '../../../support/loopback.ts';
import type { Received, Answer as ServerAnswer } from '../../../support/server.ts';

/** Where a connection is cut: before the server sees the call, or after it answered (and committed). */
export type CrashPoint = 'before' | 'after';

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** One call as it passed through, for tests of the requests themselves. */
export interface PassedCall {
  readonly method: string;
  readonly url: string;
  readonly body: string;
}

export type FaultProxy = Awaited<ReturnType<typeof startFaultProxy>>;

/** A test server in this process, or what hands calls on to a real one. */
export type Upstream = (call: Received) => ServerAnswer | Promise<ServerAnswer>;

type Act = () => void | Promise<void>;
type Incoming = Pick<IncomingMessage, 'method' | 'url' | 'headers'>;

/** A complete answer. */
interface Whole {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer;
}

/**
 * An HTTP server on loopback between a connector and its server, which breaks calls on demand.
 * It counts calls, not connections, so keep-alive makes no difference.
 */
export async function startFaultProxy(upstream: Upstream) {
  let passed: PassedCall[] = [];
  let crashes: { at: number; point: CrashPoint }[] = [];
  let before: { at: number; act: Act }[] = [];
  let after: { at: number; act: Act }[] = [];
  let every: { fits: (call: PassedCall) => boolean; point: CrashPoint } | undefined;
  let answers: Answer[] = [];
  let hangs = 0;
  let rewrite: ((body: string) => string) | undefined;

  const server = await listenOnLoopback((incoming, outgoing) => {
    // A failure here is the proxy's own: cutting the connection makes the test see it.
    pass(incoming, outgoing).catch(() => incoming.socket.destroy());
  });

  async function pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const outcome = await outcomeOf(incoming, await bytesOf(incoming));
    if (outcome === 'hangs') return;
    if (outcome === 'is cut') return void incoming.socket.destroy();
    const { status, headers, body } = outcome;
    outgoing.writeHead(status, { ...headers, 'content-length': body.length });
    outgoing.end(body);
  }

  async function fetchFromHere(...given: Parameters<typeof receivedOf>): Promise<Response> {
    const [, init] = given;
    const { url, body, ...received } = receivedOf(...given);
    const outcome = outcomeOf({ ...received, url: url.pathname + url.search }, Buffer.from(body));
    const whole = await unlessAborted(outcome, init?.signal);
    if (whole === 'hangs') return unlessAborted(new Promise(() => {}), init?.signal);
    if (whole === 'is cut')
      throw new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'ECONNRESET' }) });
    const { status, headers, body: answered } = whole;
    return responseOf({ status, headers: textsIn(headers), body: answered.toString('utf8') });
  }

  async function outcomeOf(incoming: Incoming, body: Buffer): Promise<Whole | 'is cut' | 'hangs'> {
    const call = { method: incoming.method ?? '', url: incoming.url ?? '', body: body.toString('utf8') };
    passed.push(call);
    const n = passed.length;
    await takeAt(before, n)?.act();
    const crash = takeAt(crashes, n)?.point ?? (every?.fits(call) ? every.point : undefined);
    if (crash === 'before') return 'is cut';
    if (hangs > 0) {
      hangs -= 1;
      return 'hangs';
    }
    const canned = answers.shift();
    if (canned) {
      const headers = { 'content-type': 'application/json', ...canned.headers };
      return { status: canned.status, headers, body: Buffer.from(canned.body ?? '') };
    }
    const { status, headers, body: given } = await answerTo(incoming, body);
    const answerBody = rewrite ? Buffer.from(rewrite(given.toString('utf8'))) : given;
    await takeAt(after, n)?.act();
    return crash === 'after' ? 'is cut' : { status, headers, body: answerBody };
  }

  async function answerTo(incoming: Incoming, body: Buffer): Promise<Whole> {
    const {
      status = 200,
      headers,
      body: given = '',
    } = await upstream({
      method: incoming.method ?? '',
      url: new URL(incoming.url ?? '/', server.url),
      headers: incoming.headers,
      body: body.toString('utf8'),
    });
    const isText = typeof given === 'string';
    return {
      status,
      headers: { 'content-type': isText ? 'text/plain' : 'application/json', ...headers },
      body: Buffer.from(isText ? given : JSON.stringify(given)),
    };
  }

  return {
    /** Base URL for the connector, without a trailing slash. */
    url: server.url,
    /** Calls since the last `reset`. */
    callCount: () => passed.length,
    /** The same calls, in order. */
    calls: (): readonly PassedCall[] => passed,
    /** Cuts the connection at the n-th call from now (1 is the next one), once. */
    crashAt: (n: number, point: CrashPoint) => void crashes.push({ at: passed.length + n, point }),
    /** Cuts the connection at every call that fits. */
    cutEvery(fits: (call: PassedCall) => boolean, point: CrashPoint): void {
      every = { fits, point };
    },
    /** Answers the next `times` calls without forwarding them. */
    answerNext: (answer: Answer, times = 1) => void answers.push(...Array<Answer>(times).fill(answer)),
    /** Swallows the next call: it is never answered and never forwarded. */
    hangNext(): void {
      hangs += 1;
    },
    /** Runs before the n-th call from now is forwarded, once; the call waits for it. */
    beforeCall: (n: number, act: Act) => void before.push({ at: passed.length + n, act }),
    /** Runs when the server has answered the n-th call from now and before the connector sees the answer, once. */
    afterCall: (n: number, act: Act) => void after.push({ at: passed.length + n, act }),
    /** Changes the body of every answer that the server gives. */
    rewriteAnswers(change: (body: string) => string): void {
      rewrite = change;
    },
    /**
     * Whether this process calls it without the network: connector and server see the same, and loops over hundreds of
     * calls take a fraction of the time.
     */
    skipNetwork(skips: boolean): void {
      if (skips) skipping.set(server.url, fetchFromHere);
      else skipping.delete(server.url);
    },
    /** Forgets all faults and counts. */
    reset(): void {
      rewrite = undefined;
      every = undefined;
      passed = [];
      crashes = [];
      before = [];
      after = [];
      answers = [];
      hangs = 0;
    },
    async close(): Promise<void> {
      skipping.delete(server.url);
      await server.close();
    },
  };
}

/** Origins that this process calls without the network. */
const skipping = new Map<string, (...given: Parameters<typeof receivedOf>) => Promise<Response>>();
const fetchByNetwork = globalThis.fetch;
globalThis.fetch = (input, init) => {
  const url = input instanceof Request ? undefined : new URL(input);
  const skip = url && skipping.get(url.origin);
  return skip ? skip(url, init) : fetchByNetwork(input, init);
};

async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | null | undefined): Promise<T> {
  if (!signal) return promise;
  signal.throwIfAborted();
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  return Promise.race([promise, aborted]);
}

function textsIn(headers: OutgoingHttpHeaders): Record<string, string | string[]> {
  const given = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value : String(value)] as const],
  );
  return Object.fromEntries(given);
}

/** `buffer` of node:stream/consumers takes several times as long. */
async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function takeAt<Fault extends { at: number }>(faults: Fault[], n: number): Fault | undefined {
  const index = faults.findIndex((fault) => fault.at === n);
  return index < 0 ? undefined : faults.splice(index, 1)[0];
}
