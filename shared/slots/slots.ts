import { RetryLater, reasonOf } from '../model/errors.ts';
import { type Partner, type PartnerLimit, partnerWords } from '../model/partner.ts';
import type { Invocation } from '../platform/aws/lambda.ts';
import type { Pace } from '../platform/track-answers.ts';
import { createPacer, type Pacer } from './pace.ts';
import { createSlotTaker, type NoSlot, type TakenSlot, type TakeSlotDependencies } from './take-slot.ts';

/**
 * As many at once as a partner bears (`atOnce`), over all functions and containers: a partner with a limit has so many
 * slots, each one a lease in the ledger, and whoever has a slot makes one call after the other.
 *
 *   begin ── take: a slot ── call ─ call ─ call ── end: slot free
 *     │        └ none free ▶ the batch goes back to its queue without a call
 *     │                       call ─✗ no answer     ── end: slot kept for the settling time
 *     └──────── crash ─✗ ……………… function timeout ──── settling time ────┤ slot free
 *
 * **So many a second** as it bears (`perSecond`): a slot makes one call in `atOnce / perSecond` seconds. Whoever has it
 * waits for its next moment before each request, and writes that moment down when it gives the slot back; so no request
 * needs a write.
 *
 * What was sent may still be settling at the partner after a crash, or after a write without an answer; with one slot,
 * the next writer must not begin before. For the same reason nothing more is called with a slot that is in doubt.
 *
 * **Nobody waits for a slot while it holds another**, so there is no deadlock. A batch takes the slot of the partner that
 * all its work is about before it begins, and one of the other partner when a message first calls that one: for the
 * link in the ERP of an order that it created, for a completion that must be read again before it is booked. Whoever
 * finds none then gives both back at the end of its batch. So no work is slowed down by the limit of a partner that
 * it does not call; and of two functions that each have what the other needs, one goes on at the latest when a place
 * in line has lapsed.
 *
 * **No function starves another.** Whoever asks in the right moment has a free slot, but who finds none gets a place in
 * the partner's line, one for each function (and one for its backlog), and once the first in line has waited for ten
 * seconds, only that one takes a slot. So a function waits for ten seconds and one batch of each other function at
 * most, however much is queued for those, as long as it asks again before its place lapses: messages do for their
 * first hundred receives, after which younger ones of their function keep its place, and a scheduled run asks every
 * other second. Without a line, a queue that is never empty would take each slot in the moment it gets free, and a
 * single order would meet that moment once in some hundred tries. Nothing is promised to one message among those of
 * its function.
 *
 * **No backlog starves what is new.** What has waited for a minute has half of the slots (rounded up), none while somebody
 * is in line, and gives its slot back after the call at hand when somebody is. So half of the slots, and of the
 * containers, are there for new messages at once; a single slot is theirs after one booking. A backlog that has a slot
 * has no place in line: its other messages come again in a while, as it is being worked off.
 *
 * Not Lambda's reserved concurrency: it is of one function, and three call the ERP; it counts containers, each of which
 * works on several messages; new accounts refuse it; and it frees a container that crashed while what it had sent is
 * still settling. A mapping's `maximumConcurrency` is at least two.
 */
export interface Slots {
  /** What is taken from now on belongs to this invocation. A container has one invocation at a time. */
  readonly begin: (invocation: Invocation) => void;
  readonly isLimited: (partner: Partner) => boolean;
  /** False when all slots are taken, or others wait for one, or the own one is in doubt. True without a limit. */
  readonly take: (partner: Partner) => Promise<boolean>;
  /** As `take`, for messages that have waited for long. */
  readonly takeForBacklog: (partner: Partner) => Promise<'taken' | NoSlot>;
  /** Whether somebody waits to whom a backlog gives way. */
  readonly isAwaited: (partner: Partner) => Promise<boolean>;
  /** For runs by the clock, which no queue brings back: asks until half of the invocation's time is over. */
  readonly takeInTime: (partner: Partner) => Promise<boolean>;
  /** Calls the partner with a slot, when no other work of this container does. @throws NoFreeSlot */
  readonly use: <T>(partner: Partner, work: (pace?: Pace) => Promise<T>) => Promise<T>;
  /** Gives back what was taken, or keeps it for the settling time. Never throws: a lease ends by itself. */
  readonly end: () => Promise<void>;
}

export interface SlotsDependencies extends TakeSlotDependencies {
  /** The longest that a partner may take to finish what was sent to it before an attempt died. */
  readonly settlingSeconds: number;
}

/** What each partner bears. */
export type SlotLimits = Readonly<Record<Partner, PartnerLimit>>;

/** Thrown instead of a call: the message waits for its turn, and nothing has failed. */
export class NoFreeSlot extends RetryLater {
  constructor(partner: Partner) {
    super(`As many calls as ${partnerWords[partner]} bears at once are under way.`, { scope: 'order' });
  }
}

/** A scheduled run looks so often whether its turn has come. */
const betweenLooksMs = 2000;

/** One partner within one invocation. */
interface Turn {
  slot: (TakenSlot & { readonly pacer: Pacer | undefined }) | undefined;
  /** Under way: of several that need it at once, one takes it for all. */
  taking: Promise<'taken' | NoSlot> | undefined;
  /** Resolves when the calls that came before are over. */
  calls: Promise<unknown>;
  isUnderWay: boolean;
  /** A write got no answer: it may be settling. */
  inDoubt: boolean;
}

interface Run {
  readonly invocation: Invocation;
  readonly endsAt: number;
  readonly turns: Readonly<Record<Partner, Turn>>;
}

/** @returns undefined when no partner has a limit: then nothing is asked of the ledger. */
export function createSlots(limits: SlotLimits, dependencies: SlotsDependencies): Slots | undefined {
  const isLimited = (partner: Partner) => limits[partner].atOnce !== undefined;
  if (!isLimited('azumuta') && !isLimited('erp')) return undefined;
  const { clock, settlingSeconds, log } = dependencies;
  const { takeSlot, isAwaited } = createSlotTaker(dependencies);
  const now = () => clock.now().getTime();
  const settlingMs = settlingSeconds * 1000;
  let run: Run | undefined;

  function current(): Run {
    if (!run) throw new Error('A slot belongs to an invocation, and none has begun.');
    return run;
  }

  async function takeFor(isBacklog: boolean, partner: Partner): Promise<'taken' | NoSlot> {
    const { atOnce, perSecond } = limits[partner];
    if (atOnce === undefined) return 'taken';
    const { invocation, endsAt, turns } = current();
    const turn = turns[partner];
    if (turn.slot) return turn.inDoubt ? 'none' : 'taken';
    const untilMs = endsAt + settlingMs;
    const wanted = { partner, atOnce, requestId: invocation.awsRequestId, untilMs, isBacklog };
    turn.taking ??= takeSlot(wanted)
      .then((found) => {
        if (typeof found === 'string') return found;
        const pacer =
          perSecond === undefined
            ? undefined
            : createPacer((atOnce / perSecond) * 1000, found.nextCallAt, clock);
        turn.slot = { ...found, pacer };
        return 'taken' as const;
      })
      .finally(() => {
        turn.taking = undefined;
      });
    return turn.taking;
  }

  const take = async (partner: Partner) => (await takeFor(false, partner)) === 'taken';

  async function takeInTime(partner: Partner): Promise<boolean> {
    const { invocation } = current();
    const enoughMs = invocation.getRemainingTimeInMillis() / 2;
    while (!(await take(partner))) {
      if (invocation.getRemainingTimeInMillis() - betweenLooksMs < enoughMs) return false;
      await clock.sleep(betweenLooksMs);
    }
    return true;
  }

  async function use<T>(partner: Partner, work: (pace?: Pace) => Promise<T>): Promise<T> {
    if (!isLimited(partner)) return work();
    const turn = current().turns[partner];
    if (!(await take(partner))) throw new NoFreeSlot(partner);
    const call = turn.calls.then(() => alone(partner, turn, work));
    turn.calls = call.catch(() => undefined);
    return call;
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

  async function giveBack(partner: Partner, { slot, inDoubt, isUnderWay }: Turn) {
    if (!slot) return;
    const { lease, owner, pacer } = slot;
    try {
      if (inDoubt || isUnderWay) {
        log.warn('A slot is kept until what was sent has settled', { Partner: partner });
        await lease.write(owner, { leaseUntil: now() + settlingMs });
      } else await lease.release(owner, pacer && { nextCallAt: pacer.nextAt() });
    } catch (error) {
      const reason = reasonOf(error);
      log.warn('A slot could not be given back: it is free when its lease ends', {
        Partner: partner,
        reason,
      });
    }
  }

  return {
    begin(invocation) {
      const endsAt = now() + invocation.getRemainingTimeInMillis();
      run = { invocation, endsAt, turns: { azumuta: newTurn(), erp: newTurn() } };
    },
    isLimited,
    take,
    takeForBacklog: (partner) => takeFor(true, partner),
    isAwaited,
    takeInTime,
    use,
    async end() {
      if (!run) return;
      const { turns } = run;
      run = undefined;
      await Promise.all([giveBack('azumuta', turns.azumuta), giveBack('erp', turns.erp)]);
    },
  };
}

function newTurn(): Turn {
  return {
    slot: undefined,
    taking: undefined,
    calls: Promise.resolve(),
    isUnderWay: false,
    inDoubt: false,
  };
}
