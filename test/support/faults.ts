import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { type Answer, jsonAnswer } from '../../infra/local/emulator/process/http.ts';
import { errorReply } from '../../infra/local/sandbox/api.ts';
import type { Sandbox } from '../../infra/local/sandbox/sandboxes.ts';
import { createChance } from '../simulation/world/chance.ts';

/** When a partner fails. */
interface When {
  /** Method and route pattern as the sandbox counts calls (`POST /api/v1/productorders`); all routes if absent. */
  readonly route?: string;
  /** For this many matching requests; until cleared if absent. */
  readonly times?: number;
  /** Chance between 0 and 1 that a matching request is hit; drawn from `seed`, so that runs repeat. */
  readonly probability?: number;
  readonly seed?: number;
}

/** How a partner may fail, and when. After a `delay` another fault may follow; any other fault is the last. */
export type Fault = When &
  (
    | { readonly kind: 'delay'; readonly ms: number }
    /** Answers with the status and does nothing. `retryAfter` is in seconds. */
    | {
        readonly kind: 'status';
        readonly status: number;
        readonly message?: string;
        readonly retryAfter?: number;
      }
    /** Does nothing, and cuts the connection, or answers 200: with an error in the body, or as if it had done it. */
    | { readonly kind: 'reset-before' | 'business-error' | 'silent-no-op' }
    /** Does the work, and cuts the connection, never answers, or answers something unusable. */
    | { readonly kind: 'reset-after' | 'timeout-after' | 'not-json' | 'wrong-shape' }
  );

/**
 * Replaces all faults of a sandbox; an empty list ends them.
 * @param met Gets each fault that a call meets: its kind, or the status that was answered.
 */
export function setFaults(
  partner: Pick<Sandbox['control'], 'meddle'>,
  faults: readonly Fault[],
  met: (fault: string) => void = () => {},
): void {
  const armed = faults.map((fault) => {
    const { times = Number.POSITIVE_INFINITY, seed = 1 } = fault;
    return { fault, left: times, chance: createChance(seed) };
  });
  partner.meddle(async (route, work, response) => {
    for (const candidate of armed) {
      const { fault, chance } = candidate;
      if (candidate.left <= 0 || (fault.route !== undefined && fault.route !== route)) continue;
      if (fault.probability !== undefined && !chance.happens(fault.probability)) continue;
      candidate.left -= 1;
      met(fault.kind === 'status' ? String(fault.status) : fault.kind);
      if (fault.kind !== 'delay') return failed(fault, work, response);
      await wait(fault.ms);
    }
    return work();
  });
}

/** @returns undefined when the caller gets no answer. */
function failed(fault: Fault, work: () => Answer, { socket }: ServerResponse): Answer | undefined {
  switch (fault.kind) {
    case 'status': {
      const { status, retryAfter, message = `The sandbox was configured to answer ${status}.` } = fault;
      const headers = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
      return jsonAnswer(status, errorReply(status, 'fault', message).body, headers);
    }
    case 'business-error':
      return jsonAnswer(200, errorReply(200, 'business', 'It could not be done.').body);
    case 'silent-no-op':
      return jsonAnswer(200, {});
    case 'reset-before':
      socket?.resetAndDestroy();
      return undefined;
  }
  work();
  if (fault.kind === 'wrong-shape') return jsonAnswer(200, { unexpected: [1, 2, 3] });
  if (fault.kind === 'not-json')
    return {
      status: 200,
      headers: { 'content-type': 'text/html' },
      body: '<html><body>Please log in.</body></html>',
    };
  if (fault.kind === 'reset-after') socket?.resetAndDestroy();
  return undefined;
}
