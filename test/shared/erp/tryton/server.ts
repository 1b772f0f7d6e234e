import type { IncomingHttpHeaders } from 'node:http';
import { tryton } from '../../../../shared/erp/tryton/index.ts';
import type { TrytonOptions } from '../../../../shared/erp/tryton/options.ts';
import { systemClock } from '../../../../shared/platform/clock.ts';
import type { MayWrite } from '../../../../shared/platform/http.ts';
import { createFaultProxy } from '../conformance/fault-proxy.ts';

export interface RpcCall {
  readonly method: string;
  readonly params: readonly unknown[];
  readonly headers: IncomingHttpHeaders;
}

/** What to answer: a result, a JSON-RPC error (HTTP 200, as Tryton does), or a bare status. */
export type RpcAnswer =
  | { readonly result: unknown }
  | { readonly error: unknown }
  | { readonly status: number };

export type RpcServer = ReturnType<typeof createRpcServer>;

export const credentials = { username: 'azumuta', password: 'canary-password' };

/**
 * A server in this process with Tryton's envelope and login, behind a proxy; the test answers everything else.
 * @param answer Called for every call but login and preferences; undefined for the usual answer.
 */
export function createRpcServer(answer: (call: RpcCall) => RpcAnswer | undefined) {
  const calls: RpcCall[] = [];
  const hooks: { method: string; act: () => void }[] = [];
  const faults = createFaultProxy(({ body, headers }) => {
    const { method, params } = JSON.parse(body) as { method: string; params: unknown[] };
    const call = { method, params, headers };
    calls.push(call);
    const waiting = hooks.findIndex((hook) => `model.${hook.method}` === method);
    if (waiting >= 0) for (const { act } of hooks.splice(waiting, 1)) act();
    const answered = answer(call) ?? usual(method);
    return 'status' in answered ? answered : { body: { id: 1, ...answered } };
  });
  const { url } = faults;
  return {
    url,
    faults,
    calls,
    /** Runs before the next call of a method (without `model.`) is answered, once. */
    before: (method: string, act: () => void) => void hooks.push({ method, act }),
    connector: (options: Partial<TrytonOptions> = {}, mayWrite: MayWrite = () => true) =>
      tryton({ url, database: 'plant', ...options }).connect({
        clock: { ...systemClock, now: () => new Date('2026-11-24T10:00:00Z') },
        mayWrite,
        credentials: async () => credentials,
      }),
  };
}

function usual(method: string): RpcAnswer {
  if (method === 'common.db.login') return { result: [2, 'token'] };
  if (method === 'model.res.user.get_preferences')
    return { result: { company: 1, employee: 3, language: 'nl' } };
  return { error: [`'${method}'`, ''] };
}
