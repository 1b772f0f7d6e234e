import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { type Answer, jsonAnswer, listen } from '../emulator/process/http.ts';
import { accepted, createApi, failure, type Reply, type Route, route } from './api.ts';
import { createFaults, type Fault, faultsSchema } from './faults.ts';

export interface SandboxServerOptions {
  /** The partner's own API: counted, and subject to faults. */
  readonly api: readonly Route[];
  /** Routes below `/sandbox/`: for people and the console; neither counted nor faulty. */
  readonly control: readonly Route[];
  /** Which callers of the API must send. */
  readonly key: string;
}

/** Serves a sandbox over HTTP: its routes, with call counts and faults. */
export async function startSandboxServer(options: SandboxServerOptions) {
  const faults = createFaults();
  let calls: { readonly route: string; readonly path: string }[] = [];
  const faultLog: string[] = [];
  const api = createApi(options.api, options.key);
  const control = createApi([
    ...options.control,
    route('GET', '/sandbox/faults', faults.current),
    route('PUT', '/sandbox/faults', ({ body }) => faults.set(accepted(faultsSchema, body))),
  ]);

  const server = await listen(0, async (incoming, sent, response) => {
    const url = new URL(incoming.url ?? '/', `http://${incoming.headers.host ?? '127.0.0.1'}`);
    const { method = 'GET', headers } = incoming;
    const request = { method, url, headers, body: sent.toString('utf8') };
    if (url.pathname.startsWith('/sandbox/')) return json(control.answer(request));
    const name = api.routeOf(request);
    if (name === undefined) return json(api.answer(request));

    calls.push({ route: name, path: `${method} ${url.pathname}${url.search}` });
    const { hits, delayMs, fault } = faults.hit(name);
    for (const hit of hits) faultLog.push(hit.kind === 'status' ? String(hit.status) : hit.kind);
    if (delayMs > 0) await wait(delayMs);
    return answerWith(fault, response, () => api.answer(request));
  });
  return {
    ...server,
    /** All faults that calls met so far: their kinds, or the statuses that they answered. */
    faultLog,
    control: {
      /** Calls so far by `METHOD /route/{pattern}`, or by the real path with its query. */
      calls(by: 'route' | 'path' = 'route'): Readonly<Record<string, number>> {
        const groups = Map.groupBy(calls, (one) => one[by]);
        return Object.fromEntries([...groups].map(([name, { length }]) => [name, length]));
      },
      forgetCalls() {
        calls = [];
      },
      /** Replaces all faults. */
      setFaults: faults.set,
    },
  };
}

/** @returns undefined when the caller gets no answer. */
function answerWith(fault: Fault | undefined, response: ServerResponse, work: () => Reply) {
  switch (fault?.kind) {
    case 'status': {
      const message = fault.message ?? `The sandbox was configured to answer ${fault.status}.`;
      const headers = fault.retryAfter === undefined ? {} : { 'retry-after': `${fault.retryAfter}` };
      return json({ ...failure(fault.status, 'fault', message), headers });
    }
    case 'reset-before':
      return void response.socket?.resetAndDestroy();
    case 'business-error':
      return json(failure(200, 'business', fault.message ?? 'It could not be done.'));
    case 'silent-no-op':
      return json({ status: 200, body: {} });
    case 'reset-after':
      work();
      return void response.socket?.resetAndDestroy();
    case 'timeout-after':
      return void work();
    case 'malformed': {
      work();
      if (fault.as === 'wrong-shape') return json({ status: 200, body: { unexpected: [1, 2, 3] } });
      const body = '<html><body>Please log in.</body></html>';
      return { status: 200, headers: { 'content-type': 'text/html' }, body };
    }
    default:
      return json(work());
  }
}

const json = ({ status, body, headers }: Reply): Answer => jsonAnswer(status, body, headers);
