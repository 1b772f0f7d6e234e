import type { ServerResponse } from 'node:http';
import { type Answer, jsonAnswer, listen } from '../emulator/process/http.ts';
import { createApi, type Reply, type SandboxRoute } from './api.ts';

export interface SandboxServerOptions {
  /** The partner's own API, whose calls are counted. */
  readonly api: readonly SandboxRoute[];
  /** Routes below `/sandbox/`, for people and the console: not counted. */
  readonly control: readonly SandboxRoute[];
  /** Which callers of the API must send. */
  readonly key: string;
}

/** Comes between a call and its work, which gives the answer. @returns undefined when the caller gets no answer. */
export type Meddler = (
  route: string,
  work: () => Answer,
  response: ServerResponse,
) => Promise<Answer | undefined>;

/** Serves a sandbox over HTTP, and counts its calls. */
export async function startSandboxServer(options: SandboxServerOptions) {
  let calls: { readonly route: string; readonly path: string }[] = [];
  let meddler: Meddler = async (_, work) => work();
  const api = createApi(options.api, options.key);
  const control = createApi(options.control);

  const server = await listen(0, (incoming, sent, response) => {
    const url = new URL(incoming.url ?? '/', `http://${incoming.headers.host ?? '127.0.0.1'}`);
    const { method = 'GET', headers } = incoming;
    const request = { method, url, headers, body: sent.toString('utf8') };
    if (url.pathname.startsWith('/sandbox/')) return answerOfReply(control.answer(request));
    const name = api.routeOf(request);
    if (name === undefined) return answerOfReply(api.answer(request));
    calls.push({ route: name, path: `${method} ${url.pathname}${url.search}` });
    return meddler(name, () => answerOfReply(api.answer(request)), response);
  });
  return {
    ...server,
    control: {
      /** Calls so far by `METHOD /route/{pattern}`, or by the real path with its query. */
      calls(by: 'route' | 'path' = 'route'): Readonly<Record<string, number>> {
        const groups = Map.groupBy(calls, (one) => one[by]);
        return Object.fromEntries([...groups].map(([name, { length }]) => [name, length]));
      },
      forgetCalls() {
        calls = [];
      },
      /** Tests let the partner fail with it. */
      meddle(next: Meddler) {
        meddler = next;
      },
    },
  };
}

const answerOfReply = ({ status, body, headers }: Reply): Answer => jsonAnswer(status, body, headers);
