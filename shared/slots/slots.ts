import * as z from 'zod/mini';
import { slotKey, slotPlaceKey, slotPlacePrefix } from '../ledger/keys.ts';
import { Lease } from '../ledger/lease.ts';
import { RetryLater, reasonOf, Wait } from '../model/errors.ts';
import { type Partner, type PartnerLimit, partnerNames, partnerWords } from '../model/partner.ts';
import type { StoredItem, Table } from '../platform/aws/dynamodb-table.ts';
import type { Invocation } from '../platform/aws/lambda.ts';
import type { Clock } from '../platform/clock.ts';
import type { Pace } from '../platform/http.ts';
import type { Logger } from '../platform/log.ts';

export interface SlotsDependencies {
  /** How many calls at once, and how many requests a second, each partner allows. */
  readonly limits: Readonly<Record<Partner, PartnerLimit>>;
  readonly table: Table;
  readonly clock: Clock;
  /** The function: it has one place in a partner's line, whatever the number of its containers. */
  readonly name: string;
  readonly settlingSeconds: number;
  readonly log: Logger;
}

/** Nothing was called, and nothing has failed: the message waits for a slot. */
export class NoFreeSlot extends Wait {
  constructor(partner: Partner) {
    super(`All calls that ${partnerWords[partner]} allows at once are under way.`, { awaits: 'turn' });
  }
}

/** `shared`: the function's backlog has a slot already. `none`: others hold all slots, or have waited for long. */
type SlotAnswer = 'taken' | 'shared' | 'none';

/** Between two looks of a scheduled run for a free slot. */
const betweenLooksMs = 2000;
/** Then a free slot is kept for the first in line. Earlier, it would often stay free while that one is away for a moment. */
const slotKeptAfterMs = 10_000;
/** A place lapses unless its holder asks again: soon, as a slot may be kept free for one that never comes. */
const placeMs = 20_000;

const leaseSchema = z.object({ sk: z.string(), owner: z.string(), leaseUntil: z.number() });
/** Of one that found no slot free: since when, and when its place lapses (epoch milliseconds). */
export const slotPlaceSchema = z.object({ sk: z.string(), since: z.number(), until: z.number() });

/** What one invocation holds of one partner. */
class Turn {
  lease: Lease | undefined;
  owner = '';
  pace: Pace | undefined;
  /** Under way: when several need a slot at once, one takes it for all. */
  taking: Promise<SlotAnswer> | undefined;
  /** Resolves when the calls that came before have ended. */
  calls: Promise<unknown> = Promise.resolve();
  isUnderWay = false;
  /** A write got no answer: it may be settling. */
  inDoubt = false;
}

/**
 * Limits the calls to a partner over all functions and containers: each call that it allows at once is a slot. Nobody
 * waits for a slot while it holds another; who has waited longest goes next. What was sent may still be
 * settling after a crash, or after a write without an answer: until then the slot is kept, and nothing more is called
 * with it. ARCHITECTURE.md has the picture and the reasons. Without a limit the ledger is not read.
 */
export class Slots {
  readonly #dependencies: SlotsDependencies;
  #invocation: Invocation | undefined;
  readonly #turns = { azumuta: new Turn(), erp: new Turn() };

  constructor(dependencies: SlotsDependencies) {
    this.#dependencies = dependencies;
  }

  /** What is taken from now on belongs to this invocation. A container has one invocation at a time. */
  begin(invocation: Invocation): void {
    this.#invocation = invocation;
  }

  isLimited(partner: Partner): boolean {
    return this.#dependencies.limits[partner].atOnce !== undefined;
  }

  /** Whether somebody waits for a slot to whom this function's backlog gives way. */
  async isAwaited(partner: Partner): Promise<boolean> {
    return !(await this.#see(partner, true)).isTurn;
  }

  /** False when all slots are taken, or others wait for one, or our own one is in doubt. True without a limit. */
  async take(partner: Partner): Promise<boolean> {
    return (await this.takeFor(partner, 'new')) === 'taken';
  }

  /** As `take`, also for messages that have waited for long. */
  async takeFor(partner: Partner, messages: 'new' | 'backlog'): Promise<SlotAnswer> {
    if (!this.isLimited(partner)) return 'taken';
    const turn = this.#turns[partner];
    if (turn.lease) return turn.inDoubt ? 'none' : 'taken';
    turn.taking ??= this.#take(partner, messages === 'backlog', turn).finally(() => {
      turn.taking = undefined;
    });
    return turn.taking;
  }

  /** For scheduled runs, which no queue brings back: asks until half of the invocation's time has passed. */
  async takeInTime(partner: Partner): Promise<boolean> {
    const left = () => this.#invocation?.getRemainingTimeInMillis() ?? 0;
    const enoughMs = left() / 2;
    while (!(await this.take(partner))) {
      if (left() - betweenLooksMs < enoughMs) return false;
      await this.#dependencies.clock.sleep(betweenLooksMs);
    }
    return true;
  }

  /** Calls the partner with a slot, when no other work of this container calls it. @throws NoFreeSlot */
  async use<T>(partner: Partner, work: (pace?: Pace) => Promise<T>): Promise<T> {
    if (!this.isLimited(partner)) return work();
    const turn = this.#turns[partner];
    if (!(await this.take(partner))) throw new NoFreeSlot(partner);
    const call = turn.calls.then(() => callWithSlot(partner, turn, work));
    turn.calls = call.catch(() => undefined);
    return call;
  }

  /** Gives the slot of one partner back, or keeps it for the settling time. Never throws: a lease ends by itself. */
  async giveBack(partner: Partner): Promise<void> {
    const { lease, owner, inDoubt, isUnderWay } = this.#turns[partner];
    this.#turns[partner] = new Turn();
    const { clock, settlingSeconds, log } = this.#dependencies;
    try {
      if (inDoubt || isUnderWay) {
        log.warn('A slot is kept until what was sent has settled', { Partner: partner });
        await lease?.setWhileHeld(owner, { leaseUntil: clock.now().getTime() + settlingSeconds * 1000 });
      } else await lease?.release(owner);
    } catch (error) {
      const fields = { Partner: partner, reason: reasonOf(error) };
      log.warn('A slot could not be given back: it is free when its lease ends', fields);
    }
  }

  async end(): Promise<void> {
    this.#invocation = undefined;
    await Promise.all(partnerNames.map((partner) => this.giveBack(partner)));
  }

  /** Takes a slot, a backlog one of the lower half (rounded up), or a place in line: a query, and a write. */
  async #take(partner: Partner, isBacklog: boolean, turn: Turn): Promise<SlotAnswer> {
    const { limits, table, clock, settlingSeconds } = this.#dependencies;
    const invocation = this.#invocation;
    if (!invocation) throw new Error('A slot belongs to an invocation, and none has begun.');
    const { atOnce = 1, perSecond } = limits[partner];
    const { asker, taken, isTurn, placeWith } = await this.#see(partner, isBacklog);
    const most = isBacklog ? Math.ceil(atOnce / 2) : atOnce;
    const keys = Array.from({ length: most }, (_, at) => slotKey(partner, most - at));
    const free = keys.filter(({ sk }) => !taken.has(sk));
    const hasOne = keys.some(({ sk }) => taken.get(sk)?.startsWith(`${asker} `));
    const hasAllOfBacklog = hasOne && free.length === 0;
    if (isBacklog && hasAllOfBacklog) return 'shared';
    turn.owner = `${asker} ${invocation.awsRequestId}`;
    for (const key of isTurn ? free : []) {
      const lease = new Lease(table, clock, key);
      const seconds = invocation.getRemainingTimeInMillis() / 1000 + settlingSeconds;
      if (!(await lease.take(turn.owner, seconds))) continue;
      turn.lease = lease;
      turn.pace = perSecond === undefined ? undefined : pacedBy((atOnce / perSecond) * 1000, clock);
      break;
    }
    const set = placeWith(turn.lease !== undefined);
    if (set) await table.update(slotPlaceKey(partner, asker), { set });
    return turn.lease ? 'taken' : 'none';
  }

  async #see(partner: Partner, isBacklog: boolean) {
    const { name, table, clock } = this.#dependencies;
    const items = await table.query(slotPlaceKey(partner, '').pk);
    return slotsSeenBy(name, isBacklog, items, clock.now().getTime());
  }
}

/**
 * What a function sees of a partner's slots and of the line for one, in the partner's partition. New messages take what is
 * free until the first in line has waited for ten seconds; then it is for that one. A backlog gets one only as the first.
 */
function slotsSeenBy(name: string, isBacklog: boolean, items: readonly StoredItem[], now: number) {
  const asker = isBacklog ? `${name} (backlog)` : name;
  const read = <T>(schema: z.ZodMiniType<T>) => items.flatMap((item) => z.safeParse(schema, item).data ?? []);
  const leases = read(leaseSchema).filter(({ leaseUntil }) => leaseUntil > now);
  const line = read(slotPlaceSchema).filter(({ until }) => until > now);
  const [first] = line.sort((a, b) => a.since - b.since);
  const own = line.find(({ sk }) => sk === slotPlacePrefix + asker);
  return {
    asker,
    /** The owner of each slot that is taken, by its sort key. */
    taken: new Map(leases.map(({ sk, owner }) => [sk, owner])),
    isTurn: !first || first === own || (!isBacklog && now - first.since < slotKeptAfterMs),
    /** The asker's place from now on; undefined if that is still the same. */
    placeWith(hasSlot: boolean) {
      if (hasSlot) return own && { until: 0 };
      if (own && own.until - now >= placeMs / 2) return undefined;
      return { since: own?.since ?? now, until: now + placeMs };
    },
  };
}

async function callWithSlot<T>(partner: Partner, turn: Turn, work: (pace?: Pace) => Promise<T>): Promise<T> {
  // The call before may have got no answer.
  if (turn.inDoubt) throw new NoFreeSlot(partner);
  turn.isUnderWay = true;
  try {
    return await work(turn.pace);
  } catch (error) {
    turn.inDoubt = error instanceof RetryLater && error.wrote === 'perhaps';
    throw error;
  } finally {
    turn.isUnderWay = false;
  }
}

/**
 * Paces the requests of one slot: each leaves an interval after the answer to the one before, the first an interval
 * after the slot was taken, as its holder before may have had an answer right then. So no two of a slot reach the
 * partner within an interval, however long the network delays one.
 */
export function pacedBy(intervalMs: number, clock: Pick<Clock, 'now' | 'sleep'>): Pace {
  const now = () => clock.now().getTime();
  let nextAt = now() + intervalMs;
  let last: Promise<unknown> = Promise.resolve();
  return (signal, send) => {
    const sent = last
      .then(() => (nextAt > now() ? clock.sleep(nextAt - now(), signal) : undefined))
      .then(send)
      .finally(() => {
        nextAt = now() + intervalMs;
      });
    last = sent.catch(() => undefined);
    return sent;
  };
}
