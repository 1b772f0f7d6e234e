import { RetryLater, reasonOf, Wait } from '../model/errors.ts';
import { type Partner, partnerWords } from '../model/partner.ts';
import type { Logger } from '../platform/log.ts';
import { type Pace, trackAnswers } from '../platform/track-answers.ts';
import { NoFreeSlot, type Slots } from '../slots/slots.ts';
import type { Breaker, Outage } from './circuit-breaker.ts';

export interface GuardedCallDependencies {
  readonly breaker: Breaker;
  /** A new name for each call: the breaker recognises a probe by it. */
  readonly newOwner: () => string;
  readonly log: Logger;
  /** Without them, no partner has a limit. */
  readonly slots?: Slots | undefined;
}

/** Thrown instead of a call while a breaker is open: nothing has failed. */
export class BreakerOpen extends Wait {}

export type PartnerCalls = ReturnType<typeof createPartnerCalls>;

/**
 * Calls to a partner through its breaker: while that is open, nothing is called. Only an answer of the partner closes
 * it: work that called nobody, a bug of ours and a DynamoDB failure say nothing about the partner. A partner with a
 * limit (so many calls at once, or a second) is called with a slot and at its pace. Every call takes this way.
 */
export function createPartnerCalls({ breaker, newOwner, log, slots }: GuardedCallDependencies) {
  function waiting(partner: Partner, { seconds, reason, isDown }: Omit<Outage, 'openedAt'>): BreakerOpen {
    const measured = isDown ? { PartnerDown: 1 } : {};
    log.warn('Waiting for a partner to recover', { Partner: partner, seconds }, measured);
    const sentence = `Waiting for ${partnerWords[partner]} to recover. ${reason}`.trim();
    return new BreakerOpen(sentence, { scope: 'partner', afterSeconds: seconds });
  }

  /** A failure to note an outcome is only logged: what the partner said must reach the caller. */
  async function noted<T>(partner: Partner, note: Promise<T>): Promise<T | undefined> {
    return note.catch((error: unknown) => {
      const reason = reasonOf(error);
      log.error('The circuit breaker could not note an outcome', { Partner: partner, reason });
      return undefined;
    });
  }

  async function guarded<T>(
    partner: Partner,
    work: () => Promise<T>,
    order: string | undefined,
    pace?: Pace,
  ): Promise<T> {
    const owner = newOwner();
    const permit = await breaker.permit(partner, owner);
    if (permit.permit === 'wait') throw waiting(partner, permit);
    const { done, answered } = trackAnswers(work, pace);
    /** The 0 ends the alarm; nobody reports it while the breaker is open. */
    async function noteAnswer(): Promise<void> {
      if (!answered()) await noted(partner, breaker.recordNoAnswer(partner, permit, owner));
      else if (await noted(partner, breaker.recordSuccess(partner, permit, owner)))
        log.info('A partner answers again', { Partner: partner }, { PartnerDown: 0 });
    }
    try {
      const result = await done;
      await noteAnswer();
      return result;
    } catch (error) {
      if (error instanceof RetryLater && error.scope === 'partner') {
        const isDown = await noted(partner, breaker.recordFailure(partner, error, permit, owner, order));
        const fields = { Partner: partner, reason: error.message };
        const measured = isDown ? { PartnerDown: 1 } : {};
        if (error.unauthorized) log.error('A partner refuses our credentials', fields, measured);
        else log.warn('A partner fails', fields, measured);
      } else await noteAnswer();
      throw error;
    }
  }

  return {
    /**
     * Looks before anything is claimed.
     * @throws BreakerOpen while nothing may be called, NoFreeSlot when others have all slots.
     */
    async ready(partner: Partner): Promise<void> {
      const outage = await breaker.outage(partner);
      if (outage && outage.seconds > 0) throw waiting(partner, outage);
      if (slots && !(await slots.take(partner))) throw new NoFreeSlot(partner);
    },

    /**
     * @param order That the call is about, if it is about one: its own failure says nothing about the partner.
     * @throws BreakerOpen without a call while the breaker is open, NoFreeSlot when others have all slots.
     */
    call<T>(partner: Partner, work: () => Promise<T>, order?: string): Promise<T> {
      if (!slots) return guarded(partner, work, order);
      return slots.use(partner, (pace) => guarded(partner, work, order, pace));
    },
  };
}
