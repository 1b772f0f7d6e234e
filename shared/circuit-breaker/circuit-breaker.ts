import type { RetryLater } from '../model/errors.ts';
import type { Partner } from '../model/partner.ts';
import { durationInWords } from '../model/time.ts';
import type { Table, Update } from '../platform/aws/dynamodb-table.ts';
import type { Clock } from '../platform/clock.ts';

/** An open breaker: for how many seconds nobody may call, and why. No seconds are left once a probe is due. */
export interface Outage {
  readonly seconds: number;
  readonly reason: string;
  /** Epoch milliseconds. */
  readonly openedAt: number;
  /** The partner has been failing for longer than `downAfterSeconds`. */
  readonly isDown: boolean;
  /** A person holds bookings back; the partner is well. */
  readonly isPause?: true;
}

/** What a call may be; an outage: none. */
export type Permit = 'call' | 'probe' | Outage;

export interface BreakerState {
  readonly open: boolean;
  readonly reason: string | undefined;
  readonly openedAt: string | undefined;
  readonly openUntilMs: number | undefined;
  /** When its last outage ended; undefined during an outage, or when there was none. */
  readonly closedAt?: string | undefined;
  /** Since when a person holds bookings back (ISO). */
  readonly bookingsPausedAt?: string | undefined;
}

/** Failures within one minute that open the breaker. */
const threshold = 5;
/**
 * A partner whose calls have all failed for so long is down, however few they were: one message that is retried, or a
 * pull every few minutes, never fails five times in a minute.
 */
const downAfterSeconds = 180;
/** The same when only one order was tried, and what failed may be due to that order. */
const downAfterSecondsOfOne = 3600;
/** We follow a partner's own Retry-After up to here; then a probe asks again, as the header may have been nonsense. */
const maxAskedSeconds = 3600;
/** Wait after refused credentials: partners lock accounts (Tryton after six wrong logins). */
const unauthorizedSeconds = 300;
/** The longest wait before a probe, as a multiple of the first: five minutes where that is 15 s. */
const longestCooldown = 20;
/** After so many cooldowns (90 s by default) another container may probe: the one that probed was perhaps killed. */
const cooldownsOfProbe = 6;
/** How long a container believes that a partner is well without reading again. */
const freshMs = 2000;

/** Attributes that say since when all calls have failed, and that all were about one order. */
const whileFailing = ['failingSince', 'failingOrder'];

const nobodyProbes = '#open = :yes AND (attribute_not_exists(#probeUntil) OR #probeUntil <= :at)';
const whileClosed = {
  condition: 'attribute_not_exists(#open) OR #open = :no',
  values: { no: false },
};

/** Who waits for the end of a pause looks again after a minute at first, and ever later the longer it lasts. */
function pauseSince(instant: string): Outage {
  const reason = 'Bookings are paused.';
  return { seconds: 60, reason, openedAt: Date.parse(instant), isDown: false, isPause: true };
}

/**
 * A circuit breaker that all containers share: one item per partner. While the partner is well, the item is only read,
 * at most once per `freshMs`. Failures are counted per minute. While the breaker is open, one call at a time probes.
 */
export class Breaker {
  readonly #table: Table;
  readonly #clock: Clock;
  readonly #cooldownSeconds: number;
  readonly #closedSeenAt = new Map<Partner, number>();
  /** Partners that this container has seen failing, and not seen recover. */
  readonly #downSeen = new Set<Partner>();
  /** Records of a batch that ask at the same moment share one read. */
  readonly #reading = new Map<Partner, ReturnType<Table['get']>>();

  /** @param cooldownSeconds First wait before a probe; doubles with each failed probe. */
  constructor(table: Table, clock: Clock, cooldownSeconds = 15) {
    this.#table = table;
    this.#clock = clock;
    this.#cooldownSeconds = cooldownSeconds;
  }

  /** Undefined while it is closed, or was a moment ago. @param heedsPause Whether a pause of its bookings counts, too. */
  async outage(partner: Partner, { heedsPause = false } = {}): Promise<Outage | undefined> {
    if (this.#now() - (this.#closedSeenAt.get(partner) ?? 0) < freshMs) return undefined;
    const state = await this.#read(partner);
    const at = this.#now();
    if (state?.failingSince !== undefined) this.#downSeen.add(partner);
    const pausedAt = heedsPause ? state?.bookingsPausedAt : undefined;
    // Also while it is open: a probe would be a booking.
    if (typeof pausedAt === 'string') return pauseSince(pausedAt);
    if (state?.open !== true) {
      this.#closedSeenAt.set(partner, at);
      return undefined;
    }
    const until = Math.max(Number(state.openUntil), Number(state.probeUntil ?? 0));
    return {
      seconds: Math.max(0, Math.ceil((until - at) / 1000)),
      reason: String(state.reason ?? ''),
      openedAt: Date.parse(String(state.openedAt)),
      isDown: this.#isDownSince(state.failingSince),
    };
  }

  /** @param owner Unique to this one call: a probe is recognised by it. */
  async permit(partner: Partner, owner: string): Promise<Permit> {
    const open = await this.outage(partner);
    if (!open) return 'call';
    if (open.seconds > 0) return open;
    const at = this.#now();
    const probing = await this.#table.update(stateKey(partner), {
      set: { probeUntil: at + cooldownsOfProbe * this.#cooldownSeconds * 1000, probeOwner: owner },
      condition: `#openUntil <= :at AND ${nobodyProbes}`,
      values: { yes: true, at },
    });
    // When the answer to this write is lost, the AWS SDK sends it again, and finds the probe that it has written.
    const ours = probing !== undefined || (await this.#table.get(stateKey(partner)))?.probeOwner === owner;
    return ours ? 'probe' : { ...open, seconds: this.#cooldownSeconds };
  }

  /**
   * A failure that may be due to its order says nothing about the partner until another order, or a call about none, fails.
   * @returns whether the partner is down: all calls have failed for longer than `downAfterSeconds`.
   */
  async recordFailure(
    partner: Partner,
    failure: RetryLater,
    permit: Permit,
    owner: string,
    order?: string,
  ): Promise<boolean> {
    if (failure.scope !== 'partner') return false;
    this.#closedSeenAt.delete(partner);
    const at = this.#now();
    let reason = failure.message.slice(0, 500);
    if (permit === 'probe') {
      const state = await this.#table.get(stateKey(partner));
      const openings = Number(state?.openings ?? 1) + 1;
      const openUntil = at + this.#cooldown(failure, openings) * 1000;
      await this.#endProbe(partner, owner, { set: { openUntil, openings, reason } });
      return this.#isDownSince(state?.failingSince);
    }
    const state = await this.#beginFailing(partner, failure.perhapsOnlyOrder ? order : undefined);
    const isAlone = state?.failingOrder !== undefined;
    const isDown = this.#isDownSince(state?.failingSince, isAlone ? downAfterSecondsOfOne : downAfterSeconds);
    if (isAlone && !isDown) return false;
    if (isAlone)
      reason = `Only order ${order} was tried, for ${durationInWords(downAfterSecondsOfOne)}. ${reason}`;
    const counted = await this.#updateMinute(partner, at, { add: { failures: 1 } });
    const failures = Number(counted?.after.failures ?? 0);
    if (failures < threshold && !isDown && !failure.unauthorized) return false;
    const openUntil = at + this.#cooldown(failure, 1) * 1000;
    const opened = await this.#table.update(stateKey(partner), {
      set: { open: true, openedAt: this.#clock.now().toISOString(), openUntil, openings: 1, reason },
      remove: ['probeUntil', 'probeOwner'],
      ...whileClosed,
    });
    if (opened || !failure.unauthorized) return isDown;
    // It was open for another reason. Refused credentials make it wait longer, so that no probe logs in sooner.
    await this.#table.update(stateKey(partner), {
      set: { openUntil, reason },
      condition: '#open = :yes AND #openUntil < :until',
      values: { yes: true, until: openUntil },
    });
    return isDown;
  }

  /** @returns whether this container had seen the partner failing, and that is over now. */
  async recordSuccess(partner: Partner, permit: Permit, owner: string): Promise<boolean> {
    if (permit !== 'probe') return this.#downSeen.has(partner) && this.#endFailing(partner);
    const closed = await this.#endProbe(partner, owner, {
      set: { open: false, closedAt: this.#clock.now().toISOString() },
      remove: ['openUntil', 'reason', ...whileFailing],
    });
    // Too late: somebody else has probed since, and that outcome counts.
    if (!closed) return false;
    this.#downSeen.delete(partner);
    // Count anew, or the failures that opened it would let a single further one open it again.
    await this.#updateMinute(partner, this.#now(), { set: { failures: 0 } });
    return true;
  }

  /** The call ended before the partner could answer: a probe is given back, and nothing is known about the partner. */
  async recordNoAnswer(partner: Partner, permit: Permit, owner: string): Promise<void> {
    if (permit === 'probe') await this.#endProbe(partner, owner);
  }

  /** The next message probes at once. @returns false while it is closed, or probed already. */
  async probeNow(partner: Partner): Promise<boolean> {
    const at = this.#now();
    const changes = { set: { openUntil: at }, condition: nobodyProbes, values: { yes: true, at } };
    return (await this.#table.update(stateKey(partner), changes)) !== undefined;
  }

  /** Holds bookings back, or lets them go on; orders are still linked. @returns whether it was so before. */
  async pauseBookings(isPaused: boolean): Promise<{ readonly already: boolean }> {
    const changed = await this.#table.update(stateKey('erp'), {
      set: isPaused ? { bookingsPausedAt: this.#clock.now().toISOString() } : {},
      remove: isPaused ? [] : ['bookingsPausedAt'],
      condition: `attribute_${isPaused ? 'not_' : ''}exists(#bookingsPausedAt)`,
    });
    return { already: changed === undefined };
  }

  async state(partner: Partner): Promise<BreakerState> {
    const state = await this.#table.get(stateKey(partner));
    const open = state?.open === true;
    return {
      open,
      reason: open ? String(state.reason) : undefined,
      openedAt: open ? String(state.openedAt) : undefined,
      openUntilMs: open ? Number(state.openUntil) : undefined,
      closedAt: open || state?.closedAt === undefined ? undefined : String(state.closedAt),
      bookingsPausedAt: state?.bookingsPausedAt === undefined ? undefined : String(state.bookingsPausedAt),
    };
  }

  /** @param order To which the failure may be due. @returns since when all calls have failed, and of which order, if of one. */
  async #beginFailing(partner: Partner, order: string | undefined) {
    this.#downSeen.add(partner);
    const key = stateKey(partner);
    const begun = await this.#table.update(key, {
      set: { failingSince: this.#clock.now().toISOString(), failingOrder: order },
      condition: 'attribute_not_exists(#failingSince)',
    });
    const state = begun?.after ?? (await this.#table.get(key));
    if (state?.failingOrder === undefined || state.failingOrder === order) return state;
    return (await this.#table.update(key, { remove: ['failingOrder'] }))?.after;
  }

  /** @returns false when the call began before the breaker opened: its answer says nothing about the partner now. */
  async #endFailing(partner: Partner): Promise<boolean> {
    const ended = await this.#table.update(stateKey(partner), { remove: whileFailing, ...whileClosed });
    return ended !== undefined && this.#downSeen.delete(partner);
  }

  #endProbe(partner: Partner, owner: string, { remove = [], ...outcome }: Update = {}) {
    return this.#table.update(stateKey(partner), {
      ...outcome,
      remove: ['probeUntil', 'probeOwner', ...remove],
      condition: '#probeOwner = :owner',
      values: { owner },
    });
  }

  #updateMinute(partner: Partner, at: number, changes: Update) {
    const minute = Math.floor(at / 60_000);
    const set = { ...changes.set, expiresAt: (minute + 60) * 60 };
    return this.#table.update({ pk: `BREAKER#${partner}`, sk: `MINUTE#${minute}` }, { ...changes, set });
  }

  #cooldown(failure: RetryLater, openings: number): number {
    const asked = Math.min(maxAskedSeconds, failure.afterSeconds ?? 0);
    if (failure.unauthorized) return Math.max(asked, unauthorizedSeconds);
    return Math.max(asked, this.#cooldownSeconds * Math.min(longestCooldown, 2 ** (openings - 1)));
  }

  #read(partner: Partner) {
    const pending = this.#reading.get(partner);
    if (pending) return pending;
    const started = this.#table.get(stateKey(partner)).finally(() => this.#reading.delete(partner));
    this.#reading.set(partner, started);
    return started;
  }

  #isDownSince(instant: unknown, seconds = downAfterSeconds): boolean {
    return this.#now() - Date.parse(String(instant)) >= seconds * 1000;
  }

  #now(): number {
    return this.#clock.now().getTime();
  }
}

function stateKey(partner: Partner) {
  return { pk: `BREAKER#${partner}`, sk: 'STATE' };
}
