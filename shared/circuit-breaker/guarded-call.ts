import { Rejected, RetryLater } from '../model/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import type { Breaker, Partner } from './circuit-breaker.ts';

/** Steps at a partner, through its breaker: while it is open, nothing is called. */
export interface PartnerCalls {
  /** @throws RetryLater of scope `partner` without a call while the breaker is open. */
  readonly call: <T>(partner: Partner, work: () => Promise<T>) => Promise<T>;
}

export interface GuardedCallDependencies {
  readonly breaker: Breaker;
  /** A new name for each call: the breaker knows its prober by it. */
  readonly newOwner: () => string;
  readonly clock: Clock;
  readonly log: Logger;
}

const partnerWords: Readonly<Record<Partner, string>> = { azumuta: 'Azumuta', erp: 'the ERP' };

/** Thrown instead of a call while a breaker is open: waiting, not failing. */
export class BreakerOpen extends RetryLater {}

export function createPartnerCalls({ breaker, newOwner, clock, log }: GuardedCallDependencies): PartnerCalls {
  return {
    async call(partner, work) {
      const owner = newOwner();
      const permit = await breaker.permit(partner, owner);
      if (permit.permit === 'wait') {
        log.warn(
          'Waiting for a partner to recover',
          { Partner: partner, seconds: permit.seconds },
          { BreakerOpen: 1 },
        );
        throw new BreakerOpen(`Waiting for ${partnerWords[partner]} to recover. ${permit.reason}`.trim(), {
          scope: 'partner',
          afterSeconds: permit.seconds,
        });
      }
      const start = clock.now().getTime();
      try {
        const result = await work();
        log.info('Partner', { Partner: partner }, { PartnerMilliseconds: clock.now().getTime() - start });
        await breaker.recordSuccess(partner, permit, owner);
        return result;
      } catch (error) {
        if (error instanceof RetryLater && error.scope === 'partner') {
          if (error.unauthorized)
            log.error(
              'A partner refuses our credentials',
              { Partner: partner, reason: error.message },
              { CredentialsRefused: 1 },
            );
          await breaker.recordFailure(partner, error, permit, owner);
        } else if (isAnswer(error)) await breaker.recordSuccess(partner, permit, owner);
        else await breaker.recordNoAnswer(partner, permit, owner);
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
