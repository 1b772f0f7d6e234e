import { RetryLater, reasonOf, Wait } from '../model/errors.ts';
import { type Partner, type PartnerLimit, partnerWords } from '../model/partner.ts';
import type { Invocation } from '../platform/aws/lambda.ts';
import type { Pace } from '../platform/track-answers.ts';
import { createPacer, type Pacer } from './pace.ts';
import { createSlotTaker, type NoSlot, type TakenSlot, type TakeSlotDependencies } from './take-slot.ts';

export interface SlotsDependencies extends TakeSlotDependencies {
  /** The longest that a partner may take to finish what was sent to it before an attempt died. */
  readonly settlingSeconds: number;
}

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
interface Turn {
  slot: (TakenSlot & { readonly pacer: Pacer | undefined }) | undefined;
  /** Under way: when several need a slot at once, one takes it for all. */
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

export type Slots = NonNullable<ReturnType<typeof createSlots>>;

/**
 * Limits the calls to a partner over all functions and containers: a partner that allows `atOnce` calls has so many
 * slots, each one a lease in the ledger, and the holder of a slot makes one call after the other.
 *
 *   begin ── take: a slot ── call ─ call ─ call ── end: slot free
 *     │        └ none free ▶ the batch goes back to its queue without a call
 *     │                       call ─✗ no answer     ── end: slot kept for the settling time
 *     └──────── crash ─✗ ……………… function timeout ──── settling time ────┤ slot free
 *
 * **Requests a second** (`perSecond`): a slot makes one call in `atOnce / perSecond` seconds. Its holder waits for that
 * time before each request, and writes down when the next may leave once it gives the slot back; so a request needs no
 * write.
 *
 * What was sent may still be settling at the partner after a crash, or after a write without an answer; with one slot,
 * the next writer must not begin before. For the same reason nothing more is called with a slot that is in doubt.
 *
 * **Nobody waits for a slot while it holds another**, so there is no deadlock. A batch takes the slot of the partner that
 * all its work is about before it begins. Completions are read first, and Azumuta's slot is given back before one of the
 * ERP is taken. For the link in the ERP of an order that it created, a batch takes a slot of the ERP besides; if there is
 * none, it gives both back at its end. So no work is slowed down by the limit of a partner that it does not
 * call; and when two functions each hold what the other needs, one goes on at the latest when a place in line has lapsed.
 *
 * **No function starves another.** A free slot goes to the function that asks for it. A function that finds none gets a
 * place in the partner's line, one for each function (and one for its backlog), and once the first in line has waited
 * for ten seconds, only that one takes a slot. So a function waits for ten seconds and one batch of each other function
 * at most, however much is queued for those, as long as it asks again before its place lapses: messages do for their
 * first hundred receives, after which younger ones of their function keep its place, and a scheduled run asks every
 * other second. Without a line, a queue that is never empty would take each slot in the moment it gets free, and a
 * single order would meet that moment once in some hundred tries. There is no promise for one message among those of
 * its function.
 *
 * **No backlog starves what is new.** Messages that have waited for a minute have half of the slots (rounded up), none
 * while somebody is in line, and give their slot back after the call at hand when somebody is. So half of the slots, and
 * of the containers, are there for new messages at once; a single slot is theirs after one booking. A backlog that has a
 * slot has no place in line: its other messages come again in a while, as it is being worked off.
 *
 * Lambda's reserved concurrency would not do: it is of one function, and three call the ERP; it counts containers, each
 * of which works on several messages; new accounts refuse it; and it frees a container that crashed while what it had
 * sent is still settling. A mapping's `maximumConcurrency` is at least two.
 * @returns undefined when no partner has a limit: then the ledger is not read.
 */
export function createSlots(limits: SlotLimits, dependencies: SlotsDependencies) {
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

  /** False when all slots are taken, or others wait for one, or our own one is in doubt. True without a limit. */
  const take = async (partner: Partner) => (await takeFor(false, partner)) === 'taken';

  /** For scheduled runs, which no queue brings back: asks until half of the invocation's time is over. */
  async function takeInTime(partner: Partner): Promise<boolean> {
    const { invocation } = current();
    const enoughMs = invocation.getRemainingTimeInMillis() / 2;
    while (!(await take(partner))) {
      if (invocation.getRemainingTimeInMillis() - betweenLooksMs < enoughMs) return false;
      await clock.sleep(betweenLooksMs);
    }
    return true;
  }

  /** Calls the partner with a slot, when no other work of this container calls it. @throws NoFreeSlot */
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
      const fields = { Partner: partner, reason: reasonOf(error) };
      log.warn('A slot could not be given back: it is free when its lease ends', fields);
    }
  }

  return {
    /** Gives the slot of one partner back before the invocation ends, as the rest of the batch does not call it. */
    async giveBack(partner: Partner): Promise<void> {
      if (!run) return;
      const { turns } = run;
      run = { ...run, turns: { ...turns, [partner]: newTurn() } };
      await giveBack(partner, turns[partner]);
    },
    /** What is taken from now on belongs to this invocation. A container has one invocation at a time. */
    begin(invocation: Invocation): void {
      const endsAt = now() + invocation.getRemainingTimeInMillis();
      run = { invocation, endsAt, turns: { azumuta: newTurn(), erp: newTurn() } };
    },
    isLimited,
    take,
    /** As `take`, for messages that have waited for long. */
    takeForBacklog: (partner: Partner) => takeFor(true, partner),
    isAwaited,
    takeInTime,
    use,
    /** Gives back what was taken, or keeps it for the settling time. Never throws: a lease ends by itself. */
    async end(): Promise<void> {
      if (!run) return;
      const { turns } = run;
      run = undefined;
      await Promise.all([giveBack('azumuta', turns.azumuta), giveBack('erp', turns.erp)]);
    },
  };
}

function newTurn(): Turn {
  const calls = Promise.resolve();
  return { slot: undefined, taking: undefined, calls, isUnderWay: false, inDoubt: false };
}
