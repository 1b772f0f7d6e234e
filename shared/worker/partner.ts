import type { Breaker, Target } from '../ledger/breaker.ts';
import { RetryLater } from '../model/errors.ts';

/** Calls to a partner through its breaker: while it is open, nothing is called. */
export interface PartnerCalls {
  /** @throws RetryLater of scope `target` without a call while the breaker is open. */
  readonly call: <T>(target: Target, work: () => Promise<T>) => Promise<T>;
}

/** Thrown instead of a call while a breaker is open: waiting, not failing. */
export class BreakerOpen extends RetryLater {}

export function createPartnerCalls(breaker: Breaker, owner: () => string): PartnerCalls {
  return {
    async call(target, work) {
      const caller = owner();
      const permit = await breaker.permit(target, caller);
      if (permit.permit === 'wait') {
        throw new BreakerOpen(`Waiting for ${target} to recover. ${permit.reason}`.trim(), {
          scope: 'target',
          afterSeconds: permit.seconds,
        });
      }
      try {
        const result = await work();
        await breaker.succeeded(target, permit);
        return result;
      } catch (error) {
        if (error instanceof RetryLater && error.scope === 'target')
          await breaker.failed(target, error, permit, caller);
        // The partner answered: that is all a probe asks.
        else await breaker.succeeded(target, permit);
        throw error;
      }
    },
  };
}
