import { PartnerDown, reasonOf, Wait } from '../model/errors.ts';
import { type Partner, partnerWords } from '../model/partner.ts';
import type { Guard, GuardedSignal, Pace, PartnerCall } from '../platform/http.ts';
import type { Logger } from '../platform/log.ts';
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

/** What guards one piece of work: its pace, and whether the partner has answered it. */
class WorkGuard implements Guard {
  pace: Pace | undefined;
  answered = false;

  callWith(signal: AbortSignal): PartnerCall {
    // Its own signal, as several pieces of work run in one attempt.
    const own: GuardedSignal = Object.assign(AbortSignal.any([signal]), { guard: this });
    return { signal: own, guard: this };
  }
}

/**
 * Calls to a partner through its breaker: while that is open, nothing is called. Only an answer of the partner closes
 * it: work that called nobody, a bug of ours and a DynamoDB failure say nothing about the partner. A partner with a
 * limit (so many calls at once, or a second) is called with a slot and at its pace. Every call takes this way.
 */
export class PartnerCalls {
  readonly #dependencies: GuardedCallDependencies;

  constructor(dependencies: GuardedCallDependencies) {
    this.#dependencies = dependencies;
  }

  /** Whether a call would only wait for the partner to recover: so would a message that needs one. */
  async isHeldBack(partner: Partner): Promise<boolean> {
    const outage = await this.#dependencies.breaker.outage(partner);
    return outage !== undefined && outage.seconds > 0;
  }

  /** Looks before anything is claimed. @throws as `call` does. */
  async ready(partner: Partner): Promise<void> {
    const { breaker, slots, log } = this.#dependencies;
    const outage = await breaker.outage(partner);
    if (outage && outage.seconds > 0) throw waitForRecovery(partner, outage, log);
    if (slots && !(await slots.take(partner))) throw new NoFreeSlot(partner);
  }

  /**
   * @param run Hands the call that was made for it to each of its requests. @param order That the call is about, if it is about one.
   * @throws BreakerOpen without a call while the breaker is open, NoFreeSlot when others have all slots.
   */
  call<T>(
    partner: Partner,
    signal: AbortSignal,
    run: (call: PartnerCall) => Promise<T>,
    order?: string,
  ): Promise<T> {
    const guard = new WorkGuard();
    const call = guard.callWith(signal);
    return this.do(partner, guard, () => run(call), order);
  }

  /** The same for work that goes on after this call. */
  do<T>(partner: Partner, guard: WorkGuard, run: () => Promise<T>, order?: string): Promise<T> {
    const { slots } = this.#dependencies;
    const guarded = (pace?: Pace) => {
      guard.pace = pace;
      guard.answered = false;
      return this.#guarded(partner, guard, run, order);
    };
    return slots ? slots.use(partner, guarded) : guarded();
  }

  async #guarded<T>(partner: Partner, guard: Guard, run: () => Promise<T>, order?: string): Promise<T> {
    const { breaker, newOwner, log } = this.#dependencies;
    const owner = newOwner();
    const permit = await breaker.permit(partner, owner);
    if (typeof permit === 'object') throw waitForRecovery(partner, permit, log);
    const noteAnswer = async () => {
      if (!guard.answered) await tryToNote(breaker.recordNoAnswer(partner, permit, owner), partner, log);
      // The 0 ends the alarm; nobody reports it while the breaker is open.
      else if (await tryToNote(breaker.recordSuccess(partner, permit, owner), partner, log))
        log.info('A partner answers again', { Partner: partner }, { PartnerDown: 0 });
    };
    try {
      const result = await run();
      await noteAnswer();
      return result;
    } catch (error) {
      if (error instanceof PartnerDown) {
        const failure = breaker.recordFailure(partner, error, permit, owner, order);
        const measured = (await tryToNote(failure, partner, log)) ? { PartnerDown: 1 } : {};
        const fields = { Partner: partner, reason: error.message };
        if (error.unauthorized) log.error('A partner refuses our credentials', fields, measured);
        else log.warn('A partner fails', fields, measured);
      } else await noteAnswer();
      throw error;
    }
  }
}

/** The pages of a listing: each is a separate call, and what is done between two is not. @throws as `call` does. */
export async function* guardEachPage<Page>(
  calls: PartnerCalls,
  partner: Partner,
  signal: AbortSignal,
  list: (call: PartnerCall) => AsyncIterable<Page>,
): AsyncGenerator<Page, void, undefined> {
  const guard = new WorkGuard();
  const pages = list(guard.callWith(signal))[Symbol.asyncIterator]();
  try {
    while (true) {
      const page = await calls.do(partner, guard, () => pages.next());
      if (page.done) return;
      yield page.value;
    }
  } finally {
    await pages.return?.().catch(() => undefined);
  }
}

/** A failure to note an outcome is only logged: what the partner said must reach the caller. */
async function tryToNote<T>(note: Promise<T>, partner: Partner, log: Logger): Promise<T | undefined> {
  return note.catch((error: unknown) => {
    const fields = { Partner: partner, reason: reasonOf(error) };
    log.error('The circuit breaker could not note an outcome', fields);
    return undefined;
  });
}

export function whyHeldBack(partner: Partner, { reason, isPause }: Outage): string {
  return isPause ? reason : `Waiting for ${partnerWords[partner]} to recover. ${reason}`.trim();
}

function waitForRecovery(partner: Partner, outage: Outage, log: Logger): BreakerOpen {
  const { seconds, isDown } = outage;
  const fields = { Partner: partner, seconds };
  log.warn('Waiting for a partner to recover', fields, isDown ? { PartnerDown: 1 } : {});
  return new BreakerOpen(whyHeldBack(partner, outage), { awaits: 'partner', afterSeconds: seconds });
}
