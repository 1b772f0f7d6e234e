import { RetryLater, reasonOf, Wait } from '../model/errors.ts';
import { type Partner, type PartnerLimit, partnerWords } from '../model/partner.ts';
import type { Invocation } from '../platform/aws/lambda.ts';
import type { Pace } from '../platform/track-answers.ts';
import { isAwaited, type NoSlot, type SlotsDependencies, type TakenSlot, takeSlot } from './take-slot.ts';

/** How many calls at once, and how many requests a second, each partner allows. */
export type SlotLimits = Readonly<Record<Partner, PartnerLimit>>;

/** Thrown instead of a call: the message waits for a slot, and nothing has failed. */
export class NoFreeSlot extends Wait {
  constructor(partner: Partner) {
    super(`All calls that ${partnerWords[partner]} allows at once are under way.`, { scope: 'order' });
  }
}

/** Between two looks of a scheduled run for a free slot. */
const betweenLooksMs = 2000;

/** What one invocation holds of one partner. */
class Turn {
  slot: TakenSlot | undefined;
  /** Under way: when several need a slot at once, one takes it for all. */
  taking: Promise<'taken' | NoSlot> | undefined;
  /** Resolves when the calls that came before are over. */
  calls: Promise<unknown> = Promise.resolve();
  isUnderWay = false;
  /** A write got no answer: it may be settling. */
  inDoubt = false;
}

interface Run {
  readonly invocation: Invocation;
  /** When what it sent has settled at the latest, in epoch milliseconds. */
  readonly untilMs: number;
  readonly turns: Record<Partner, Turn>;
}

/** @returns undefined when no partner has a limit: then the ledger is not read. */
export function createSlots(limits: SlotLimits, dependencies: SlotsDependencies): Slots | undefined {
  const slots = new Slots(limits, dependencies);
  return slots.isLimited('azumuta') || slots.isLimited('erp') ? slots : undefined;
}

/**
 * Limits the calls to a partner over all functions and containers: each call that it allows at once is a slot, which is
 * a lease in the ledger. Nobody waits for a slot while it holds another, and the line for a slot lets no function and no
 * backlog starve others; ARCHITECTURE.md says how.
 *
 * What was sent may still be settling at the partner after a crash, or after a write without an answer; with one slot,
 * the next writer must not begin before. For the same reason nothing more is called with a slot that is in doubt.
 */
export class Slots {
  readonly #limits: SlotLimits;
  readonly #dependencies: SlotsDependencies;
  #run: Run | undefined;

  constructor(limits: SlotLimits, dependencies: SlotsDependencies) {
    this.#limits = limits;
    this.#dependencies = dependencies;
  }

  /** What is taken from now on belongs to this invocation. A container has one invocation at a time. */
  begin(invocation: Invocation): void {
    const untilMs = this.#settledAt() + invocation.getRemainingTimeInMillis();
    this.#run = { invocation, untilMs, turns: { azumuta: new Turn(), erp: new Turn() } };
  }

  isLimited(partner: Partner): boolean {
    return this.#limits[partner].atOnce !== undefined;
  }

  /** Whether somebody waits for a slot to whom this function's backlog gives way. */
  isAwaited(partner: Partner): Promise<boolean> {
    return isAwaited(this.#dependencies, partner);
  }

  /** False when all slots are taken, or others wait for one, or our own one is in doubt. True without a limit. */
  async take(partner: Partner): Promise<boolean> {
    return (await this.#takeFor(false, partner)) === 'taken';
  }

  /** As `take`, for messages that have waited for long. */
  takeForBacklog(partner: Partner): Promise<'taken' | NoSlot> {
    return this.#takeFor(true, partner);
  }

  /** For scheduled runs, which no queue brings back: asks until half of the invocation's time is over. */
  async takeInTime(partner: Partner): Promise<boolean> {
    const { invocation } = this.#current();
    const enoughMs = invocation.getRemainingTimeInMillis() / 2;
    while (!(await this.take(partner))) {
      if (invocation.getRemainingTimeInMillis() - betweenLooksMs < enoughMs) return false;
      await this.#dependencies.clock.sleep(betweenLooksMs);
    }
    return true;
  }

  /** Calls the partner with a slot, when no other work of this container calls it. @throws NoFreeSlot */
  async use<T>(partner: Partner, work: (pace?: Pace) => Promise<T>): Promise<T> {
    if (!this.isLimited(partner)) return work();
    const turn = this.#current().turns[partner];
    if (!(await this.take(partner))) throw new NoFreeSlot(partner);
    const call = turn.calls.then(() => alone(partner, turn, work));
    turn.calls = call.catch(() => undefined);
    return call;
  }

  /** Gives the slot of one partner back before the invocation ends, as the rest of the batch does not call it. */
  async giveBack(partner: Partner): Promise<void> {
    const { turns } = this.#run ?? {};
    if (!turns) return;
    const turn = turns[partner];
    turns[partner] = new Turn();
    await this.#end(partner, turn);
  }

  /** Gives back what was taken, or keeps it for the settling time. Never throws: a lease ends by itself. */
  async end(): Promise<void> {
    const { turns } = this.#run ?? {};
    this.#run = undefined;
    if (turns) await Promise.all([this.#end('azumuta', turns.azumuta), this.#end('erp', turns.erp)]);
  }

  async #takeFor(isBacklog: boolean, partner: Partner): Promise<'taken' | NoSlot> {
    const { atOnce, perSecond } = this.#limits[partner];
    if (atOnce === undefined) return 'taken';
    const { invocation, untilMs, turns } = this.#current();
    const turn = turns[partner];
    if (turn.slot) return turn.inDoubt ? 'none' : 'taken';
    const limit = { atOnce, perSecond };
    const wanted = { partner, limit, requestId: invocation.awsRequestId, untilMs, isBacklog };
    turn.taking ??= takeSlot(this.#dependencies, wanted)
      .then((found) => {
        if (typeof found === 'string') return found;
        turn.slot = found;
        return 'taken' as const;
      })
      .finally(() => {
        turn.taking = undefined;
      });
    return turn.taking;
  }

  async #end(partner: Partner, { slot, inDoubt, isUnderWay }: Turn): Promise<void> {
    if (!slot) return;
    const { log } = this.#dependencies;
    const { lease, owner, pacer } = slot;
    try {
      if (inDoubt || isUnderWay) {
        log.warn('A slot is kept until what was sent has settled', { Partner: partner });
        await lease.write(owner, { leaseUntil: this.#settledAt() });
      } else await lease.release(owner, pacer && { nextCallAt: pacer.nextAt });
    } catch (error) {
      const fields = { Partner: partner, reason: reasonOf(error) };
      log.warn('A slot could not be given back: it is free when its lease ends', fields);
    }
  }

  #current(): Run {
    if (!this.#run) throw new Error('A slot belongs to an invocation, and none has begun.');
    return this.#run;
  }

  /** When what is sent now has settled at the latest. */
  #settledAt(): number {
    const { clock, settlingSeconds } = this.#dependencies;
    return clock.now().getTime() + settlingSeconds * 1000;
  }
}

async function alone<T>(partner: Partner, turn: Turn, work: (pace?: Pace) => Promise<T>): Promise<T> {
  // The call before may have got no answer.
  if (turn.inDoubt) throw new NoFreeSlot(partner);
  turn.isUnderWay = true;
  try {
    return await work(turn.slot?.pacer?.pace);
  } catch (error) {
    turn.inDoubt = error instanceof RetryLater && error.wrote === 'perhaps';
    throw error;
  } finally {
    turn.isUnderWay = false;
  }
}
