import { RetryLater, reasonOf } from '../model/errors.ts';
import { type Partner, partnerWords } from '../model/partner.ts';
import type { Logger } from '../platform/log.ts';
import { type Pace, trackAnswers } from '../platform/track-answers.ts';
import { NoFreeSlot, type Slots } from '../slots/slots.ts';
import type { Breaker, Outage } from './circuit-breaker.ts';

/**
 * Calls to a partner through its breaker: while it is open, nothing is called. Only an answer closes it: work that
 * asked nobody, a bug of ours or a table that fails tell nothing of the partner. A partner that bears so many calls at
 * once, or a second, is called with a slot and at its pace; as every call goes this way, none goes without.
 */
export interface PartnerCalls {
  /** Looks before anything is claimed. @throws BreakerOpen while nothing may be called, or NoFreeSlot. */
  readonly ready: (partner: Partner) => Promise<void>;
  /** @throws RetryLater of scope `partner` without a call while the breaker is open, or NoFreeSlot. */
  readonly call: <T>(partner: Partner, work: () => Promise<T>) => Promise<T>;
}

export interface GuardedCallDependencies {
  readonly breaker: Breaker;
  /** A new name for each call: the breaker knows its prober by it. */
  readonly newOwner: () => string;
  readonly log: Logger;
  /** Without them, no partner has a limit. */
  readonly slots?: Slots | undefined;
}

/** Thrown instead of a call while a breaker is open: waiting, not failing. */
export class BreakerOpen extends RetryLater {}

export function createPartnerCalls(dependencies: GuardedCallDependencies): PartnerCalls {
  const { breaker, newOwner, log, slots } = dependencies;

  function waiting(partner: Partner, outage: Omit<Outage, 'openedAt'>): BreakerOpen {
    const { seconds, reason, isDown } = outage;
    log.warn(
      'Waiting for a partner to recover',
      { Partner: partner, seconds },
      isDown ? { PartnerDown: 1 } : {},
    );
    return new BreakerOpen(`Waiting for ${partnerWords[partner]} to recover. ${reason}`.trim(), {
      scope: 'partner',
      afterSeconds: seconds,
    });
  }

  /** What the breaker learns stands beside what the partner said: a table that fails must not take its place. */
  async function noted<T>(partner: Partner, note: Promise<T>): Promise<T | undefined> {
    return note.catch((error: unknown) => {
      log.error('The circuit breaker could not note an outcome', {
        Partner: partner,
        reason: reasonOf(error),
      });
      return undefined;
    });
  }

  async function guarded<T>(partner: Partner, work: () => Promise<T>, pace?: Pace): Promise<T> {
    const owner = newOwner();
    const permit = await breaker.permit(partner, owner);
    if (permit.permit === 'wait') throw waiting(partner, permit);
    const { done, answered } = trackAnswers(work, pace);
    /** The alarm ends with this 0, which nobody says while the breaker is open. */
    async function learn(): Promise<void> {
      if (!answered()) await noted(partner, breaker.recordNoAnswer(partner, permit, owner));
      else if (await noted(partner, breaker.recordSuccess(partner, permit, owner)))
        log.info('A partner answers again', { Partner: partner }, { PartnerDown: 0 });
    }
    try {
      const result = await done;
      await learn();
      return result;
    } catch (error) {
      if (error instanceof RetryLater && error.scope === 'partner') {
        const isDown = await noted(partner, breaker.recordFailure(partner, error, permit, owner));
        const told = { Partner: partner, reason: error.message };
        const measured = isDown ? { PartnerDown: 1 } : {};
        if (error.unauthorized) log.error('A partner refuses our credentials', told, measured);
        else log.warn('A partner fails', told, measured);
      } else await learn();
      throw error;
    }
  }

  return {
    async ready(partner) {
      const outage = await breaker.outage(partner);
      if (outage && outage.seconds > 0) throw waiting(partner, outage);
      if (slots && !(await slots.take(partner))) throw new NoFreeSlot(partner);
    },

    call: (partner, work) =>
      slots ? slots.use(partner, (pace) => guarded(partner, work, pace)) : guarded(partner, work),
  };
}
