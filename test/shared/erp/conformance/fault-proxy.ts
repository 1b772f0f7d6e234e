import { receivedOf, responseOf } from '../../../simulation/partners/fetch.ts';
import type { Received, Answer as ServerAnswer } from '../../../support/server.ts';

/** Where a connection is cut: before the server sees the call, or after it answered (and committed). */
type CrashPoint = 'before' | 'after';

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** One call as it passed through, for tests of the requests themselves. */
interface PassedCall {
  readonly method: string;
  readonly url: string;
  readonly body: string;
}

export type FaultProxy = ReturnType<typeof createFaultProxy>;

/** A test server in this process, or what hands calls on to a real one. */
type Upstream = (call: Received) => ServerAnswer | Promise<ServerAnswer>;

type Act = () => void | Promise<void>;
/** A server of this number is nowhere else: its calls never reach the network. */
let made = 0;

/**
 * What stands between a connector and its server, and breaks calls on demand. Connector and server see the same as over
 * a network, but loops over hundreds of calls take a fraction of the time; how a network fails is tested in
 * `test/shared/platform/http.test.ts`, and at the end of the suite.
 */
export function createFaultProxy(upstream: Upstream) {
  made += 1;
  const url = `https://erp-${made}.invalid`;
  let passed: PassedCall[] = [];
  let crashes: { at: number; point: CrashPoint }[] = [];
  let before: { at: number; act: Act }[] = [];
  let after: { at: number; act: Act }[] = [];
  let answered: { at: number; act: Act }[] = [];
  let every: { fits: (call: PassedCall) => boolean; point: CrashPoint } | undefined;
  let answers: Answer[] = [];
  let hangs = 0;
  let rewrite: ((body: string) => string) | undefined;

  proxies.set(url, async (...given) => {
    const [, init] = given;
    const received = receivedOf(...given);
    const { method, url, body } = received;
    const call = { method, url: url.pathname + url.search, body };
    const n = passed.push(call);
    const answer = await unlessAborted(outcomeOf(received, call, n), init?.signal);
    if (answer === 'hangs') return unlessAborted(new Promise(() => {}), init?.signal);
    if (answer === 'is cut')
      throw new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'ECONNRESET' }) });
    // The whole answer has arrived: whatever is aborted now, the call has succeeded.
    await takeAt(answered, n)?.act();
    return responseOf(answer);
  });

  async function outcomeOf(
    received: Received,
    call: PassedCall,
    n: number,
  ): Promise<ServerAnswer | 'is cut' | 'hangs'> {
    await takeAt(before, n)?.act();
    const crash = takeAt(crashes, n)?.point ?? (every?.fits(call) ? every.point : undefined);
    if (crash === 'before') return 'is cut';
    if (hangs > 0) {
      hangs -= 1;
      return 'hangs';
    }
    const canned = answers.shift();
    if (canned) return { ...canned, headers: { 'content-type': 'application/json', ...canned.headers } };
    const answer = await upstream(received);
    const changed = rewrite ? rewritten(answer, rewrite) : answer;
    await takeAt(after, n)?.act();
    return crash === 'after' ? 'is cut' : changed;
  }

  return {
    /** Base URL for the connector, without a trailing slash. */
    url,
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
    /** Runs when the server has answered the n-th call from now and before the connector sees the answer, once: the call is in flight. */
    afterCall: (n: number, act: Act) => void after.push({ at: passed.length + n, act }),
    /** Runs when the connector has the answer to the n-th call from now, and before the next one can leave, once. */
    afterAnswer: (n: number, act: Act) => void answered.push({ at: passed.length + n, act }),
    /** Changes the body of every answer that the server gives. */
    rewriteAnswers(change: (body: string) => string): void {
      rewrite = change;
    },
    /** Forgets all faults and counts. */
    reset(): void {
      rewrite = undefined;
      every = undefined;
      passed = [];
      crashes = [];
      before = [];
      after = [];
      answered = [];
      answers = [];
      hangs = 0;
    },
  };
}

/** By their URLs. */
const proxies = new Map<string, (...given: Parameters<typeof receivedOf>) => Promise<Response>>();
const fetchByNetwork = globalThis.fetch;
globalThis.fetch = (input, init) => {
  const url = input instanceof Request ? undefined : new URL(input);
  const proxy = url && proxies.get(url.origin);
  return proxy ? proxy(url, init) : fetchByNetwork(input, init);
};

function rewritten(answer: ServerAnswer, change: (body: string) => string): ServerAnswer {
  const { headers, body = '' } = answer;
  const isText = typeof body === 'string';
  const type = isText ? 'text/plain' : 'application/json';
  const text = change(isText ? body : JSON.stringify(body));
  return { ...answer, headers: { 'content-type': type, ...headers }, body: text };
}

async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | null | undefined): Promise<T> {
  if (!signal) return promise;
  signal.throwIfAborted();
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  return Promise.race([promise, aborted]);
}

function takeAt<Fault extends { at: number }>(faults: Fault[], n: number): Fault | undefined {
  const index = faults.findIndex((fault) => fault.at === n);
  return index < 0 ? undefined : faults.splice(index, 1)[0];
}
