import { slotKey, slotPlaceKey } from '../ledger/keys.ts';
import { Lease } from '../ledger/lease.ts';
import { RetryLater, reasonOf, Wait } from '../model/errors.ts';
import { type Partner, type PartnerLimit, partnerNames, partnerWords } from '../model/partner.ts';
import type { Table } from '../platform/aws/dynamodb-table.ts';
import type { Invocation } from '../platform/aws/lambda.ts';
import type { Clock } from '../platform/clock.ts';
import type { Pace } from '../platform/http.ts';
import type { Logger } from '../platform/log.ts';
import { isTurnOf, type NoSlot, placeUntil, slotsFor, slotsSeen } from './fairness.ts';
import { pacedBy } from './pace.ts';

/** How many calls at once, and how many requests a second, each partner allows. */
export type SlotLimits = Readonly<Record<Partner, PartnerLimit>>;

export interface SlotsDependencies {
  readonly table: Table;
  readonly clock: Clock;
  /** The function: it has one place in a partner's line, whatever the number of its containers. */
  readonly name: string;
  /** The longest that a partner may take to finish what was sent to it before an attempt died. */
  readonly settlingSeconds: number;
  readonly log: Logger;
}

/** Nothing was called, and nothing has failed: the message waits for a slot. */
export class NoFreeSlot extends Wait {
  constructor(partner: Partner) {
    super(`All calls that ${partnerWords[partner]} allows at once are under way.`, { scope: 'order' });
  }
}

/** Between two looks of a scheduled run for a free slot. */
const betweenLooksMs = 2000;

/** What one invocation holds of one partner. */
class Turn {
  /** Its slot: a lease in the ledger. */
  lease: Lease | undefined;
  owner = '';
  pace: Pace | undefined;
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
 * Limits the calls to a partner over all functions and containers: each call that it allows at once is a slot. Nobody
 * waits for a slot while it holds another; who has waited longest goes next (`fairness.ts`). What was sent may still be
 * settling after a crash, or after a write without an answer: until then the slot is kept, and nothing more is called
 * with it. ARCHITECTURE.md has the picture, and why it is so.
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
  async isAwaited(partner: Partner): Promise<boolean> {
    const { places } = await this.#see(partner);
    return !isTurnOf(this.#asker(true), places, this.#now());
  }

  /** False when all slots are taken, or others wait for one, or our own one is in doubt. True without a limit. */
  async take(partner: Partner): Promise<boolean> {
    return (await this.#takeOnce(partner, false)) === 'taken';
  }

  /** As `take`, for messages that have waited for long. */
  takeForBacklog(partner: Partner): Promise<'taken' | NoSlot> {
    return this.#takeOnce(partner, true);
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
    if (turns) await Promise.all(partnerNames.map((partner) => this.#end(partner, turns[partner])));
  }

  async #takeOnce(partner: Partner, isBacklog: boolean): Promise<'taken' | NoSlot> {
    if (!this.isLimited(partner)) return 'taken';
    const turn = this.#current().turns[partner];
    if (turn.lease) return turn.inDoubt ? 'none' : 'taken';
    turn.taking ??= this.#take(partner, isBacklog, turn).finally(() => {
      turn.taking = undefined;
    });
    return turn.taking;
  }

  /** Takes a slot, or a place in line: a query, and a write. */
  async #take(partner: Partner, isBacklog: boolean, turn: Turn): Promise<'taken' | NoSlot> {
    const { table, clock } = this.#dependencies;
    const { invocation, untilMs } = this.#current();
    const { atOnce = 1, perSecond } = this.#limits[partner];
    const asker = this.#asker(isBacklog);
    turn.owner = `${asker.name} ${invocation.awsRequestId}`;
    const seen = await this.#see(partner);
    const toTry = slotsFor(asker, seen, { partner, atOnce }, this.#now());
    if (toTry === 'shared') return toTry;
    for (const number of toTry) {
      const lease = new Lease(table, clock, slotKey(partner, number));
      if (!(await lease.take(turn.owner, (untilMs - this.#now()) / 1000))) continue;
      turn.lease = lease;
      turn.pace = perSecond === undefined ? undefined : pacedBy((atOnce / perSecond) * 1000, clock);
      break;
    }
    const set = placeUntil(asker, seen.places, turn.lease !== undefined, this.#now());
    if (set) await table.update(slotPlaceKey(partner, asker.name), { set });
    return turn.lease ? 'taken' : 'none';
  }

  #asker(isBacklog: boolean) {
    const { name } = this.#dependencies;
    return { name: isBacklog ? `${name} (backlog)` : name, isBacklog };
  }

  async #see(partner: Partner) {
    return slotsSeen(await this.#dependencies.table.query(slotPlaceKey(partner, '').pk), this.#now());
  }

  async #end(partner: Partner, { lease, owner, inDoubt, isUnderWay }: Turn): Promise<void> {
    if (!lease) return;
    const { log } = this.#dependencies;
    try {
      if (inDoubt || isUnderWay) {
        log.warn('A slot is kept until what was sent has settled', { Partner: partner });
        await lease.write(owner, { leaseUntil: this.#settledAt() });
      } else await lease.release(owner);
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
    return this.#now() + this.#dependencies.settlingSeconds * 1000;
  }

  #now(): number {
    return this.#dependencies.clock.now().getTime();
  }
}

async function alone<T>(partner: Partner, turn: Turn, work: (pace?: Pace) => Promise<T>): Promise<T> {
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
