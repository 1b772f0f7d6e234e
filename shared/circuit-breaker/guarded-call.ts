import { Rejected, RetryLater } from '../model/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import type { Breaker, Target } from './circuit-breaker.ts';

/** Steps at a partner, through its breaker: while it is open, nothing is called. */
export interface PartnerCalls {
  /** @throws RetryLater of scope `target` without a call while the breaker is open. */
  readonly call: <T>(target: Target, work: () => Promise<T>) => Promise<T>;
}

export interface GuardedCallDependencies {
  readonly breaker: Breaker;
  /** A new name for each call: the breaker knows its prober by it. */
  readonly newOwner: () => string;
  readonly clock: Clock;
  readonly log: Logger;
}

const partnerWords: Readonly<Record<Target, string>> = { azumuta: 'Azumuta', erp: 'the ERP' };

/** Thrown instead of a call while a breaker is open: waiting, not failing. */
export class BreakerOpen extends RetryLater {}

export function createPartnerCalls({ breaker, newOwner, clock, log }: GuardedCallDependencies): PartnerCalls {
  return {
    async call(target, work) {
      const owner = newOwner();
      const permit = await breaker.permit(target, owner);
      if (permit.permit === 'wait') {
        log.warn(
          'Waiting for a partner to recover',
          { Partner: target, seconds: permit.seconds },
          { BreakerOpen: 1 },
        );
        throw new BreakerOpen(`Waiting for ${partnerWords[target]} to recover. ${permit.reason}`.trim(), {
          scope: 'target',
          afterSeconds: permit.seconds,
        });
      }
      const start = clock.now().getTime();
      try {
        const result = await work();
        log.info('Partner', { Partner: target }, { PartnerMilliseconds: clock.now().getTime() - start });
        await breaker.recordSuccess(target, permit, owner);
        return result;
      } catch (error) {
        if (error instanceof RetryLater && error.scope === 'target') {
          if (error.unauthorized)
            log.error(
              'A partner refuses our credentials',
              { Partner: target, reason: error.message },
              { CredentialsRefused: 1 },
            );
          await breaker.recordFailure(target, error, permit, owner);
        } else if (isAnswer(error)) await breaker.recordSuccess(target, permit, owner);
        else await breaker.recordNoAnswer(target, permit, owner);
        throw error;
      }
    },
  };
}

/**
 * The partner answered, whatever it said: that is all a probe asks. Our own deadline, a bug of ours or a table that
 * fails tell nothing of the partner.
 */
function isAnswer(error: unknown): boolean {
  return error instanceof Rejected || (error instanceof RetryLater && !error.outOfTime);
}
